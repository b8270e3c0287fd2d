from datetime import datetime, timedelta
from typing import Any, Self

from django.apps import apps
from django.db import connections, models
from django.db.models import Q

from marketplace.accounts.choices import OrganisationKind
from marketplace.accounts.models import Membership
from marketplace.core import clock

from .choices import Method
from .policy import TenderingPolicy
from .states import (
    AWARDED,
    LIVE_AWARD,
    NOT_COUNTED,
    PUBLIC,
    REVIEWED,
    SELECTED,
    TOOK_PART,
    Fate,
    ObjectionOutcome,
    OpeningState,
    SeatState,
    Status,
)


def _with_items(path: str) -> models.Prefetch:
    """The request's items with their service and authority, in one query and not three."""
    rows = apps.get_model("tendering.RequestItem").objects
    return models.Prefetch(path, rows.select_related("item__authority"))


class WorkRequestQuerySet(models.QuerySet):
    def locked(self) -> Self:
        """For the one row that an operation works on; every write of a request queues here."""
        return self.select_for_update(of=("self",))

    def held(self, pk: int) -> Any:
        """
        One row that nobody changes until the transaction ends, held by any number of others meanwhile.

        For bids: they wait for a change of the request and for the opening, never for each other.
        """
        database = connections[self.db]
        if database.vendor == "postgresql":
            with database.cursor() as cursor:
                cursor.execute("SELECT 1 FROM tendering_workrequest WHERE id = %s FOR SHARE", [pk])
        return self.select_related("owner").get(pk=pk)

    def public(self) -> Self:
        return self.filter(status__in=PUBLIC)

    def visible_to(self, user: Any) -> Self:
        """Public ones; to the owner's members all of theirs; to the operator's what was handed in for review."""
        if not getattr(user, "is_authenticated", False):
            return self.public()
        mine = Membership.objects.active().filter(user=user)
        of_operator = mine.filter(organisation__kind=OrganisationKind.OPERATOR)
        return self.filter(
            Q(status__in=PUBLIC)
            | Q(owner__in=mine.values("organisation"))
            | (Q(status__in=REVIEWED) & models.Exists(of_operator))
        )

    def open(self, at: datetime | None = None) -> Self:
        """Taking bids, by the clock."""
        return self.filter(status=Status.PUBLISHED, bids_open_until__gt=at or clock.now())

    def closing_soon(self, within: timedelta = timedelta(days=7), at: datetime | None = None) -> Self:
        """Taking bids for a short time only, the next to close first."""
        now = at or clock.now()
        return self.open(now).filter(bids_open_until__lte=now + within).order_by("bids_open_until", "pk")

    def selected(self) -> Self:
        """A winner is known and published."""
        return self.filter(status__in=SELECTED)

    def awarded(self) -> Self:
        """The award notice was given."""
        return self.filter(status__in=AWARDED)

    def opened(self) -> Self:
        """The opening has been done, whatever came of it."""
        return self.filter(opening__isnull=False)

    def waiting_for_review(self) -> Self:
        return self.filter(status=Status.UNDER_REVIEW).order_by("submitted_at", "pk")

    def waiting_for_regulator(self) -> Self:
        """Direct selection asked for after two failures, which a regulator has not decided about yet."""
        decided = Q(direct_confirmations__edited_at=models.F("edited_at"))
        asked = self.filter(status=Status.UNDER_REVIEW, method=Method.DIRECT).exclude(fund_fiscal=0, fund_state=0)
        over = Q(price_max=None) | Q(price_max__gt=TenderingPolicy.current().direct_limit_cny)
        return asked.filter(over).exclude(decided).select_related("owner").order_by("submitted_at", "pk")

    def waiting_for_public_value(self) -> Self:
        """Frozen, and waiting for two officers to type the announced public value."""
        waiting = self.filter(status=Status.SELECTING, opening__state=OpeningState.FROZEN, opening__public_value=None)
        # Named in the draft and announced are one: a published version never changes.
        waiting = waiting.exclude(public_value_source=None).filter(opening__waits_since__isnull=False)
        return waiting.select_related("owner", "opening").order_by("opening__opened_at", "pk")

    def counting_for_project(self, project_key: str) -> Self:
        """Requests of a project that count against the tender limit: handed in, and not come to nothing."""
        return self.filter(project_key=project_key, amends=None).exclude(status__in=NOT_COUNTED)

    def for_list(self) -> Self:
        """What a list shows of a request, in a fixed number of queries."""
        return self.select_related("owner", "matter").prefetch_related(_with_items("request_items"))


class QuestionQuerySet(models.QuerySet):
    def unanswered(self) -> Self:
        return self.filter(answered_at=None)

    def unanswered_at(self, moment: datetime) -> Self:
        """Asked before a moment, and not answered before it."""
        return self.filter(Q(answered_at=None) | Q(answered_at__gte=moment), asked_at__lt=moment)


class OpeningQuerySet(models.QuerySet):
    def published(self) -> Self:
        """With a transcript that everybody may read; before the last stage there is none for anybody."""
        return self.filter(transcript__isnull=False, work_request__status__in=PUBLIC)


class OpenedBidQuerySet(models.QuerySet):
    def ranked(self) -> Self:
        return self.filter(rank__isnull=False).order_by("rank")

    def set_aside(self) -> Self:
        return self.filter(fate=Fate.SET_ASIDE)

    def of_bidders(self) -> Self:
        """The filings by which a firm took part: neither replaced nor withdrawn."""
        return self.filter(fate__in=TOOK_PART, intermediary__isnull=False)


class AwardQuerySet(models.QuerySet):
    def live(self) -> Self:
        return self.filter(state__in=LIVE_AWARD)

    def for_list(self) -> Self:
        """What a list shows of an award, in a fixed number of queries."""
        return self.select_related("work_request__owner", "intermediary__organisation__standing").prefetch_related(
            _with_items("work_request__request_items")
        )


class ObjectionQuerySet(models.QuerySet):
    def pending(self) -> Self:
        """Waiting for a decision; all of one publicity period are decided together."""
        return self.filter(outcome=ObjectionOutcome.PENDING)


class EvaluatorQuerySet(models.QuerySet):
    def active(self) -> Self:
        return self.filter(left_at=None, user__is_active=True)


class SeatQuerySet(models.QuerySet):
    def seated(self) -> Self:
        """Those whose marks count, in the order of the draw."""
        return self.filter(state=SeatState.SEATED).order_by("place")

    def waiting(self) -> Self:
        """Who comes next where a place is lost."""
        return self.filter(state=SeatState.RESERVE).order_by("place")


class PaperQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> Self:
        """A person's own papers; nobody reads another's."""
        return self.filter(seat__evaluator__user_id=user.pk)

    def open(self) -> Self:
        """Still to be handed in, by those who mark."""
        return self.filter(
            handed_in_at=None, seat__state=SeatState.SEATED, seat__opening__work_request__status=Status.SELECTING
        )
