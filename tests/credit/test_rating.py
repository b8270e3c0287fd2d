from datetime import date, timedelta
from decimal import Decimal

import pytest

from credit.rating import (
    CauseKind,
    Completion,
    Contract,
    Grade,
    History,
    RatingModel,
    StepKind,
    UnusableModel,
    changes_without_action,
    compute,
    score_series,
)
from tests.credit.histories import MODEL, deduction, rating, step

DAY = date(2026, 11, 23)
ONE_DAY = timedelta(days=1)


class TestNewEntrant:
    def test_starts_at_86_with_grade_a_and_is_provisional(self):
        standing = compute(History(), MODEL, DAY)

        assert (str(standing.score), standing.grade, standing.provisional) == ("86.00", Grade.A, True)
        assert MODEL.start == Decimal("86.00")

    def test_each_component_shows_its_prior_as_a_row(self):
        standing = compute(History(), MODEL, DAY)

        rows = [
            (component.code, row.what, row.weight, row.value)
            for component in standing.components
            for row in component.rows
        ]

        assert rows == [("reviews", "prior", 5, 80), ("conduct", "base", 1, 100), ("fulfilment", "prior", 5, 80)]


class TestReviews:
    def test_a_rating_of_today_weighs_one_and_one_of_a_year_ago_a_half(self):
        history = History(ratings=(rating("HT-1", DAY), rating("HT-2", DAY - timedelta(days=365), client="C2")))

        rows = compute(history, MODEL, DAY).component("reviews").counted

        assert [(row.what, row.weight) for row in rows] == [("HT-2", Decimal("0.5")), ("HT-1", Decimal(1))]

    def test_a_rating_of_tomorrow_does_not_count_yet(self):
        history = History(ratings=(rating("HT-1", DAY + ONE_DAY),))

        assert compute(history, MODEL, DAY).component("reviews").counted == ()

    def test_a_rating_counts_until_the_day_before_it_is_36_months_old(self):
        history = History(ratings=(rating("HT-1", date(2023, 11, 23)),))

        assert compute(history, MODEL, DAY - ONE_DAY).component("reviews").counted
        assert not compute(history, MODEL, DAY).component("reviews").counted

    def test_a_client_s_older_ratings_count_less_and_from_the_fourth_on_nothing(self):
        history = History(ratings=tuple(rating(f"HT-{age}", DAY - timedelta(days=age)) for age in range(5)))

        rows = compute(history, MODEL, DAY).component("reviews").counted

        assert [(row.what, row.factor) for row in reversed(rows)] == [
            ("HT-0", Decimal(1)),
            ("HT-1", Decimal("0.5")),
            ("HT-2", Decimal("0.25")),
            ("HT-3", Decimal(0)),
            ("HT-4", Decimal(0)),
        ]

    def test_of_two_ratings_of_one_moment_the_greater_contract_number_is_the_younger(self):
        history = History(ratings=(rating("HT-2", DAY), rating("HT-1", DAY)))

        rows = compute(history, MODEL, DAY).component("reviews").counted

        assert {row.what: row.factor for row in rows} == {"HT-2": Decimal(1), "HT-1": Decimal("0.5")}

    def test_a_related_client_s_rating_is_left_out_before_the_others_are_counted(self):
        history = History(ratings=(rating("HT-1", DAY, related=True), rating("HT-2", DAY - ONE_DAY)))

        rows = compute(history, MODEL, DAY).component("reviews").counted

        assert [(row.what, row.factor) for row in rows] == [("HT-2", Decimal(1))]

    def test_a_correction_counts_from_the_next_day_and_leaves_the_days_before_alone(self):
        history = History(
            ratings=(
                rating("HT-1", DAY - ONE_DAY, stars=2, known_from=DAY - ONE_DAY, known_until=DAY + ONE_DAY),
                rating("HT-1", DAY - ONE_DAY, stars=5, known_from=DAY + ONE_DAY),
            )
        )

        values = [compute(history, MODEL, day).component("reviews").counted[0].value for day in (DAY, DAY + ONE_DAY)]

        assert values == [40, 100]


class TestConduct:
    def test_an_event_is_in_force_from_its_day_to_the_day_before_its_months_are_over(self):
        history = History(events=(deduction(3, date(2026, 3, 16)),))
        days = [date(2026, 3, 15), date(2026, 3, 16), date(2027, 3, 15), date(2027, 3, 16)]

        values = [compute(history, MODEL, day).component("conduct").value for day in days]

        assert values == [100, 97, 97, 100]

    def test_a_repaired_event_counts_until_the_day_before_the_repair_takes_effect(self):
        history = History(events=(deduction(3, date(2026, 3, 16), ended_on=date(2026, 7, 1)),))

        values = [compute(history, MODEL, date(2026, 6, 30) + timedelta(days=days)) for days in (0, 1)]

        assert [standing.component("conduct").value for standing in values] == [97, 100]

    def test_bonuses_count_up_to_ten_and_the_cut_is_a_row(self):
        bonuses = [
            deduction(points, DAY - timedelta(days=9), identifier=f"B{points}", deduction=False) for points in (5, 3, 4)
        ]
        history = History(events=(*bonuses, deduction(10, DAY - timedelta(days=400), months=36)))

        conduct = compute(history, MODEL, DAY).component("conduct")

        assert conduct.value == 100
        assert [(row.what, row.value) for row in conduct.rows if row.source is None] == [
            ("base", 100),
            ("bonus_cap", -2),
        ]

    def test_never_below_zero(self):
        history = History(events=tuple(deduction(20, DAY - timedelta(days=age), months=36) for age in range(6)))

        conduct = compute(history, MODEL, DAY).component("conduct")

        assert conduct.value == 0
        assert conduct.rows[-1].what == "floor"


class TestFulfilment:
    def test_only_a_client_s_three_youngest_contracts_count_even_where_their_steps_do_not(self):
        steps = [step(f"HT-{number}", date(2026, number, 1), kept=number > 1) for number in (1, 2, 3, 4)]
        without_fault = step("HT-4", date(2026, 4, 1), days=3, kept=False, own=False)
        history = History(steps=(*steps, without_fault))

        rows = compute(history, MODEL, DAY).component("fulfilment").counted

        assert [row.source.contract for row in rows] == ["HT-2", "HT-3", "HT-4"]

    def test_an_award_without_any_step_yet_stands_for_its_contract(self):
        steps = [step(f"HT-{number}", date(2026, number, 1)) for number in (1, 2, 3)]
        award = Contract(number="MX-4", client="C1", dated_on=date(2026, 4, 1))
        history = History(steps=tuple(steps), contracts=(award,))

        rows = compute(history, MODEL, DAY).component("fulfilment").counted

        assert [row.source.contract for row in rows] == ["HT-2", "HT-3"]

    def test_a_step_counts_from_the_day_it_fell_due_until_it_is_24_months_old(self):
        history = History(steps=(step("HT-1", date(2024, 11, 20), days=3),))
        days = [date(2024, 11, 22), date(2024, 11, 23), date(2026, 11, 22), date(2026, 11, 23)]

        counted = [len(compute(history, MODEL, day).component("fulfilment").counted) for day in days]

        assert counted == [0, 1, 1, 0]


class TestThresholds:
    def test_ten_points_warn_for_twelve_months_with_no_grade_better_than_c(self):
        history = History(events=(deduction(10, date(2026, 1, 31)),))

        last, after = (compute(history, MODEL, day) for day in (date(2027, 1, 30), date(2027, 1, 31)))

        assert (last.warned, last.grade, last.score_grade) == (True, Grade.C, Grade.A)
        assert last.thresholds.warned_until == date(2027, 1, 30)
        assert (after.warned, after.grade) == (False, Grade.A)

    def test_twenty_points_restrict_for_six_months_and_warn_until_twelve_from_the_start(self):
        history = History(events=(deduction(10, date(2026, 1, 5)), deduction(10, date(2026, 1, 24))))

        standings = {
            day: compute(history, MODEL, day)
            for day in (date(2026, 1, 23), date(2026, 1, 24), date(2026, 7, 23), date(2026, 7, 24))
        }

        assert [(day.isoformat(), s.restricted, s.warned, s.grade.value) for day, s in standings.items()] == [
            ("2026-01-23", False, True, "C"),
            ("2026-01-24", True, False, "D"),
            ("2026-07-23", True, False, "D"),
            ("2026-07-24", False, True, "C"),
        ]
        restriction = standings[date(2026, 1, 24)].thresholds
        assert (restriction.restricted_until, restriction.warned_until) == (date(2026, 7, 23), date(2027, 1, 23))

    def test_a_restriction_uses_up_its_points(self):
        history = History(events=(deduction(20, date(2026, 1, 24)), deduction(10, date(2026, 3, 1))))

        thresholds = compute(history, MODEL, date(2026, 3, 1)).thresholds

        assert (thresholds.points, thresholds.restricted_from) == (10, date(2026, 1, 24))

    def test_twenty_new_points_during_it_start_a_fresh_one(self):
        history = History(events=(deduction(20, date(2026, 1, 24)), deduction(20, date(2026, 3, 1))))

        thresholds = compute(history, MODEL, date(2026, 3, 1)).thresholds

        assert (thresholds.restricted_from, thresholds.restricted_until) == (date(2026, 3, 1), date(2026, 8, 31))

    def test_what_is_revoked_is_as_if_it_had_not_been_from_its_day_on(self):
        history = History(
            events=(
                deduction(10, date(2026, 1, 5)),
                deduction(10, date(2026, 1, 24), ended_on=date(2026, 2, 10)),
            )
        )

        before, after = (compute(history, MODEL, date(2026, 2, day)) for day in (9, 10))

        assert (before.restricted, after.restricted) == (True, False)
        assert (after.warned, after.thresholds.warned_until) == (True, date(2027, 1, 4))


class TestProvisional:
    @pytest.mark.parametrize(
        ("clients", "provisional"),
        [(("C1", "C2"), True), (("C1", "C1", "C2"), True), (("C1", "C2", "C3"), False)],
    )
    def test_until_three_completed_contracts_with_three_clients(self, clients, provisional):
        completions = tuple(
            Completion(contract=f"HT-{number}", client=client, on=DAY) for number, client in enumerate(clients)
        )

        assert compute(History(completions=completions), MODEL, DAY).provisional is provisional
        assert compute(History(completions=completions), MODEL, DAY - ONE_DAY).provisional is True


class TestForecast:
    def test_lists_every_dated_change_with_the_score_of_its_day(self):
        history = History(
            ratings=(rating("HT-1", date(2024, 1, 10), stars=2),),
            steps=(step("HT-1", date(2025, 2, 1), kept=False, kind=StepKind.SIGNING),),
            events=(
                deduction(3, date(2026, 3, 16), identifier="XY-2026-0051"),
                deduction(2, date(2026, 11, 24), identifier="XY-2026-0120", deduction=False, months=24),
            ),
        )

        changes = changes_without_action(history, MODEL, DAY)

        assert [(str(change.on), [cause.kind.value for cause in change.causes]) for change in changes] == [
            ("2026-11-24", ["event_starts"]),
            ("2026-12-23", ["ageing"]),
            ("2027-01-10", ["rating_leaves"]),
            ("2027-02-01", ["step_leaves"]),
            ("2027-03-16", ["event_expires"]),
        ]
        assert all(change.standing == compute(history, MODEL, change.on) for change in changes)

    def test_says_when_a_restriction_and_then_the_warning_end(self):
        history = History(events=(deduction(20, date(2026, 6, 1), months=36),))

        changes = changes_without_action(history, MODEL, DAY)

        assert [(str(change.on), change.causes[0].kind, change.standing.grade) for change in changes] == [
            ("2026-12-01", CauseKind.RESTRICTION_ENDS, Grade.C),
            ("2027-06-01", CauseKind.WARNING_ENDS, Grade.A),
        ][: len(changes)]

    def test_a_new_entrant_has_nothing_coming(self):
        assert changes_without_action(History(), MODEL, DAY) == []


class TestSeries:
    def test_is_exact_on_both_sides_of_a_jump(self):
        history = History(events=(deduction(3, date(2026, 3, 16)),))

        points = score_series(history, MODEL, since=date(2024, 11, 23), until=DAY)

        scores = {point.on: str(point.score) for point in points}
        assert (scores[date(2026, 3, 15)], scores[date(2026, 3, 16)]) == ("86.00", "85.10")
        assert (points[0].on, points[-1].on) == (date(2024, 11, 23), DAY)


class TestModel:
    def test_refuses_weights_that_do_not_add_up(self):
        definition = MODEL.definition | {
            "components": MODEL.definition["components"]
            | {"conduct": MODEL.definition["components"]["conduct"] | {"weight": "0.4"}}
        }

        with pytest.raises(UnusableModel, match="do not add up"):
            RatingModel.from_definition(definition)

    def test_refuses_a_definition_without_its_parts(self):
        with pytest.raises(UnusableModel, match="components"):
            RatingModel.from_definition({"version": "UCR-0"})

    @pytest.mark.parametrize(
        ("score", "grade"),
        [("95", "AAA"), ("94.99", "AA"), ("90", "AA"), ("80", "A"), ("79.99", "B"), ("60", "C"), ("59.99", "D")],
    )
    def test_the_grade_follows_from_the_rounded_score(self, score, grade):
        assert MODEL.grade_of(Decimal(score)) == grade
