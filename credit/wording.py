"""Sentences of the credit pages that are put together from facts."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from marketplace.ui.templatetags.market import day

from .models import ConductEvent, ProcessStep
from .rating import Cause, CauseKind, Change, Event, Rating, RatingModel, Step


def points_text(points: int) -> str:
    """+2 or −3, with the true minus sign."""
    return f"+{points}" if points > 0 else f"−{-points}"


def mark_text(event: ConductEvent, kind: str, opened_as: int | None) -> str:
    """What a numbered mark of the chart stands for; an end names the mark that began it."""
    if kind == "deduct":
        return _("%(rule)s, −%(points)s") % {"rule": event.rule.name, "points": event.points}
    if kind == "bonus":
        return _("%(rule)s, +%(points)s") % {"rule": event.rule.name, "points": event.points}
    what = str(opened_as) if opened_as else event.number
    words = {
        "revoked": _("%(what)s revoked"),
        "repaired": _("%(what)s repaired"),
    }
    ending = event.ending
    return (words[ending.kind] if ending and ending.kind in words else _("%(what)s expired")) % {"what": what}


def change_text(cause: Cause | list[Cause], change: Change, clients: Mapping[str, str], model: RatingModel) -> str:
    """One automatic change in words; a list of causes of one kind is counted."""
    if isinstance(cause, list):
        return _many(cause)
    writer = _WRITERS.get(cause.kind)
    return writer(cause.source, change, clients, model) if writer else _PLAIN[cause.kind]()


def _many(causes: list[Cause]) -> str:
    number = len(causes)
    values = {"number": number}
    if causes[0].kind == CauseKind.STEP_LEAVES:
        return ngettext("%(number)s step leaves the window", "%(number)s steps leave the window", number) % values
    if causes[0].kind == CauseKind.RATING_LEAVES:
        return ngettext("%(number)s rating leaves the window", "%(number)s ratings leave the window", number) % values
    if causes[0].kind == CauseKind.STEP_FALLS_DUE:
        return ngettext("%(number)s step falls due", "%(number)s steps fall due", number) % values
    return ngettext("%(number)s change", "%(number)s changes", number) % values


def _event_ends(event: Event, change: Change, clients: Mapping[str, str], model: RatingModel) -> str:
    return _("%(number)s (%(rule)s, %(points)s) was last in force the day before; conduct is then %(conduct)s") % {
        "number": event.identifier,
        "rule": event.rule,
        "points": points_text(-event.points if event.deduction else event.points),
        "conduct": change.standing.component("conduct").value,
    }


def _event_starts(event: Event, change: Change, clients: Mapping[str, str], model: RatingModel) -> str:
    return _("%(number)s (%(rule)s, %(points)s) takes effect; conduct is then %(conduct)s") % {
        "number": event.identifier,
        "rule": event.rule,
        "points": points_text(-event.points if event.deduction else event.points),
        "conduct": change.standing.component("conduct").value,
    }


def _rating_leaves(rating: Rating, change: Change, clients: Mapping[str, str], model: RatingModel) -> str:
    return _("The rating by %(client)s of %(day)s is %(months)s months old and counts no more") % {
        "client": clients[rating.client],
        "day": day(rating.on),
        "months": model.reviews.window_months,
    }


_KEPT_STEPS = {
    "signing": lambda: _("contract signed on time"),
    "delivery": lambda: _("deliverable submitted on time"),
    "acceptance": lambda: _("accepted at first submission"),
    "no_withdrawal": lambda: _("no withdrawal after award"),
}
_MISSED_STEPS = {
    "signing": lambda: _("contract not signed on time"),
    "delivery": lambda: _("deliverable not submitted on time"),
    "acceptance": lambda: _("not accepted at first submission"),
    "no_withdrawal": lambda: _("withdrawal after award"),
}


def step_text(step: Step) -> str:
    return (_KEPT_STEPS if step.kept else _MISSED_STEPS)[ProcessStep.Kind(step.kind).value]()


def _step_leaves(step: Step, change: Change, clients: Mapping[str, str], model: RatingModel) -> str:
    return _("The step of %(day)s (%(step)s) is %(months)s months old and counts no more") % {
        "day": day(step.due_on),
        "step": step_text(step),
        "months": model.fulfilment.window_months,
    }


def _step_falls_due(step: Step, change: Change, clients: Mapping[str, str], model: RatingModel) -> str:
    return _("A step recorded already falls due (%(step)s) and counts from now on") % {"step": step_text(step)}


_WRITERS: dict[CauseKind, Any] = {
    CauseKind.EVENT_EXPIRES: _event_ends,
    CauseKind.EVENT_ENDS: _event_ends,
    CauseKind.EVENT_STARTS: _event_starts,
    CauseKind.RATING_LEAVES: _rating_leaves,
    CauseKind.STEP_LEAVES: _step_leaves,
    CauseKind.STEP_FALLS_DUE: _step_falls_due,
}
_PLAIN = {
    CauseKind.AGEING: lambda: _("A month on: older ratings weigh less"),
    CauseKind.CORRECTION: lambda: _("A correction recorded the day before counts"),
    CauseKind.RESTRICTION_ENDS: lambda: _("The restriction was last in force the day before"),
    CauseKind.WARNING_ENDS: lambda: _("The warning was last in force the day before"),
}
