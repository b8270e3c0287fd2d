"""The steps of a credit event, of which the last one is its state, and the groups in which querysets speak of them."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class StepKind(models.TextChoices):
    PROPOSED = "proposed", _("Proposed")
    EFFECTIVE = "effective", _("Decided: effective")
    DISMISSED = "dismissed", _("Decided: dismissed")
    REVOKED = "revoked", _("Revoked")
    REPAIRED = "repaired", _("Repaired")


DECISIONS = (StepKind.EFFECTIVE, StepKind.DISMISSED)
ENDINGS = (StepKind.REVOKED, StepKind.REPAIRED)
#: Nothing begins or ends on a day by them.
WITHOUT_A_DAY = (StepKind.PROPOSED, StepKind.DISMISSED)
