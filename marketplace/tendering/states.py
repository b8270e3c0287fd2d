"""The states of a request, and the groups in which pages, rules and querysets speak of them."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Status(models.TextChoices):
    DRAFT = "draft", pgettext_lazy("request", "Draft")
    UNDER_REVIEW = "under_review", pgettext_lazy("request", "Under review")
    RETURNED = "returned", pgettext_lazy("request", "Returned")
    PUBLISHED = "published", pgettext_lazy("request", "Open for bids")
    SELECTING = "selecting", pgettext_lazy("request", "Opening and selection")
    PUBLICITY = "publicity", pgettext_lazy("request", "In publicity")
    AWARDED = "awarded", pgettext_lazy("request", "Awarded")
    CONTRACTED = "contracted", pgettext_lazy("request", "Contract signed")
    IN_SERVICE = "in_service", pgettext_lazy("request", "In service")
    COMPLETED = "completed", pgettext_lazy("request", "Completed")
    FAILED = "failed", pgettext_lazy("request", "Failed")
    SUSPENDED = "suspended", pgettext_lazy("request", "Suspended")
    VOIDED = "voided", pgettext_lazy("request", "Voided")
    TERMINATED = "terminated", pgettext_lazy("request", "Terminated")


#: States that a visitor may see.
PUBLIC = (
    Status.PUBLISHED,
    Status.SELECTING,
    Status.PUBLICITY,
    Status.AWARDED,
    Status.CONTRACTED,
    Status.IN_SERVICE,
    Status.COMPLETED,
    Status.FAILED,
    Status.SUSPENDED,
    Status.VOIDED,
    Status.TERMINATED,
)
#: The owner writes.
EDITABLE = (Status.DRAFT, Status.RETURNED)
#: The market operator reads before publication.
REVIEWED = (Status.UNDER_REVIEW, Status.RETURNED)
#: Filings are not open yet.
BEFORE_THE_RESULT = (Status.PUBLISHED, Status.SELECTING)
#: The owner can end them.
TERMINABLE = (*BEFORE_THE_RESULT, Status.SUSPENDED)
#: Before the award notice a request is tendering's matter, afterwards contracting's.
BEFORE_THE_NOTICE = (*REVIEWED, Status.DRAFT, *BEFORE_THE_RESULT, Status.PUBLICITY, Status.SUSPENDED)
#: One of the ranking has its turn.
IN_TURN = (Status.PUBLICITY, Status.AWARDED)
#: A regulator can stop them.
SUSPENDABLE = (*BEFORE_THE_RESULT, *IN_TURN)
#: A winner is known and published.
SELECTED = (Status.PUBLICITY, Status.AWARDED, Status.CONTRACTED, Status.IN_SERVICE, Status.COMPLETED)
#: The award notice was given.
AWARDED = (Status.AWARDED, Status.CONTRACTED, Status.IN_SERVICE, Status.COMPLETED)
#: Both have signed, and the work is not done yet.
CONTRACT_AND_SERVICE = (Status.CONTRACTED, Status.IN_SERVICE)
CAME_TO_NOTHING = (Status.FAILED, Status.VOIDED, Status.TERMINATED)
#: Their amounts do not count for their project (RULES, public tender).
NOT_COUNTED = (*EDITABLE, *CAME_TO_NOTHING)
#: Nothing goes on for the time being, or for good.
STANDS_STILL = (*CAME_TO_NOTHING, Status.SUSPENDED)


class AwardState(models.TextChoices):
    PUBLICITY = "publicity", pgettext_lazy("award", "In publicity")
    STOPPED = "stopped", pgettext_lazy("award", "Publicity stopped")
    CONFIRMED = "confirmed", pgettext_lazy("award", "Award notice given")
    PASSED_ON = "passed_on", pgettext_lazy("award", "Passed on to the next")
    OVERTURNED = "overturned", pgettext_lazy("award", "Overturned by an objection")
    ENDED = "ended", pgettext_lazy("award", "Ended with the request")


#: The turn of a winner that still stands.
LIVE_AWARD = (AwardState.PUBLICITY, AwardState.STOPPED, AwardState.CONFIRMED)
IN_PUBLICITY = (AwardState.PUBLICITY, AwardState.STOPPED)


class OpeningState(models.TextChoices):
    FROZEN = "frozen", _("The bids are open, their list is frozen")
    DRAWN = "drawn", _("The secrets are revealed, a decision is waited for")
    RANKED = "ranked", _("A winner was selected")
    FAILED = "failed", _("Too few bids counted")
    VOIDED = "voided", _("Voided")


#: Before the last stage there is no transcript.
UNDER_WAY = (OpeningState.FROZEN, OpeningState.DRAWN)
#: Voided before the last stage, an opening has none either.
MAY_LACK_TRANSCRIPT = (*UNDER_WAY, OpeningState.VOIDED)


class Fate(models.TextChoices):
    """What became of a filing at the opening."""

    COUNTED = "counted", _("Counted")
    REPLACED = "replaced", _("Replaced")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    SET_ASIDE = "set_aside", _("Set aside")


#: The filings by which a firm took part; whether they counted, the opening found out.
TOOK_PART = (Fate.COUNTED, Fate.SET_ASIDE)


class SeatState(models.TextChoices):
    """Of an evaluator's place at a panel."""

    RESERVE = "reserve", pgettext_lazy("evaluator", "Not needed")
    SEATED = "seated", pgettext_lazy("evaluator", "Marks")
    LEFT_OUT = "left_out", pgettext_lazy("evaluator", "Left out at the draw")
    REPLACED = "replaced", pgettext_lazy("evaluator", "Replaced by the next")


#: A place that is lost; each has its reason.
LOST_SEAT = (SeatState.LEFT_OUT, SeatState.REPLACED)


class ObjectionOutcome(models.TextChoices):
    PENDING = "pending", pgettext_lazy("objection", "Waiting for a decision")
    REJECTED = "rejected", pgettext_lazy("objection", "Rejected")
    UPHELD = "upheld", pgettext_lazy("objection", "Upheld")
