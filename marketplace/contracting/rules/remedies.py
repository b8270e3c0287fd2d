"""
What a contract says of breach and of disputes: what a day's delay costs, when one may step back, and who decides.

One way of settling disputes, never two: a clause that leaves the choice between arbitration and the court names
neither, and an arbitration clause without a commission binds nobody (仲裁法).
"""

import re
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from marketplace.core.failures import Text

from ..choices import DisputeWay

#: Of what is late, a calendar day, in thousandths; the same for a late deliverable and a late payment.
LATE_RANGE = (Decimal("0.10"), Decimal("3.00"))
#: Of the contract price, in percent: all that delay can cost.
CAP_RANGE = (Decimal(1), Decimal(30))
#: Calendar days late after which the other side may step back.
STEP_BACK_RANGE = (10, 90)
#: What an arbitration commission calls itself.
COMMISSION = re.compile(r"(仲裁委员会|仲裁院|仲裁中心)[)）]?$")
#: A second commission, or a choice, in the name of one.
SEVERAL = re.compile(r"或|、|，|；|,|;|/|法院|诉讼|仲裁委员会.*仲裁委员会")
#: Words that settle disputes elsewhere than in their article; work on a lawsuit, as an appraisal for one, is none.
SETTLES = re.compile(
    r"仲裁|(提起|进行|通过)诉讼|起诉|(向|由|到).{0,12}法院|arbitrat|litigat|\bthe courts?\b", re.IGNORECASE
)


@dataclass(frozen=True)
class Remedies:
    """
    :ivar late_permille: of the instalment, for each calendar day that it is delivered or paid late
    :ivar late_cap_percent: of the contract price, at most so much
    :ivar step_back_days: late by more calendar days than this, the other side may step back
    """

    dispute_way: str = DisputeWay.COURT
    arbitration_body: str = ""
    late_permille: Decimal = Decimal("0.50")
    late_cap_percent: Decimal = Decimal("10.00")
    step_back_days: int = 30


def faults(remedies: Remedies, terms: str) -> dict[str, Text]:
    """What is wrong, by field; `terms` are the further terms, which may not settle disputes a second way."""
    found: dict[str, Text] = {}
    if fault := _dispute_fault(remedies):
        found["arbitration_body" if remedies.dispute_way == DisputeWay.ARBITRATION else "dispute_way"] = fault
    if SETTLES.search(terms):
        found["terms"] = _("Disputes have an article of their own; leave them out of the further terms.")
    low, high = LATE_RANGE
    if not low <= remedies.late_permille <= high:
        found["late_permille"] = _("Between %(low)s and %(high)s thousandths a day.") % {"low": low, "high": high}
    low, high = CAP_RANGE
    if not low <= remedies.late_cap_percent <= high:
        found["late_cap_percent"] = _("Between %(low)s and %(high)s percent of the price.") % {"low": low, "high": high}
    first, last = STEP_BACK_RANGE
    if not first <= remedies.step_back_days <= last:
        found["step_back_days"] = _("Between %(low)s and %(high)s days.") % {"low": first, "high": last}
    return found


def _dispute_fault(remedies: Remedies) -> Text | None:
    body = remedies.arbitration_body
    if remedies.dispute_way not in DisputeWay.values:
        return _("Choose one way: the court, or one arbitration commission.")
    if remedies.dispute_way == DisputeWay.COURT:
        return _("Where the court decides no arbitration commission is named.") if body else None
    if not body:
        return _("Name the arbitration commission; without its name the clause binds nobody.")
    if SEVERAL.search(body):
        return _("Name exactly one arbitration commission, and nothing beside it.")
    if not COMMISSION.search(body):
        return _("Give the commission's full name, as 常州仲裁委员会.")
    return None
