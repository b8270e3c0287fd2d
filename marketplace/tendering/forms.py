from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from marketplace.accounts.models import Organisation
from marketplace.catalogue.models import ServiceItem
from marketplace.core.files import UploadField
from marketplace.core.forms import AmountField, RowsField
from marketplace.core.identifiers import USCCField

from .models import Exclusion, Objection, WorkRequest
from .models.requests import Grade
from .receipt_checking import LONGEST

MONEY = forms.TextInput(attrs={"inputmode": "decimal", "data-unit": _("CNY")})
YES_NO = [(True, _("Yes")), (False, _("No"))]


class NewRequestForm(forms.Form):
    title = forms.CharField(
        label=_("Title"),
        max_length=120,
        required=False,
        help_text=_("As people will find it: the project and the service. Empty takes the service's name."),
    )

    def __init__(self, *args: Any, owner: Organisation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        items = ServiceItem.objects.open()
        if owner.kind != Organisation.Kind.AUTHORITY:
            items = items.filter(paid_by=ServiceItem.PaidBy.APPLICANT)
        title = self.fields.pop("title")
        self.fields["item"] = forms.ModelChoiceField(
            items, label=_("Service"), empty_label=_("Choose a service"), to_field_name="code"
        )
        self.fields["title"] = title


class DraftForm(forms.ModelForm):
    """One page of a draft: the model's fields, none needed before the request is handed in; the service checks them."""

    #: The draft as this page showed it, so that a stale page is refused.
    edited_at = forms.CharField(widget=forms.HiddenInput)

    required_fields: tuple[str, ...] = ()

    class Meta:
        model = WorkRequest
        fields: tuple[str, ...] = ()
        formfield_callback = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.required = name in (*self.required_fields, "edited_at")
        self.initial["edited_at"] = self.instance.edited_at.isoformat()

    def _post_clean(self) -> None:
        """Leave the instance alone: what may be written is the service's question."""

    @property
    def values(self) -> dict[str, Any]:
        """What `save_draft` takes."""
        return {name: value for name, value in self.cleaned_data.items() if name != "edited_at"}


class ProjectForm(DraftForm):
    required_fields = ("title", "fund_fiscal", "fund_state", "fund_social", "government_investment")
    public_project = forms.TypedChoiceField(
        choices=[("", _("Not declared")), *YES_NO],
        coerce=lambda value: value == "True",
        empty_value=None,
        label=_("Project of budget or controlling state-owned money"),
        help_text=_(
            "Yes, if budget money of ¥2,000,000 or more makes up at least 10 percent of the investment, or state-owned "
            "money controls it (国家发展改革委令第16号). Needed for survey, design and supervision."
        ),
    )
    government_investment = forms.TypedChoiceField(
        choices=[(False, _("No")), (True, _("Yes"))],
        coerce=lambda value: value == "True",
        empty_value=None,
        widget=forms.RadioSelect,
        label=_("Serves a government investment project"),
    )

    class Meta(DraftForm.Meta):
        fields = (
            "title",
            "project_name",
            "project_code",
            "government_investment",
            "fund_fiscal",
            "fund_state",
            "fund_social",
            "public_project",
        )
        widgets = {
            name: forms.TextInput(attrs={"inputmode": "decimal", "data-unit": "%"})
            for name in ("fund_fiscal", "fund_state", "fund_social")
        }


class ServiceForm(DraftForm):
    #: A further service of a bundle, bought as one.
    add_item = forms.ModelChoiceField(
        ServiceItem.objects.none(),
        label=_("Add a service"),
        empty_label=_("Choose a service"),
        to_field_name="code",
        help_text=_("Several services together are a bundle: one bidder holds all qualifications and names one total."),
    )

    class Meta(DraftForm.Meta):
        fields = ("content", "scale", "service_days")
        widgets = {
            "content": forms.Textarea(attrs={"rows": 6}),
            "service_days": forms.TextInput(attrs={"inputmode": "numeric", "data-unit": _("working days")}),
        }
        help_texts = {
            "content": _("What is to be done and handed over, up to which approval."),
            "scale": _("Investment, area or other size that bidders need."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        items = ServiceItem.objects.open().exclude(request_items__work_request=self.instance)
        if self.instance.owner.kind != Organisation.Kind.AUTHORITY:
            items = items.filter(paid_by=ServiceItem.PaidBy.APPLICANT)
        self.fields["add_item"].queryset = items  # type: ignore[attr-defined]

    @property
    def values(self) -> dict[str, Any]:
        return {name: value for name, value in super().values.items() if name != "add_item"}


class ConditionsForm(DraftForm):
    min_grade = forms.ChoiceField(
        choices=[("", _("any but D")), *Grade.choices],
        label=_("Credit grade at least"),
        help_text=_("Grade D cannot bid anyway. A grade above C needs a reason that is reviewed."),
    )

    class Meta(DraftForm.Meta):
        fields = (
            "min_grade",
            "qualifications",
            "qualifications_match",
            "practitioner_licence",
            "practitioners_needed",
            "requirement_reason",
        )
        field_classes = {"qualifications": RowsField}
        widgets = {
            "qualifications": forms.CheckboxSelectMultiple,
            "qualifications_match": forms.RadioSelect,
            "requirement_reason": forms.Textarea(attrs={"rows": 3}),
            "practitioners_needed": forms.TextInput(attrs={"inputmode": "numeric"}),
        }
        help_texts = {
            "qualifications": _(
                "The qualification that the service needs by law is always asked for; add others only."
            ),
            "requirement_reason": _("Needed where you ask for more than the service itself requires."),
        }

    def clean_practitioners_needed(self) -> int:
        return self.cleaned_data["practitioners_needed"] or 0

    def clean_qualifications_match(self) -> str:
        return self.cleaned_data["qualifications_match"] or "all"


class ContactForm(DraftForm):
    attachment = UploadField(
        label=_("Add an attachment"),
        required=False,
        help_text=_("PDF, Word, Excel, OFD, DWG, picture or ZIP, up to 20 MB."),
    )

    class Meta(DraftForm.Meta):
        fields = ("contact_name", "contact_phone")

    @property
    def values(self) -> dict[str, Any]:
        return {name: value for name, value in super().values.items() if name != "attachment"}


class ExclusionForm(forms.Form):
    """A firm that the owner keeps out; a row left empty is none."""

    uscc = USCCField(label=_("Code of the firm"), required=False)
    ground = forms.ChoiceField(
        choices=[("", "—"), *Exclusion.Ground.choices], label=pgettext_lazy("exclusion", "Ground"), required=False
    )
    explanation = forms.CharField(label=_("Explanation (published)"), max_length=500, required=False)

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        values["organisation"] = None
        if code := values.get("uscc"):
            organisation = Organisation.objects.filter(uscc=code, kind=Organisation.Kind.INTERMEDIARY).first()
            if organisation is None:
                self.add_error("uscc", _("No intermediary of the market has this code."))
            values["organisation"] = organisation
        elif values.get("ground") or values.get("explanation"):
            self.add_error("uscc", _("Name the firm by its code."))
        return values


ExclusionFormSet = forms.formset_factory(
    ExclusionForm, extra=Exclusion.MOST, max_num=Exclusion.MOST, validate_max=True, absolute_max=Exclusion.MOST
)


class QuestionForm(forms.Form):
    text = forms.CharField(
        label=_("Your question"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 5}),
        strip=True,
        help_text=_("It is published at once, without your firm's name. Do not name yourself in it."),
    )


class AnswerForm(forms.Form):
    answer = forms.CharField(
        label=pgettext_lazy("noun", "Answer"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 6}),
        strip=True,
        help_text=_("It is published to everybody and cannot be changed."),
    )


PROPOSAL_HINT = _("PDF, Word, Excel, OFD, DWG, picture or ZIP, up to 20 MB; do not name your firm in it.")


class BidForm(forms.Form):
    price = AmountField(label=_("Your price"), widget=MONEY)
    days = forms.IntegerField(
        label=_("Promised time"),
        min_value=1,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "data-unit": _("working days")}),
    )

    def __init__(self, *args: Any, work_request: WorkRequest, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if work_request.fixes_price:
            del self.fields["price"]
        if work_request.fixes_time:
            del self.fields["days"]


class SealForm(BidForm):
    """The same, carried along, and what goes with sealing: the declaration, and the proposal where one is asked for."""

    proposal = UploadField(label=_("Proposal"), help_text=PROPOSAL_HINT)

    declaration = forms.BooleanField(
        label=_("I confirm this"), error_messages={"required": _("Confirm the declaration before sealing.")}
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("price", "days"):
            if name in self.fields:
                self.fields[name].widget = forms.HiddenInput()
        if not kwargs["work_request"].asks_for_proposal:
            del self.fields["proposal"]


class ProposalForm(forms.Form):
    """The proposal's field alone, for the page that seals it in the browser."""

    proposal = UploadField(label=_("Proposal"), help_text=PROPOSAL_HINT)


class ReceiptForm(forms.Form):
    """A receipt to check: its text, or its file."""

    file = forms.FileField(label=_("The receipt's file"), required=False)
    receipt = forms.CharField(
        label=_("or its text"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 8, "spellcheck": "false", "autocomplete": "off"}),
    )

    @property
    def text(self) -> str:
        return self.cleaned_data["text"]

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        upload = values.get("file")
        content = upload.read(LONGEST + 1).decode("utf-8", "replace") if upload else values.get("receipt", "")
        if not content.strip():
            self.add_error("receipt", _("Choose the receipt's file, or paste its text."))
        return values | {"text": content}


class ReasonForm(forms.Form):
    """A decision's published reasons."""

    reason = forms.CharField(
        label=_("Reason (published)"), max_length=2000, widget=forms.Textarea(attrs={"rows": 4}), strip=True
    )


class ObjectionForm(forms.Form):
    ground = forms.ChoiceField(
        choices=Objection.Ground.choices, widget=forms.RadioSelect, label=pgettext_lazy("objection", "Ground")
    )
    statement = forms.CharField(
        label=_("What happened, and which rule it breaks"),
        max_length=8000,
        widget=forms.Textarea(attrs={"rows": 8}),
        strip=True,
    )
    evidence = UploadField(
        label=_("Evidence"), required=False, help_text=_("PDF, picture, Word, Excel or ZIP, up to 20 MB.")
    )


class ReviewForm(forms.Form):
    reasons = forms.CharField(
        label=_("Reasons"), max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 4}), strip=True
    )


class DecisionForm(forms.Form):
    """A regulator's decision about the objections of one publicity period."""

    outcome = forms.ChoiceField(
        choices=[
            ("rejected", _("Rejected: the publicity period runs on")),
            ("next", _("Upheld: the next in rank takes over")),
            ("void", _("Upheld: the request is voided")),
        ],
        widget=forms.RadioSelect,
        label=_("Decision"),
    )
    reasons = forms.CharField(
        label=_("Reasons (published), with an answer to every point"),
        max_length=8000,
        widget=forms.Textarea(attrs={"rows": 8}),
        strip=True,
    )

    @property
    def remedy(self) -> str:
        outcome = self.cleaned_data["outcome"]
        return outcome if outcome != "rejected" else "next"
