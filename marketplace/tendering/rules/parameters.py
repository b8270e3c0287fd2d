"""What a method announces besides price and time (RULES, Selection methods): its keys, and what is wrong in them."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from marketplace.core.failures import Text

from ..choices import Method
from ..selection import ASPECTS, FEWEST_EVALUATORS

#: How an authority chooses: never by its own pick.
AUTHORITY_METHODS = (Method.RANDOM_DRAW, Method.LOWEST_PRICE, Method.BENCHMARK_PRICE, Method.BEST_PROPOSAL)
#: The keys of `parameters` in the announcement, as the worked cases have them.
KEYS: dict[str, tuple[str, ...]] = {
    Method.CREDIT_PREFERRED: ("long", "short"),
    Method.BEST_PROPOSAL: ("weights", "evaluators", "pool"),
}
#: The form's names of the weights.
WEIGHTS = {f"weight_{aspect}": aspect for aspect in ASPECTS}
#: Under which names problems are told.
FIELDS = frozenset({"long", "short", "evaluators", *WEIGHTS})
#: A list that nobody could read is no list.
LONGEST_LIST = 100
MOST_EVALUATORS = 15


def of_method(method: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """Those of the values that the method announces."""
    return {key: values[key] for key in KEYS.get(method, ()) if values.get(key) is not None}


def in_words(method: str, parameters: Mapping[str, Any]) -> str:
    """What the owner set, in the language in force; the pool is nobody's choice and not among it."""
    if method == Method.CREDIT_PREFERRED and parameters:
        return gettext("long list of %(long)s, short list of %(short)s") % {
            key: parameters.get(key, "—") for key in KEYS[method]
        }
    if method == Method.BEST_PROPOSAL and parameters:
        weights = parameters.get("weights") or {}
        values = {aspect: weights.get(aspect, "—") for aspect in ASPECTS}
        values["number"] = parameters.get("evaluators", "—")
        return (
            gettext(
                "price %(price)s%%, time %(time)s%%, proposal %(proposal)s%%, credit %(credit)s%%; "
                "%(number)s evaluators"
            )
            % values
        )
    return ""


def problems_of(method: str, parameters: Mapping[str, Any]) -> dict[str, Text]:
    """What is wrong with a method's parameters, by key; empty where they can be announced."""
    if method == Method.CREDIT_PREFERRED:
        return _lists(parameters)
    if method == Method.BEST_PROPOSAL:
        return _weights(parameters.get("weights") or {}) | _evaluators(parameters)
    return {}


def _lists(parameters: Mapping[str, Any]) -> dict[str, Text]:
    problems: dict[str, Text] = {}
    for key in KEYS[Method.CREDIT_PREFERRED]:
        size = parameters.get(key)
        if type(size) is not int or not 1 <= size <= LONGEST_LIST:
            problems[key] = _("Give a whole number between 1 and %(most)d.") % {"most": LONGEST_LIST}
    if not problems and parameters["short"] > parameters["long"]:
        problems["short"] = _("The short list is no longer than the long list.")
    return problems


def _weights(weights: Mapping[str, Any]) -> dict[str, Text]:
    problems: dict[str, Text] = {}
    for name, aspect in WEIGHTS.items():
        weight = weights.get(aspect)
        if type(weight) is not int or not 0 <= weight <= 100:
            problems[name] = _("Give a whole percentage between 0 and 100.")
    if not problems and sum(weights.values()) != 100:
        problems["weight_price"] = _("The four weights add to %(total)d; they must add to 100.") % {
            "total": sum(weights.values())
        }
    elif not problems and weights["proposal"] == 0:
        problems["weight_proposal"] = _("Where the proposal counts nothing, choose another method.")
    return problems


def _evaluators(parameters: Mapping[str, Any]) -> dict[str, Text]:
    number = parameters.get("evaluators")
    if type(number) is int and FEWEST_EVALUATORS <= number <= MOST_EVALUATORS:
        return {}
    limits = {"fewest": FEWEST_EVALUATORS, "most": MOST_EVALUATORS}
    return {"evaluators": _("Between %(fewest)d and %(most)d evaluators mark.") % limits}
