"""New versions of a published request (RULES, Request)."""

import re
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import translation

from marketplace.accounts.console import sync_console_access
from marketplace.core import audit, clock, outbox
from marketplace.core.failures import SavedElsewhere
from marketplace.core.models import MarketPolicy
from marketplace.core.permissions import Refused
from marketplace.tendering import selection, services
from marketplace.tendering.facts.version_content import snapshot
from marketplace.tendering.failures import StateMoved
from marketplace.tendering.models import RequestVersion, WorkRequest
from marketplace.tendering.presentation import versions
from marketplace.tendering.services import UnableToBid, UnableToPublish
from tests.factories.accounts import MembershipFactory, OrganisationFactory
from tests.factories.tendering import (
    AttachmentFactory,
    ExclusionFactory,
    QuestionFactory,
    WorkRequestFactory,
    bid,
    bidder_for,
    member_of,
    open_bids,
)
from tests.pressing import press
from tests.tendering.unchanged import nothing_changes
from tests.words import words_of

pytestmark = pytest.mark.django_db

LATER = "2026-12-04 17:00"


@pytest.fixture(autouse=True)
def policy(frozen_clock):
    """Without the clerk's review, which has tests of its own below."""
    return MarketPolicy.objects.create(
        version="test", effective_on=clock.today(), values={"review_before_publication": False}
    )


@pytest.fixture
def work_request(policy):
    return WorkRequestFactory(published=True, price_max=Decimal("180000.00"))


def begin(work_request, **values):
    draft = services.begin_version(request_id=work_request.pk, actor=member_of(work_request.owner))
    if values:
        services.save_draft(request_id=draft.pk, values=values, actor=member_of(work_request.owner))
        draft.refresh_from_db()
    return draft


def publish(work_request, **values):
    """The next version, with a deadline that leaves enough."""
    draft = begin(work_request, **{"bids_close_at": clock.shanghai(LATER)} | values)
    services.submit_version(request_id=draft.pk, actor=member_of(work_request.owner))
    work_request.refresh_from_db()


def fields(version):
    return [change["field"] for change in version.changes]


class TestBeginVersion:
    def test_copies_everything_that_the_request_says(self, work_request):
        ExclusionFactory(work_request=work_request)
        AttachmentFactory(work_request=work_request)

        draft = begin(work_request)

        assert snapshot(draft) == snapshot(work_request)
        assert (draft.number, draft.status, draft.amends) == (f"{work_request.number}-V2", "draft", work_request)
        assert work_request.request_items.count() == work_request.exclusions.count() == 1

    def test_a_second_time_finds_the_one_begun(self, work_request):
        assert begin(work_request) == begin(work_request)

    def test_nothing_is_seen_of_it_outside(self, work_request):
        draft = begin(work_request, title="另一个标题")

        assert not WorkRequest.objects.public().filter(pk=draft.pk).exists()
        work_request.refresh_from_db()
        assert work_request.title != "另一个标题"

    def test_until_24_00_of_the_working_day_before_the_deadline(self, work_request, frozen_clock):
        frozen_clock.move_to("2026-11-27 23:59")
        assert begin(work_request)

        frozen_clock.move_to("2026-11-28 00:00")
        with nothing_changes(), pytest.raises(Refused):
            begin(work_request)

    def test_never_in_the_last_24_hours(self, policy, frozen_clock):
        early = WorkRequestFactory(published=True, bids_close_at=clock.shanghai("2026-12-01 09:00"))
        frozen_clock.move_to("2026-11-30 09:00")

        with nothing_changes(), pytest.raises(Refused):
            begin(early)
        frozen_clock.move_to("2026-11-30 08:59")

        assert begin(early).amends == early

    def test_a_stranger_and_a_reader_are_refused(self, work_request):
        reader = MembershipFactory(organisation=work_request.owner, role="reader").user
        for actor in (MembershipFactory().user, reader):
            with nothing_changes(), pytest.raises(Refused):
                services.begin_version(request_id=work_request.pk, actor=actor)

    def test_a_draft_has_no_versions(self):
        with pytest.raises(Refused):
            begin(WorkRequestFactory())


class TestPublishVersion:
    def test_changes_request_announcement_and_hash_but_not_the_keys(self, work_request):
        before = work_request.announcement

        publish(work_request, price_max=Decimal("150000.00"))

        after = work_request.announcement
        assert (work_request.version, work_request.price_max, work_request.status) == (
            2, Decimal("150000.00"), "published",
        )  # fmt: skip
        assert work_request.bids_close_at == work_request.bids_open_until == clock.shanghai(LATER)
        assert {key for key in after if after[key] != before[key]} == {"deadline", "limits", "version"}
        assert work_request.announcement_hash == selection.announcement_hash(after)

    def test_has_a_time_of_publication_of_its_own(self, work_request, frozen_clock):
        frozen_clock.move_to("2026-11-24 09:30")
        publish(work_request)

        assert work_request.announcement["published_at"] == "2026-11-24T01:30:00Z"
        assert work_request.published_at == clock.shanghai("2026-11-23 10:00")

    def test_keeps_the_first_announcement_byte_for_byte(self, work_request, client):
        first = selection.canonical(work_request.announcement)

        publish(work_request, content="另有一次现场踏勘")

        address = reverse("tendering:announcement", args=[work_request.number, 1])
        assert client.get(address).content == first
        assert client.get(reverse("tendering:announcement", args=[work_request.number, 3])).status_code == 404

    def test_leaves_no_draft(self, work_request):
        publish(work_request)

        assert not WorkRequest.objects.filter(amends=work_request).exists()

    def test_names_every_difference_in_both_languages(self, work_request):
        gone = ExclusionFactory(work_request=work_request, organisation__name_zh="海市测绘有限公司")

        publish(work_request, price_max=Decimal("150000.00"), service_days=30)
        draft = begin(work_request, bids_close_at=clock.shanghai("2026-12-10 17:00"))
        services.set_exclusions(request_id=draft.pk, lines=[], actor=member_of(work_request.owner))
        services.submit_version(request_id=draft.pk, actor=member_of(work_request.owner))

        second, third = RequestVersion.objects.filter(work_request=work_request, number__gt=1)
        assert fields(second) == ["price_max", "service_days", "bids_close_at"]
        assert second.changes[0] == {
            "field": "price_max",
            "before": {"zh-hans": "¥180,000.00", "en": "¥180,000.00"},
            "after": {"zh-hans": "¥150,000.00", "en": "¥150,000.00"},
        }
        assert fields(third) == ["bids_close_at", "exclusions"]
        assert third.changes[1]["before"]["en"] == f"海市测绘有限公司 (Open dispute): {gone.explanation}"
        assert "Open dispute" not in third.changes[1]["before"]["zh-hans"]
        assert third.changes[1]["after"] == {"zh-hans": "", "en": ""}
        with translation.override("en"):
            assert str(versions.shown(third.changes)[0]["label"]) == "bid deadline"
            assert versions.shown(third.changes)[0]["after"] == "2026-12-10 17:00"

    def test_the_trail_says_what_changed(self, work_request):
        publish(work_request, scale="2 万吨/年")

        line = audit.trail(work_request.audit_matter)[-1]
        assert (line.action, line.after["version"]) == ("request.changed", 2)
        assert [change["field"] for change in line.after["changes"]] == ["scale", "bids_close_at"]

    def test_all_eligible_firms_and_the_owner_are_told(self, work_request):
        eligible, excluded = bidder_for(work_request), bidder_for(work_request)
        ExclusionFactory(work_request=work_request, organisation=excluded.organisation)

        publish(work_request)
        outbox.run_due()

        def told(organisation):
            return member_of(organisation).notices.filter(key__contains=f"{work_request.number}:version:2").count()

        assert (told(eligible.organisation), told(work_request.owner), told(excluded.organisation)) == (1, 1, 0)

    def test_the_deadline_alone_is_a_version_too(self, work_request):
        publish(work_request)

        assert [fields(one) for one in work_request.versions.all()] == [[], ["bids_close_at"]]

    def test_nothing_changed_is_refused(self, work_request):
        draft = begin(work_request)

        with nothing_changes(), pytest.raises(UnableToPublish, match=r"differs|没有"):
            services.submit_version(request_id=draft.pk, actor=member_of(work_request.owner))

    @pytest.mark.parametrize(
        ("published_on", "closes_at", "passes"),
        [
            ("2026-11-23 10:00", "2026-11-30 17:00", True),  # the present deadline, more than three days ahead
            ("2026-11-23 10:00", "2026-11-30 16:59", False),  # earlier than it
            ("2026-11-26 10:00", "2026-12-01 23:59", False),
            ("2026-11-26 10:00", "2026-12-02 00:00", True),  # 24:00 of the third working day
        ],
    )
    def test_leaves_three_working_days_and_takes_none(
        self, work_request, frozen_clock, published_on, closes_at, passes
    ):
        frozen_clock.move_to(published_on)
        draft = begin(work_request, bids_close_at=clock.shanghai(closes_at), scale="2 万吨/年")

        if passes:
            services.submit_version(request_id=draft.pk, actor=member_of(work_request.owner))
        else:
            with nothing_changes(), pytest.raises(UnableToPublish) as refusal:
                services.submit_version(request_id=draft.pk, actor=member_of(work_request.owner))
            assert set(refusal.value.field_errors) == {"bids_close_at"}

    def test_a_bid_period_is_counted_from_its_publication_and_takes_nobody_time(self, work_request):
        publish(work_request, title="另一标题", bids_close_at=None, bid_days=4)
        work_request.refresh_from_db()
        once = work_request.bids_close_at
        publish(work_request, title="又一标题", bids_close_at=None, bid_days=8)

        work_request.refresh_from_db()
        assert once == clock.shanghai("2026-11-30 17:00")
        assert (work_request.bids_close_at, work_request.bid_days) == (clock.shanghai("2026-12-04 00:00"), None)

    def test_it_cannot_throw_sealed_bids_away_for_a_direct_pick(self, work_request):
        bid(work_request, bidder_for(work_request))
        draft = begin(work_request, method="direct", bids_close_at=clock.shanghai(LATER))

        with nothing_changes(), pytest.raises(UnableToPublish) as refusal:
            services.submit_version(request_id=draft.pk, actor=member_of(work_request.owner))

        assert set(refusal.value.field_errors) == {"method"}

    def test_the_database_keeps_a_direct_selection_to_one_version(self, work_request):
        with pytest.raises(IntegrityError), transaction.atomic():
            WorkRequest.objects.filter(pk=work_request.pk).update(method="direct", version=2)

    def test_a_third_change_is_refused(self, work_request):
        publish(work_request)
        publish(work_request, bids_close_at=clock.shanghai("2026-12-07 17:00"))

        with nothing_changes(), pytest.raises(Refused):
            begin(work_request)

    def test_one_begun_in_time_cannot_be_published_too_late(self, work_request, frozen_clock):
        draft = begin(work_request, bids_close_at=clock.shanghai("2026-12-10 17:00"))
        frozen_clock.move_to("2026-11-28 00:00")

        with nothing_changes(), pytest.raises(Refused):
            services.submit_version(request_id=draft.pk, actor=member_of(work_request.owner))

    def test_pressed_twice_it_is_published_once(self, work_request):
        draft = begin(work_request, bids_close_at=clock.shanghai(LATER))
        services.submit_version(request_id=draft.pk, actor=member_of(work_request.owner))

        with nothing_changes(), pytest.raises(StateMoved):
            services.submit_version(request_id=draft.pk, actor=member_of(work_request.owner))

    def test_a_stale_look_over_is_refused(self, work_request, frozen_clock):
        draft = begin(work_request, bids_close_at=clock.shanghai(LATER))
        seen = draft.edited_at
        frozen_clock.advance(minutes=1)
        begin(work_request, price_max=Decimal("1000.00"))

        with nothing_changes(), pytest.raises(SavedElsewhere):
            services.submit_version(request_id=draft.pk, actor=member_of(work_request.owner), edited_at=seen)

    def test_it_never_becomes_a_request_of_its_own(self, work_request):
        draft = begin(work_request, bids_close_at=clock.shanghai(LATER))

        with nothing_changes(), pytest.raises(StateMoved):
            services.submit_request(request_id=draft.pk, actor=member_of(work_request.owner))

    def test_the_project_is_counted_once(self, policy):
        from tests.factories.catalogue import ServiceItemFactory

        survey = ServiceItemFactory(tender_class="survey")
        work_request = WorkRequestFactory(
            public_money=True, public_project=True, items=[survey], price_max=Decimal("600000.00"), published=True
        )

        publish(work_request, price_max=Decimal("900000.00"))

        assert work_request.price_max == Decimal("900000.00")
        draft = begin(work_request, price_max=Decimal("1000000.00"), bids_close_at=clock.shanghai("2026-12-10 17:00"))
        with nothing_changes(), pytest.raises(UnableToPublish) as refusal:
            services.submit_version(request_id=draft.pk, actor=member_of(work_request.owner))
        assert set(refusal.value.field_errors) == {"public_project"}

    def test_a_question_still_moves_the_new_deadline(self, work_request, frozen_clock):
        QuestionFactory(work_request=work_request)

        publish(work_request)

        assert work_request.bids_open_until == clock.shanghai("2026-12-08 17:00")


class TestReview:
    @pytest.fixture(autouse=True)
    def policy(self, frozen_clock):
        return MarketPolicy.objects.create(version="test", effective_on=clock.today(), values={})

    @pytest.fixture
    def draft(self, work_request):
        draft = begin(work_request, bids_close_at=clock.shanghai(LATER), scale="2 万吨/年")
        return services.submit_version(request_id=draft.pk, actor=member_of(work_request.owner))

    @pytest.fixture
    def clerk(self):
        user = MembershipFactory(operator=True).user
        sync_console_access(user)
        return user

    def test_nothing_changes_before_the_clerk_has_passed_it(self, work_request, draft):
        work_request.refresh_from_db()

        assert (draft.status, work_request.version, work_request.scale) == ("under_review", 1, "")

    def test_the_clerk_publishes_it(self, work_request, draft, clerk):
        services.publish_version(request_id=draft.pk, actor=clerk)

        work_request.refresh_from_db()
        assert (work_request.version, work_request.scale) == (2, "2 万吨/年")

    def test_the_clerk_sees_the_difference(self, work_request, draft, clerk, client):
        client.force_login(clerk)

        page = client.get(reverse("tendering_console:review", args=[draft.number])).content.decode()

        assert "2 万吨/年" in page
        response = press(client, reverse("tendering_console:review-publish", args=[draft.number]))
        assert response.status_code == 302
        work_request.refresh_from_db()
        assert work_request.version == 2

    def test_returned_it_can_be_mended(self, work_request, draft, clerk):
        services.review_request(request_id=draft.pk, publish_it=False, reasons="说明理由", actor=clerk)

        draft.refresh_from_db()
        assert draft.status == "returned"
        services.submit_version(request_id=draft.pk, actor=member_of(work_request.owner))

    def test_too_late_it_stays_as_it_was(self, work_request, draft, clerk, frozen_clock):
        frozen_clock.move_to("2026-11-28 00:00")

        with nothing_changes(), pytest.raises(Refused):
            services.publish_version(request_id=draft.pk, actor=clerk)

    def test_the_review_of_requests_does_not_publish_it(self, draft, clerk):
        with nothing_changes(), pytest.raises((StateMoved, UnableToPublish)):
            services.review_request(request_id=draft.pk, publish_it=True, actor=clerk)


class TestConfirming:
    def fates(self, work_request):
        opening = open_bids(work_request)
        return {one.intermediary_id: one.reason or one.fate for one in opening.opened_bids.exclude(fate="replaced")}

    def test_one_who_seals_again_counts_and_one_who_does_not_is_set_aside(self, work_request):
        confirming, silent = bidder_for(work_request), bidder_for(work_request)
        for firm in (confirming, silent):
            bid(work_request, firm)
        publish(work_request)
        bid(work_request, confirming)

        assert self.fates(work_request) == {confirming.pk: "counted", silent.pk: "not_confirmed"}

    def test_the_bidder_sees_it_on_its_own_pages(self, work_request, client, frozen_clock):
        firm = bidder_for(work_request)
        bid(work_request, firm)
        frozen_clock.advance(minutes=5)
        publish(work_request)
        client.force_login(member_of(firm.organisation))
        with translation.override("en"):
            bid_page = reverse("tendering:bid", args=[work_request.number])
            list_page = reverse("tendering:own-bids")
            words = "Your bid was sealed before version 2.", "Confirm for version 2"
            assert words[0] in client.get(bid_page).content.decode()
            assert words[1] in client.get(list_page).content.decode()

            frozen_clock.advance(minutes=5)
            bid(work_request, firm)
            assert words[0] not in client.get(bid_page).content.decode()
            assert words[1] not in client.get(list_page).content.decode()


class TestPages:
    @pytest.fixture
    def owner(self, work_request, client):
        client.force_login(member_of(work_request.owner))
        return client

    def test_from_the_request_to_the_new_version(self, work_request, owner):
        assert (
            reverse("tendering:change", args=[work_request.number])
            in owner.get(work_request.get_absolute_url()).content.decode()
        )

        response = owner.post(reverse("tendering:change", args=[work_request.number]))
        draft = WorkRequest.objects.get(amends=work_request)
        assert response.url == reverse("tendering:draft-page", args=[draft.number, "project"])
        begin(work_request, scale="2 万吨/年", bids_close_at=clock.shanghai(LATER))
        draft.refresh_from_db()

        answer = owner.get(reverse("tendering:draft-summary", args=[draft.number]))
        summary = answer.content.decode()
        assert "2 万吨/年" in words_of(answer)
        assert draft.edited_at.isoformat() in summary
        submit = reverse("tendering:draft-submit", args=[draft.number])
        response = press(owner, submit, {"edited_at": draft.edited_at.isoformat()})

        assert response.url == work_request.get_absolute_url()
        with translation.override("en"):
            page = owner.get(work_request.get_absolute_url()).content.decode()
        assert "<ins>2 万吨/年</ins>" in re.sub(r"</?bdi[^>]*>", "", page)
        assert "/versions/1/announcement/" in page

    def test_begun_already_it_goes_on(self, work_request, owner):
        draft = begin(work_request)

        response = owner.get(reverse("tendering:change", args=[work_request.number]))

        assert response.url == reverse("tendering:draft-summary", args=[draft.number])

    @pytest.mark.parametrize(
        ("now", "earliest"), [("2026-11-23 10:00", "30 Nov, 17:00"), ("2026-11-26 10:00", "1 Dec, 24:00")]
    )
    def test_every_page_names_one_earliest_deadline(self, work_request, owner, frozen_clock, now, earliest):
        frozen_clock.move_to(now)

        with translation.override("en"):
            change = owner.get(reverse("tendering:change", args=[work_request.number])).content.decode()
            draft = begin(work_request)
            page = owner.get(reverse("tendering:draft-page", args=[draft.number, "selection"])).content.decode()

        assert f"the deadline can be {earliest} or later" in change
        assert f"ublished today, {earliest} or later" in page

    def test_nobody_else_begins_one(self, work_request, client):
        client.force_login(MembershipFactory(organisation=OrganisationFactory()).user)

        assert client.post(reverse("tendering:change", args=[work_request.number])).status_code == 403


class TestAPageThatIsOlderThanTheVersion:
    """Else a bid sealed for the version that was read would be set aside at the opening, with a receipt in hand."""

    def test_a_bid_sealed_for_it_is_refused_not_set_aside_later(self, work_request):
        firm = bidder_for(work_request)
        read = work_request.announcement_hash
        publish(work_request)

        with nothing_changes(), pytest.raises(UnableToBid, match=r"version 2|第 2 版"):
            bid(work_request, firm, announced=read)

        bid(work_request, firm, announced=work_request.announcement_hash)

    def test_the_page_sends_what_it_showed(self, work_request, client, frozen_clock):
        firm = bidder_for(work_request)
        client.force_login(member_of(firm.organisation))
        address, seal = (reverse(f"tendering:{name}", args=[work_request.number]) for name in ("bid", "bid-seal"))
        read = work_request.announcement_hash
        assert f'name="announcement_hash" value="{read}"' in client.get(address).content.decode()
        publish(work_request)

        looked_over = client.post(address, {"announcement_hash": read, "days": "35"})
        assert f'name="announcement_hash" value="{read}"' in looked_over.content.decode()
        client.post(seal, {"announcement_hash": read, "days": "35", "declaration": "on"})
        assert not work_request.bids.exists()

        client.post(
            seal,
            {"announcement_hash": work_request.announcement_hash, "days": "35", "declaration": "on"},
        )
        assert work_request.bids.count() == 1
