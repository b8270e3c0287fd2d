from decimal import Decimal
from typing import Any

from allauth.account.forms import SignupForm as BaseSignupForm
from django import forms
from django.core.exceptions import ValidationError
from django.forms import formset_factory
from django.http import HttpRequest
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from marketplace.core.typed.comparing import folded
from marketplace.core.typed.identifiers import USCCField
from marketplace.core.web.forms import NameField, PercentField, PhoneField

from .choices import TokenScope
from .models import District, Membership, Organisation, User
from .services import HolderParticulars, Particulars

#: Four holders of 25 % make the whole.
MOST_HOLDERS = 4


class SignupForm(BaseSignupForm):
    """Signing up takes the name too: what a person does in a matter stands under it."""

    name = forms.CharField(label=_("Your name"), max_length=100, widget=forms.TextInput({"autocomplete": "name"}))
    field_order = ["name", "email", "password1", "password2"]

    def custom_signup(self, request: HttpRequest, user: User) -> None:
        user.name = self.cleaned_data["name"]
        user.language = _supported(get_language())
        user.save(update_fields=["name", "language"])


def _supported(language: str | None) -> str:
    return language if language in User.Language.values else User.Language.CHINESE


class ProfileForm(forms.ModelForm):
    class Meta:
        model = User
        fields = ["name", "language"]
        widgets = {"language": forms.RadioSelect}
        labels = {"name": _("Your name"), "language": _("Language of notices and e-mails")}


class OrganisationForm(forms.ModelForm):
    """An enterprise's particulars; the service checks them against the other organisations."""

    uscc = USCCField(help_text=_("18 characters, as on the business licence; the check digit is verified."))
    has_no_holders = forms.BooleanField(label=_("Nobody holds 25 percent or more"), required=False)

    district = forms.ModelChoiceField(label=_("District"), queryset=District.objects.all(), empty_label=_("Choose"))

    class Meta:
        model = Organisation
        fields = ["uscc", "name_zh", "name_en", "legal_representative", "district", "address", "phone"]
        field_classes = {"name_zh": NameField, "legal_representative": NameField, "phone": PhoneField}
        labels = {
            "name_zh": _("Name on the business licence"),
            "name_en": _("English name"),
            "phone": _("Telephone"),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("legal_representative", "address"):
            self.fields[name].required = True
        self.fields["phone"].widget.input_type = "tel"
        if self.instance.pk:
            self.fields["uscc"].disabled = True
            self.fields["uscc"].help_text = _("The code stays; another code is another organisation.")

    def validate_unique(self) -> None:
        """Left to the service, whose message says what to do."""

    def particulars(self) -> Particulars:
        values = {field: self.cleaned_data[field] for field in Particulars.__dataclass_fields__}
        return Particulars(**values)


class HolderForm(forms.Form):
    name = NameField(label=_("Name of the holder"), max_length=150, person=True)
    code = USCCField(label=_("Code (companies only)"), required=False)
    share_percent = PercentField(label=pgettext_lazy("holder", "Share"), min_value=Decimal(25))
    is_state = forms.BooleanField(label=_("A state holder"), required=False)


class BaseHolderFormSet(forms.BaseFormSet):
    """Up to four holders; a row left or made empty doesn't count."""

    def initial_form_count(self) -> int:
        # Also the rows of present holders may be emptied.
        return 0

    def clean(self) -> None:
        if any(self.errors):
            return
        if sum(holder.share_percent for holder in self.holders()) > 100:
            raise ValidationError(_("The shares add up to more than 100 percent."))
        names = [(folded(holder.name, person=True), holder.code) for holder in self.holders()]
        if len(set(names)) < len(names):
            raise ValidationError(_("A holder is named twice."))

    def holders(self) -> list[HolderParticulars]:
        return [HolderParticulars(**form.cleaned_data) for form in self.forms if form.has_changed()]


HolderFormSet = formset_factory(
    HolderForm, formset=BaseHolderFormSet, extra=MOST_HOLDERS, max_num=MOST_HOLDERS, validate_max=True, absolute_max=10
)


class InvitationForm(forms.Form):
    email = forms.EmailField(label=_("E-mail"), widget=forms.EmailInput({"autocomplete": "off"}))
    role = forms.ChoiceField(
        label=_("Role"),
        choices=Membership.Role,
        initial=Membership.Role.HANDLER,
        widget=forms.RadioSelect,
        help_text=_("An administrator also manages members; a handler acts in matters; a reader only looks."),
    )


class RoleForm(forms.Form):
    role = forms.ChoiceField(label=_("Role"), choices=Membership.Role)


class TokenForm(forms.Form):
    """A program's token: what it is for, what it may do, until when."""

    name = forms.CharField(
        label=_("What is it for?"), max_length=60, help_text=_("Such as the name of the program or the machine.")
    )
    scopes = forms.MultipleChoiceField(
        label=_("What the program may do"), choices=TokenScope, widget=forms.CheckboxSelectMultiple
    )
    days = forms.TypedChoiceField(
        label=_("Works for"),
        coerce=int,
        choices=[(30, _("30 days")), (90, _("90 days")), (365, _("A year"))],
        initial=90,
        widget=forms.RadioSelect,
    )
