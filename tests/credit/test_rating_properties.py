import random
from dataclasses import replace
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from credit.rating import Event, History, Rating, Step, compute, thresholds_on
from tests.credit.histories import MODEL

AS_OF = date(2026, 11, 23)
days = st.dates(date(2023, 1, 1), date(2027, 1, 31))
clients = st.sampled_from(["C1", "C2", "C3"])


@st.composite
def histories(draw):
    ratings = draw(st.lists(st.tuples(clients, days, st.tuples(*[st.integers(1, 5)] * 5), st.booleans()), max_size=9))
    events = draw(
        st.lists(
            st.tuples(
                st.sampled_from([2, 3, 5, 10, 20]),
                st.sampled_from([12, 24, 36]),
                days,
                st.booleans(),
                st.none() | st.integers(1, 700),
            ),
            max_size=7,
        )
    )
    steps = draw(st.lists(st.tuples(clients, days, st.integers(0, 90), st.booleans(), st.booleans()), max_size=12))
    return History(
        ratings=tuple(
            Rating(contract=f"HT-{n}", client=client, on=on, stars=stars, related=related)
            for n, (client, on, stars, related) in enumerate(ratings)
        ),
        events=tuple(
            Event(
                identifier=f"XY-{n}",
                points=points,
                validity_months=months,
                effective_on=on,
                deduction=deducts,
                ended_on=on + timedelta(days=ended) if ended else None,
            )
            for n, (points, months, on, deducts, ended) in enumerate(events)
        ),
        steps=tuple(
            Step(
                identifier=f"S-{n}",
                contract=f"HT-{n // 2}-{client}",
                client=client,
                contract_on=on,
                due_on=on + timedelta(days=after),
                kept=kept,
                own=own,
            )
            for n, (client, on, after, kept, own) in enumerate(steps)
        ),
    )


class TestAnyHistory:
    @given(histories(), st.randoms(use_true_random=False))
    def test_the_order_of_its_rows_does_not_matter(self, history, order: random.Random):
        shuffled = History(
            **{
                part: tuple(order.sample(getattr(history, part), len(getattr(history, part))))
                for part in ("ratings", "events", "steps")
            }
        )

        assert compute(shuffled, MODEL, AS_OF) == compute(history, MODEL, AS_OF)

    @given(histories(), st.sampled_from([3, 5, 10, 20]), days)
    def test_one_more_deduction_never_raises_score_or_grade(self, history, points, on):
        more = replace(
            history,
            events=(*history.events, Event(identifier="XY-N", points=points, validity_months=12, effective_on=on)),
        )

        before, after = compute(history, MODEL, AS_OF), compute(more, MODEL, AS_OF)

        assert after.score <= before.score
        # A fresh restriction uses up points, so only a restriction may give way to a warning, never to neither.
        assert after.warned or after.restricted or not (before.warned or before.restricted)

    @given(histories(), days)
    def test_one_more_bonus_never_lowers_the_score(self, history, on):
        bonus = Event(identifier="XY-N", points=2, validity_months=12, effective_on=on, deduction=False)
        more = replace(history, events=(*history.events, bonus))

        assert compute(more, MODEL, AS_OF).score >= compute(history, MODEL, AS_OF).score

    @given(histories())
    def test_stays_within_its_bounds(self, history):
        standing = compute(history, MODEL, AS_OF)

        assert 0 <= standing.score <= 100
        assert all(0 <= component.value <= 100 for component in standing.components)

    @given(histories(), st.integers(1, 400))
    def test_what_comes_later_does_not_touch_a_day(self, history, ahead):
        later = AS_OF + timedelta(days=ahead)
        more = replace(
            history,
            ratings=(*history.ratings, Rating(contract="HT-N", client="C1", on=later, stars=(1,) * 5)),
            events=(*history.events, Event(identifier="XY-N", points=20, validity_months=36, effective_on=later)),
        )

        assert compute(more, MODEL, AS_OF).score == compute(history, MODEL, AS_OF).score
        assert compute(more, MODEL, AS_OF).grade == compute(history, MODEL, AS_OF).grade

    @given(histories())
    def test_the_last_warned_day_is_the_last_one(self, history):
        thresholds = thresholds_on(history.events, MODEL, AS_OF)
        if thresholds.warned_until is None:
            return
        # Only what is effective by today may be looked at: later events are another matter.
        known = [event for event in history.events if event.effective_on <= AS_OF]

        last = thresholds_on(known, MODEL, thresholds.warned_until)
        after = thresholds_on(known, MODEL, thresholds.warned_until + timedelta(days=1))

        assert last.warned or last.restricted
        assert not after.warned
        assert not after.restricted
