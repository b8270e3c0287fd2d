from collections.abc import Collection, Iterator
from datetime import date

from django.db import transaction

from credit.histories import histories_of
from credit.models import CreditModel, CurrentStanding
from credit.rating import Grade, Standing, compute
from marketplace.accounts.models import Organisation
from marketplace.core import clock

BATCH = 500


def standing_of(organisation: Organisation, as_of: date | None = None) -> Standing:
    """The standing at the end of a day (Asia/Shanghai; today unless given), from what was recorded by then."""
    return dict(standings_of([organisation.pk], as_of))[organisation.pk]


def noted_standing(organisation_id: int, day: date) -> tuple[Grade, bool]:
    """
    Grade and restriction of a day, from the row of the day where it has been worked out already.

    For a first look, such as when a bid is filed; what decides asks the rating itself.
    """
    row = CurrentStanding.objects.filter(organisation=organisation_id, as_of=day).first()
    if row is not None:
        return Grade(row.grade), row.restricted
    standing = dict(standings_of([organisation_id], day))[organisation_id]
    return standing.grade, standing.restricted


def standings_of(organisation_ids: Collection[int], as_of: date | None = None) -> Iterator[tuple[int, Standing]]:
    """The standings of many organisations, with the same few queries for every 500 of them."""
    day = as_of or clock.today()
    model = CreditModel.objects.in_force_on(day).rating_model
    ids = list(organisation_ids)
    for start in range(0, len(ids), BATCH):
        for pk, history in histories_of(ids[start : start + BATCH]).items():
            yield pk, compute(history, model, day)


def refresh_standing(organisation: Organisation) -> CurrentStanding:
    """Work out an intermediary's row of today; call it with the organisation's row locked, or when it is listed."""
    refresh_standings([organisation.pk])
    return CurrentStanding.objects.get(organisation=organisation)


@transaction.atomic
def refresh_standings(organisation_ids: Collection[int]) -> int:
    """Work out the rows of today of many intermediaries, in bulk; returns how many."""
    model = CreditModel.objects.in_force_on(clock.today())
    rows = [_row(pk, standing, model) for pk, standing in standings_of(organisation_ids)]
    fields = [field.name for field in CurrentStanding._meta.concrete_fields if field.name not in ("id", "organisation")]
    CurrentStanding.objects.bulk_create(
        rows, batch_size=BATCH, update_conflicts=True, unique_fields=["organisation"], update_fields=fields
    )
    return len(rows)


def _row(organisation_id: int, standing: Standing, model: CreditModel) -> CurrentStanding:
    return CurrentStanding(
        organisation_id=organisation_id,
        model=model,
        as_of=standing.as_of,
        score=standing.score,
        grade=standing.grade.value,
        grade_rank=standing.grade.rank,
        provisional=standing.provisional,
        completed_contracts=standing.completed_contracts,
        rating_count=len(standing.component("reviews").counted),
        restricted_from=standing.thresholds.restricted_from,
        restricted_until=standing.thresholds.restricted_until,
        warned_until=standing.thresholds.warned_until if standing.warned else None,
    )
