from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from .component import Component, Row
from .history import Event
from .model import ConductRule
from .windows import within

ONE = Decimal(1)


def in_force(event: Event, day: date) -> bool:
    return within(day, event.effective_on, event.validity_months) and not event.ended_by(day)


def conduct_component(events: Iterable[Event], rule: ConductRule, as_of: date) -> Component:
    """The conduct of a day; its rows are points and add up to its value."""
    counted = sorted(
        (event for event in events if in_force(event, as_of)),
        key=lambda event: (event.effective_on, event.identifier),
    )
    bonus = sum((Decimal(event.points) for event in counted if not event.deduction), Decimal(0))
    deducted = sum((Decimal(event.points) for event in counted if event.deduction), Decimal(0))
    # The cap is on the bonuses alone, before deductions: capped after them, a firm with many bonuses would be fined
    # nothing.
    unbounded = rule.base + min(rule.bonus_cap, bonus) - deducted
    value = max(rule.floor, min(rule.ceiling, unbounded))

    rows = [Row("base", None, ONE, rule.base)]
    for event in counted:
        points = Decimal(-event.points if event.deduction else event.points)
        rows.append(Row(event.identifier, event.effective_on, ONE, points, rule.weight * points, event))
    if bonus > rule.bonus_cap:
        rows.append(_bound("bonus_cap", rule.bonus_cap - bonus, rule))
    # A row of its own, so that the rows still add up to the value that is shown.
    if value != unbounded:
        rows.append(_bound("floor" if value > unbounded else "ceiling", value - unbounded, rule))
    return Component("conduct", rule.weight, value, rule.base, tuple(rows))


def _bound(what: str, points: Decimal, rule: ConductRule) -> Row:
    return Row(what, None, ONE, points, rule.weight * points)
