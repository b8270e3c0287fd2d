"""The requests of the large world with all that followed: a batch of them at a time, a table at a time."""

# The rows below are made with fields that are null in other states only; the database checks them.
# mypy: disable-error-code="arg-type, assignment, misc, operator, union-attr"

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import timedelta
from decimal import Decimal
from random import Random

from django.db.models import Model

from credit.models import Completion, Review
from marketplace.catalogue.services import calculate_for_item
from marketplace.contracting.policy import ContractingPolicy
from marketplace.core import clock
from marketplace.core.models import DueWork
from marketplace.custody import sealing
from marketplace.tendering import selection
from marketplace.tendering.announcing import announcement
from marketplace.tendering.models import (
    Award,
    Bid,
    Deposit,
    OpenedBid,
    Opening,
    RequestItem,
    RequestVersion,
    WorkRequest,
)
from marketplace.tendering.models.bids import Side
from marketplace.tendering.policy import TenderingPolicy
from marketplace.tendering.sealing import bids
from marketplace.tendering.sealing.bids import Envelope, Plaintext
from marketplace.tendering.sealing.custodians import Published
from marketplace.tendering.sealing.references import bidder_ref
from marketplace.tendering.selection import Candidate, Ciphertext, FrozenList
from marketplace.tendering.services.requests.drafting import ItemLine

from .bulk_calendar import Days
from .bulk_contracts import Agreements, stars_of
from .bulk_firms import Firm, Owner
from .bulk_plan import DAYS_TO_OPENING, Plan, plan_of
from .projects import PROJECTS

BATCH = 500


class Matters:
    """
    Writes requests by their numbers.

    :ivar numbers: the last number given out of every series
    :ivar rated: how many ratings there are
    """

    def __init__(self, firms: list[Firm], owners: list[Owner], lines: dict[str, ItemLine], days: Days) -> None:
        self.firms, self.owners, self.days = firms, owners, days
        self.by_trade: dict[str, list[Firm]] = defaultdict(list)
        for firm in firms:
            self.by_trade[firm.trade.code].append(firm)
        self.trades = [some[0].trade for some in self.by_trade.values()]
        self.lines = lines
        self.standards = {code: _standard(line) for code, line in lines.items()}
        self.policy = TenderingPolicy.current()
        self.numbers: Counter[str] = Counter()
        self.agreements = Agreements(days, ContractingPolicy.current(), self.numbers)

    @property
    def rated(self) -> int:
        return self.agreements.rated

    def write(self, which: Iterable[int], total: int) -> None:
        """The requests of these positions, oldest first; `total` places them in time."""
        plans = [plan_of(position, total) for position in which]
        halves = [{side: sealing.draw_half(side) for side in Side.values} for _ in plans]
        requests = [self._request(plan, half) for plan, half in zip(plans, halves, strict=True)]
        _save(requests)
        _save([self._item(plan, each) for plan, each in zip(plans, requests, strict=True)])
        _save([_version(each) for each in requests])
        filed = {plan.position: self._bids(plan, each) for plan, each in zip(plans, requests, strict=True)}
        _save([bid for bids in filed.values() for bid, *_ in bids])
        awards = self._open(plans, requests, halves, filed)
        self.agreements.write(awards, {plan.position: self._line(plan).item.pk for plan in plans})
        outbox_rows = [_deadline(each) for each in requests if each.status == "published"]
        outbox_rows += [_confirmation(award) for _, award, _ in awards if award.state == "publicity"]
        DueWork.objects.bulk_create(outbox_rows, batch_size=BATCH)

    def bring_along(self, count: int) -> int:
        """Ratings and completions of contracts that were made before the market; returns how many."""
        for start in range(0, count, BATCH):
            reviews, completions = [], []
            for number in range(start, min(start + BATCH, count)):
                chance = Random(f"before {number}")  # noqa: S311  a story, not a secret
                firm = self.firms[number * 7919 % len(self.firms)]
                owner = self.owners[number * 31 % len(self.owners)]
                at = self.days.at(-chance.randint(20, 560), "15:00")
                parties = {"subject": firm.organisation, "client": owner.organisation}
                named = {**parties, "contract_no": f"BEFORE-{number + 1:06d}", "recorded_at": at}
                completions.append(Completion(**named, completed_on=clock.date_of(at - timedelta(days=1))))
                reviews.append(Review(**named, rated_at=at, **stars_of(firm, chance)))
            _save(completions)
            _save(reviews)
        return count

    def _next(self, prefix: str, year: int) -> str:
        series = f"{prefix}-{year}"
        self.numbers[series] += 1
        return f"{series}-{self.numbers[series]:04d}"

    def _line(self, plan: Plan) -> ItemLine:
        codes = self.trades[plan.position % len(self.trades)].items
        return self.lines[codes[plan.position // len(self.trades) % len(codes)]]

    def _request(self, plan: Plan, halves: dict[str, sealing.Half]) -> WorkRequest:
        line, owner = self._line(plan), self.owners[plan.position * 13 % len(self.owners)]
        item, start = line.item, plan.published
        fee, _ = self.standards[item.code]
        reference = fee or Decimal(120 + plan.position * 37 % 780) * 100
        published_at = self.days.at(start, f"{9 + plan.position % 6:02d}:{plan.position * 7 % 60:02d}")
        closes_at = self.days.at(start + DAYS_TO_OPENING, "17:00")
        project = PROJECTS[plan.position % len(PROJECTS)]
        work_request = WorkRequest(
            number=self._next("MX", self.days.on(start).year),
            owner=owner.organisation,
            created_by=owner.user,
            created_at=published_at - timedelta(hours=1),
            edited_at=published_at - timedelta(hours=1),
            title=f"{project}{item.name_zh}",
            project_name=project,
            project_code=f"2609-320499-89-02-{plan.position:06d}",
            matter_id=item.matter_id,
            public_project=False if item.tender_class else None,
            content=f"完成{item.name_zh}，提交{item.deliverable_zh}，配合审批直至办结。（演示数据）",
            scale="见附件",
            price_max=(reference * Decimal("1.10")).quantize(Decimal("0.01")),
            service_days=min(item.standard_days or 60, 60),
            signing_days=self.policy.contract_days,
            method=plan.method,
            contact_name=owner.user.name,
            contact_phone=owner.organisation.phone,
            policy_version=self.policy.version,
            status=plan.status,
            bids_close_at=closes_at,
            bids_open_until=closes_at,
            submitted_at=published_at - timedelta(minutes=30),
            published_at=published_at,
        )
        published = {side: Published(half.public_key, half.commitment) for side, half in halves.items()}
        work_request.announcement = announcement.compose(work_request, published)
        work_request.announcement_hash = selection.announcement_hash(work_request.announcement)
        if plan.is_opened:
            work_request.opened_at = closes_at + timedelta(seconds=62)
        if plan.status == "failed":
            work_request.ended_at, work_request.end_reason = work_request.opened_at, "too_few_bids"
        if plan.is_awarded:
            work_request.awarded_at = self.days.end_of(start + DAYS_TO_OPENING + self.policy.publicity_days)
        return work_request

    def _item(self, plan: Plan, work_request: WorkRequest) -> RequestItem:
        line = self._line(plan)
        fee, calculation = self.standards[line.item.code]
        return RequestItem(
            work_request=work_request,
            item=line.item,
            base=line.base,
            variant=line.item.fee_variant,
            coefficients=dict(line.coefficients),
            standard_fee=fee,
            calculation=calculation,
        )

    def _bids(self, plan: Plan, work_request: WorkRequest) -> list[tuple[Bid, Envelope, Plaintext, Firm]]:
        """Sealed filings; where there is one more than there are firms, the first firm has replaced its bid."""
        if not plan.filings:
            return []
        chance = Random(f"bids {plan.position}")  # noqa: S311
        able = self.by_trade[self.trades[plan.position % len(self.trades)].code]
        bidders = chance.sample(able, min(5, plan.filings))
        filers = bidders + bidders[: plan.filings - len(bidders)]
        arrived_at = work_request.published_at
        filed = []
        for index, firm in enumerate(filers):
            arrived_at += timedelta(minutes=chance.randint(11, 90))
            plaintext = Plaintext(
                request=work_request.number,
                version=1,
                uscc=firm.organisation.uscc,
                days=max(1, round(work_request.service_days * chance.uniform(0.6, 1))),
                price=None if work_request.fixes_price else _price(work_request, chance),
                nonce=bids.fresh_hex(),
                salt=bids.fresh_hex(),
            )
            envelope = Envelope(plaintext.uscc, index // 5, firm.user.pk, "", "")
            ciphertext = bids.seal(work_request, plaintext.encode())
            bid = Bid(
                work_request=work_request,
                bidder_ref=bidder_ref(work_request, plaintext.uscc, envelope.filing),
                arrived_at=arrived_at,
                ciphertext=ciphertext,
                envelope=bids.seal(work_request, envelope.encode()),
                sha256=hashlib.sha256(ciphertext).hexdigest(),
            )
            filed.append((bid, envelope, plaintext, firm))
        return filed

    def _open(self, plans, requests, halves, filed) -> list[tuple[Plan, Award, Firm]]:
        """Openings, opened bids and awards of those whose time has come; all deposits."""
        deposits, openings, results, awards = [], [], {}, []
        for plan, work_request, half in zip(plans, requests, halves, strict=True):
            listed = ""
            if plan.is_opened:
                opening, fates, frozen = _opening(work_request, half, filed[plan.position])
                openings.append(opening)
                results[plan.position] = (opening, fates)
                listed = frozen.list_hash
            hashes = sorted(bid.sha256 for bid, *_ in filed[plan.position])
            deposits += [_deposit(work_request, side, one, hashes, listed) for side, one in half.items()]
        _save(deposits)
        _save(openings)
        opened_bids = []
        for plan, work_request in zip(plans, requests, strict=True):
            if plan.position not in results:
                continue
            opening, fates = results[plan.position]
            for (bid, envelope, plaintext, firm), (fate, rank) in zip(filed[plan.position], fates, strict=True):
                row = OpenedBid(
                    opening=opening,
                    bid=bid,
                    intermediary=firm.intermediary,
                    filed_by=firm.user,
                    filing=envelope.filing,
                    fate=fate,
                    days=plaintext.days,
                    price=plaintext.price,
                    nonce=plaintext.nonce,
                    listed_as=plaintext.uscc if fate == "counted" else "",
                    rank=rank,
                )
                opened_bids.append(row)
                if rank == 1:
                    awards.append((plan, self._award(plan, work_request, row), firm))
        _save(opened_bids)
        _save([award for _, award, _ in awards])
        return awards

    def _award(self, plan: Plan, work_request: WorkRequest, row: OpenedBid) -> Award:
        opened_on = plan.published + DAYS_TO_OPENING
        ends_at = self.days.end_of(opened_on + self.policy.publicity_days)
        award = Award(
            work_request=work_request,
            opened_bid=row,
            intermediary=row.intermediary,
            rank=1,
            price=Decimal(row.price) if row.price is not None else work_request.price_max,
            days=row.days,
            state=Award.State.CONFIRMED if plan.is_awarded else Award.State.PUBLICITY,
            publicity_started_at=work_request.opened_at,
            publicity_ends_at=ends_at,
        )
        if plan.is_awarded:
            award.confirmed_at = ends_at
            award.sign_by = self.days.end_of(opened_on + self.policy.publicity_days + work_request.signing_days)
        return award


def _save(rows: list[Model]) -> None:
    if rows:
        type(rows[0])._default_manager.bulk_create(rows, batch_size=BATCH)


def _standard(line: ItemLine) -> tuple[Decimal | None, dict | None]:
    if line.base is None or line.item.fee_schedule is None:
        return None, None
    calculation = calculate_for_item(
        item=line.item, base=line.base, variant=line.item.fee_variant, coefficients=dict(line.coefficients)
    )
    return calculation.fee_cny, calculation.as_dict()


def _price(work_request: WorkRequest, chance: Random) -> str:
    share = Decimal(str(round(chance.uniform(0.62, 0.99), 4)))
    return f"{(work_request.price_max * share).quantize(Decimal('0.01')):.2f}"


def _version(work_request: WorkRequest) -> RequestVersion:
    return RequestVersion(
        work_request=work_request,
        number=1,
        published_at=work_request.published_at,
        bids_close_at=work_request.bids_close_at,
        announcement=work_request.announcement,
        announcement_hash=work_request.announcement_hash,
    )


def _deposit(work_request: WorkRequest, side: str, half: sealing.Half, hashes: list[str], listed: str) -> Deposit:
    released_at = work_request.opened_at
    return Deposit(
        work_request=work_request,
        side=side,
        public_key=half.public_key,
        commitment=half.commitment,
        wrapped_key=half.wrapped_key,
        wrapped_secret=half.wrapped_secret,
        key_released_at=released_at,
        key_released_for=hashlib.sha256("\n".join(hashes).encode()).hexdigest() if released_at else "",
        secret_released_at=released_at,
        secret_released_for=listed,
    )


def _opening(
    work_request: WorkRequest, halves: dict[str, sealing.Half], filed: list[tuple[Bid, Envelope, Plaintext, Firm]]
) -> tuple[Opening, list[tuple[str, int | None]], FrozenList]:
    """What the market's own selection makes of the filings, as it would be published and signed."""
    last = {plaintext.uscc: bid for bid, _, plaintext, _ in filed}
    fates = ["counted" if last[plaintext.uscc] is bid else "replaced" for bid, _, plaintext, _ in filed]
    frozen = FrozenList.of(
        [
            Candidate(id=plaintext.uscc, days=plaintext.days, nonce=plaintext.nonce, price=plaintext.price)
            for (_, _, plaintext, _), fate in zip(filed, fates, strict=True)
            if fate == "counted"
        ],
        [Ciphertext(bid.sha256, fate) for (bid, *_), fate in zip(filed, fates, strict=True)],
        [],
    )
    secrets_ = {side: sealing.unwrap(side, half.wrapped_secret) for side, half in halves.items()}
    found = selection.Opened(work_request.announcement, frozen, secrets_, public_money=False)
    transcript = selection.document(found, opened_at=announcement.instant(work_request.opened_at))
    opening = Opening(
        work_request=work_request,
        opened_at=work_request.opened_at,
        frozen=frozen.as_document(),
        list_hash=frozen.list_hash,
    )
    opening.draw(at=work_request.opened_at, secrets=transcript["secrets"], seed=transcript["seed"])
    opening.end(at=work_request.opened_at, transcript=transcript)
    ranks = {uscc: rank for rank, uscc in enumerate(transcript["ranking"], start=1)}
    ranked = [
        (fate, ranks.get(plaintext.uscc) if fate == "counted" else None)
        for (_, _, plaintext, _), fate in zip(filed, fates, strict=True)
    ]
    return opening, ranked, frozen


def _deadline(work_request: WorkRequest) -> DueWork:
    key = f"{work_request.number}:{work_request.bids_close_at.isoformat()}"
    return DueWork(
        kind="tendering.deadline", key=key, due_at=work_request.bids_close_at, payload={"request_id": work_request.pk}
    )


def _confirmation(award: Award) -> DueWork:
    key = f"{award.number}:{award.publicity_ends_at.isoformat()}"
    return DueWork(
        kind="tendering.confirm_award", key=key, due_at=award.publicity_ends_at, payload={"award_id": award.pk}
    )
