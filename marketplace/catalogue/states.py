"""The states of the catalogue's entries and their groups, once, for models and querysets alike."""

from datetime import date

from django.db import models
from django.utils.translation import pgettext_lazy


class ItemStatus(models.TextChoices):
    """What the law makes of a service today; whether it can be asked for follows from it."""

    ACTIVE = "active", pgettext_lazy("service", "In use")
    VOLUNTARY = "voluntary", pgettext_lazy("service", "Voluntary, not a condition of an approval")
    LOCAL = "local", pgettext_lazy("service", "By local rule only")
    UNCONFIRMED = "unconfirmed", pgettext_lazy("service", "Not confirmed that it is needed")
    AUTHORITY = "authority", pgettext_lazy("service", "The authority's own, paid by it")
    MERGED = "merged", pgettext_lazy("service", "Part of another service")


#: Nobody asks for these by themselves.
NEVER_ASKED_FOR = frozenset({ItemStatus.MERGED})
#: Only an authority asks for these.
OF_AUTHORITIES = frozenset({ItemStatus.AUTHORITY})
#: No applicant asks for these.
NOT_FOR_APPLICANTS = (ItemStatus.AUTHORITY, ItemStatus.MERGED)
#: Can be asked for, once it has been said that no approval may simply ask for them.
WARNED_ABOUT = frozenset({ItemStatus.VOLUNTARY, ItemStatus.LOCAL, ItemStatus.UNCONFIRMED})


class RegulationStatus(models.TextChoices):
    """What a document is on a day; kept nowhere, as a date brings it about by itself."""

    UPCOMING = "upcoming", pgettext_lazy("regulation", "Not in force yet")
    EFFECTIVE = "effective", pgettext_lazy("regulation", "In force")
    REPEALED = "repealed", pgettext_lazy("regulation", "Repealed")
    EXPIRED = "expired", pgettext_lazy("regulation", "Expired")
    REFERENCE = "reference", pgettext_lazy("regulation", "Kept for its rates; status not verified")
    UNVERIFIED = "unverified", pgettext_lazy("regulation", "Status not verified")


class RecordedStatus(models.TextChoices):
    """What has to be said of a document's status beside its dates."""

    BY_DATES = "by_dates", pgettext_lazy("regulation", "Follows from the dates")
    EXPIRED = "expired", pgettext_lazy("regulation", "Ends by itself: its own period is over on the day, or was")
    REFERENCE = "reference", pgettext_lazy("regulation", "Kept for its rates; status not verified")
    UNVERIFIED = "unverified", pgettext_lazy("regulation", "Status not verified")


#: Neither in force nor to be.
ENDED = frozenset({RegulationStatus.REPEALED, RegulationStatus.EXPIRED})


def status_on(
    day: date, *, recorded: str, effective_on: date | None, repealed_on: date | None
) -> RegulationStatus:  # `querysets.status_of` says the same to the database
    """
    A document's status on a day, counted in the market's time zone.

    :param repealed_on: the first day on which it is not in force, told for repealed and for expired ones
    """
    if repealed_on is not None and repealed_on <= day:
        return RegulationStatus.EXPIRED if recorded == RecordedStatus.EXPIRED else RegulationStatus.REPEALED
    if recorded == RecordedStatus.EXPIRED and repealed_on is None:
        return RegulationStatus.EXPIRED
    if recorded in (RecordedStatus.REFERENCE, RecordedStatus.UNVERIFIED):
        return RegulationStatus(recorded)
    if effective_on is not None and effective_on > day:
        return RegulationStatus.UPCOMING
    return RegulationStatus.EFFECTIVE


class FeeScheduleStatus(models.TextChoices):
    IN_FORCE = "in_force", pgettext_lazy("fee schedule", "In force")
    REPEALED = "repealed", pgettext_lazy("fee schedule", "Repealed, kept as a reference price")
    UNVERIFIED = "unverified", pgettext_lazy("fee schedule", "Reference price; present status not verified")


#: Nobody has checked whether these are still in force.
NOT_VERIFIED = frozenset({RegulationStatus.REFERENCE, RegulationStatus.UNVERIFIED})


class QualificationKind(models.TextChoices):
    LICENCE = "licence", pgettext_lazy("qualification", "Licence or recognition")
    FILING = "filing", pgettext_lazy("qualification", "Filing or registration that the law asks for")
    NOTIFICATION = "notification", pgettext_lazy("qualification", "Notification, not to be asked for")
    CONDITIONS = "conditions", pgettext_lazy("qualification", "Conditions of practice, without a certificate")


#: Kinds of which a certificate may be asked for.
DEMANDED = frozenset({QualificationKind.LICENCE, QualificationKind.FILING})
