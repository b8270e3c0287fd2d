"""The values that the page of components shows; nothing else uses them."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import django_filters
from django import forms
from django.core.paginator import Paginator
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from marketplace.core import calendar, clock
from marketplace.core.calendar import ClockFace, Colour
from marketplace.core.models import CalendarDay

from . import components

REFERENCE = Decimal("182400.00")
#: The filters that the page pretends to be asked with.
QUERY = QueryDict("service=HB-001&grade=AA&days=40&sort=-score")
HASH = "d9b5d539edf8c18196ed09ca6fd56c2b0750a42c75d6903332e2904f656c0b95"

COLOURS = [
    ("primary", gettext_lazy("Primary"), "#0B4EA2"),
    ("primary-dark", gettext_lazy("Primary, dark"), "#083B7C"),
    ("primary-soft", gettext_lazy("Primary, soft"), "#EAF1FA"),
    ("ink", gettext_lazy("Ink"), "#1B2430"),
    ("muted", gettext_lazy("Muted text"), "#5B6776"),
    ("line-control", gettext_lazy("Control border"), "#76828F"),
    ("line", gettext_lazy("Line"), "#DDE3EA"),
    ("ground", gettext_lazy("Ground"), "#F5F7FA"),
    ("success", gettext_lazy("Success, green clock"), "#1A7F4B"),
    ("success-soft", gettext_lazy("Success, soft"), "#E7F4ED"),
    ("warning", gettext_lazy("Warning"), "#B45F06"),
    ("warning-text", gettext_lazy("Yellow clock's text"), "#8A4705"),
    ("warning-soft", gettext_lazy("Warning, soft"), "#FCF2E3"),
    ("danger", gettext_lazy("Danger, red clock"), "#B3261E"),
    ("danger-soft", gettext_lazy("Danger, soft"), "#FBECEA"),
]


class SampleForm(forms.Form):
    project = forms.CharField(
        label=gettext_lazy("Project name"), help_text=gettext_lazy("As in the filing certificate")
    )
    investment = forms.DecimalField(
        label=gettext_lazy("Estimated investment"),
        widget=forms.TextInput(attrs={"inputmode": "decimal", "data-unit": "亿元"}),
    )
    code = forms.CharField(label=gettext_lazy("Unified social credit code"))
    industry = forms.ChoiceField(
        label=gettext_lazy("Industry"),
        help_text=gettext_lazy("Decides the industry coefficient"),
        choices=[
            ("1.2", gettext_lazy("Chemical industry (coefficient 1.2)")),
            ("1.0", gettext_lazy("Transport (1.0)")),
        ],
    )
    area = forms.ChoiceField(
        label=gettext_lazy("Sensitivity"),
        widget=forms.RadioSelect,
        choices=[("1.2", gettext_lazy("Sensitive area")), ("0.8", gettext_lazy("Ordinary area"))],
    )
    document = forms.FileField(
        label=gettext_lazy("Attachment"), help_text=gettext_lazy("PDF, up to 20 MB"), required=False
    )
    note = forms.CharField(label=gettext_lazy("Remarks"), widget=forms.Textarea(attrs={"rows": 3}), required=False)
    sure = forms.BooleanField(label=gettext_lazy("I have checked the originals"))

    def clean_code(self) -> str:
        raise forms.ValidationError(_("The check digit is wrong; compare the last character"))


class SampleFilter(django_filters.FilterSet):
    service = django_filters.MultipleChoiceFilter(
        label=gettext_lazy("Service"),
        choices=[
            ("HB-001", gettext_lazy("Environmental impact report")),
            ("HB-002", gettext_lazy("Environmental impact form")),
            ("HB-005", gettext_lazy("Completion monitoring")),
        ],
        widget=forms.CheckboxSelectMultiple,
    )
    grade = django_filters.MultipleChoiceFilter(
        label=gettext_lazy("Credit grade"),
        choices=[(grade, grade) for grade in ("AAA", "AA", "A", "B", "C", "D")],
        widget=forms.CheckboxSelectMultiple,
    )
    days = django_filters.NumberFilter(
        label=gettext_lazy("Promised days"), widget=forms.TextInput(attrs={"inputmode": "decimal", "data-unit": "天"})
    )
    sort = django_filters.OrderingFilter(
        choices=[
            ("-score", gettext_lazy("Credit score")),
            ("price", gettext_lazy("Price")),
            ("days", gettext_lazy("Promised days")),
        ]
    )


def _face(colour: Colour, due: datetime, left: int = 0, overdue: int = 0, used: float = 0.5) -> ClockFace:
    return ClockFace(
        colour=colour,
        due_at=due,
        days_left=left,
        days_overdue=overdue,
        fraction_used=Fraction(round(used * 1000), 1000),
        provisional=False,
    )


def clocks() -> dict[str, ClockFace]:
    """A face in every colour, around the present day."""
    today = clock.today()

    def at(days: int, hour: int = 17) -> datetime:
        day = calendar.working_day_after(today, days) if days >= 0 else calendar.working_day_before(today, -days)
        return clock.shanghai(datetime.combine(day, datetime.min.time(), clock.SHANGHAI) + timedelta(hours=hour))

    late = ClockFace(Colour.GREEN, at(60), 60, 0, Fraction(1, 10), provisional=True)
    return {
        "green": _face(Colour.GREEN, at(5), left=5, used=0.44),
        "yellow": _face(Colour.YELLOW, at(1), left=1, used=0.84),
        "today": _face(Colour.YELLOW, at(0), left=0, used=0.95),
        "red": _face(Colour.RED, at(-1, 24), overdue=1, used=1),
        "done": _face(Colour.DONE, at(-4), used=1),
        "stopped": _face(Colour.STOPPED, at(3), left=3),
        "provisional": late,
    }


def timelines() -> dict[str, list[components.Step]]:
    step = components.Step
    return {
        "running": [
            step(_("Published"), "done", "11-18 09:30"),
            step(_("Bids closed"), "done", "11-30 17:00"),
            step(_("Publicity period"), "now", _("12-01 to 12-03")),
            step(_("Award notice"), "ahead", _("by 12-04")),
            step(_("Contract"), "ahead", _("by 12-18")),
        ],
        "failed": [
            step(_("Published"), "done", "11-02"),
            step(_("Bids closed"), "done", "11-09"),
            step(_("Failed"), "failed", _("2 valid bids, 3 are needed")),
        ],
    }


def workings() -> dict[str, list[components.WorkingStep]]:
    row = components.WorkingStep
    unit = _("10,000 CNY")
    return {
        "complete": [
            row(_("Linear interpolation"), "15 + (35 − 15) ÷ (10 − 2) × (3.6 − 2)", "19.00", unit),
            row(_("Industry coefficient: chemical industry"), "19.00 × 1.2", "22.80", unit),
            row(_("Sensitivity coefficient: ordinary area"), "22.80 × 0.8", "18.24", unit),
        ],
        "incomplete": [
            row(_("Industry coefficient"), _("No industry chosen yet"), missing=True),
            row(_("Reference price"), _("The industry coefficient is missing, so there is no result"), _("Incomplete")),
        ],
    }


def score() -> components.Waterfall:
    change = components.Change
    return components.waterfall(
        start=Decimal("86.00"),
        start_label=_("Start"),
        start_note="0.5×80 + 0.3×100 + 0.2×80",
        changes=[
            change(_("Reviews"), "88.78 × 0.50", Decimal("4.39")),
            change(_("Conduct"), "99.00 × 0.30", Decimal("-0.30")),
            change(_("Fulfilment"), "93.33 × 0.20", Decimal("2.67")),
        ],
        score=Decimal("92.76"),
        score_label=_("Score"),
        score_note=_("rounded once, at the end"),
    )


@dataclass(frozen=True)
class Firm:
    """An invented firm, for table and cards."""

    name: str
    district: str
    grade: str
    score: Decimal
    ratio: Decimal
    days: int
    done: int
    selected: bool = False
    provisional: bool = False

    @property
    def price(self) -> Decimal:
        return REFERENCE * self.ratio


FIRMS = [
    Firm("常州乌有环保咨询有限公司", "武进区", "AAA", Decimal("95.18"), Decimal("0.92"), 32, 31, selected=True),
    Firm("常州南柯环境评价有限公司", "钟楼区", "A", Decimal("88.03"), Decimal("1.05"), 25, 17),
    Firm("常州蓬壶环保技术有限公司", "溧阳市", "A", Decimal("86.00"), Decimal("0.75"), 35, 1, provisional=True),
]


def context() -> dict[str, Any]:
    """All that /components/ shows."""
    today = clock.today()
    form = SampleForm(
        {
            "project": _("Electronic-grade epoxy resin, 20,000 t a year"),
            "investment": "3.6",
            "code": "91320499MA1A2B3C64",
            "industry": "1.2",
            "area": "0.8",
            "sure": "on",
        }
    )
    form.is_valid()
    filterset = SampleFilter(QUERY, queryset=CalendarDay.objects.none())
    paginator = Paginator(range(118), 10)
    return {
        "colours": COLOURS,
        "grades": [("AAA", "8.2"), ("AA", "5.3"), ("A", "6.1"), ("B", "5.6"), ("C", "5.1"), ("D", "6.5")],
        "warned_until": calendar.months_after(today, 6),
        "clocks": clocks(),
        "timelines": timelines(),
        "workings": workings(),
        "score": score(),
        "firms": FIRMS,
        "form": form,
        "filter": filterset,
        "facet_counts": {"service": {"HB-001": 10, "HB-002": 14, "HB-005": 6}, "grade": {"AAA": 1, "AA": 2, "A": 4}},
        "page_obj": paginator.page(2),
        "hash": HASH,
        "amount": REFERENCE,
        "refund": Decimal("-4760"),
        "fractions": [Decimal("0.86"), Decimal("0.60"), Decimal("1.05"), Decimal("1.4")],
        "form_steps": [_("Eligibility"), _("Price and time"), _("Statement and files"), _("Check and seal")],
        "scopes": [("", _("All")), ("services", _("Services")), ("firms", _("Firms"))],
        "suggestions": [
            {
                "title": _("Services"),
                "options": [
                    {"url": "#search", "html": _("Environmental impact report"), "note": _("HB-001, 10 firms")},
                    {"url": "#search", "html": _("Environmental impact form"), "note": _("HB-002, 14 firms")},
                ],
            },
            {
                "title": _("Regulations"),
                "options": [{"url": "#search", "html": "计价格〔2002〕125号", "note": _("Repealed")}],
            },
        ],
    }
