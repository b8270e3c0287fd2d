from datetime import timedelta
from decimal import Decimal

import pytest

from marketplace.core import audit, clock
from marketplace.core.models import DueWork, MarketPolicy
from marketplace.core.permissions import Refused
from marketplace.tendering import selection, services
from marketplace.tendering.services import UnableToPublish, UnableToReview
from tests.factories.accounts import MembershipFactory, OrganisationFactory
from tests.factories.catalogue import QualificationTypeFactory, ServiceItemFactory
from tests.factories.tendering import WorkRequestFactory, five_pm, member_of
from tests.tendering.unchanged import nothing_changes

pytestmark = pytest.mark.django_db


@pytest.fixture
def clerk(db):
    return MembershipFactory(operator=True).user


@pytest.fixture
def without_review(db, frozen_clock):
    MarketPolicy.objects.create(
        version="2026.2", effective_on=clock.today(), values={"review_before_publication": False}
    )


def submit(work_request, actor=None):
    work_request = services.submit_request(request_id=work_request.pk, actor=actor or member_of(work_request.owner))
    work_request.refresh_from_db()
    return work_request


class TestSubmitRequest:
    def test_waits_for_a_clerk_where_the_policy_says_so(self, frozen_clock, clerk):
        work_request = submit(WorkRequestFactory())

        assert (work_request.status, work_request.submitted_at) == ("under_review", clock.now())
        assert clerk.notices.count() == 1

    def test_is_published_at_once_where_nobody_has_to_look(self, without_review):
        work_request = submit(WorkRequestFactory())

        assert (work_request.status, work_request.policy_version) == ("published", "2026.2")

    @pytest.mark.parametrize(
        "values",
        [
            {"min_grade": "A", "requirement_reason": "项目紧邻居民区"},
            {"public_money": True, "public_project": False},
        ],
    )
    def test_what_needs_a_look_is_reviewed_whatever_the_policy(self, without_review, values):
        assert submit(WorkRequestFactory(**values)).status == "under_review"

    def test_an_extra_qualification_is_reviewed_with_its_reason(self, without_review):
        draft = WorkRequestFactory()
        draft.qualifications.add(QualificationTypeFactory())

        with nothing_changes(), pytest.raises(UnableToPublish) as refusal:
            submit(draft)

        assert set(refusal.value.field_errors) == {"requirement_reason"}

    @pytest.mark.parametrize(
        ("values", "field"),
        [
            ({"content": ""}, "content"),
            ({"service_days": None}, "service_days"),
            ({"bids_close_at": None}, "bids_close_at"),
            ({"contact_name": ""}, "contact_name"),
            ({"contact_phone": ""}, "contact_phone"),
            ({"price_max": None}, "price_max"),
            ({"items": []}, "items"),
            ({"min_grade": "B"}, "requirement_reason"),
            ({"method": "credit_preferred", "parameters": {"long": 3, "short": 4}}, "short"),
            ({"public_money": True, "project_code": ""}, "project_code"),
            ({"public_money": True, "project_name": ""}, "project_name"),
        ],
    )
    def test_what_is_missing_is_named_at_its_field(self, frozen_clock, values, field):
        draft = WorkRequestFactory(**values)
        actor = member_of(draft.owner)

        with nothing_changes(), pytest.raises(UnableToPublish) as refusal:
            submit(draft, actor)

        assert set(refusal.value.field_errors) == {field}

    def test_lowest_price_needs_no_limit(self, without_review):
        assert submit(WorkRequestFactory(lowest_price=True, price_max=None)).status == "published"

    def test_the_bid_period_is_three_whole_working_days(self, without_review):
        too_short = WorkRequestFactory(bids_close_at=clock.shanghai("2026-11-26 23:59"))
        long_enough = WorkRequestFactory(bids_close_at=clock.shanghai("2026-11-27 00:00"))

        with nothing_changes(), pytest.raises(UnableToPublish) as refusal:
            submit(too_short)

        assert set(refusal.value.field_errors) == {"bids_close_at"}
        assert submit(long_enough).status == "published"

    @pytest.mark.parametrize("values", [{"bid_days": 2, "bids_close_at": None}, {"bid_days": 4}])
    def test_a_bid_period_too_short_or_beside_a_deadline_is_refused(self, without_review, values):
        draft = WorkRequestFactory(**values)

        with nothing_changes(), pytest.raises(UnableToPublish) as refusal:
            submit(draft)

        assert set(refusal.value.field_errors) == {"bid_days"}

    def test_neither_period_nor_deadline_is_refused(self, without_review):
        draft = WorkRequestFactory(bids_close_at=None)

        with nothing_changes(), pytest.raises(UnableToPublish) as refusal:
            submit(draft)

        assert set(refusal.value.field_errors) == {"bids_close_at"}

    def test_a_deadline_of_the_far_future_is_refused(self, frozen_clock):
        draft = WorkRequestFactory(bids_close_at=clock.now() + timedelta(days=400))

        with nothing_changes(), pytest.raises(UnableToPublish, match=r"year|一年"):
            submit(draft)

    def test_pressed_twice_is_refused_the_second_time(self, frozen_clock):
        draft = submit(WorkRequestFactory())

        with nothing_changes(), pytest.raises(Refused):
            submit(draft)

    def test_a_stranger_cannot_hand_it_in(self, frozen_clock):
        draft, stranger = WorkRequestFactory(), MembershipFactory().user

        with nothing_changes(), pytest.raises(Refused):
            submit(draft, stranger)

    def test_a_service_that_the_authority_pays_is_posted_by_an_authority(self, without_review):
        item = ServiceItemFactory(paid_by_authority=True)
        by_enterprise = WorkRequestFactory(items=[item])
        by_authority = WorkRequestFactory(items=[item], owner=OrganisationFactory(authority=True))

        with nothing_changes(), pytest.raises(UnableToPublish) as refusal:
            submit(by_enterprise)

        assert set(refusal.value.field_errors) == {"items"}
        assert submit(by_authority).status == "published"

    def test_a_project_without_code_is_published_with_the_reason(self, without_review):
        draft = WorkRequestFactory(public_money=True, project_code="", no_code_reason="应急项目，尚未立项")

        assert submit(draft).status == "published"

    @pytest.mark.parametrize("status", ["voluntary", "local", "unconfirmed"])
    def test_what_no_approval_may_simply_ask_for_can_be_posted_all_the_same(self, without_review, status):
        assert submit(WorkRequestFactory(items=[ServiceItemFactory(status=status)])).status == "published"

    @pytest.mark.parametrize("authority", [True, False])
    def test_what_has_become_part_of_another_service_cannot_be_posted(self, without_review, authority):
        draft = WorkRequestFactory(
            items=[ServiceItemFactory(merged=True)], owner=OrganisationFactory(authority=authority)
        )

        with nothing_changes(), pytest.raises(UnableToPublish) as refusal:
            submit(draft)

        assert set(refusal.value.field_errors) == {"items"}

    def test_a_qualification_that_was_abolished_since_is_not_asked_for(self, without_review):
        draft = WorkRequestFactory(requirement_reason="曾经要求的资质")
        draft.qualifications.set([QualificationTypeFactory(name_zh="造价咨询资质", ended_on="2021-06-30")])

        with nothing_changes(), pytest.raises(UnableToPublish) as refusal:
            submit(draft)

        assert set(refusal.value.field_errors) == {"qualifications"}

    def test_an_owner_who_did_not_sign_waits_90_days_for_that_project(self, without_review, frozen_clock):
        first = WorkRequestFactory(public_money=True, bidders=3, awarded=True)
        services.note_owner_unsigned(award_id=first.awards.get().pk, on=clock.today())
        frozen_clock.advance(days=89)
        again = WorkRequestFactory(public_money=True, owner=first.owner, bids_close_at=five_pm(5))

        with nothing_changes(), pytest.raises(UnableToPublish) as refusal:
            submit(again)
        frozen_clock.advance(days=1)

        assert set(refusal.value.field_errors) == {"project_code"}
        assert submit(again).status == "published"


class TestPublication:
    def test_announces_what_it_binds_itself_to(self, frozen_clock):
        work_request = WorkRequestFactory(published=True, lowest_price=True, price_min=Decimal("90000.00"))

        announced = work_request.announcement
        assert announced["deadline"] == "2026-11-30T09:00:00Z"
        assert announced["published_at"] == "2026-11-23T02:00:00Z"
        assert announced["limits"] == {
            "days": 35,
            "fewest_bids": 1,
            "price": "180000.00",
            "price_from": "90000.00",
        }
        assert (announced["method"], announced["policy"], announced["version"]) == ("lowest_price", "2026.1", 1)
        assert work_request.announcement_hash == selection.announcement_hash(announced)

    def test_two_requests_have_nothing_secret_in_common(self, frozen_clock):
        one, other = (WorkRequestFactory(published=True).announcement for _ in range(2))

        values = [*one["bid_keys"].values(), *one["commitments"].values()]
        assert not set(values) & {*other["bid_keys"].values(), *other["commitments"].values()}
        assert len(set(values)) == 4

    def test_writes_its_first_version_and_schedules_the_deadline(self, frozen_clock):
        work_request = WorkRequestFactory(published=True)

        version = work_request.versions.get()
        assert (version.number, version.announcement_hash) == (1, work_request.announcement_hash)
        assert DueWork.objects.get(kind="tendering.deadline").due_at == work_request.bids_close_at
        assert audit.trail(work_request.audit_matter)[-1].action == "request.published"


class TestReviewRequest:
    def test_publishes(self, frozen_clock, clerk):
        work_request = submit(WorkRequestFactory())

        services.review_request(request_id=work_request.pk, publish_it=True, actor=clerk)

        work_request.refresh_from_db()
        assert work_request.status == "published"

    def test_returns_with_reasons_and_the_owner_hands_it_in_again(self, frozen_clock, clerk):
        work_request = submit(WorkRequestFactory())

        services.review_request(request_id=work_request.pk, publish_it=False, reasons="价格依据不足", actor=clerk)
        work_request.refresh_from_db()
        returned = (work_request.status, work_request.return_reason)
        submit(work_request)

        work_request.refresh_from_db()
        assert returned == ("returned", "价格依据不足")
        assert (work_request.status, work_request.return_reason) == ("under_review", "")
        assert member_of(work_request.owner).notices.count() == 1

    def test_a_return_without_reasons_is_refused(self, frozen_clock, clerk):
        work_request = submit(WorkRequestFactory())

        with nothing_changes(), pytest.raises(UnableToReview) as refusal:
            services.review_request(request_id=work_request.pk, publish_it=False, reasons=" ", actor=clerk)

        assert set(refusal.value.field_errors) == {"reasons"}

    @pytest.mark.parametrize(
        ("published_at", "closes_at"),
        [
            ("2026-11-24 10:00", "2026-11-30 17:00"),
            ("2026-11-25 10:00", "2026-12-02 17:00"),
            ("2026-11-26 10:00", "2026-12-03 17:00"),
            ("2026-11-28 10:00", "2026-12-04 17:00"),
        ],
    )
    def test_a_deadline_that_the_review_makes_too_early_moves_with_it(
        self, frozen_clock, clerk, published_at, closes_at
    ):
        work_request = submit(WorkRequestFactory(bids_close_at=clock.shanghai("2026-11-30 17:00")))
        frozen_clock.move_to(published_at)

        services.review_request(request_id=work_request.pk, publish_it=True, actor=clerk)

        work_request.refresh_from_db()
        assert work_request.bids_close_at == work_request.bids_open_until == clock.shanghai(closes_at)
        moved = [line for line in audit.trail(work_request.audit_matter) if "moved" in line.action]
        assert len(moved) == (closes_at != "2026-11-30 17:00")

    @pytest.mark.parametrize(
        ("published_at", "closes_at"),
        [("2026-11-23 10:00", "2026-11-28 00:00"), ("2026-11-25 10:00", "2026-12-02 00:00")],
    )
    def test_a_bid_period_is_counted_from_the_publication(self, frozen_clock, clerk, published_at, closes_at):
        work_request = submit(WorkRequestFactory(bid_days=4, bids_close_at=None))
        frozen_clock.move_to(published_at)

        services.review_request(request_id=work_request.pk, publish_it=True, actor=clerk)

        work_request.refresh_from_db()
        assert (work_request.bids_close_at, work_request.bid_days) == (clock.shanghai(closes_at), None)

    def test_only_the_operators_clerks_review(self, frozen_clock):
        work_request = submit(WorkRequestFactory())
        regulator = MembershipFactory(regulator=True).user

        for actor in (regulator, member_of(work_request.owner), MembershipFactory().user):
            with nothing_changes(), pytest.raises(Refused):
                services.review_request(request_id=work_request.pk, publish_it=True, actor=actor)

    def test_a_clerk_who_belongs_to_the_owner_is_refused(self, frozen_clock, clerk):
        work_request = submit(WorkRequestFactory())
        MembershipFactory(user=clerk, organisation=work_request.owner)

        with nothing_changes(), pytest.raises(Refused):
            services.review_request(request_id=work_request.pk, publish_it=True, actor=clerk)

    def test_pressed_twice_is_refused_the_second_time(self, frozen_clock, clerk):
        work_request = submit(WorkRequestFactory())
        services.review_request(request_id=work_request.pk, publish_it=True, actor=clerk)

        with nothing_changes(), pytest.raises(Refused):
            services.review_request(request_id=work_request.pk, publish_it=True, actor=clerk)


class TestTakeBackRequest:
    def test_makes_a_draft_of_it_again(self, frozen_clock):
        work_request = submit(WorkRequestFactory())

        services.take_back_request(request_id=work_request.pk, actor=member_of(work_request.owner))

        work_request.refresh_from_db()
        assert work_request.status == "draft"

    def test_a_published_one_stays(self, frozen_clock):
        work_request = WorkRequestFactory(published=True)

        with nothing_changes(), pytest.raises(Refused):
            services.take_back_request(request_id=work_request.pk, actor=member_of(work_request.owner))
