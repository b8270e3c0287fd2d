"""Reads the rows of many intermediaries with a fixed number of queries and hands them to the pure rating."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from datetime import date

from marketplace.core import clock

from .models import Completion, ConductEvent, Engagement, EventStep, ProcessStep, Review
from .rating import Completion as CompletionRow
from .rating import Contract as ContractRow
from .rating import Event as EventRow
from .rating import History, Step, StepKind
from .rating import Rating as RatingRow
from .rating.windows import ONE_DAY


def decided_events(organisation_ids: Collection[int]) -> list[ConductEvent]:
    """The events that count, with their rules and steps."""
    return list(ConductEvent.objects.filter(subject__in=organisation_ids).public().with_steps())


def histories_of(
    organisation_ids: Collection[int], *, decided: Iterable[ConductEvent] | None = None
) -> dict[int, History]:
    """
    By organisation: everything that its score is made from, over all days. Six queries, however many there are.

    :param decided: their decided events, where the caller has read them already
    """
    ratings: defaultdict[int, list[RatingRow]] = defaultdict(list)
    contracts: defaultdict[int, list[ContractRow]] = defaultdict(list)
    steps: defaultdict[int, list[Step]] = defaultdict(list)
    events: defaultdict[int, list[EventRow]] = defaultdict(list)
    completions: defaultdict[int, list[CompletionRow]] = defaultdict(list)
    for review in Review.objects.filter(subject__in=organisation_ids).select_related("change"):
        ratings[review.subject_id].extend(_ratings(review))
    for engagement in _engagements(organisation_ids):
        contracts[engagement.subject_id].append(_contract(engagement))
    for step in ProcessStep.objects.filter(subject__in=organisation_ids).select_related("corrected_by"):
        steps[step.subject_id].append(_step(step))
    for event in decided_events(organisation_ids) if decided is None else decided:
        events[event.subject_id].append(_event(event))
    for completion in Completion.objects.filter(subject__in=organisation_ids):
        completions[completion.subject_id].append(_completion(completion))
    return {
        pk: History(
            ratings=tuple(ratings[pk]),
            contracts=tuple(contracts[pk]),
            steps=tuple(_under_signed_contracts(steps[pk], contracts[pk])),
            events=tuple(events[pk]),
            completions=tuple(completions[pk]),
        )
        for pk in organisation_ids
    }


def _ratings(review: Review) -> Iterator[RatingRow]:
    first = RatingRow(
        contract=review.contract_no,
        client=str(review.client_id),
        on=clock.date_of(review.rated_at),
        at=review.rated_at,
        stars=review.stars,
        related=review.related,
        known_from=clock.date_of(review.recorded_at),
    )
    change = getattr(review, "change", None)
    if change is None:
        yield first
        return
    counts_from = clock.date_of(change.recorded_at) + ONE_DAY
    yield replace(first, known_until=counts_from)
    yield replace(first, stars=change.stars, known_from=counts_from)


def _engagements(organisation_ids: Collection[int]) -> Iterable[Engagement]:
    return Engagement.objects.filter(subject__in=organisation_ids).select_related("replaced_by", "replaces")


def _contract(engagement: Engagement) -> ContractRow:
    replaced_by = getattr(engagement, "replaced_by", None)
    return ContractRow(
        number=engagement.number,
        client=str(engagement.client_id),
        dated_on=engagement.dated_on,
        replaces=engagement.replaces.number if engagement.replaces else "",
        known_from=clock.date_of(engagement.recorded_at),
        known_until=clock.date_of(replaced_by.recorded_at) if replaced_by else None,
    )


def _step(step: ProcessStep) -> Step:
    recorded_on = clock.date_of(step.recorded_at)
    corrected_by = getattr(step, "corrected_by", None)
    return Step(
        identifier=f"{step.contract_no}/{step.kind}/{step.sequence}",
        contract=step.contract_no,
        client=str(step.client_id),
        contract_on=step.contract_on,
        due_on=step.due_on,
        kept=step.kept,
        own=step.own_fault,
        kind=StepKind(step.kind),
        known_from=recorded_on + ONE_DAY if step.corrects_id else recorded_on,
        known_until=clock.date_of(corrected_by.recorded_at) + ONE_DAY if corrected_by else None,
    )


def _under_signed_contracts(steps: Iterable[Step], contracts: Iterable[ContractRow]) -> Iterator[Step]:
    """Steps entered under an award's number count under the signed contract from the day that it replaced the award."""
    signed = {contract.replaces: contract for contract in contracts if contract.replaces}
    for step in steps:
        contract = signed.get(step.contract)
        since = contract.known_from if contract else date.max
        if contract is None or (step.known_until and step.known_until <= since):
            yield step
            continue
        if step.known_from < since:
            yield replace(step, known_until=since)
        yield replace(
            step,
            contract=contract.number,
            contract_on=contract.dated_on,
            known_from=max(step.known_from, since),
        )


def _event(event: ConductEvent) -> EventRow:
    days = {step.kind: step.effective_on for step in event.steps.all() if step.effective_on}
    return EventRow(
        identifier=event.number,
        points=event.points,
        validity_months=event.validity_months,
        effective_on=days[EventStep.Kind.EFFECTIVE],
        deduction=event.is_deduction,
        ended_on=min((day for kind, day in days.items() if kind in EventStep.ENDINGS), default=None),
        rule=event.rule.code,
    )


def _completion(completion: Completion) -> CompletionRow:
    return CompletionRow(
        contract=completion.contract_no,
        client=str(completion.client_id),
        on=completion.completed_on,
        known_from=clock.date_of(completion.recorded_at),
    )
