from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from marketplace.core.typed import reading

from .fees import Coefficient, FeeCalculation, Parameter, UnableToCalculate, units, vocabulary
from .fees.numbers import percent, plain
from .fees.reading import MAX_DECIMALS
from .models import FeeSchedule, ServiceItem
from .services import calculate_for_item, calculate_for_schedule

#: Up to so many entries stand as radio buttons, more in a list.
RADIO_ENTRIES = 4

#: The answer to a question about the base.
CONFIRMED = "base_confirmed"
NOT_COEFFICIENTS = ("base", "variant", CONFIRMED)

Choice = tuple[str, str | Promise]


class NumberField(forms.CharField):
    """A number as people type it, in plain digits of the field's unit; what it may be is the rules'."""

    def __init__(self, *, unit: str = "", **kwargs: Any) -> None:
        self.unit = unit
        attrs = {"inputmode": "decimal", "class": "number", "data-unit": units.name_of(unit)}
        super().__init__(widget=forms.TextInput(attrs=attrs), max_length=40, **kwargs)

    def clean(self, value: Any) -> str:
        typed = super().clean(value)
        if not typed:
            return ""
        return f"{reading.read_amount(typed, unit=self.unit, decimals=MAX_DECIMALS).normalize():f}"


class AnswerFor(forms.CheckboxInput):
    """A box that is ticked for one number; ticked for another it counts as empty, and is shown so."""

    def __init__(self, number: str) -> None:
        super().__init__(attrs={"value": number})

    def value_from_datadict(self, data: Any, files: Any, name: str) -> bool:
        return data.get(name) == self.attrs["value"]


class FeeForm(forms.Form):
    """
    The question that a schedule answers: base, variant, coefficients and parameters.

    Sent by GET, so that a result has an address. `calculation` is the answer of a valid form; to a base out of all
    proportion it comes once the question that is put then is answered, for that very number.
    """

    def __init__(self, *args: Any, schedule: FeeSchedule, item: ServiceItem | None = None, **kwargs: Any) -> None:
        self.schedule, self.item = schedule, item
        self.calculation: FeeCalculation | None = None
        kwargs.setdefault("use_required_attribute", False)
        super().__init__(*args, **kwargs)
        rules = schedule.rules
        if item is None and len(rules.variants) > 1:
            choices = [(variant.code, variant.name) for variant in rules.variants.values()]
            self.fields["variant"] = forms.ChoiceField(choices=choices, label=_("Service"), initial=choices[0][0])
        self.fields["base"] = NumberField(label=schedule.base_name, unit=rules.base_unit)
        variant = item.fee_variant if item else None
        for coefficient in rules.coefficients.values():
            self.fields[coefficient.code] = _coefficient_field(coefficient)
        for parameter in rules.parameters.values():
            if variant is None or parameter.applies_to(variant):
                self.fields[parameter.code] = _parameter_field(parameter)

    @property
    def values(self) -> Mapping[str, str]:
        """Coefficients and parameters that were given."""
        return {
            name: value for name, value in self.cleaned_data.items() if name not in NOT_COEFFICIENTS and value != ""
        }

    @property
    def question(self) -> forms.BoundField | None:
        """What is asked about the base, where something is."""
        return self[CONFIRMED] if CONFIRMED in self.fields else None

    @property
    def asked_for(self) -> list[forms.BoundField]:
        """The fields but the question about one of them."""
        return [bound for bound in self if bound.name != CONFIRMED]

    def clean(self) -> dict[str, Any]:
        if "base" not in self.cleaned_data or any(name in self.errors for name in self.fields):
            return self.cleaned_data
        question = {"base": self.cleaned_data["base"], "coefficients": self.values}
        try:
            if self.item is not None:
                calculation = calculate_for_item(item=self.item, **question)
            else:
                variant = self.cleaned_data.get("variant", "")
                calculation = calculate_for_schedule(schedule=self.schedule, variant=variant, **question)
            if self._is_confirmed(calculation):
                self.calculation = calculation
        except UnableToCalculate as failure:
            field = failure.field if failure.field in self.fields else None
            self.add_error(field, ValidationError(failure.message, code=failure.code))  # type: ignore[arg-type]
        return self.cleaned_data

    def _is_confirmed(self, calculation: FeeCalculation) -> bool:
        """Whether the number is the one that was meant; one out of all proportion is asked about, never changed."""
        if calculation.question is None:
            return True
        number = self.cleaned_data["base"]
        if self.initial.get("base") == number:
            return True
        field = forms.BooleanField(label=_("Yes, I mean this number"), required=False, widget=AnswerFor(number))
        self.fields[CONFIRMED] = field
        if self[CONFIRMED].data:
            field.help_text = str(calculation.question)
            return True
        self.add_error(CONFIRMED, ValidationError(str(calculation.question), code="unusual"))
        return False


def _with_factor(entries: Mapping[str, Any], *, as_percent: bool = False) -> Iterable[Choice]:
    for entry, factor in entries.items():
        name = vocabulary.name_of(vocabulary.ENTRIES, entry)
        if as_percent:
            yield entry, format_lazy(_("{name} ({share} of the fee)"), name=name, share=percent(factor))
        else:
            yield entry, format_lazy(_("{name} (coefficient {factor})"), name=name, factor=plain(factor, 1))


def _coefficient_field(coefficient: Coefficient) -> forms.Field:
    if coefficient.entries is None:
        hint: str | Promise = _("The number from the document's table; it is not part of the published data.")
        if coefficient.limits is not None:
            low, high = (plain(limit) for limit in coefficient.limits)
            hint = format_lazy(_("A number from {low} to {high}."), low=low, high=high)
        return NumberField(label=str(coefficient.name), help_text=hint, required=False)
    choices = list(_with_factor(coefficient.entries))
    if len(choices) <= RADIO_ENTRIES:
        return forms.ChoiceField(choices=choices, label=str(coefficient.name), required=False, widget=forms.RadioSelect)
    return forms.ChoiceField(choices=[("", _("Choose")), *choices], label=str(coefficient.name), required=False)


def _parameter_field(parameter: Parameter) -> forms.Field:
    label = str(parameter.name)
    if parameter.entries is not None:
        choices: list[Choice] = [("", _("The whole service")), *_with_factor(parameter.entries, as_percent=True)]
        return forms.ChoiceField(choices=choices, label=label, required=False)
    if parameter.per_topic is not None:
        hint = format_lazy(_("Each adds {share} of the fee."), share=percent(parameter.per_topic))
        return NumberField(label=label, help_text=hint, required=False)
    return NumberField(label=label, help_text=_("From the contract: above 0 and at most 1."), required=False)
