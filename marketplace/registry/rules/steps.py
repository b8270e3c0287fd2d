"""The steps of a registration, in the order of its pages."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


@dataclass(frozen=True)
class Step:
    """One subject, one page: what it takes, texts and marks; `rows` tells whether that is a list."""

    name: str
    title: str | Promise
    lead: str | Promise
    texts: tuple[str, ...]
    marks: tuple[str, ...] = ()
    rows: bool = False
    #: What one row of the list is called.
    row_title: str | Promise = ""


STEPS: tuple[Step, ...] = (
    Step(
        "particulars",
        _("Particulars"),
        _("As they stand on the business licence."),
        ("name_zh", "name_en", "legal_representative", "district", "address", "phone", "intro_zh", "intro_en"),
    ),
    Step(
        "holders",
        _("Holders"),
        _("Everyone who holds 25 percent or more of the firm."),
        ("name", "code", "share_percent"),
        ("is_state",),
        rows=True,
        row_title=pgettext_lazy("firm", "Holder"),
    ),
    Step(
        "documents",
        _("Licence and authorisation"),
        _("The business licence, and the letter by which the firm authorises the person who applies."),
        ("authorised_person",),
    ),
    Step(
        "qualifications",
        _("Qualifications"),
        _("The certificates that your services need. The authority in charge verifies each of them."),
        ("qualification_type", "level", "number", "issuer", "valid_from", "valid_to"),
        rows=True,
        row_title=_("Certificate"),
    ),
    Step(
        "practitioners",
        _("Practitioners"),
        _("Licensed people who work for the firm. A licence stands under one firm only."),
        ("name", "licence_type", "licence_no", "valid_to"),
        rows=True,
        row_title=_("Practitioner"),
    ),
    Step(
        "offers",
        _("Services and prices"),
        _("What you offer, your price, and the time that you promise. You can change price and time at any time."),
        ("item", "pricing", "amount", "unit", "days"),
        rows=True,
        row_title=_("Service"),
    ),
    Step("commitment", _("Commitment"), _("What the firm promises by registering."), (), ("agreed",)),
)
NAMES: tuple[str, ...] = tuple(step.name for step in STEPS)


def step(name: str) -> Step:
    """
    A step by its name.

    :raises KeyError: if there is none of that name
    """
    return STEPS[position(name)]


def position(name: str) -> int:
    try:
        return NAMES.index(name)
    except ValueError:
        raise KeyError(name) from None
