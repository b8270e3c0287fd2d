"""The page of a draft on which price, method and deadline are set."""

from typing import Any

from django import forms
from django.utils.functional import lazy
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from marketplace.accounts.models import Organisation
from marketplace.core import calendar, clock
from marketplace.core.web.forms import AmountField, MomentField
from marketplace.ui.templatetags.market import near

from .. import selection
from ..choices import Method
from ..facts.evaluators import announced_pool
from ..policy import TenderingPolicy
from ..rules import deadlines, parameters, public_value
from .drafts import DraftForm

#: What each method is, in a line.
MEANING = {
    Method.DIRECT: _(
        "No bidding: you pick among the listed offers of eligible firms and say why. For social money, or small sums."
    ),
    Method.RANDOM_DRAW: _("You fix price and time. Every eligible sign-up has the same chance."),
    Method.LOWEST_PRICE: _("Firms bid within your limits. The lowest price wins."),
    Method.BENCHMARK_PRICE: _(
        "Firms bid within your limits. The price nearest to a drawn 95 to 98 percent of their mean wins."
    ),
    Method.CREDIT_PREFERRED: _(
        "You fix the price. The best scores are drawn, weighted by score, into a short list from which you pick."
    ),
    Method.BEST_PROPOSAL: _("Price, time, proposal and credit are weighed; evaluators mark proposals without names."),
}


_format_later = lazy(format_html, SafeString)


def _described(method: Method) -> Any:
    return _format_later('{}<span class="field-hint">{}</span>', method.label, MEANING[method])


def _percent(label: Any, help_text: Any) -> forms.IntegerField:
    return forms.IntegerField(
        label=label,
        help_text=help_text,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "data-unit": "%"}),
        error_messages={"invalid": _("Give a whole percentage between 0 and 100.")},
    )


class SelectionForm(DraftForm):
    required_fields = ("method", "signing_days")
    method = forms.ChoiceField(widget=forms.RadioSelect, label=_("Selection method"))
    long = forms.IntegerField(
        label=_("Size of the long list"),
        help_text=_("So many firms with the highest scores are drawn."),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "data-unit": _("firms")}),
    )
    short = forms.IntegerField(
        label=_("Size of the short list"),
        help_text=_("So many that are drawn first; you pick one of them."),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "data-unit": _("firms")}),
    )
    weight_price = _percent(_("Weight of the price"), _("Lowest price ÷ price × 100."))
    weight_time = _percent(_("Weight of the time"), _("Fewest days ÷ days × 100."))
    weight_proposal = _percent(_("Weight of the proposal"), _("The mean of the evaluators' marks, 0 to 100."))
    weight_credit = _percent(_("Weight of the credit score"), _("The score of the day before the deadline."))
    evaluators = forms.IntegerField(
        label=_("Number of evaluators"),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "data-unit": pgettext_lazy("evaluators", "people")}),
    )
    public_value_source = forms.CharField(
        label=_("Source of a public value"),
        max_length=public_value.LONGEST_FIELD,
        help_text=_("Such as the day's official lottery. Its first value after the opening takes part in the draw."),
    )
    public_value_field = forms.CharField(
        label=_("Which value of it"), max_length=public_value.LONGEST_FIELD, help_text=_("Such as the first prize.")
    )
    public_value_format = forms.CharField(
        label=_("How it is written"),
        max_length=public_value.LONGEST_FIELD,
        help_text=_("Such as five digits without spaces. Two officers type it exactly so."),
    )
    bids_close_at = MomentField(label=_("Bid deadline"), required=False)

    class Meta(DraftForm.Meta):
        fields = ("method", "price_max", "price_min", "signing_days", "bid_days", "bids_close_at")
        field_classes = {"price_max": AmountField, "price_min": AmountField}
        widgets = {
            name: forms.TextInput(attrs={"inputmode": "numeric", "data-unit": _("working days")})
            for name in ("signing_days", "bid_days")
        }
        help_texts = {
            "price_max": _(
                "The price that you fix for a random draw or credit-preferred; otherwise the highest price accepted."
            ),
            "price_min": _("Bids below it are set aside. Only where firms name a price."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("long", "short", "evaluators", "signing_days", "bid_days"):
            self.fields[name].error_messages["invalid"] = _("%(label)s: enter a whole number.") % {
                "label": self.fields[name].label
            }
        self.fields["method"].choices = [(one.value, _described(one)) for one in self._methods()]  # type: ignore[attr-defined]
        announced = self.instance.parameters
        for key in ("long", "short", "evaluators"):
            self.initial.setdefault(key, announced.get(key))
        for name, aspect in parameters.WEIGHTS.items():
            self.initial.setdefault(name, announced.get("weights", {}).get(aspect))
        for field in public_value.FIELDS:
            name = f"public_value_{field}"
            if TenderingPolicy.current().public_value:
                self.initial[name] = (self.instance.public_value_source or {}).get(field, "")
            else:
                del self.fields[name]
        self.fields["evaluators"].help_text = _(
            "At least 3, drawn at the opening among the %(found)d evaluators of the pool who are competent for these "
            "services and have no tie to you."
        ) % {"found": len(announced_pool(self.instance))}
        self._explain_deadline()

    def _explain_deadline(self) -> None:
        """By the functions that judge it when the request is published."""
        self.fields["bid_days"].help_text = _("Counted from the publication, however long a review takes.")
        policy, amends, working_days = TenderingPolicy.current(), self.instance.amends, calendar.current()
        if amends is None:
            earliest = deadlines.earliest_close(clock.now(), policy.bid_period_days, working_days=working_days)
            message = _("At least %(days)d working days after publication: published today, %(moment)s or later.")
        else:
            earliest = deadlines.earliest_for_version(amends.bids_close_at, clock.now(), working_days=working_days)
            message = _(
                "Published today, %(moment)s or later: that leaves 3 working days to confirm, and is no earlier than "
                "the present deadline."
            )
        self.fields["bids_close_at"].help_text = message % {"days": policy.bid_period_days, "moment": near(earliest)}

    def _methods(self) -> list[Method]:
        is_authority = self.instance.owner.kind == Organisation.Kind.AUTHORITY
        return [one for one in Method if not is_authority or one in parameters.AUTHORITY_METHODS]

    @property
    def values(self) -> dict[str, Any]:
        values = super().values
        announced: dict[str, Any] = {key: values.pop(key, None) for key in ("long", "short", "evaluators")}
        announced["weights"] = {aspect: values.pop(name, None) for name, aspect in parameters.WEIGHTS.items()}
        if values["method"] in (*selection.PRICE_FIXED, Method.DIRECT):
            # What another method asked for and this one does not show.
            values["price_min"] = None
        named = {field: values.pop(f"public_value_{field}", "").strip() for field in public_value.FIELDS}
        is_named = any(named.values()) and values["method"] != Method.DIRECT
        values["public_value_source"] = named if is_named else None
        return values | {"parameters": parameters.of_method(values["method"], announced)}


class PickForm(forms.Form):
    """The owner's pick; which firms there are to pick from is the service's question."""

    firm = forms.CharField(label=_("Firm"), max_length=18, error_messages={"required": _("Choose a firm.")})
    reason = forms.CharField(
        label=_("Reason (published)"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        strip=True,
        help_text=_("Why this firm and not another: experience with such projects, people, time."),
    )


class PublicValueForm(forms.Form):
    """What an officer reads at the source."""

    value = forms.CharField(
        label=pgettext_lazy("public value", "Value"),
        max_length=200,
        strip=True,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text=_("Exactly as the announced format says, from the source itself."),
    )
    published_at = MomentField(label=_("Published at"))
