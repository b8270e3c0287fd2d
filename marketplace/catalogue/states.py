"""The states of the catalogue's entries and their groups, once, for models and querysets alike."""

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
    EFFECTIVE = "effective", pgettext_lazy("regulation", "In force")
    REPEALED = "repealed", pgettext_lazy("regulation", "Repealed")
    EXPIRED = "expired", pgettext_lazy("regulation", "Expired")
    REFERENCE = "reference", pgettext_lazy("regulation", "Kept for its rates; status not verified")
    UNVERIFIED = "unverified", pgettext_lazy("regulation", "Status not verified")


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
