"""What pages need of several models at once."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from marketplace.core import clock

from .charts import Curve, curve_of
from .fees import FeeCalculation, units
from .fees.numbers import percent, plain
from .forms import FeeForm
from .models import FeeSchedule, Pricing, Regulation, ServiceItem

#: Made the prices of these services market-regulated (发改价格〔2015〕299号), save surveying products.
MARKET_PRICE_DOCUMENT = "发改价格〔2015〕299号"


@dataclass(frozen=True)
class FeeView:
    """A calculator as a page shows it: the form, its answer with the rows of the working, and the curve."""

    form: FeeForm
    schedule: FeeSchedule
    item: ServiceItem | None
    calculation: FeeCalculation | None
    steps: list[dict[str, Any]]
    curve: Curve | None
    is_reference: bool
    base_unit: Any
    fee_unit: Any
    float_percent: str
    now: datetime
    query: str

    @property
    def base_as_given(self) -> str:
        return plain(self.calculation.base) if self.calculation and self.calculation.base else ""

    @property
    def missing(self) -> list[Any]:
        """The names of required coefficients that were not given."""
        if self.calculation is None:
            return []
        return [self.schedule.rules.coefficients[code].name for code in self.calculation.incomplete]


def fee_form_of(request: HttpRequest, schedule: FeeSchedule, item: ServiceItem | None = None) -> FeeForm:
    """The calculator's form with the values of the address; unbound where it gives no base."""
    data = request.GET if request.GET.get("base", "").strip() else None
    initial = {name: value for name, value in request.GET.items() if name != "base"}
    return FeeForm(data, schedule=schedule, item=item, initial=initial)


def fee_view(request: HttpRequest, schedule: FeeSchedule, item: ServiceItem | None = None) -> FeeView:
    form = fee_form_of(request, schedule, item)
    calculation = form.calculation if form.is_bound and form.is_valid() else None
    rules = schedule.rules
    variant = item.fee_variant if item else str(form["variant"].value() or "") if "variant" in form.fields else ""
    base = calculation.base if calculation else None
    return FeeView(
        form=form,
        schedule=schedule,
        item=item,
        calculation=calculation,
        steps=working_rows(calculation, schedule),
        curve=curve_of(rules, variant or next(iter(rules.variants)), base),
        is_reference=not schedule.in_force() or (item is not None and item.pricing == Pricing.MARKET),
        base_unit=units.name_of(rules.base_unit),
        fee_unit=units.name_of(rules.fee_unit),
        float_percent=percent(rules.float_share) if rules.float_share is not None else "",
        now=clock.now(),
        query=_query(request, form),
    )


def working_rows(calculation: FeeCalculation | None, schedule: FeeSchedule) -> list[dict[str, Any]]:
    """The steps as the working shows them; one that lacks a coefficient ends in "not complete", without a float."""
    if calculation is None:
        return []
    rows = [
        {
            "label": step.label,
            "formula": step.formula,
            "result": step.result,
            "unit": step.unit_name,
            "total": step.total and not calculation.incomplete,
            "missing": step.missing,
        }
        for step in calculation.steps
        if not (calculation.incomplete and step.code in ("float", "rounding"))
    ]
    if calculation.incomplete and not calculation.negotiated:
        names = pgettext("list separator", ", ").join(
            str(schedule.rules.coefficients[code].name) for code in calculation.incomplete
        )
        formula = format_lazy(_("Missing: {names}"), names=names)
        result = pgettext("fee", "Not complete")
        rows.append({"label": _("Fee by the standard"), "formula": formula, "result": result, "total": True})
    return rows


def _query(request: HttpRequest, form: FeeForm) -> str:
    """The values as a part of an address, for the request that takes them over."""
    kept = request.GET.copy()
    for name in list(kept):
        if name not in form.fields or not kept[name]:
            del kept[name]
    return kept.urlencode()


def market_price_regulation() -> Regulation | None:
    return Regulation.objects.filter(document_no=MARKET_PRICE_DOCUMENT).first()


def related_items(item: ServiceItem) -> QuerySet[ServiceItem]:
    """The other services of the same approval matter."""
    return ServiceItem.objects.open().filter(matter=item.matter_id).exclude(pk=item.pk).select_related("authority")
