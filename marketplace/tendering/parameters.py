"""What a method announces besides price and time (RULES, Selection methods): its keys, and what is wrong in them."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from marketplace.core.failures import Text

from .models.requests import Method

#: Not to be announced yet: best proposal follows with its evaluators, direct selection with its offers.
NOT_OFFERED = frozenset({Method.BEST_PROPOSAL, Method.DIRECT})
OFFERED_METHODS = tuple(method for method in Method if method not in NOT_OFFERED)
#: How an authority chooses: never by its own pick.
AUTHORITY_METHODS = (Method.RANDOM_DRAW, Method.LOWEST_PRICE, Method.BENCHMARK_PRICE, Method.BEST_PROPOSAL)
#: The keys of `parameters` in the announcement, as the worked cases have them.
KEYS: dict[str, tuple[str, ...]] = {
    Method.CREDIT_PREFERRED: ("long", "short"),
    Method.BEST_PROPOSAL: ("weights", "evaluators", "pool"),
}
#: A list that nobody could read is no list.
LONGEST_LIST = 100


def of_method(method: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """Those of the values that the method announces."""
    return {key: values[key] for key in KEYS.get(method, ()) if values.get(key) is not None}


def problems_of(method: str, parameters: Mapping[str, Any]) -> dict[str, Text]:
    """What is wrong with a method's parameters, by key; empty where they can be announced."""
    if method == Method.CREDIT_PREFERRED:
        return _lists(parameters)
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
