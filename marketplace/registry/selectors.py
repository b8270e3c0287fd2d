"""What the public pages show of many firms at once; each function has a fixed number of queries."""

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Count, F, Prefetch, Q, QuerySet
from django.utils.translation import gettext as _

from credit.models import CurrentStanding, ProcessStep
from marketplace.core import clock
from marketplace.core.web import kept

from .filters import COMPLETED_RANGES, IntermediaryFilter, validity_is
from .models import Intermediary, Offer, Qualification
from .offer_prices import Project
from .states import Validity
from .wording import in_line

#: Facets whose choices exclude one another, counted by one query.
EXCLUSIVE = ("grade", "district", "completed")


@dataclass
class Card:
    """One firm of the list, with what people compare by."""

    intermediary: Intermediary
    standing: CurrentStanding | None
    offers: list[Offer]
    qualifications: list[Qualification]
    on_time: Decimal | None = None
    offer: Offer | None = None
    price: Decimal | None = None
    ratio: Decimal | None = None
    expiring: list[Qualification] = field(default_factory=list)
    expired: list[Qualification] = field(default_factory=list)

    @property
    def is_available(self) -> bool:
        """Whether the firm can bid as things stand: no suspension, no restriction, no grade D."""
        if getattr(self.intermediary, "is_suspended_now", False):
            return False
        return self.standing is None or (not self.standing.restricted and self.standing.grade != "D")

    @property
    def names(self) -> str:
        """Its verified qualifications by name, each once."""
        return in_line(dict.fromkeys(each.qualification_type.name for each in self.qualifications))

    @property
    def days(self) -> int | None:
        return min((offer.days for offer in self.offers), default=None)


def cards_of(firms: Iterable[Intermediary], filterset: IntermediaryFilter) -> list[Card]:
    """The cards of one page of the list: three queries, however many."""
    firms = list(firms)
    offers = filterset.offers()
    qualifications = Qualification.objects.current().select_related("qualification_type")
    by_firm = _by_firm(offers.filter(intermediary__in=firms))
    held = _by_firm(qualifications.filter(intermediary__in=firms))
    shares = on_time_shares([firm.organisation_id for firm in firms])
    project, needed = filterset.project, _kinds_needed(filterset)
    cards = []
    for firm in firms:
        card = Card(
            firm,
            getattr(firm.organisation, "standing", None),
            by_firm.get(firm.pk, []),
            held.get(firm.pk, []),
            shares.get(firm.organisation_id),
        )
        _mark(card, project, needed, clock.today())
        cards.append(card)
    return cards


def _kinds_needed(filterset: IntermediaryFilter) -> set[int]:
    return {item.demanded_type.pk for item in filterset.chosen_items if item.demanded_type is not None}


def _by_firm(rows: Iterable[Any]) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = {}
    for row in rows:
        found.setdefault(row.intermediary_id, []).append(row)
    return found


def _mark(card: Card, project: Project | None, needed: Collection[int], today: date) -> None:
    if project and card.offers:
        card.offer = card.offers[0]
        card.offer.item = project.item
        card.price, card.ratio = project.price_of(card.offer), project.ratio_of(card.offer)
    shown = [each for each in card.qualifications if not needed or each.qualification_type_id in needed]
    card.expiring = [each for each in shown if each.validity_on(today) == Validity.EXPIRING]
    card.expired = [each for each in shown if each.validity_on(today) == Validity.EXPIRED]


def on_time_shares(organisation_ids: Collection[int]) -> dict[int, Decimal]:
    """Deliverables submitted on time ÷ those that fell due, by firm, without delays that were not its own."""
    rows = (
        ProcessStep.objects.filter(
            subject__in=organisation_ids, kind=ProcessStep.Kind.DELIVERY, corrected_by=None, due_on__lte=clock.today()
        )
        .filter(Q(kept=True) | Q(own_fault=True))
        .values("subject")
        .annotate(due=Count("pk"), kept_count=Count("pk", filter=Q(kept=True)))
    )
    return {row["subject"]: Decimal(row["kept_count"]) / row["due"] for row in rows}


@dataclass
class Facets:
    """How many firms each choice would show, all other filters as they are; and how many there are with all of them."""

    counts: dict[str, dict[str, int]]
    total: int


def facets_of(filterset: IntermediaryFilter) -> Facets:
    """The counts behind the choices, kept for a while; three queries."""
    chosen = sorted((name, value) for name, value in filterset.chosen.items() if name != "sort")
    asked = (clock.today(), chosen, filterset.project and filterset.project.asked)
    return kept.figure("registry.facets", asked, lambda: _count_facets(filterset))


def _count_facets(filterset: IntermediaryFilter) -> Facets:
    exclusive, total = _exclusive(filterset)
    return Facets({"service": _services(filterset), "validity": _validities(filterset), **exclusive}, total)


def _exclusive(filterset: IntermediaryFilter) -> tuple[dict[str, dict[str, int]], int]:
    """The counts of those that every firm has one of, each beside what is chosen of the other two; and of all."""
    counts: dict[str, Counter] = {name: Counter() for name in EXCLUSIVE}
    total = 0
    rows = (
        filterset.narrowed(without=EXCLUSIVE)
        .order_by()
        .values_list(
            "organisation__standing__grade", "organisation__district", "organisation__standing__completed_contracts"
        )
        .annotate(firms=Count("pk"))
    )
    for grade, district, completed, number in rows:
        within = [name for name, (low, high) in COMPLETED_RANGES.items() if low <= (completed or 0) <= high]
        has = {"grade": [grade or ""], "district": [district or ""], "completed": within}
        unmet = [name for name in EXCLUSIVE if not _is_among(has[name], filterset.chosen.get(name))]
        for name in EXCLUSIVE:
            if not set(unmet) - {name}:
                counts[name].update(dict.fromkeys(has[name], number))
        total += 0 if unmet else number
    return {name: dict(counter) for name, counter in counts.items()}, total


def _is_among(values: Collection[str], chosen: Collection[str] | None) -> bool:
    return not chosen or not set(values).isdisjoint(chosen)


def _services(filterset: IntermediaryFilter) -> dict[str, int]:
    asked = {name: value for name, value in filterset.chosen.items() if name != "service"}
    firms = filterset.narrowed(without=["service", "price", "days"])
    rows = filterset.offers(asked).filter(intermediary__in=firms.order_by().values("pk"))
    return dict(rows.order_by().values_list("item__code").annotate(firms=Count("pk")))


def _validities(filterset: IntermediaryFilter) -> dict[str, int]:
    firms = filterset.narrowed(without=["validity"]).order_by().values("pk")
    names = ("valid", "expiring", "expired")
    rows = filterset.qualifications(names).filter(intermediary__in=firms)
    numbers = {name: Count("intermediary", distinct=True, filter=validity_is(name)) for name in names}
    return rows.order_by().aggregate(**numbers)


@dataclass(frozen=True)
class Looser:
    """A way out of an empty list: without these filters there are so many firms."""

    names: list[str]
    text: str
    firms: int


def looser(filterset: IntermediaryFilter) -> list[Looser]:
    """For an empty list: each filter that stands in the way, and the chosen services alone."""
    names = [name for name in filterset.chosen if name != "sort"]
    ways = [
        Looser([name], _("Without “%(condition)s”") % {"condition": filterset.words_of(name)}, _left(filterset, [name]))
        for name in names
    ]
    others = [name for name in names if name != "service"]
    if "service" in names and len(others) > 1:
        ways.append(Looser(others, _("The service alone"), _left(filterset, others)))
    return [way for way in ways if way.firms]


def _left(filterset: IntermediaryFilter, names: list[str]) -> int:
    return filterset.narrowed(without=names).count()


def profile(uscc: str, user: Any) -> QuerySet:
    """One firm with all that its page shows; a fixed number of queries."""
    offers = Offer.objects.select_related("item__fee_schedule")
    qualifications = Qualification.objects.current().select_related("qualification_type")
    return (
        Intermediary.objects.visible_to(user)
        .filter(organisation__uscc=uscc)
        .with_suspension()
        .with_standing()
        .annotate(
            practitioner_count=Count("practitioners", filter=Q(practitioners__withdrawn_at=None), distinct=True),
        )
        .prefetch_related(Prefetch("offers", offers), Prefetch("qualifications", qualifications))
    )


def practitioners_by_licence(intermediary: Intermediary) -> list[tuple[str, int]]:
    """How many licensed people of each kind; names are not public."""
    rows = intermediary.practitioners.current().order_by().values_list("licence_type").annotate(people=Count("pk"))
    return list(rows.order_by(F("people").desc(), "licence_type"))
