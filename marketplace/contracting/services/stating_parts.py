"""The parts of a bundle's one price, and which of them a listed firm does as a subcontractor."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.models import Organisation, User
from marketplace.catalogue.models import ServiceItem
from marketplace.core import audit, clock
from marketplace.core.failures import DomainError, Text
from marketplace.core.money import format_cny
from marketplace.core.permissions import require
from marketplace.registry.models import Intermediary, Qualification

from .. import notices, permissions
from ..choices import Party
from ..models import Contract, PartStatement, PricePart
from .locking import demand, lock_contract


class UnableToState(DomainError):
    code = "unable-to-state-parts"


@dataclass(frozen=True)
class Part:
    """An item's part of the price in CNY; `subcontractor` is the code of the firm that does it, or empty."""

    item: ServiceItem
    amount: Decimal
    subcontractor: str = ""


@transaction.atomic
def state_parts(*, contract_id: int, parts: Sequence[Part], actor: User) -> PartStatement:
    """
    Say what each item of a bundle costs, and who does it; before the work starts, with notice to the owner.

    Amounts may change until the intermediary has signed, subcontractors until the service starts.

    :raises Refused: unless the actor acts for the intermediary
    :raises UnableToState: once it is too late, or with a fault at each part's field (`amount-CODE`, `firm-CODE`)
    """
    contract, seat = lock_contract(actor, pk=contract_id)
    require(permissions.acts_as(seat, Party.INTERMEDIARY))
    demand(permissions.parts_are_open(contract), UnableToState)
    firms, errors = _faults(contract, parts)
    if errors:
        raise UnableToState(_("The parts cannot be stated like this."), errors)
    statement = PartStatement.objects.create(
        contract=contract, position=contract.part_statements.count() + 1, stated_by=actor, stated_at=clock.now()
    )
    PricePart.objects.bulk_create(
        PricePart(statement=statement, item=part.item, amount=part.amount, subcontractor=firms.get(part.item.code))
        for part in parts
    )
    audit.record(
        matter=contract.audit_matter,
        action="parts stated",
        actor=actor,
        after={
            "position": statement.position,
            "parts": [[part.item.code, str(part.amount), part.subcontractor] for part in parts],
        },
    )
    notices.tell(
        contract.owner,
        contract,
        f"parts:{statement.position}",
        subject=_("Parts of contract %(number)s were stated"),
        body=_("%(intermediary)s has said what each service of “%(title)s” costs, and which one a subcontractor does."),
    )
    return statement


def _faults(contract: Contract, parts: Sequence[Part]) -> tuple[dict[str, Organisation], dict[str, Text]]:
    errors: dict[str, Text] = {}
    if {part.item.code for part in parts} != set(contract.items.values_list("code", flat=True)):
        raise UnableToState(_("Every service of the contract has one part."))
    for part in parts:
        if not part.amount.is_finite() or part.amount <= 0 or part.amount != part.amount.quantize(Decimal("0.01")):
            errors[f"amount-{part.item.code}"] = _("Give an amount above zero with at most two decimals.")
    if not errors:
        errors |= _sum_fault(contract, parts)
    firms = {}
    for part in parts:
        if part.subcontractor:
            firm, fault = _subcontractor(contract, part)
            if firm is not None:
                firms[part.item.code] = firm.organisation
            if fault is not None:
                errors[f"firm-{part.item.code}"] = fault
    return firms, errors


def _sum_fault(contract: Contract, parts: Sequence[Part]) -> dict[str, Text]:
    first = f"amount-{parts[0].item.code}"
    total = sum((part.amount for part in parts), Decimal(0))
    if total != contract.price:
        text = _("The parts add to %(total)s, the price is %(price)s.")
        return {first: text % {"total": format_cny(total), "price": format_cny(contract.price)}}
    before = contract.part_statements.last()
    if before is not None and Party.INTERMEDIARY in contract.signed_parties:
        stated = {row.item_id: row.amount for row in before.parts.all()}
        if stated != {part.item.pk: part.amount for part in parts}:
            return {first: _("You have signed with these amounts; only subcontractors can change now.")}
    return {}


def _subcontractor(contract: Contract, part: Part) -> tuple[Intermediary | None, Text | None]:
    """The firm, and why it cannot be the subcontractor of this part."""
    rows = contract.award.work_request.request_items.filter(item=part.item)
    if not rows.filter(may_subcontract=True).exists():
        return None, _("The request does not name this part as one that may be subcontracted.")
    firm = Intermediary.objects.listed().filter(organisation__uscc=part.subcontractor).first()
    if firm is None:
        return None, _("No listed firm of the market has this code.")
    if firm.organisation_id in (contract.intermediary_id, contract.owner_id):
        return None, _("A subcontractor is another firm than the parties.")
    kind = part.item.demanded_type
    today = clock.today()
    held = Qualification.objects.recorded_at(clock.now()).filter(intermediary=firm, qualification_type=kind)
    if kind is not None and not any(one.is_valid_on(today) for one in held):
        return None, _("This firm does not hold the qualification that the service needs.")
    return firm, None
