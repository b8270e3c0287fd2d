from datetime import date
from typing import Any, Self

from django.apps import apps
from django.db import models
from django.db.models import Case, CharField, F, Prefetch, Q, Value, When

from marketplace.core import clock

from .states import DEMANDED, ENDED, NEVER_ASKED_FOR, OF_AUTHORITIES, RecordedStatus, RegulationStatus


def status_of(prefix: str = "", on: date | None = None) -> Case:
    """
    `states.status_on` for the database: a document's status on a day (today).

    :param prefix: leads to the document, as "regulation__"
    """
    recorded, effective, repealed = (f"{prefix}{name}" for name in ("recorded_status", "effective_on", "repealed_on"))
    day, expires = on or clock.today(), Q(**{recorded: RecordedStatus.EXPIRED})
    over = Q(**{f"{repealed}__lte": day})
    not_verified = Q(**{f"{recorded}__in": (RecordedStatus.REFERENCE, RecordedStatus.UNVERIFIED)})
    return Case(
        When(expires & (over | Q(**{f"{repealed}__isnull": True})), then=Value(RegulationStatus.EXPIRED)),
        When(over, then=Value(RegulationStatus.REPEALED)),
        When(not_verified, then=F(recorded)),
        When(Q(**{f"{effective}__gt": day}), then=Value(RegulationStatus.UPCOMING)),
        default=Value(RegulationStatus.EFFECTIVE),
        output_field=CharField(),
    )


class RegulationQuerySet(models.QuerySet):
    def live(self) -> Self:
        """Those that everybody may see; others have never been approved."""
        return self.filter(live=True)

    def with_status(self, on: date | None = None) -> Self:
        """With `status_then`, the status on a day (today)."""
        return self.annotate(status_then=status_of(on=on))

    def in_force(self, on: date | None = None) -> Self:
        return self.with_status(on).filter(status_then=RegulationStatus.EFFECTIVE)

    def no_longer_relied_on(self, on: date | None = None) -> Self:
        """Those that have ended, or of which nobody knows whether they have."""
        gone = (*ENDED, RegulationStatus.REFERENCE, RegulationStatus.UNVERIFIED)
        return self.with_status(on).filter(status_then__in=gone)


class FeeScheduleQuerySet(models.QuerySet):
    def with_regulation(self) -> Self:
        return self.select_related("regulation")


class QualificationTypeQuerySet(models.QuerySet):
    def demanded(self, on: date | None = None) -> Self:
        """Those that anybody may be asked for on a day (today)."""
        return self.existing(on).filter(kind__in=DEMANDED)

    def existing(self, on: date | None = None) -> Self:
        """Those not abolished by a day (today)."""
        return self.filter(Q(ended_on=None) | Q(ended_on__gte=on or clock.today()))


class ServiceItemQuerySet(models.QuerySet):
    def open(self) -> Self:
        """Those in the catalogue now."""
        return self.filter(is_open=True)

    def offered_freely(self) -> Self:
        """Those that a firm can offer without holding a qualification today."""
        kind = "qualification_type"
        free = Q(**{kind: None}) | ~Q(**{f"{kind}__kind__in": DEMANDED}) | Q(**{f"{kind}__ended_on__lt": clock.today()})
        return self.open().exclude(status__in=NEVER_ASKED_FOR).filter(free)

    def asked_for(self, *, by_authority: bool) -> Self:
        """Those that an owner can ask for: nobody what is part of another service, an authority alone its own."""
        found = self.open().exclude(status__in=NEVER_ASKED_FOR)
        return found if by_authority else found.exclude(status__in=OF_AUTHORITIES)

    def visible_to(self, user: Any) -> Self:
        """Everybody reads the catalogue; what was taken out of it stays visible to those who keep it."""
        if getattr(user, "is_authenticated", False) and user.has_perm("catalogue.view_serviceitem"):
            return self.all()
        return self.open()

    def with_facts(self) -> Self:
        """A service with all that it names, in one query."""
        return self.select_related(
            "matter", "authority", "qualification_type", "fee_schedule__regulation", "merged_into"
        )

    def for_list(self) -> Self:
        """What the public list shows of a service, in one query; the schedules' tables are not read."""
        return self.select_related("matter", "authority", "fee_schedule").defer("fee_schedule__definition")

    def with_legal_basis(self) -> Self:
        bases: models.QuerySet = models.QuerySet(apps.get_model("catalogue", "LegalBasis"))
        basis = bases.select_related("regulation__replaced_by", "regulation__repealed_by")
        return self.prefetch_related(Prefetch("bases", queryset=basis))
