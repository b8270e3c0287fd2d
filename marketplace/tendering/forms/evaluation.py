"""Forms of the evaluators' pool and of marking."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from marketplace.accounts.models import Organisation, User
from marketplace.catalogue.models import Category
from marketplace.core.typed.identifiers import USCCField

from ..models import Evaluator, EvaluatorTie, Mark
from ..services.evaluating.marking import Marks


class EvaluatorForm(forms.Form):
    """Competence and employer of a person of the pool."""

    fields_of_competence = forms.MultipleChoiceField(
        choices=Category.choices,
        widget=forms.CheckboxSelectMultiple,
        label=_("Fields of competence"),
        help_text=_("Only requests with a service of these fields announce the number."),
    )
    employer = forms.CharField(
        label=_("Employer"), max_length=150, help_text=_("For a person without one: retired, or self-employed.")
    )
    employer_code = USCCField(
        label=_("Code of the employer"),
        required=False,
        help_text=_("With it the market finds the employer among the bidders by itself."),
    )

    @property
    def values(self) -> dict[str, Any]:
        return {
            "fields": self.cleaned_data["fields_of_competence"],
            "employer": self.cleaned_data["employer"],
            "employer_code": self.cleaned_data["employer_code"] or "",
        }


class AdmissionForm(EvaluatorForm):
    """A person taken into the pool, found by the e-mail address that they sign in with."""

    email = forms.EmailField(
        label=_("E-mail address of the account"), help_text=_("The person signs up first; here the account is named.")
    )
    field_order = ("email", "fields_of_competence", "employer", "employer_code")

    def clean_email(self) -> User:
        user = User.objects.filter(email=self.cleaned_data["email"].strip().lower(), is_active=True).first()
        if user is None:
            raise forms.ValidationError(_("Nobody signs in with this address. Ask the person to sign up first."))
        return user


class TieForm(forms.Form):
    """A tie that an evaluator has declared."""

    uscc = USCCField(label=_("Code of the organisation"))
    ground = forms.ChoiceField(choices=EvaluatorTie.Ground.choices, label=pgettext_lazy("tie", "Ground"))

    def clean_uscc(self) -> Organisation:
        organisation = Organisation.objects.filter(uscc=self.cleaned_data["uscc"]).first()
        if organisation is None:
            raise forms.ValidationError(_("No organisation of the market has this code."))
        return organisation


class OwnTieForm(forms.Form):
    reason = forms.CharField(
        label=_("What ties you, and to whom"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        strip=True,
        help_text=_("It stands in the trail of the request; the result says only that you declared a tie."),
    )


class MarksForm(forms.Form):
    """The marks of a paper, none needed before it is handed in."""

    #: The paper as this page showed it, so that a stale page is refused.
    edited_at = forms.CharField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, marks: list[Mark], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.marks = marks
        for row in marks:
            whole = _("Proposal %(label)d: a mark is a whole number from 0 to 100.") % {"label": row.label}
            self.fields[f"mark_{row.label}"] = forms.IntegerField(
                label=_("Mark of proposal %(label)d") % {"label": row.label},
                required=False,
                initial=row.mark,
                min_value=0,
                max_value=100,
                widget=forms.TextInput(attrs={"inputmode": "numeric", "data-unit": _("of 100"), "autocomplete": "off"}),
                error_messages=dict.fromkeys(("invalid", "min_value", "max_value"), whole),
            )
            self.fields[f"remark_{row.label}"] = forms.CharField(
                label=_("Reason for the mark of proposal %(label)d") % {"label": row.label},
                required=False,
                initial=row.remark,
                max_length=2000,
                widget=forms.Textarea(attrs={"rows": 3}),
            )

    @property
    def values(self) -> Marks:
        """What `save_marks` takes."""
        return {
            row.label: (self.cleaned_data[f"mark_{row.label}"], self.cleaned_data[f"remark_{row.label}"])
            for row in self.marks
        }

    @property
    def lines(self) -> list[tuple[Mark, forms.BoundField, forms.BoundField]]:
        return [(row, self[f"mark_{row.label}"], self[f"remark_{row.label}"]) for row in self.marks]


class HandInForm(forms.Form):
    #: The paper as this page showed it, so that what was not looked over is not handed in.
    edited_at = forms.CharField(widget=forms.HiddenInput, required=False)


def initial_of(evaluator: Evaluator) -> dict[str, Any]:
    return {
        "fields_of_competence": evaluator.fields,
        "employer": evaluator.employer,
        "employer_code": evaluator.employer_code,
    }
