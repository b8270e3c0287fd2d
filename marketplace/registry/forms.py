"""
The forms of a registration's steps and of offers.

A step's form shows its entry as it was typed, with the problems that `filing` found; it refuses nothing itself, so
that a draft of anything half-filled can be saved.
"""

import uuid
from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.forms.utils import ErrorDict
from django.http import QueryDict
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from marketplace.accounts.models import District
from marketplace.catalogue.models import QualificationType, ServiceItem
from marketplace.catalogue.states import NEVER_ASKED_FOR
from marketplace.core.typed.identifiers import USCCField
from marketplace.core.web.forms import AmountField, NameField

from .models import Offer, Registration, RegistrationCheck
from .rules import steps
from .rules.filing import MOST_ROWS, Problem, items_to_check

EMPTY_CHOICE = ("", _("Choose"))


def _text(label: Any, *, required: bool = True, hint: Any = "", unit: Any = "", **attrs: Any) -> forms.CharField:
    if unit:
        attrs["data-unit"] = unit
    return forms.CharField(label=label, required=required, help_text=hint, widget=forms.TextInput(attrs))


def _day(label: Any, *, required: bool = True, hint: Any = "") -> forms.CharField:
    return forms.CharField(label=label, required=required, help_text=hint, widget=forms.DateInput({"type": "date"}))


def _choice(label: Any, choices: Any) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, choices=choices)


def _district_choices() -> list[tuple[str, Any]]:
    return [EMPTY_CHOICE, *((each.pk, each.name) for each in District.objects.all())]


def _qualification_choices() -> list[tuple[str, Any]]:
    """Every type; the name of an abolished one says so, as a certificate of it may stand in the record."""
    return [EMPTY_CHOICE, *((str(kind.pk), _type_name(kind)) for kind in QualificationType.objects.all())]


def _type_name(kind: QualificationType) -> Any:
    if kind.is_abolished():
        return format_lazy(_("{name} (abolished)"), name=kind.name)
    return kind.name


def _item_choices() -> list[Any]:
    """Services by field."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for item in ServiceItem.objects.open().exclude(status__in=NEVER_ASKED_FOR):
        groups.setdefault(str(item.get_category_display()), []).append((item.code, f"{item.code} {item.name}"))
    return [EMPTY_CHOICE, *groups.items()]


class EntryForm(forms.Form):
    """One entry of a payload as typed, with its problems at their fields."""

    def __init__(
        self, values: Mapping[str, Any], problems: Iterable[Problem] = (), prefix: str | None = None, reason: str = ""
    ) -> None:
        named = {f"{prefix}-{name}" if prefix else name: value for name, value in values.items()}
        super().__init__(named, prefix=prefix)
        self.key = values.get("key", "")
        self.reason = reason
        for problem in problems:
            self.add_error(problem.field if problem.field in self.fields else None, problem.message)

    def full_clean(self) -> None:
        self._errors = ErrorDict()
        self.cleaned_data: dict[str, Any] = {}


class ParticularsForm(EntryForm):
    name_zh = _text(_("Name on the business licence"), maxlength=150, autocomplete="organization")
    name_en = _text(_("English name"), required=False, maxlength=200)
    legal_representative = _text(_("Legal representative"), maxlength=100)
    district = _choice(pgettext_lazy("firm", "District"), _district_choices)
    address = _text(_("Address"), maxlength=200, autocomplete="street-address")
    phone = _text(
        _("Telephone"), hint=_("Shown on the firm's public page."), maxlength=40, type="tel", autocomplete="tel"
    )
    intro_zh = forms.CharField(
        label=_("About the firm"), required=False, widget=forms.Textarea({"rows": 4, "maxlength": 2000})
    )
    intro_en = forms.CharField(
        label=_("About the firm, in English"), required=False, widget=forms.Textarea({"rows": 3, "maxlength": 3000})
    )


class HolderForm(EntryForm):
    name = _text(pgettext_lazy("holder", "Name"), maxlength=150)
    code = _text(_("Code, if it is a company"), required=False, maxlength=40, autocomplete="off")
    share_percent = _text(_("Share"), inputmode="decimal", unit="%")
    is_state = forms.BooleanField(label=_("A state holder"), required=False)


class NobodyForm(EntryForm):
    nobody = forms.BooleanField(label=_("Nobody holds 25 percent or more"), required=False)


class DocumentsForm(EntryForm):
    authorised_person = _text(
        _("Authorised person"), hint=_("Who acts for the firm in this registration."), maxlength=60
    )
    licence = forms.FileField(
        label=_("Business licence"), help_text=_("PDF, JPG or PNG, up to 20 MB, original and copy in colour.")
    )
    authorisation = forms.FileField(
        label=_("Letter of authorisation"), help_text=_("Signed by the legal representative and sealed.")
    )


class QualificationForm(EntryForm):
    qualification_type = _choice(_("Qualification"), _qualification_choices)
    level = _text(pgettext_lazy("qualification", "Level"), required=False, maxlength=40)
    number = _text(_("Certificate number"), maxlength=60, autocomplete="off")
    issuer = _text(_("Issued by"), maxlength=120)
    valid_from = _day(_("Valid from"))
    valid_to = _day(_("Valid to"), hint=_("The last valid day."))


class PractitionerForm(EntryForm):
    name = _text(pgettext_lazy("person", "Name"), maxlength=60)
    licence_type = _text(_("Licence"), hint=_("Such as 环境影响评价工程师."), maxlength=80)
    licence_no = _text(_("Licence number"), maxlength=60, autocomplete="off")
    valid_to = _day(_("Valid to"), required=False)


class OfferRowForm(EntryForm):
    item = _choice(_("Service"), _item_choices)
    pricing = _choice(_("Priced by"), Offer.Pricing)
    amount = _text(_("Amount"), hint=_("CNY, CNY a unit, or percent off the standard."), inputmode="decimal")
    unit = _text(_("Unit"), required=False, hint=_("For a unit price only, such as m²."), maxlength=20)
    days = _text(_("Promised time"), inputmode="numeric", unit=_("working days"))


class CommitmentForm(EntryForm):
    agreed = forms.BooleanField(label=_("I sign this commitment for the firm"))


ENTRY_FORMS: dict[str, type[EntryForm]] = {
    "particulars": ParticularsForm,
    "holders": HolderForm,
    "documents": DocumentsForm,
    "qualifications": QualificationForm,
    "practitioners": PractitionerForm,
    "offers": OfferRowForm,
    "commitment": CommitmentForm,
}


class StepForms:
    """The forms of one step: one, or one a row with room for another."""

    def __init__(
        self,
        registration: Registration,
        step: steps.Step,
        problems: Iterable[Problem] = (),
        reasons: Mapping[str, str] | None = None,
        blank: bool = False,
        typed: Mapping[str, Any] | None = None,
    ) -> None:
        """What the draft holds, or in its place what was `typed` and could not be saved."""
        entry = (registration.payload.get(step.name) or {}) if typed is None else typed
        self.step, problems, reasons = step, list(problems), reasons or {}
        self.extra: EntryForm | None = None
        self.loose = [problem.message for problem in problems if step.rows and problem.row is None]
        if not step.rows:
            self.forms = [ENTRY_FORMS[step.name](entry, problems)]
            return
        rows = entry.get("rows") or []
        self.forms = [
            ENTRY_FORMS[step.name](
                row,
                [problem for problem in problems if problem.row == index],
                prefix=f"rows-{index}",
                reason=reasons.get(f"{step.name}.{row.get('key', '')}", ""),
            )
            for index, row in enumerate(rows)
        ]
        if blank or not rows:
            self.forms.append(ENTRY_FORMS[step.name]({}, prefix=f"rows-{len(rows)}"))
        if step.name == "holders":
            nobody = [problem for problem in problems if problem.field == "nobody"]
            self.loose = [problem.message for problem in problems if problem.row is None and problem not in nobody]
            self.extra = NobodyForm(entry, nobody)

    @property
    def form(self) -> EntryForm:
        return self.forms[0]

    @property
    def lines(self) -> list[tuple[str, str]]:
        """The error summary: target and message."""
        lines = [("", message) for message in self.loose]
        for form in [*([self.extra] if self.extra else []), *self.forms]:
            for name, messages in form.errors.items():
                target = form[name].id_for_label if name in form.fields else ""
                lines += [(target, str(message)) for message in messages]
        return lines


def posted_entry(step: steps.Step, data: QueryDict, *, without: int | None = None) -> dict[str, Any]:
    """A step's entry from a sent form, without one of its rows; every row has its key from here on."""
    if not step.rows:
        return {name: data.get(name) for name in (*step.texts, *step.marks)}
    try:
        count = min(int(data.get("rows", "")), MOST_ROWS + 1)
    except ValueError:
        count = 0
    rows = [
        {name: data.get(f"rows-{index}-{name}") for name in (*step.texts, *step.marks)}
        | {"key": data.get(f"rows-{index}-key") or uuid.uuid4().hex[:8]}
        for index in range(count)
        if index != without
    ]
    return {"rows": rows, "nobody": data.get("nobody")}


class StartForm(forms.Form):
    """The code and name that a registration begins with; the code stays."""

    uscc = USCCField(help_text=_("18 characters, as on the business licence; the check digit is verified."))
    name_zh = NameField(label=_("Name on the business licence"), max_length=150)


class OfferForm(forms.Form):
    """Price and time of one service; the service (registry.services.set_offer) checks them against it."""

    pricing = forms.ChoiceField(label=_("Priced by"), choices=Offer.Pricing, widget=forms.RadioSelect)
    amount = AmountField(
        label=_("Amount"), max_digits=16, unit="", help_text=_("CNY, CNY a unit, or percent off the standard.")
    )
    unit = forms.CharField(
        label=_("Unit"), max_length=20, required=False, help_text=_("For a unit price only, such as m².")
    )
    days = forms.IntegerField(
        label=_("Promised time"),
        min_value=1,
        max_value=1000,
        widget=forms.TextInput({"inputmode": "numeric", "data-unit": _("working days")}),
    )


class NewOfferForm(OfferForm):
    """An offer of a service that the firm does not offer yet and that needs no qualification."""

    def __init__(self, *args: Any, items: QuerySet[ServiceItem], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["item"] = forms.ModelChoiceField(
            label=_("Service"), queryset=items, to_field_name="code", empty_label=_("Choose")
        )
        self.order_fields(["item"])


class ReasonForm(forms.Form):
    """A reason in the person's own words."""

    reason = forms.CharField(label=_("Reason"), max_length=2000, widget=forms.Textarea({"rows": 4}))

    def clean_reason(self) -> str:
        reason = self.cleaned_data["reason"].strip()
        if not reason:
            raise ValidationError(_("Give the reason."), code="required")
        return reason


class DecisionForm(ReasonForm):
    """Whether a proposed suspension is right, and why."""

    suspend = forms.TypedChoiceField(
        label=_("Decision"),
        choices=[("yes", _("Suspend, in effect from tomorrow")), ("no", _("Do not suspend"))],
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
    )
    field_order = ["suspend", "reason"]


class FindingsForm(forms.Form):
    """The findings on a filing: in order, or what is to be corrected, item by item; what is left open stays open."""

    round = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=30000)

    def __init__(self, registration: Registration, data: Any = None, checks: Iterable[RegistrationCheck] = ()) -> None:
        super().__init__(data, initial={"round": registration.round})
        self.items = items_to_check(registration.payload)
        found = {check.item: check for check in checks}
        for item in self.items:
            check = found.get(item)
            self.fields[f"verdict-{item}"] = forms.ChoiceField(
                label=_("Finding"),
                choices=RegistrationCheck.Verdict.choices,
                widget=forms.RadioSelect,
                required=False,
                initial=check.verdict if check else None,
            )
            self.fields[f"reason-{item}"] = forms.CharField(
                label=_("What has to be corrected"),
                max_length=1000,
                required=False,
                initial=check.reason if check else "",
                widget=forms.Textarea({"rows": 2}),
            )

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        for item in self.items:
            returned = values.get(f"verdict-{item}") == RegistrationCheck.Verdict.RETURN
            if returned and not (values.get(f"reason-{item}") or "").strip():
                self.add_error(f"reason-{item}", _("Say what has to be corrected."))
        return values

    @property
    def findings(self) -> dict[str, str]:
        """Item → reason, empty where it is in order; without those left open."""
        found = {}
        for item in self.items:
            if verdict := self.cleaned_data[f"verdict-{item}"]:
                is_returned = verdict == RegistrationCheck.Verdict.RETURN
                found[item] = self.cleaned_data[f"reason-{item}"].strip() if is_returned else ""
        return found

    def attach(self, sections: Iterable[Any]) -> None:
        """Give every section and row of the page its two fields."""
        for section in sections:
            for part in (section, *section.entries):
                if part.item in self.items:
                    part.fields = (self[f"verdict-{part.item}"], self[f"reason-{part.item}"])
