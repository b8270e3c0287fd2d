from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class AnswerForm(forms.Form):
    answer = forms.CharField(
        label=pgettext_lazy("noun", "Answer"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 6}),
        strip=True,
        help_text=_("It is published to everybody and cannot be changed."),
    )


class ReasonForm(forms.Form):
    """A decision's published reasons."""

    reason = forms.CharField(
        label=_("Reason (published)"), max_length=2000, widget=forms.Textarea(attrs={"rows": 4}), strip=True
    )


class PurposeForm(forms.Form):
    """What sealed addresses and devices are needed for."""

    purpose = forms.CharField(
        label=_("What are they needed for?"), max_length=2000, widget=forms.Textarea(attrs={"rows": 4}), strip=True
    )


class OriginsForm(forms.Form):
    """Why they are opened for that purpose, or not."""

    reason = forms.CharField(label=_("Reason"), max_length=2000, widget=forms.Textarea(attrs={"rows": 4}), strip=True)


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
