import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import translation

from marketplace.core import audit, clock, outbox
from marketplace.core.permissions import Refused
from marketplace.tendering import permissions, services
from marketplace.tendering.presentation.timeline import stages_of
from marketplace.tendering.services import UnableToDecide, UnableToObject
from tests.factories.accounts import MembershipFactory
from tests.factories.tendering import WorkRequestFactory, bidder_for, member_of
from tests.tendering.unchanged import nothing_changes

pytestmark = pytest.mark.django_db


@pytest.fixture
def work_request(frozen_clock):
    """Opened on Monday 2026-11-30 at 17:01; publicity Tuesday to Thursday; it is Wednesday morning."""
    work_request = WorkRequestFactory(lowest_price=True, bidders=3)
    MembershipFactory(organisation=work_request.items.get().authority)
    frozen_clock.move_to("2026-11-30 17:01")
    services.open_request(request_id=work_request.pk)
    work_request.refresh_from_db()
    frozen_clock.move_to("2026-12-02 10:00")
    return work_request


@pytest.fixture
def award(work_request):
    return work_request.awards.get()


@pytest.fixture
def regulator(work_request):
    return member_of(work_request.items.get().authority)


@pytest.fixture
def losers(work_request, award):
    return [row.intermediary for row in work_request.opening.opened_bids.ranked() if row.rank > 1]


def object_to(award, firm, actor=None, **values):
    values = {"ground": "eligibility", "statement": "中选机构的资质已到期。"} | values
    objection = services.submit_objection(
        award_id=award.pk, intermediary=firm, actor=actor or member_of(firm.organisation), **values
    )
    award.refresh_from_db()
    return objection


def decide(award, actor, **values):
    live = services.decide_objections(
        award_id=award.pk, actor=actor, **({"upheld": False, "reasons": "资质在截止时有效。"} | values)
    )
    award.refresh_from_db()
    return live


class TestSubmitObjection:
    def test_stops_the_clock_and_starts_the_regulators(self, award, losers, regulator):
        objection = object_to(award, losers[0])

        assert (award.state, award.days_left_when_stopped) == ("stopped", 2)  # Wednesday and Thursday
        assert objection.due_at == clock.shanghai("2026-12-10 00:00")
        assert objection.regulator.memberships.get().user == regulator
        assert regulator.notices.filter(key__contains=":objection:").count() == 1

    def test_the_stages_give_no_date_that_nobody_knows_any_more(self, work_request, award, losers):
        object_to(award, losers[0])

        with translation.override("en"):
            stages = {stage.name: stage.when for stage in stages_of(work_request, award)}

        assert (stages["Publicity"], stages["Award notice"], stages["Contract"]) == ("stopped on 2 Dec", "", "")

    def test_a_second_one_joins_the_first(self, award, losers, frozen_clock):
        first = object_to(award, losers[0])
        frozen_clock.move_to("2026-12-07 10:00")

        second = object_to(award, losers[1])

        assert (second.due_at, award.days_left_when_stopped) == (first.due_at, 2)

    def test_keeps_the_evidence(self, award, losers):
        upload = SimpleUploadedFile("证据.pdf", b"%PDF-1.7 ...")

        objection = object_to(award, losers[0], evidence=[upload])

        assert objection.evidence.get().file.name == "证据.pdf"

    def test_a_bidder_who_was_set_aside_may_object(self, frozen_clock):
        work_request = WorkRequestFactory(bidders=2)
        excluded = work_request.firms[0]
        excluded.qualifications.update(withdrawn_at=clock.now())
        with clock.at(work_request.bids_open_until):
            services.close_bids(request_id=work_request.pk)
        frozen_clock.move_to("2026-11-30 17:01")
        services.open_request(request_id=work_request.pk)

        object_to(work_request.awards.get(), excluded, ground="set_aside")

        assert work_request.awards.get().state == "stopped"

    def test_one_a_bidder(self, award, losers):
        object_to(award, losers[0])

        with nothing_changes(), pytest.raises(Refused):
            object_to(award, losers[0])

    def test_only_bidders_object(self, award, work_request):
        outsider = bidder_for(work_request)

        with nothing_changes(), pytest.raises(Refused):
            object_to(award, outsider)

    def test_a_stranger_cannot_object_for_a_bidder(self, award, losers):
        stranger = MembershipFactory().user

        with nothing_changes(), pytest.raises(Refused):
            object_to(award, losers[0], actor=stranger)

    def test_at_the_end_of_the_period_it_is_too_late(self, award, losers, frozen_clock):
        frozen_clock.move_to(award.publicity_ends_at)

        with nothing_changes(), pytest.raises(Refused):
            object_to(award, losers[0])

    @pytest.mark.parametrize(
        ("values", "field"),
        [
            ({"ground": "mood"}, "ground"),
            ({"statement": "  "}, "statement"),
            ({"statement": "长" * 8001}, "statement"),
            ({"evidence": [SimpleUploadedFile("伪装.pdf", b"MZ")]}, "evidence"),
            ({"evidence": [SimpleUploadedFile(f"{n}.pdf", b"%PDF-") for n in range(6)]}, "evidence"),
        ],
    )
    def test_bad_input_is_refused_at_its_field(self, award, losers, values, field):
        with nothing_changes(), pytest.raises(UnableToObject) as refusal:
            object_to(award, losers[0], **values)

        assert set(refusal.value.field_errors) == {field}


class TestRejected:
    def test_the_days_that_were_left_run_on_from_the_day_after(self, award, losers, regulator, frozen_clock):
        object_to(award, losers[0])
        frozen_clock.move_to("2026-12-08 15:00")

        decide(award, regulator)

        assert (award.state, award.publicity_ends_at) == ("publicity", clock.shanghai("2026-12-11 00:00"))

    def test_the_award_is_confirmed_at_the_new_end_only(self, award, losers, regulator, frozen_clock, work_request):
        object_to(award, losers[0])
        frozen_clock.move_to("2026-12-08 15:00")
        decide(award, regulator)
        frozen_clock.move_to("2026-12-10 12:00")
        outbox.run_due()
        award.refresh_from_db()
        before = award.state
        frozen_clock.move_to("2026-12-11 00:00")
        outbox.run_due()

        award.refresh_from_db()
        assert (before, award.state) == ("publicity", "confirmed")

    def test_all_of_the_period_are_decided_together(self, award, losers, regulator):
        for firm in losers:
            object_to(award, firm)

        decide(award, regulator)

        assert set(award.objections.values_list("outcome", "decided_by", "reasons")) == {
            ("rejected", regulator.pk, "资质在截止时有效。")
        }

    def test_a_later_one_does_not_stop_the_clock_again_but_the_award_waits(
        self, award, losers, regulator, frozen_clock
    ):
        object_to(award, losers[0])
        decide(award, regulator)
        object_to(award, losers[1])
        state = award.state
        frozen_clock.move_to(award.publicity_ends_at)
        outbox.run_due()
        award.refresh_from_db()
        waiting = award.state
        decide(award, regulator)
        outbox.run_due()

        award.refresh_from_db()
        assert (state, waiting, award.state) == ("publicity", "publicity", "confirmed")


class TestUpheld:
    def test_the_next_in_rank_moves_up(self, award, losers, regulator, work_request):
        object_to(award, losers[0])

        following = decide(award, regulator, upheld=True, reasons="资质已到期。")

        work_request.refresh_from_db()
        assert (award.state, award.end_reason) == ("overturned", "资质已到期。")
        assert (following.rank, following.state, work_request.status) == (2, "publicity", "publicity")

    def test_the_one_who_was_overturned_may_object_to_the_next(self, award, losers, regulator):
        object_to(award, losers[0])
        following = decide(award, regulator, upheld=True)

        object_to(following, award.intermediary)

        assert following.state == "stopped"

    def test_or_the_request_is_voided(self, award, losers, regulator, work_request):
        object_to(award, losers[0])

        live = decide(award, regulator, upheld=True, remedy="void", reasons="程序有误。")

        work_request.refresh_from_db()
        assert live is None
        assert (work_request.status, work_request.end_reason) == ("voided", "程序有误。")
        assert work_request.awards.live().count() == 0


class TestDecideObjections:
    def test_without_reasons_is_refused(self, award, losers, regulator):
        object_to(award, losers[0])

        with nothing_changes(), pytest.raises(UnableToDecide) as refusal:
            decide(award, regulator, reasons="")

        assert set(refusal.value.field_errors) == {"reasons"}

    def test_an_unknown_remedy_is_refused(self, award, losers, regulator):
        object_to(award, losers[0])

        with nothing_changes(), pytest.raises(UnableToDecide) as refusal:
            decide(award, regulator, upheld=True, remedy="pray")

        assert set(refusal.value.field_errors) == {"remedy"}

    def test_with_nothing_waiting_is_refused(self, award, regulator):
        with nothing_changes(), pytest.raises(Refused):
            decide(award, regulator)

    def test_is_for_regulators_only(self, award, losers, work_request):
        object_to(award, losers[0])
        clerk = MembershipFactory(operator=True).user

        for actor in (clerk, member_of(work_request.owner), member_of(losers[0].organisation)):
            with nothing_changes(), pytest.raises(Refused):
                decide(award, actor)

    def test_a_regulator_who_belongs_to_a_party_is_refused(self, award, losers, regulator):
        object_to(award, losers[0])
        MembershipFactory(user=regulator, organisation=losers[1].organisation)

        with nothing_changes(), pytest.raises(Refused):
            decide(award, regulator)


class TestOverdue:
    @pytest.fixture
    def overdue(self, award, losers, frozen_clock):
        self.second = MembershipFactory(regulator=True)
        object_to(award, losers[0])
        frozen_clock.move_to("2026-12-10 00:00")
        outbox.run_due()
        return award.objections.get()

    def test_goes_to_a_second_regulator_with_a_time_of_its_own(self, overdue, regulator):
        assert overdue.regulator == self.second.organisation
        assert overdue.first_regulator.memberships.get().user == regulator
        assert overdue.due_at == clock.shanghai("2026-12-17 00:00")
        for person in (regulator, self.second.user):
            assert person.notices.filter(key__contains=":objections_overdue:").count() == 1

    def test_the_first_regulator_decides_no_more(self, overdue, award, regulator):
        with nothing_changes(), pytest.raises(Refused):
            decide(award, regulator)

        decide(award, self.second.user)
        assert award.objections.get().outcome == "rejected"

    def test_the_award_waits(self, overdue, award, frozen_clock):
        frozen_clock.move_to("2026-12-31 10:00")
        outbox.run_due()

        award.refresh_from_db()
        assert award.state == "stopped"

    def test_a_late_and_second_run_changes_nothing(self, overdue, award):
        with nothing_changes():
            services.escalate_objections(award_id=award.pk)

    def test_a_decision_in_time_cancels_it(self, award, losers, regulator, frozen_clock):
        object_to(award, losers[0])
        decide(award, regulator)
        frozen_clock.move_to("2026-12-10 00:00")
        outbox.run_due()

        assert award.objections.get().first_regulator is None
        actions = [line.action for line in audit.trail(award.work_request.audit_matter)]
        assert "objections.escalated" not in actions


class TestReadingObjections:
    def test_is_for_the_parties_and_regulators(self, award, losers, regulator, work_request):
        object_to(award, losers[0])

        readers = [
            regulator,
            member_of(work_request.owner),
            member_of(award.intermediary.organisation),
            member_of(losers[0].organisation),
        ]
        assert all(permissions.can_read_objections(reader, award) for reader in readers)
        assert not permissions.can_read_objections(member_of(losers[1].organisation), award)
