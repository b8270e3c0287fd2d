from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from credit.models import Completion, CurrentStanding, Engagement, ProcessStep, Review, ReviewChange
from credit.services import (
    UnableToRecord,
    correct_step,
    record_completion,
    record_engagement,
    record_review,
    record_review_change,
    record_step,
    standing_of,
)
from marketplace.core import audit, clock
from tests.factories.accounts import OrganisationFactory, UserFactory
from tests.factories.credit import ProcessStepFactory, ReviewFactory

pytestmark = pytest.mark.usefixtures("rating_model", "frozen_clock")

FIVE = dict.fromkeys(("quality", "timeliness", "attitude", "fees", "compliance"), 5)
TODAY = date(2026, 11, 23)


@pytest.fixture
def subject():
    return OrganisationFactory(intermediary=True)


@pytest.fixture
def client_firm():
    return OrganisationFactory()


class TestRecordReview:
    def test_moves_the_score_and_the_current_standing_at_once(self, subject, client_firm):
        record_review(subject=subject, client=client_firm, contract_no="HT-2026-0001", rated_at=clock.now(), stars=FIVE)

        # (5 × 80 + 100) ÷ 6 = 83.33…, so half of 3.33… above the start of 86.
        current = CurrentStanding.objects.get(organisation=subject)
        assert (current.score, current.grade, current.as_of) == (Decimal("87.67"), "A", TODAY)
        assert standing_of(subject).score == Decimal("87.67")

    def test_a_second_rating_of_a_contract_is_refused_and_nothing_changes(self, subject, client_firm):
        ReviewFactory(subject=subject, client=client_firm, contract_no="HT-2026-0001")

        with pytest.raises(UnableToRecord, match="rated already"):
            record_review(
                subject=subject, client=client_firm, contract_no="HT-2026-0001", rated_at=clock.now(), stars=FIVE
            )

        assert Review.objects.count() == 1
        assert not CurrentStanding.objects.exists()

    @pytest.mark.parametrize("stars", [0, 6, -1, None, "5"])
    def test_stars_out_of_range_are_named_by_their_aspect(self, subject, client_firm, stars):
        with pytest.raises(UnableToRecord) as refused:
            record_review(
                subject=subject,
                client=client_firm,
                contract_no="HT-1",
                rated_at=clock.now(),
                stars=FIVE | {"fees": stars},
            )

        assert list(refused.value.field_errors) == ["fees"]
        assert not Review.objects.exists()

    def test_leaves_a_line_in_the_audit_trail(self, subject, client_firm):
        record_review(subject=subject, client=client_firm, contract_no="HT-1", rated_at=clock.now(), stars=FIVE)

        (line,) = audit.trail(f"credit:{subject.uscc}")
        assert (line.action, line.after["contract"]) == ("review.recorded", "HT-1")

    def test_the_database_refuses_what_the_service_would(self, subject):
        with pytest.raises(IntegrityError), transaction.atomic():
            ReviewFactory(subject=subject, quality=6)
        with pytest.raises(IntegrityError), transaction.atomic():
            ReviewFactory(subject=subject, client=subject)


class TestRecordReviewChange:
    def test_counts_from_the_next_day_and_leaves_the_days_before(self, subject, frozen_clock):
        ReviewFactory(subject=subject, contract_no="HT-1")

        record_review_change(contract_no="HT-1", stars=dict.fromkeys(FIVE, 1))

        frozen_clock.advance(days=1)
        today, tomorrow = standing_of(subject, TODAY), standing_of(subject, TODAY + timedelta(days=1))
        assert today.component("reviews").counted[0].value == 100
        assert tomorrow.component("reviews").counted[0].value == 20

    def test_happens_once(self, subject):
        ReviewFactory(subject=subject, contract_no="HT-1")
        record_review_change(contract_no="HT-1", stars=FIVE)

        with pytest.raises(UnableToRecord, match="once already"):
            record_review_change(contract_no="HT-1", stars=FIVE)

        assert ReviewChange.objects.count() == 1

    def test_needs_a_rating(self, db):
        with pytest.raises(UnableToRecord, match="not been rated"):
            record_review_change(contract_no="HT-404", stars=FIVE)


class TestRecordStep:
    def step(self, subject, client_firm, **fields):
        return record_step(
            **{
                "subject": subject,
                "client": client_firm,
                "contract_no": "HT-1",
                "contract_on": date(2026, 11, 1),
                "kind": "signing",
                "due_on": TODAY,
                "kept": True,
                **fields,
            }
        )

    def test_counts_from_the_day_it_falls_due(self, subject, client_firm, frozen_clock):
        self.step(subject, client_firm, due_on=TODAY + timedelta(days=1))

        assert standing_of(subject).score == Decimal("86.00")
        frozen_clock.advance(days=1)
        # (400 + 100) ÷ 6 = 83.33…; a fifth of 3.33…
        assert standing_of(subject).score == Decimal("86.67")

    def test_again_changes_nothing(self, subject, client_firm):
        first = self.step(subject, client_firm)

        assert self.step(subject, client_firm) == first
        assert ProcessStep.objects.count() == 1

    def test_another_finding_is_refused(self, subject, client_firm):
        self.step(subject, client_firm)

        with pytest.raises(UnableToRecord, match="another finding"):
            self.step(subject, client_firm, kept=False)

        assert ProcessStep.objects.get().kept is True

    def test_an_award_that_passes_on_counts_for_each_firm_by_itself(self, subject, client_firm):
        other = OrganisationFactory(intermediary=True)
        self.step(subject, client_firm, contract_no="MX-2026-0001", kind="no_withdrawal", kept=False)
        self.step(other, client_firm, contract_no="MX-2026-0001", kind="no_withdrawal")

        assert [standing_of(firm).score for firm in (subject, other)] == [Decimal("83.33"), Decimal("86.67")]

    def test_a_correction_counts_from_the_next_day(self, subject, client_firm, frozen_clock):
        step = self.step(subject, client_firm, kept=False)

        correct_step(step=step, kept=False, own_fault=False, reason="业主未按时提供资料", actor=UserFactory())

        assert standing_of(subject).score == Decimal("83.33")
        frozen_clock.advance(days=1)
        assert standing_of(subject).score == Decimal("86.00")
        assert standing_of(subject, TODAY).score == Decimal("83.33")

    def test_a_row_is_corrected_once(self, subject):
        step = ProcessStepFactory(subject=subject, late=True)
        correct_step(step=step, kept=True, own_fault=True, reason="补录", actor=UserFactory())

        with pytest.raises(UnableToRecord, match="corrected already"):
            correct_step(step=step, kept=False, own_fault=True, reason="再改", actor=UserFactory())


class TestRecordEngagement:
    def test_a_signed_contract_takes_the_place_of_its_award(self, subject, client_firm, frozen_clock):
        contracts = [date(2026, 1, 5), date(2026, 2, 5), date(2026, 3, 5)]
        for number, day in enumerate(contracts):
            ProcessStepFactory(
                subject=subject, client=client_firm, contract_no=f"HT-{number}", contract_on=day, due_on=day
            )
        record_engagement(subject=subject, client=client_firm, number="MX-4", dated_on=TODAY)
        with_award = standing_of(subject)
        frozen_clock.advance(days=3)

        record_engagement(
            subject=subject, client=client_firm, number="HT-4", dated_on=TODAY + timedelta(days=3), replaces="MX-4"
        )

        # The oldest of the client's four falls out when the award comes; the contract adds no fifth.
        signed = standing_of(subject)
        assert [len(s.component("fulfilment").counted) for s in (with_award, signed)] == [2, 2]

    def test_a_step_of_the_award_counts_under_the_signed_contract(self, subject, client_firm, frozen_clock):
        record_engagement(subject=subject, client=client_firm, number="MX-4", dated_on=TODAY)
        ProcessStepFactory(
            subject=subject, client=client_firm, contract_no="MX-4", contract_on=TODAY, kind="signing", late=True
        )
        frozen_clock.advance(days=2)
        record_engagement(subject=subject, client=client_firm, number="HT-4", dated_on=clock.today(), replaces="MX-4")

        before, after = standing_of(subject, TODAY), standing_of(subject)

        assert [row.source.contract for row in before.component("fulfilment").counted] == ["MX-4"]
        assert [row.source.contract for row in after.component("fulfilment").counted] == ["HT-4"]

    def test_again_changes_nothing(self, subject, client_firm):
        for _ in range(2):
            record_engagement(subject=subject, client=client_firm, number="MX-4", dated_on=TODAY)

        assert Engagement.objects.count() == 1


class TestRecordCompletion:
    def test_three_contracts_with_three_clients_end_the_provisional_mark(self, subject):
        for number in range(3):
            record_completion(
                subject=subject, client=OrganisationFactory(), contract_no=f"HT-{number}", completed_on=TODAY
            )

        current = CurrentStanding.objects.get(organisation=subject)
        assert (current.provisional, current.completed_contracts) == (False, 3)

    def test_again_changes_nothing(self, subject, client_firm):
        for _ in range(2):
            record_completion(subject=subject, client=client_firm, contract_no="HT-1", completed_on=TODAY)

        assert Completion.objects.count() == 1


class TestRecordedRows:
    def test_are_never_changed_or_deleted(self, subject):
        review = ReviewFactory(subject=subject)

        for change in (lambda: Review.objects.update(quality=1), review.delete):
            with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
                change()

        assert Review.objects.get().quality == 5
