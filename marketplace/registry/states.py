"""The states of a firm, its filings and its suspensions, and the groups in which pages and querysets speak of them."""

from django.db import models
from django.utils.translation import pgettext_lazy


class IntermediaryStatus(models.TextChoices):
    DRAFT = "draft", pgettext_lazy("intermediary", "Not registered")
    UNDER_REVIEW = "under_review", pgettext_lazy("intermediary", "Being checked")
    RETURNED = "returned", pgettext_lazy("intermediary", "Returned")
    LISTED = "listed", pgettext_lazy("intermediary", "Listed")
    SUSPENDED = "suspended", pgettext_lazy("intermediary", "Suspended")
    CLOSED = "closed", pgettext_lazy("intermediary", "Left the market")


#: States of an intermediary whose record anyone may see; the clock tells whether a suspension is in force.
PUBLIC = (IntermediaryStatus.LISTED, IntermediaryStatus.SUSPENDED, IntermediaryStatus.CLOSED)
ON_THE_LIST = (IntermediaryStatus.LISTED, IntermediaryStatus.SUSPENDED)


class SuspensionState(models.TextChoices):
    PROPOSED = "proposed", pgettext_lazy("suspension", "Proposed")
    DECIDED = "decided", pgettext_lazy("suspension", "Decided")
    DISMISSED = "dismissed", pgettext_lazy("suspension", "Dismissed")
    LIFTED = "lifted", pgettext_lazy("suspension", "Lifted")


#: One at a time stands or is asked for.
OPEN_SUSPENSION = (SuspensionState.PROPOSED, SuspensionState.DECIDED)
#: It took effect once; the others are nobody's business but the regulators'.
PUBLIC_SUSPENSION = (SuspensionState.DECIDED, SuspensionState.LIFTED)


class RegistrationState(models.TextChoices):
    DRAFT = "draft", pgettext_lazy("registration", "Draft")
    FILED = "filed", pgettext_lazy("registration", "Being checked")
    RETURNED = "returned", pgettext_lazy("registration", "Returned")
    PASSED = "passed", pgettext_lazy("registration", "Passed")
    WITHDRAWN = "withdrawn", pgettext_lazy("registration", "Withdrawn")


#: The firm writes.
EDITABLE = (RegistrationState.DRAFT, RegistrationState.RETURNED)
#: One at a time is on its way.
OPEN_REGISTRATION = (RegistrationState.DRAFT, RegistrationState.FILED, RegistrationState.RETURNED)
#: A regulator has answered.
CHECKED = (RegistrationState.PASSED, RegistrationState.RETURNED)
#: It may never have been filed.
UNFILED = (RegistrationState.DRAFT, RegistrationState.WITHDRAWN)
#: What a regulator's list can be narrowed to.
LISTED_FOR_CHECKS = (RegistrationState.FILED, RegistrationState.RETURNED, RegistrationState.PASSED)


class Validity(models.TextChoices):
    """Of a qualification on a day."""

    FUTURE = "future", pgettext_lazy("qualification", "Not valid yet")
    VALID = "valid", pgettext_lazy("qualification", "Valid")
    EXPIRING = "expiring", pgettext_lazy("qualification", "Expires within 30 days")
    EXPIRED = "expired", pgettext_lazy("qualification", "Expired")
    ABOLISHED = "abolished", pgettext_lazy("qualification", "Abolished, asked of nobody")
