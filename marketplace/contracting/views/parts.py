from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from marketplace.core.permissions import Decision
from marketplace.core.typed.identifiers import USCCField
from marketplace.core.web.forms import AmountField

from .. import permissions, services
from ..models import Contract
from .operation import ContractOperation


class PartsForm(forms.Form):
    """An amount a service, and the code of a subcontractor where the request allows one."""

    def __init__(self, *args: Any, contract: Contract, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = contract.award.work_request.request_items.select_related("item").order_by("item__code")
        before = contract.part_statements.last()
        stated = {part.item_id: part for part in before.parts.select_related("subcontractor")} if before else {}
        self.items = [row.item for row in rows]
        for row in rows:
            part = stated.get(row.item_id)
            self.fields[f"amount-{row.item.code}"] = AmountField(
                label=row.item.name, initial=part.amount if part else None
            )
            if row.may_subcontract:
                self.fields[f"firm-{row.item.code}"] = USCCField(
                    label=_("Code of the subcontractor"),
                    required=False,
                    initial=part.subcontractor.uscc if part and part.subcontractor else "",
                    help_text=_("Only where another listed firm does this part. Leave it empty if you do it yourself."),
                )

    @property
    def parts(self) -> list[services.Part]:
        given = self.cleaned_data
        return [
            services.Part(item, given[f"amount-{item.code}"], given.get(f"firm-{item.code}") or "")
            for item in self.items
        ]


class StateParts(ContractOperation):
    """What each service of a bundle costs, and who does it."""

    template_name = "contracting/parts_state.html"
    form_class = PartsForm
    done = _("The parts are recorded, and the owner is told.")

    def decision(self) -> Decision:
        return permissions.can_state_parts(self.seat, self.contract)

    def form_arguments(self) -> dict[str, Any]:
        return {"contract": self.contract}

    def operate(self, form: Any) -> None:
        services.state_parts(contract_id=self.contract.pk, parts=form.parts, actor=self.request.user)
