from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache

from .component import Component, Row
from .history import Rating
from .model import CONTEXT, ReviewsRule
from .windows import within

HALF = Decimal("0.5")


@lru_cache(maxsize=8192)
def decay(days: int, half_life_days: int) -> Decimal:
    """0.5 to the power of days ÷ half-life, in 28 digits."""
    return CONTEXT.power(HALF, CONTEXT.divide(Decimal(days), Decimal(half_life_days)))


def reviews_component(ratings: Iterable[Rating], rule: ReviewsRule, as_of: date) -> Component:
    """The reviews of a day. Runs inside the rating's decimal context."""
    counted = [
        rating
        for rating in ratings
        if not rating.related and rating.known_on(as_of) and within(as_of, rating.on, rule.window_months)
    ]
    factors = _same_client_factors(counted, rule.same_client_weights)
    counted.sort(key=lambda rating: (rating.on, rating.identifier))

    lines = []
    total, total_weight = rule.prior_weight * rule.prior_mean, rule.prior_weight
    for rating in counted:
        days = (as_of - rating.on).days
        time_weight, factor = decay(days, rule.half_life_days), factors[rating.contract]
        weight, value = time_weight * factor, rating.value
        total += weight * value
        total_weight += weight
        lines.append((rating, weight, value, days, time_weight, factor))

    rows = [Row("prior", None, rule.prior_weight, rule.prior_mean)]
    for rating, weight, value, days, time_weight, factor in lines:
        effect = rule.weight * weight * (value - rule.prior_mean) / total_weight
        rows.append(Row(rating.identifier, rating.on, weight, value, effect, rating, days, time_weight, factor))
    return Component("reviews", rule.weight, total / total_weight, rule.prior_mean, tuple(rows))


def _same_client_factors(ratings: Iterable[Rating], weights: tuple[Decimal, ...]) -> dict[str, Decimal]:
    """By contract: the client's youngest rating counts in full, its older ones less."""
    by_client: defaultdict[str, list[Rating]] = defaultdict(list)
    for rating in ratings:
        by_client[rating.client].append(rating)
    factors = {}
    for own in by_client.values():
        own.sort(key=_age_key, reverse=True)
        for place, rating in enumerate(own):
            factors[rating.contract] = weights[min(place, len(weights) - 1)]
    return factors


def _age_key(rating: Rating) -> tuple[date, datetime | date, str]:
    # Ratings of one day are compared by time only where both have one.
    return rating.on, rating.at or rating.on, rating.contract
