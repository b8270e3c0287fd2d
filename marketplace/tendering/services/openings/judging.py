"""
What the opening makes of the filings: which one of a firm is live, which bids count, and why others are set aside.

Works on boxes already opened; it reads the record as of the deadline and writes nothing.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from credit.rating import Standing
from credit.services import standings_of
from marketplace.accounts.models import Membership
from marketplace.registry.models import Intermediary

from ...facts import bidders
from ...facts.bidders import Bidder
from ...models import Bid, OpenedBid, WorkRequest
from ...rules import eligibility
from ...rules.relations import related_among, words_for
from ...sealing.bids import Envelope, Plaintext, hashed_id
from ...selection import SCORE_LISTED, Candidate, Ciphertext, FrozenList, SetAside
from . import opened_proposals

Fate = OpenedBid.Fate


@dataclass
class Filed:
    """A filing on the table: its row, what its boxes held (None where one did not open), and what becomes of it."""

    bid: Bid
    envelope: Envelope | None
    plaintext: Plaintext | None
    intermediary: Intermediary | None = None
    fate: str = Fate.COUNTED
    reason: str = ""
    detail: str = ""

    def set_aside(self, reason: str, detail: str = "") -> None:
        """The first reason stands."""
        if self.fate == Fate.COUNTED:
            self.fate, self.reason, self.detail = Fate.SET_ASIDE, reason, detail


def judge(filed: list[Filed], work_request: WorkRequest) -> dict[int, Standing]:
    """
    Work out the fate of every filing, in place.

    :returns: by organisation, the bidders' standings of the day before the deadline
    """
    live = _live_ones(filed, work_request)
    firms = {
        firm.uscc: firm
        for firm in Intermediary.objects.filter(
            organisation__uscc__in=[one.envelope.uscc for one in live if one.envelope]
        ).select_related("organisation")
    }
    for one in filed:
        one.intermediary = firms.get(one.envelope.uscc) if one.envelope else None
    for one in live:
        _check_form(one, work_request)
    _check_proposals(live, work_request)
    opened = [one for one in live if one.plaintext is not None and one.intermediary is not None]
    standings = _standings_of(filed, work_request)
    found = bidders.bidders_at_deadline(
        [one.intermediary.pk for one in opened if one.intermediary], work_request, standings
    )
    _check_eligibility(opened, bidders.unmet_of(found, work_request))
    _check_relations(opened, found)
    _check_people(filed, work_request)
    return standings


def freeze(filed: Iterable[Filed], work_request: WorkRequest, standings: Mapping[int, Standing]) -> FrozenList:
    """
    The list as it is hashed and published.

    :param standings: by organisation, of the day before the deadline
    """
    filed = list(filed)
    names = work_request.publishes_names
    with_score = work_request.method in SCORE_LISTED
    candidates = [
        Candidate(
            id=listed_id(one, names=names),
            days=one.plaintext.days or 0,
            nonce=one.plaintext.nonce,
            price=one.plaintext.price,
            score=f"{standings[one.intermediary.organisation_id].score:.2f}" if with_score else None,
        )
        for one in filed
        if one.fate == Fate.COUNTED and one.plaintext is not None and one.intermediary is not None
    ]
    ciphertexts = [Ciphertext(one.bid.sha256, str(one.fate)) for one in filed]
    aside = [SetAside(listed_id(one, names=names) or None, one.reason) for one in filed if one.fate == Fate.SET_ASIDE]
    return FrozenList.of(candidates, ciphertexts, aside)


def listed_id(one: Filed, *, names: bool) -> str:
    """How a bid's firm is called in the frozen list; "" where the bid did not open."""
    if one.envelope is None or one.plaintext is None:
        return ""
    return one.envelope.uscc if names else hashed_id(one.plaintext.salt, one.envelope.uscc)


def _live_ones(filed: list[Filed], work_request: WorkRequest) -> list[Filed]:
    """The last filing of every firm; the ones before are replaced, and a last one that is a withdrawal is over."""
    by_firm: dict[str, list[Filed]] = defaultdict(list)
    live = []
    for one in filed:
        if one.envelope is None:
            one.set_aside("does_not_open")
        else:
            by_firm[one.envelope.uscc].append(one)
    for filings in by_firm.values():
        *earlier, last = sorted(filings, key=lambda one: one.envelope.filing if one.envelope else 0)
        for one in earlier:
            one.fate = Fate.REPLACED
        if _withdraws(last, work_request):
            last.fate = Fate.WITHDRAWN
        else:
            live.append(last)
    return live


def _withdraws(one: Filed, work_request: WorkRequest) -> bool:
    """Whether a filing is its own firm's withdrawal from this request; a copied one is set aside as a bid is."""
    bid = one.plaintext
    return (
        bid is not None
        and one.envelope is not None
        and bid.is_withdrawal
        and (bid.request, bid.uscc) == (work_request.number, one.envelope.uscc)
    )


def _check_form(one: Filed, work_request: WorkRequest) -> None:
    bid, envelope = one.plaintext, one.envelope
    if bid is None or envelope is None or one.intermediary is None:
        one.set_aside("does_not_open")
        return
    if bid.request != work_request.number:
        one.set_aside("other_request")
    elif bid.uscc != envelope.uscc:
        one.set_aside("other_firm")
    elif bid.version != work_request.version:
        one.set_aside("not_confirmed")
    elif bid.days is None or not 1 <= bid.days <= (work_request.service_days or 0):
        one.set_aside("days_outside_limits")
    elif not _price_fits(bid, work_request):
        one.set_aside("price_outside_limits")


def _check_proposals(live: list[Filed], work_request: WorkRequest) -> None:
    if not work_request.asks_for_proposal:
        return
    sealed = opened_proposals.sealed_ones(work_request)
    for one in live:
        if (
            one.fate == Fate.COUNTED
            and one.plaintext
            and (reason := opened_proposals.reason_against(one.plaintext, sealed))
        ):
            one.set_aside(reason)


def _price_fits(bid: Plaintext, work_request: WorkRequest) -> bool:
    if work_request.fixes_price:
        return bid.price is None
    if bid.price is None:
        return False
    price = Decimal(bid.price)
    return (
        price > 0
        and (work_request.price_max is None or price <= work_request.price_max)
        and (work_request.price_min is None or price >= work_request.price_min)
    )


def _standings_of(filed: list[Filed], work_request: WorkRequest) -> dict[int, Standing]:
    organisations = {one.intermediary.organisation_id for one in filed if one.intermediary}
    if not organisations or work_request.bids_open_until is None:
        return {}
    return dict(standings_of(organisations, eligibility.credit_day(work_request.bids_open_until)))


def _check_eligibility(opened: list[Filed], problems: Mapping[int, list[eligibility.Condition]]) -> None:
    for one in opened:
        unmet = problems[one.intermediary.pk] if one.intermediary else []
        if unmet:
            one.set_aside(unmet[0].code, " ".join(problem.text for problem in unmet)[:400])


def _check_relations(opened: list[Filed], found: Mapping[int, Bidder]) -> None:
    """All bidders that are related to each other, on what was recorded before the deadline."""
    related = related_among({one.facts.organisation_id: one.facts.ties for one in found.values()})
    for one in opened:
        if one.intermediary and one.intermediary.organisation_id in related:
            one.set_aside("related_bidders", words_for(related[one.intermediary.organisation_id]))


def _check_people(filed: list[Filed], work_request: WorkRequest) -> None:
    """A person acts in a request for one party only: with every filing, also one replaced, and every question."""
    parties: dict[int, set[str]] = defaultdict(set)
    for one in filed:
        if one.envelope:
            parties[one.envelope.person].add(one.envelope.uscc)
    asked = work_request.questions.values_list("asked_by", "asker__organisation__uscc")
    for person, uscc in asked:
        parties[person].add(str(uscc))
    # Who joins the owner after the deadline must not be able to bring a bid down, nor who leaves it to save one.
    if work_request.bids_open_until is not None:
        members = Membership.objects.active_at(work_request.bids_open_until)
        for person in members.filter(organisation=work_request.owner_id, user__in=parties).values_list(
            "user", flat=True
        ):
            parties[person].add("owner")
    for one in filed:
        if one.envelope and len(parties[one.envelope.person]) > 1:
            one.set_aside("person_of_two_parties")
