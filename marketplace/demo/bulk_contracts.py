"""What follows the award notices of the large world: contracts, deliverables, ratings, and what credit counts of them."""

# The rows below are made with fields that are null in other states only; the database checks them.
# mypy: disable-error-code="arg-type, assignment, misc, operator, union-attr"

from collections import Counter
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random
from uuid import uuid4

from credit.models import Completion, Engagement, ProcessStep, Review
from marketplace.contracting import text
from marketplace.contracting.models import (
    Contract,
    ContractRating,
    ContractText,
    Deliverable,
    DeliverableFile,
    Milestone,
    Signature,
)
from marketplace.contracting.policy import ContractingPolicy
from marketplace.core import calendar, clock, files
from marketplace.core.models import DueWork, StoredFile
from marketplace.tendering.models import Award

from .bulk_calendar import Days
from .bulk_firms import Firm
from .bulk_plan import Plan
from .firms import pdf
from .projects import COMMENTS

BATCH = 500
ASPECTS = ("quality", "timeliness", "attitude", "fees", "compliance")
#: Working days from publication to both signatures, and to the beginning of the service.
SIGNED, STARTS = 10, 12


def stars_of(firm: Firm, chance: Random) -> dict[str, int]:
    return {aspect: max(1, min(5, round(1 + 4 * firm.diligence + chance.uniform(-0.8, 0.5)))) for aspect in ASPECTS}


class Agreements:
    """Writes the contracts of awards; all rows of a table at once."""

    def __init__(self, days: Days, rules: ContractingPolicy, numbers: Counter[str]) -> None:
        self.days, self.policy, self.numbers = days, rules, numbers
        self.rated = 0
        self._file: StoredFile | None = None
        self._stories: dict[str, _Story] = {}

    def write(self, awards: list[tuple[Plan, Award, Firm]], items: dict[int, int]) -> None:
        """
        Contracts of the awards that were given notice, and all that followed.

        :param items: the service item of each request, by its position
        """
        awards = [(plan, award, firm) for plan, award, firm in awards if plan.is_awarded]
        made = [(plan, self._contract(plan, award, firm), firm) for plan, award, firm in awards]
        contracts = [contract for _, contract, _ in made]
        _save(Contract, contracts)
        _save(
            Contract.items.through,
            [
                Contract.items.through(contract_id=contract.pk, serviceitem_id=items[plan.position])
                for plan, contract, _ in made
            ],
        )
        milestones = [self._milestone(plan, contract) for plan, contract, _ in made]
        _save(Milestone, milestones)
        texts = [self._text(contract, milestone) for contract, milestone in zip(contracts, milestones, strict=True)]
        _save(ContractText, texts)
        signed = [row for row in zip(made, milestones, texts, strict=True) if row[0][1].signed_at]
        _save(
            Signature, [each for (_, contract, firm), _, body in signed for each in _signatures(contract, firm, body)]
        )
        self._engage(contracts)
        _save(ProcessStep, [_step(contract, "signing", contract.award.sign_by) for (_, contract, _), _, _ in signed])
        self._complete([row for row in signed if row[0][1].completed_at])
        DueWork.objects.bulk_create(self._due(made, milestones), batch_size=BATCH)

    def _contract(self, plan: Plan, award: Award, firm: Firm) -> Contract:
        work_request = award.work_request
        year = clock.date_of(award.confirmed_at).year
        self.numbers[f"HT-{year}"] += 1
        contract = Contract(
            number=f"HT-{year}-{self.numbers[f'HT-{year}']:04d}",
            award=award,
            owner=work_request.owner,
            intermediary=firm.organisation,
            title=work_request.title,
            price=award.price,
            policy_version=self.policy.version,
            created_at=award.confirmed_at,
            service_starts_on=self.days.on(plan.published + STARTS),
            service_ends_on=self.days.on(plan.published + STARTS + award.days),
            turn_since=award.confirmed_at,
            state={"awarded": "drafting"}.get(plan.status, plan.status),
        )
        if plan.status == "awarded":
            return contract
        contract.signed_at = self.days.at(plan.published + SIGNED, "14:20")
        if plan.status == "completed":
            story = self._stories[contract.number] = _Story(plan, contract, firm, self.days)
            contract.completed_at = story.accepted_at
            accepted_on = clock.date_of(contract.completed_at)
            contract.rating_due_at = calendar.end_of_working_day(accepted_on, self.policy.rating_days)
            work_request.ended_at = contract.completed_at
        return contract

    def _milestone(self, plan: Plan, contract: Contract) -> Milestone:
        return Milestone(
            contract=contract,
            position=1,
            title="提交全部成果",
            percent=100,
            amount=contract.price,
            due_on=contract.service_ends_on,
            state="accepted" if contract.completed_at else "ahead",
            accepted_at=contract.completed_at,
        )

    def _text(self, contract: Contract, milestone: Milestone) -> ContractText:
        share = text.Share(milestone.title, Decimal(100), milestone.amount, milestone.due_on)
        body = text.compose(contract, shares=[share], version=1, policy=self.policy)
        return ContractText(
            contract=contract,
            version=1,
            template=text.TEMPLATE,
            body=body,
            sha256=text.digest(body),
            proposed_by=contract.award.work_request.created_by if contract.signed_at else None,
            created_at=contract.created_at,
        )

    def _engage(self, contracts: list[Contract]) -> None:
        """The award stands for its contract, until the signed one takes its place."""
        of_awards = [
            Engagement(
                subject=contract.intermediary,
                client=contract.owner,
                number=contract.award.number,
                dated_on=clock.date_of(contract.award.confirmed_at),
                recorded_at=contract.award.confirmed_at,
            )
            for contract in contracts
        ]
        _save(Engagement, of_awards)
        _save(
            Engagement,
            [
                Engagement(
                    subject=contract.intermediary,
                    client=contract.owner,
                    number=contract.number,
                    dated_on=clock.date_of(contract.signed_at),
                    replaces=before,
                    recorded_at=contract.signed_at,
                )
                for contract, before in zip(contracts, of_awards, strict=True)
                if contract.signed_at
            ],
        )

    def _complete(self, rows: list[tuple[tuple[Plan, Contract, Firm], Milestone, ContractText]]) -> None:
        if not rows:
            return
        deliverables, stored = [], []
        steps, completions, ratings, reviews = [], [], [], []
        for (_, contract, firm), milestone, _ in rows:
            story = self._stories.pop(contract.number)
            answers = story.deliverables(milestone, self.policy)
            deliverables += answers
            stored += [self._copy(firm, each.submitted_at) for each in answers]
            steps += story.steps(milestone)
            facts = {"subject": firm.organisation, "client": contract.owner, "contract_no": contract.number}
            completed_on = clock.date_of(contract.completed_at)
            completions.append(Completion(**facts, completed_on=completed_on, recorded_at=contract.completed_at))
            rating = story.rating(self.policy)
            ratings.append(rating)
            stars = {aspect: getattr(rating, aspect) for aspect in ASPECTS}
            reviews.append(Review(**facts, rated_at=rating.rated_at, recorded_at=rating.rated_at, **stars))
        _save(Deliverable, deliverables)
        _save(StoredFile, stored)
        _save(
            DeliverableFile,
            [DeliverableFile(deliverable=one, file=file) for one, file in zip(deliverables, stored, strict=True)],
        )
        _save(ProcessStep, steps)
        _save(Completion, completions)
        _save(ContractRating, ratings)
        _save(Review, reviews)
        self.rated += len(ratings)
        requests = [contract.award.work_request for (_, contract, _), _, _ in rows]
        type(requests[0]).objects.bulk_update(requests, ["ended_at"], batch_size=BATCH)

    def _copy(self, firm: Firm, at: datetime) -> StoredFile:
        """A row of its own for the one file that all deliverables of this world share on the disk."""
        if self._file is None:
            self._file = files.store(pdf("成果.pdf"), actor=firm.user)
        shared = self._file
        return StoredFile(
            id=uuid4(),
            file=shared.file.name,
            name=shared.name,
            size=shared.size,
            sha256=shared.sha256,
            content_type=shared.content_type,
            uploaded_by=firm.user,
            created_at=at,
        )

    def _due(self, made: list[tuple[Plan, Contract, Firm]], milestones: list[Milestone]) -> list[DueWork]:
        rows = []
        for (plan, contract, _), milestone in zip(made, milestones, strict=True):
            if plan.status == "awarded":
                sign_by = contract.award.sign_by
                key = f"{contract.pk}:{sign_by.isoformat()}"
                payload = {"contract_id": contract.pk}
                rows.append(DueWork(kind="contracting.lapse", key=key, due_at=sign_by, payload=payload))
            elif plan.status == "in_service":
                key = str(milestone.pk)
                rows.append(DueWork(kind="contracting.delivery_due", key=key, due_at=milestone.due_at))
        return rows


class _Story:
    """How a completed service went: whether it came late, was returned once, and how it was rated."""

    def __init__(self, plan: Plan, contract: Contract, firm: Firm, days: Days) -> None:
        self.plan, self.contract, self.firm, self.days = plan, contract, firm, days
        self.chance = Random(f"service {plan.position}")  # noqa: S311  a story, not a secret
        self.is_late = self.chance.random() > firm.diligence + 0.05
        self.is_returned = self.chance.random() > firm.diligence + 0.1
        end = plan.published + STARTS + contract.award.days
        self.delivered = end + 2 if self.is_late else end - 1
        self.answered = self.delivered + 1
        self.accepted = self.answered + 3 if self.is_returned else self.answered
        self.accepted_at = days.at(self.accepted, "11:00")

    def deliverables(self, milestone: Milestone, rules: ContractingPolicy) -> list[Deliverable]:
        first = self._deliverable(milestone, 1, self.delivered, self.answered, rules)
        if not self.is_returned:
            return [first]
        first.outcome, first.reasons = "returned", "图件与文字不一致，请修改后重新提交。"
        return [first, self._deliverable(milestone, 2, self.answered + 2, self.accepted, rules)]

    def _deliverable(self, milestone: Milestone, number: int, submitted: int, answered: int, rules: ContractingPolicy):
        return Deliverable(
            milestone=milestone,
            submission=number,
            submitted_by=self.firm.user,
            submitted_at=self.days.at(submitted, "15:20"),
            answer_due_at=self.days.end_of(submitted + rules.acceptance_days),
            outcome="accepted",
            answered_at=self.days.at(answered, "11:00"),
            answered_by=self.contract.award.work_request.created_by,
        )

    def steps(self, milestone: Milestone) -> list[ProcessStep]:
        answered_at = self.days.at(self.answered, "11:00")
        delivered_at = milestone.due_at if self.is_late else self.days.at(self.delivered, "15:20")
        return [
            _step(
                self.contract, "delivery", milestone.due_at, kept=not self.is_late, sequence=1, recorded_at=delivered_at
            ),
            _step(self.contract, "acceptance", answered_at, kept=not self.is_returned, sequence=1),
            _step(self.contract, "no_withdrawal", self.accepted_at),
        ]

    def rating(self, rules: ContractingPolicy) -> ContractRating:
        rated = self.accepted + 1
        stars = stars_of(self.firm, self.chance)
        return ContractRating(
            contract=self.contract,
            **stars,
            comment=COMMENTS[0 if sum(stars.values()) > 23 else 1 if sum(stars.values()) > 20 else 2],
            rated_by=self.contract.award.work_request.created_by,
            rated_at=self.days.at(rated, "14:00"),
            change_due_at=self.days.end_of(rated + rules.rating_change_days),
        )


def _save(model, rows: list) -> None:
    model._default_manager.bulk_create(rows, batch_size=BATCH)


def _signatures(contract: Contract, firm: Firm, body: ContractText) -> list[Signature]:
    owner = contract.award.work_request.created_by
    before = contract.signed_at - timedelta(hours=4)
    return [
        Signature(
            text=body, party=party, signed_by=user, signer_name=user.name, signed_at=signed_at, sha256=body.sha256
        )
        for party, user, signed_at in (("intermediary", firm.user, before), ("owner", owner, contract.signed_at))
    ]


def _step(
    contract: Contract,
    kind: str,
    due_at: datetime,
    *,
    kept: bool = True,
    sequence: int = 0,
    recorded_at: datetime | None = None,
) -> ProcessStep:
    return ProcessStep(
        subject=contract.intermediary,
        client=contract.owner,
        contract_no=contract.number,
        contract_on=clock.date_of(contract.signed_at),
        kind=kind,
        due_on=clock.date_of(due_at),
        kept=kept,
        sequence=sequence,
        recorded_at=recorded_at or (contract.signed_at if kind == "signing" else due_at),
    )
