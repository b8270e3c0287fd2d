import base64
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from marketplace.core.files import UploadField
from marketplace.core.web.forms import AmountField

from ..announcing.receipt_checking import LONGEST
from ..models import Objection, WorkRequest
from ..sealing.bids import SealedBid
from ..sealing.proposals import accept
from ..services import price_problem


class QuestionForm(forms.Form):
    text = forms.CharField(
        label=_("Your question"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 5}),
        strip=True,
        help_text=_("It is published at once, without your firm's name. Do not name yourself in it."),
    )


PROPOSAL_HINT = _("PDF, Word, Excel, OFD, DWG, picture or ZIP, up to 20 MB; do not name your firm in it.")


class BidForm(forms.Form):
    price = AmountField(label=_("Your price"))
    days = forms.IntegerField(
        label=_("Promised time"),
        min_value=1,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "data-unit": _("working days")}),
    )

    def __init__(self, *args: Any, work_request: WorkRequest, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.work_request = work_request
        if work_request.fixes_price:
            del self.fields["price"]
        if work_request.fixes_time:
            del self.fields["days"]

    def clean_price(self) -> Decimal:
        price: Decimal = self.cleaned_data["price"]
        if problem := price_problem(self.work_request, price):
            raise forms.ValidationError(str(problem))
        return price

    def clean_days(self) -> int:
        days: int = self.cleaned_data["days"]
        most = self.work_request.service_days or 0
        if days > most:
            raise forms.ValidationError(_("The request allows at most %(days)d working days.") % {"days": most})
        return days


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


class SealedForm(forms.Form):
    """A filing that the browser sealed."""

    sealed = forms.CharField()
    purpose = forms.CharField(required=False)
    announcement_hash = forms.CharField(required=False)
    proposal = forms.FileField(required=False, max_length=255)

    def clean_sealed(self) -> SealedBid:
        try:
            return SealedBid.received(base64.b64decode(self.cleaned_data["sealed"], validate=True))
        except ValueError as fault:
            raise forms.ValidationError(str(fault)) from fault

    def clean_proposal(self) -> Any:
        upload = self.cleaned_data["proposal"]
        try:
            return accept(upload.read()) if upload else None
        except ValueError as fault:
            raise forms.ValidationError(str(fault)) from fault


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
