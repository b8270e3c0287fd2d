from datetime import date, timedelta
from hashlib import sha256

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from credit.models import ProcessStep
from marketplace.contracting import services
from marketplace.contracting.models import Contract, Deliverable, DeliverableFile, Extension
from marketplace.contracting.services import UnableToDeliver, UnableToExtend
from marketplace.core import calendar, clock, outbox
from marketplace.core.models import StoredFile
from marketplace.core.permissions import Refused
from tests.factories.accounts import MembershipFactory
from tests.factories.contracting import ContractFactory, deliver, intermediary_of, owner_of, pdf

pytestmark = pytest.mark.django_db


class TestSubmitDeliverable:
    def test_the_files_are_kept_with_their_hash_and_the_owner_s_clock_starts(self, frozen_clock):
        contract = ContractFactory(signed=True)
        milestone = contract.milestones.first()

        deliverable = deliver(milestone, pdf("初稿.pdf", b"%PDF-1"))

        stored = deliverable.files.get().file
        assert (stored.name, stored.sha256) == ("初稿.pdf", sha256(b"%PDF-1").hexdigest())
        assert clock.date_of(deliverable.answer_due_at) == date(2026, 11, 30)
        milestone.refresh_from_db()
        assert milestone.state == "submitted"

    def test_in_time_counts_as_kept_on_the_day_it_falls_due(self, frozen_clock):
        contract = ContractFactory(signed=True)
        milestone = contract.milestones.first()

        deliver(milestone)

        step = ProcessStep.objects.get(kind="delivery")
        assert (step.kept, step.due_on, step.sequence) == (True, milestone.due_on, 1)

    def test_the_last_second_of_the_day_is_in_time(self, frozen_clock):
        contract = ContractFactory(signed=True)
        milestone = contract.milestones.first()
        frozen_clock.move_to(milestone.due_at - timedelta(seconds=1))

        deliver(milestone)

        assert ProcessStep.objects.get(kind="delivery").kept

    def test_a_day_passed_without_it_counts_as_not_kept_also_when_it_comes_later(self, frozen_clock):
        contract = ContractFactory(signed=True)
        milestone = contract.milestones.first()
        frozen_clock.move_to(milestone.due_at)
        outbox.run_due()

        deliver(milestone)

        assert [step.kept for step in ProcessStep.objects.filter(kind="delivery")] == [False]

    def test_a_second_submission_while_one_waits_is_refused(self, frozen_clock):
        contract = ContractFactory(delivered=True)
        milestone = contract.milestones.first()

        with pytest.raises(UnableToDeliver, match="waits for the owner's answer already"):
            deliver(milestone)

        assert Deliverable.objects.count() == 1

    def test_an_accepted_milestone_takes_nothing_more(self, frozen_clock):
        contract = ContractFactory(delivered=True)
        services.accept_deliverable(deliverable_id=Deliverable.objects.get().pk, actor=owner_of(contract))

        with pytest.raises(UnableToDeliver, match="accepted already"):
            deliver(contract.milestones.first())

        assert Deliverable.objects.count() == 1

    @pytest.mark.parametrize(
        ("upload", "message"),
        [
            (SimpleUploadedFile("报告.pdf", b"MZ\x90 not a pdf"), "content is not that of a .pdf"),
            (SimpleUploadedFile("病毒.exe", b"MZ"), "of this kind are not accepted"),
            (SimpleUploadedFile("空.pdf", b""), "empty"),
        ],
    )
    def test_a_file_that_is_not_what_it_says_is_refused_and_nothing_is_stored(self, frozen_clock, upload, message):
        contract = ContractFactory(signed=True)

        with pytest.raises(UnableToDeliver) as refusal:
            deliver(contract.milestones.first(), pdf(), upload)

        assert message in str(refusal.value.field_errors["files"])
        assert not Deliverable.objects.exists()
        assert not DeliverableFile.objects.exists()
        assert not StoredFile.objects.filter(name=upload.name).exists()

    def test_an_oversize_file_is_refused(self, frozen_clock, settings):
        settings.MAX_UPLOAD_BYTES = 10
        contract = ContractFactory(signed=True)

        with pytest.raises(UnableToDeliver, match="larger than"):
            deliver(contract.milestones.first())

        assert not Deliverable.objects.exists()

    @pytest.mark.parametrize("count", [0, 11])
    def test_one_to_ten_files_are_taken(self, frozen_clock, count):
        contract = ContractFactory(signed=True)

        with pytest.raises(UnableToDeliver, match="one to 10 files"):
            services.submit_deliverable(
                milestone_id=contract.milestones.first().pk,
                files_=[pdf() for _ in range(count)],
                actor=intermediary_of(contract),
            )

        assert not Deliverable.objects.exists()

    def test_before_the_signatures_nothing_is_delivered(self, frozen_clock):
        contract = ContractFactory(agreed=True)

        with pytest.raises(UnableToDeliver, match="not in service"):
            deliver(contract.milestones.first())

        assert not Deliverable.objects.exists()

    def test_only_the_intermediary_delivers(self, frozen_clock):
        contract = ContractFactory(signed=True)

        for person in (owner_of(contract), MembershipFactory().user, MembershipFactory(regulator=True).user):
            with pytest.raises(Refused):
                services.submit_deliverable(milestone_id=contract.milestones.first().pk, files_=[pdf()], actor=person)

        assert not Deliverable.objects.exists()


class TestExtendMilestone:
    def test_a_later_date_moves_the_clock(self, frozen_clock):
        contract = ContractFactory(signed=True)
        milestone = contract.milestones.first()
        granted = milestone.due_on + timedelta(days=14)
        services.extend_milestone(
            milestone_id=milestone.pk, due_on=granted, reason="甲方资料晚到。", actor=owner_of(contract)
        )

        frozen_clock.move_to(calendar.end_of_day(granted) - timedelta(hours=1))
        outbox.run_due()
        deliver(milestone)

        assert ProcessStep.objects.get(kind="delivery", sequence=1).kept
        assert Contract.objects.get().service_ends_on == granted

    @pytest.mark.parametrize(
        ("days", "reason", "field"), [(0, "有理由", "due_on"), (-1, "有理由", "due_on"), (3, " ", "reason")]
    )
    def test_a_date_that_is_not_later_or_no_reason_is_refused(self, frozen_clock, days, reason, field):
        contract = ContractFactory(signed=True)
        milestone = contract.milestones.first()

        with pytest.raises(UnableToExtend) as refusal:
            services.extend_milestone(
                milestone_id=milestone.pk,
                due_on=milestone.due_on + timedelta(days=days),
                reason=reason,
                actor=owner_of(contract),
            )

        assert set(refusal.value.field_errors) == {field}
        assert not Extension.objects.exists()

    def test_once_the_day_is_over_it_is_too_late(self, frozen_clock):
        contract = ContractFactory(signed=True)
        milestone = contract.milestones.first()
        frozen_clock.move_to(milestone.due_at)

        with pytest.raises(UnableToExtend, match="before it is over"):
            services.extend_milestone(
                milestone_id=milestone.pk,
                due_on=milestone.due_on + timedelta(days=3),
                reason="晚了",
                actor=owner_of(contract),
            )

        assert not Extension.objects.exists()

    def test_the_intermediary_grants_itself_nothing(self, frozen_clock):
        contract = ContractFactory(signed=True)
        milestone = contract.milestones.first()

        with pytest.raises(Refused):
            services.extend_milestone(
                milestone_id=milestone.pk,
                due_on=milestone.due_on + timedelta(days=3),
                reason="来不及",
                actor=intermediary_of(contract),
            )

        assert not Extension.objects.exists()
