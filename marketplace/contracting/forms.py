import uuid
from collections.abc import Sequence
from dataclasses import asdict, fields
from decimal import Decimal
from typing import Any, cast

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from marketplace.core import clock, files
from marketplace.core.web.forms import AmountField, DayField, PercentField

from .choices import DisputeWay
from .models import ASPECTS, Contract, aspect_label
from .rules.remedies import Remedies
from .services import MilestoneTerms
from .services.delivering import MOST_FILES
from .services.terms import MOST_MILESTONES


class TermsForm(forms.Form):
    """Dates and further terms; the milestones are the formset beside it."""

    service_starts_on = DayField(label=_("Service starts on"))
    service_ends_on = DayField(label=_("Service ends on"))
    late_permille = AmountField(
        label=_("Delay costs, for each day"),
        unit="‰",
        max_digits=4,
        help_text=_("Of the instalment that is delivered or paid late; the same for both sides."),
    )
    late_cap_percent = PercentField(label=_("All delay together, at most"), help_text=_("Of the contract price."))
    step_back_days = forms.IntegerField(
        label=_("Days late after which the other side may step back"),
        help_text=_("Calendar days."),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "data-unit": _("days")}),
    )
    dispute_way = forms.ChoiceField(
        label=_("Who decides disputes"),
        choices=DisputeWay.choices,
        widget=forms.RadioSelect,
        help_text=_("One of them, never both: a clause that leaves the choice open settles nothing."),
    )
    arbitration_body = forms.CharField(
        label=_("Arbitration commission"),
        required=False,
        max_length=60,
        help_text=_("Only with arbitration: the full name of one commission, as 常州仲裁委员会."),
    )
    terms = forms.CharField(
        label=_("Further terms"),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("They become an article of the contract. Price and services come from the award and stay."),
    )
    based_on = forms.IntegerField(widget=forms.HiddenInput)

    def remedies(self) -> Remedies:
        """Breach and disputes as filled in."""
        return Remedies(**{each.name: self.cleaned_data[each.name] for each in fields(Remedies)})

    @classmethod
    def initial_of(cls, contract: Contract) -> dict[str, Any]:
        return {
            "service_starts_on": contract.service_starts_on,
            "service_ends_on": contract.service_ends_on,
            "terms": contract.terms,
            **asdict(contract.remedies),
            "based_on": contract.text_version,
        }


class MilestoneForm(forms.Form):
    """A row of the table of milestones; one left blank is no milestone."""

    title = forms.CharField(label=_("What is delivered"), max_length=120)
    percent = PercentField(label=_("Share of the price"), min_value=Decimal("0.01"))
    due_on = DayField(label=_("To be delivered by"))

    def has_changed(self) -> bool:
        return not self.is_bound or any(self.data.get(self.add_prefix(name)) for name in self.fields)


class BaseMilestoneFormSet(forms.BaseFormSet):
    def get_form_kwargs(self, index: int | None) -> dict[str, Any]:
        return {**super().get_form_kwargs(index), "empty_permitted": True}

    @property
    def shown(self) -> list[MilestoneForm]:
        """The rows that are filled in, and two more."""
        filled = [
            index for index, form in enumerate(self.forms, 1) if form.initial or (form.is_bound and form.has_changed())
        ]
        return self.forms[: max(filled, default=0) + 2]

    @property
    def spare(self) -> list[MilestoneForm]:
        """The rows that wait behind “More milestones”."""
        return self.forms[len(self.shown) :]

    def terms(self) -> list[MilestoneTerms]:
        """What the filled rows say, in their order."""
        rows = [form.cleaned_data for form in self.forms if form.has_changed() and form.cleaned_data]
        return [MilestoneTerms(row["title"], row["percent"], row["due_on"]) for row in rows]


MilestoneFormSet = forms.formset_factory(
    MilestoneForm,
    formset=BaseMilestoneFormSet,
    extra=5,
    max_num=MOST_MILESTONES,
    absolute_max=MOST_MILESTONES,
)


class AgreeForm(forms.Form):
    sha256 = forms.CharField(widget=forms.HiddenInput, max_length=64)


class SignForm(AgreeForm):
    confirmed = forms.BooleanField(
        label=_("I have read this text and sign it for my organisation."),
        error_messages={"required": _("Confirm that you have read the text.")},
    )


class WishForm(forms.Form):
    wish = forms.CharField(
        label=_("What should change, and why"), max_length=2000, widget=forms.Textarea(attrs={"rows": 5})
    )


class FilesInput(forms.ClearableFileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Several uploads, each with the market's checks."""

    widget = FilesInput

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile]:
        uploads: Sequence[Any] = data if isinstance(data, list | tuple) else [data]
        cleaned = [super(FilesField, self).clean(upload, initial) for upload in uploads or [None]]
        faults = []
        for upload in cleaned:
            try:
                files.check(upload)
            except forms.ValidationError as fault:
                faults.append(f"{upload.name}: {fault.messages[0]}")
        if len(cleaned) > MOST_FILES:
            faults.append(str(_("Choose one to %(most)d files.") % {"most": MOST_FILES}))
        if faults:
            raise forms.ValidationError(faults)
        return cleaned


class DeliverForm(forms.Form):
    files = FilesField(  # type: ignore[assignment]
        label=_("Files"),
        help_text=_(
            "Up to 10 files of 20 MB each: PDF, OFD, DOCX, XLSX, DWG, images or ZIP. Each is kept with its hash."
        ),
    )
    note = forms.CharField(label=_("Note"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 3}))


class ReturnForm(forms.Form):
    reasons = forms.CharField(
        label=_("What has to be mended"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_("Name page or file, so that the intermediary can mend it. A third return goes to a regulator."),
    )


class ExtendForm(forms.Form):
    due_on = DayField(label=_("New delivery date"))
    reason = forms.CharField(label=_("Reason"), max_length=500)


class PaymentForm(forms.Form):
    token = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)
    amount = AmountField(label=_("Amount"), min_value=Decimal("0.01"))
    paid_on = DayField(label=_("Paid on"))
    milestone = forms.TypedChoiceField(label=_("For which milestone"), required=False, coerce=int, empty_value=None)
    note = forms.CharField(label=_("Bank reference or note"), required=False, max_length=200)

    def __init__(self, *args: Any, contract: Contract, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        milestone = cast(forms.TypedChoiceField, self.fields["milestone"])
        milestone.choices = [
            ("", _("None in particular")),
            *((each.pk, f"{each.position}. {each.title}") for each in contract.milestones.all()),
        ]
        self.fields["paid_on"].initial = clock.today()


class DenyForm(forms.Form):
    reason = forms.CharField(label=_("Why the payment is denied"), max_length=500)


def star_field(label: Any) -> forms.TypedChoiceField:
    words = (
        pgettext_lazy("stars", "very bad"),
        pgettext_lazy("stars", "bad"),
        pgettext_lazy("stars", "fair"),
        pgettext_lazy("stars", "good"),
        pgettext_lazy("stars", "very good"),
    )
    return forms.TypedChoiceField(
        label=label,
        coerce=int,
        choices=[(number, format_lazy("{} {}", number, word)) for number, word in enumerate(words, 1)],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose 1 to 5 stars.")},
    )


class RatingForm(forms.Form):
    """Five aspects of 1 to 5 stars, and a comment."""

    comment = forms.CharField(
        label=_("Comment"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Public, with your organisation's name."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for aspect in ASPECTS:
            self.fields[aspect] = star_field(aspect_label(aspect))
        self.order_fields([*ASPECTS, "comment"])

    def stars(self) -> dict[str, int]:
        return {aspect: self.cleaned_data[aspect] for aspect in ASPECTS}

    def aspects(self) -> list[forms.BoundField]:
        return [self[aspect] for aspect in ASPECTS]


class ReplyForm(forms.Form):
    reply = forms.CharField(
        label=_("Reply"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("Public, beside the rating. You can reply once."),
    )


class VerifyForm(forms.Form):
    sha256 = forms.RegexField(
        label=_("SHA-256 of the text"),
        regex=r"^\s*(?:[0-9a-fA-F]{8}\s*){8}$",
        help_text=_("64 digits and letters, as they stand at the foot of the contract."),
        error_messages={"invalid": _("A SHA-256 has 64 digits and letters from a to f.")},
    )

    def clean_sha256(self) -> str:
        return "".join(self.cleaned_data["sha256"].split()).lower()


class DecisionForm(forms.Form):
    decision = forms.ChoiceField(
        label=_("Decision"),
        choices=[
            ("accepted", _("Accepted: the milestone is done")),
            ("returned", _("Returned: the intermediary mends it and submits again")),
        ],
        widget=forms.RadioSelect,
    )
    reasons = forms.CharField(
        label=_("Reasons"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_("Both sides are told; they stand on the contract's page."),
    )


class TerminateForm(forms.Form):
    reason = forms.CharField(
        label=_("Reason"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("It is published."),
    )
