from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.models import Organisation
from marketplace.core import clock
from marketplace.core.files import UploadField
from marketplace.core.typed.identifiers import USCCField
from marketplace.core.web.forms import DayField

from .models import CreditRule


class DayForm(forms.Form):
    """The day that a standing is asked for, today unless given."""

    on = DayField(label=_("Any day"), required=False)

    def clean_on(self) -> Any:
        on = self.cleaned_data["on"]
        if on and on > clock.today():
            raise forms.ValidationError(_("This day lies in the future. Choose today or an earlier day."))
        if on and on.year < 2016:
            raise forms.ValidationError(_("The market has no records before 2016."))
        return on


class ProposalForm(forms.Form):
    """What a regulator fills in to propose a credit event."""

    subject = USCCField(
        label=_("Intermediary's unified social credit code"), error_messages={"required": _("Enter the code.")}
    )
    rule = forms.ModelChoiceField(
        CreditRule.objects.all(),
        label=_("Rule"),
        help_text=_("One fact, one event: choose the gravest rule that fits; D15 only where no other does."),
    )
    happened_on = DayField(label=_("Happened on"))
    facts = forms.CharField(label=_("Facts"), max_length=4000, widget=forms.Textarea(attrs={"rows": 5}))
    evidence = forms.CharField(label=_("Evidence"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3}))
    upload = UploadField(label=_("Evidence file"), required=False)

    def clean_subject(self) -> Organisation:
        code = self.cleaned_data["subject"]
        organisation = Organisation.objects.filter(kind=Organisation.Kind.INTERMEDIARY, uscc=code).first()
        if organisation is None:
            raise forms.ValidationError(_("No intermediary of the market has this code."))
        return organisation

    def clean_happened_on(self) -> Any:
        day = self.cleaned_data["happened_on"]
        if day > clock.today():
            raise forms.ValidationError(_("The day lies in the future."))
        return day


class DecisionForm(forms.Form):
    """A decision on a proposed event."""

    effective = forms.TypedChoiceField(
        label=_("Decision"),
        choices=[("yes", _("Confirm: the points take effect tomorrow")), ("no", _("Dismiss: no points, not public"))],
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose a decision.")},
    )
    reason = forms.CharField(
        label=_("Findings and reasons"),
        help_text=_("Goes into the decision and is public where the event takes effect. Name the evidence."),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 5}),
        error_messages={"required": _("Give the reason.")},
    )
