"""The commitment that a firm signs, in versions; a signed version's text never changes."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

CURRENT = "2026.1"

TEXTS: dict[str, tuple[str | Promise, ...]] = {
    "2026.1": (
        _("What we file is true, and we file changes in time."),
        _("We lend our qualifications and practitioners to nobody and take no work beyond them."),
        _("We quote on our own, agree on no price with other firms, and never below our cost to win an award."),
        _("We charge no more than our published price and the contract, and give the promised time."),
        _("We answer for the quality of what we deliver, and for the secrets of those we work for."),
        _("We accept the market's rules, the credit rating, and the supervision by the authorities."),
    ),
}
