from typing import Any

from django import forms
from django.db.models import Q
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from marketplace.accounts.models import Organisation
from marketplace.catalogue.models import QualificationType, ServiceItem
from marketplace.core.files import UploadField
from marketplace.core.typed.identifiers import ProjectCodeField, USCCField
from marketplace.core.web.forms import NameField, PercentField, PhoneField, RowsField

from ..choices import Grade
from ..models import Exclusion, WorkRequest

YES_NO = [(True, _("Yes")), (False, _("No"))]


class ItemField(forms.ModelChoiceField):
    """A service to ask for; one that no approval may simply ask for says so."""

    def label_from_instance(self, obj: ServiceItem) -> str:
        if not obj.is_warned_about:
            return str(obj)
        return str(format_lazy(_("{item} ({position})"), item=str(obj), position=obj.get_status_display()))


class NewRequestForm(forms.Form):
    title = forms.CharField(
        label=_("Title"),
        max_length=120,
        required=False,
        help_text=_("As people will find it: the project and the service. Empty takes the service's name."),
    )

    def __init__(self, *args: Any, owner: Organisation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        items = ServiceItem.objects.asked_for(by_authority=owner.kind == Organisation.Kind.AUTHORITY)
        title = self.fields.pop("title")
        self.fields["item"] = ItemField(
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

    def leave_out_unread(self) -> list[str]:
        """Keep the draft's own value where something typed cannot be read yet; the messages of those fields."""
        for name in self.errors:
            self.cleaned_data.setdefault(name, self.initial.get(name))
        return [str(message) for messages in self.errors.values() for message in messages]

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
            "no_code_reason",
            "government_investment",
            "fund_fiscal",
            "fund_state",
            "fund_social",
            "public_project",
        )
        field_classes = {
            "project_name": NameField,
            "project_code": ProjectCodeField,
            **dict.fromkeys(("fund_fiscal", "fund_state", "fund_social"), PercentField),
        }


class ServiceForm(DraftForm):
    #: A further service of a bundle, bought as one.
    add_item = ItemField(
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
        by_authority = self.instance.owner.kind == Organisation.Kind.AUTHORITY
        items = ServiceItem.objects.asked_for(by_authority=by_authority)
        items = items.exclude(request_items__work_request=self.instance)
        self.fields["add_item"].queryset = items  # type: ignore[attr-defined]

    @property
    def values(self) -> dict[str, Any]:
        return {name: value for name, value in super().values.items() if name != "add_item"}


class QualificationsField(RowsField):
    """Qualifications that may be asked for; one on the draft that no longer may says so."""

    def label_from_instance(self, obj: QualificationType) -> str:
        return obj.name if obj.can_be_demanded() else str(_("%(name)s (may not be asked for)") % {"name": obj.name})


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
        field_classes = {"qualifications": QualificationsField}
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

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        asked = self.instance.qualifications.values("pk")
        types = QualificationType.objects.filter(Q(pk__in=QualificationType.objects.demanded()) | Q(pk__in=asked))
        self.fields["qualifications"].queryset = types  # type: ignore[attr-defined]

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
        field_classes = {"contact_phone": PhoneField}

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
