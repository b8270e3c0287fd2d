"""Whether the custodians can do their part: without them an opening waits."""

import time

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from marketplace.core.running.readiness import Finding, State, check
from marketplace.custody import sealing

from .models.bids import Side
from .sealing import custodians

#: Seconds for which what a custodian elsewhere answered is believed; each look would ask it else.
BELIEVED = 30.0
KEYS = ("reference", "signing", "origins", *(f"{side}-master" for side in Side.values))
_answered: dict[str, tuple[float, bool]] = {}


@check(of_database=False)
def custodian() -> Finding:
    """Whether the key files hold keys, and the regulator's custodian answers where it is elsewhere."""
    label = _("Custodians")
    damaged = [name for name in KEYS if sealing.is_damaged(name)]
    if damaged:
        says = _("Damaged key files: %(names)s. Openings wait; put their copies back.") % {"names": ", ".join(damaged)}
        return Finding("custodian", label, State.AWAY, says, figures={"damaged": damaged})
    if settings.REGULATOR_CUSTODIAN_URL and not _answers():
        silent = _("The regulator's custodian does not answer: nothing is published and openings wait.")
        return Finding("custodian", label, State.AWAY, silent)
    return Finding("custodian", label, State.OK, _("Both can give up their half."))


def _answers() -> bool:
    url, now = settings.REGULATOR_CUSTODIAN_URL, time.monotonic()
    asked_at, answered = _answered.get(url, (-BELIEVED, False))
    if now - asked_at >= BELIEVED:
        answered = custodians.regulator_answers()
        _answered[url] = (now, answered)
    return answered
