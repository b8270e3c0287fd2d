"""Direct selection: who may use it, who can be picked, at what price, and what is published."""

import json
from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import translation

from marketplace.accounts.console import sync_console_access
from marketplace.core import audit, clock
from marketplace.core.permissions import Refused
from marketplace.custody import sealing
from marketplace.tendering import duties, services
from marketplace.tendering.announcing import announcement
from marketplace.tendering.facts import direct_spending, reposted_requests
from marketplace.tendering.facts.listed_offers import candidates_of
from marketplace.tendering.models import DirectConfirmation
from marketplace.tendering.policy import TenderingPolicy
from marketplace.tendering.services import UnableToPick, UnableToPublish
from marketplace.tendering.services.requests import publishing
from tests.factories.accounts import MembershipFactory, OrganisationFactory
from tests.factories.catalogue import ServiceItemFactory
from tests.factories.registry import OfferFactory, SuspensionFactory
from tests.factories.tendering import (
    ExclusionFactory,
    RequestItemFactory,
    WorkRequestFactory,
    bidder_for,
    confirm,
    member_of,
    open_bids,
)
from tests.pressing import press
from tests.tendering.unchanged import nothing_changes

pytestmark = pytest.mark.django_db

REASON = "报价低于参考价，承诺时间最短。"
PUBLIC = {
    "fund_fiscal": Decimal(60),
    "fund_social": Decimal(40),
    "project_name": "市民中心",
    "project_code": "2609-320411-89-01-000001",
}


@pytest.fixture(autouse=True)
def _now(frozen_clock):
    """Monday, 23 November 2026, 10:00; addresses without a language's part."""
    with translation.override("zh-hans"):
        yield


@pytest.fixture
def regulator():
    user = MembershipFactory(regulator=True).user
    sync_console_access(user)
    return user


def offering(work_request, amount, days=20, pricing="fixed"):
    """A firm that meets the conditions and lists the same price for every item of the request."""
    firm = bidder_for(work_request)
    for item in work_request.items.all():
        OfferFactory(intermediary=firm, item=item, days=days, pricing=pricing, amount=Decimal(amount))
    return firm


@pytest.fixture
def work_request():
    return WorkRequestFactory(direct=True, published=True)


def pick(work_request, firm, actor=None, reason=REASON):
    opening = services.pick_offer(
        request_id=work_request.pk, uscc=firm.uscc, reason=reason, actor=actor or member_of(work_request.owner)
    )
    work_request.refresh_from_db()
    return opening


def submit(draft):
    return services.submit_request(request_id=draft.pk, actor=draft.created_by)


class TestPublication:
    def test_there_is_no_bid_period_and_the_request_waits_for_the_pick(self, work_request):
        assert work_request.status == "selecting"
        assert (work_request.bids_close_at, work_request.bids_open_until, work_request.opens_at) == (None, None, None)
        assert not work_request.takes_bids(clock.now())

    def test_keys_commitments_and_deadline_are_null(self, work_request):
        announced = work_request.announcement

        assert (announced["bid_keys"], announced["commitments"], announced["deadline"]) == (None, None, None)
        assert (announced["method"], announced["parameters"]) == ("direct", {})
        assert not work_request.deposits.exists()

    def test_a_deadline_left_over_from_another_method_is_dropped(self):
        draft = WorkRequestFactory(method="direct")

        publishing._publish(draft, TenderingPolicy.current(), clock.now(), draft.created_by)

        assert draft.bids_close_at is None
        assert draft.versions.get().bids_close_at is None

    def test_an_authority_never_selects_directly(self):
        draft = WorkRequestFactory(direct=True, owner=OrganisationFactory(authority=True))

        with nothing_changes(), pytest.raises(UnableToPublish) as refusal:
            submit(draft)

        assert set(refusal.value.field_errors) == {"method"}

    @pytest.mark.parametrize(
        ("price_max", "fields"), [("50000.00", None), ("50000.01", {"method"}), (None, {"method"})]
    )
    def test_public_money_is_for_fifty_thousand_at_most(self, price_max, fields):
        draft = WorkRequestFactory(direct=True, **PUBLIC, price_max=price_max and Decimal(price_max))

        if fields is None:
            assert submit(draft).status == "under_review"
        else:
            with nothing_changes(), pytest.raises(UnableToPublish) as refusal:
                submit(draft)
            # A fiscal purchase without a price limit is refused for that too.
            assert fields <= set(refusal.value.field_errors)

    def test_social_money_alone_has_no_limit(self):
        assert submit(WorkRequestFactory(direct=True, price_max=None)).status == "under_review"


class TestCandidates:
    def prices(self, work_request):
        found = candidates_of(work_request, at=clock.now())
        return {one.intermediary.uscc: (one.price, one.days) for one in found}

    def test_are_all_firms_whose_listed_offers_cover_the_request(self, work_request):
        one, two = offering(work_request, "170000"), offering(work_request, "150000.50", days=35)
        bidder_for(work_request)

        assert self.prices(work_request) == {
            one.uscc: (Decimal("170000.00"), 20),
            two.uscc: (Decimal("150000.50"), 35),
        }

    def test_beyond_price_or_time_limit_is_none(self, work_request):
        offering(work_request, "180000.01")
        offering(work_request, "170000", days=36)

        assert self.prices(work_request) == {}

    def test_percent_off_is_taken_from_the_requests_standard(self):
        item = ServiceItemFactory()
        work_request = WorkRequestFactory(direct=True, items=[], price_max=None)
        services.set_items(
            request_id=work_request.pk,
            lines=[
                services.ItemLine(item, Decimal("3.6"), coefficients={"industry": "化工", "sensitivity": "ordinary"})
            ],
            actor=work_request.created_by,
        )
        standard = work_request.request_items.get().standard_fee
        firm = offering(work_request, "14.00", pricing="percent_off")

        assert self.prices(work_request) == {firm.uscc: (round(standard * Decimal("0.86"), 2), 20)}

    def test_percent_off_without_a_standard_names_no_price(self, work_request):
        offering(work_request, "14.00", pricing="percent_off")

        assert self.prices(work_request) == {}

    def test_a_bundle_is_the_sum_of_its_offers_and_takes_the_longest_time(self):
        items = [ServiceItemFactory(), ServiceItemFactory()]
        work_request = WorkRequestFactory(direct=True, items=items, published=True)
        firm, partial = bidder_for(work_request), bidder_for(work_request)
        OfferFactory(intermediary=firm, item=items[0], fixed=True, amount=Decimal("70000.10"), days=12)
        OfferFactory(intermediary=firm, item=items[1], fixed=True, amount=Decimal("60000.20"), days=30)
        OfferFactory(intermediary=partial, item=items[0], fixed=True, amount=Decimal("100"), days=5)

        assert self.prices(work_request) == {firm.uscc: (Decimal("130000.30"), 30)}

    def test_who_does_not_meet_the_conditions_is_none(self, work_request):
        suspended, unqualified, excluded = (offering(work_request, "100000") for _ in range(3))
        SuspensionFactory(intermediary=suspended, decided=True)
        unqualified.qualifications.update(withdrawn_at=clock.now())
        ExclusionFactory(work_request=work_request, organisation=excluded.organisation)

        assert self.prices(work_request) == {}

    @pytest.mark.parametrize("number", [1, 6])
    def test_a_fixed_number_of_queries_finds_them(self, work_request, django_assert_max_num_queries, number):
        for _ in range(number):
            offering(work_request, "100000")

        # One of them asks whether the qualifications still exist.
        with django_assert_max_num_queries(19):
            assert len(candidates_of(work_request, at=clock.now())) == number


class TestPick:
    def test_the_pick_wins_and_the_others_follow_by_code(self, work_request):
        firms = [offering(work_request, "170000"), offering(work_request, "160000"), offering(work_request, "150000")]

        opening = pick(work_request, firms[1])

        others = sorted(firm.uscc for firm in firms if firm != firms[1])
        assert opening.transcript["ranking"] == [firms[1].uscc, *others]
        assert opening.transcript["reserves"] == others
        award = work_request.awards.get()
        assert (award.intermediary, award.price, award.days) == (firms[1], Decimal("160000.00"), 20)
        assert (work_request.status, award.publicity_ends_at) == ("publicity", clock.shanghai("2026-11-27 00:00"))

    def test_the_transcript_has_no_chance_in_it(self, work_request):
        firm = offering(work_request, "170000")

        opening = pick(work_request, firm)

        record = json.loads(announcement.transcript_bytes(opening))
        assert (record["secrets"], record["seed"], record["public_value"], record["coefficient"]) == (None,) * 4
        assert record["candidates"] == [
            {"id": firm.uscc, "days": 20, "nonce": None, "price": "170000.00", "score": None}
        ]
        assert (record["ciphertexts"], record["set_aside"]) == ([], [])
        assert record["decided_by"] == {"by": "owner", "reason": REASON}
        assert record["working"] == [{"step": "pick", "id": firm.uscc}]
        assert sealing.signature_fits(announcement.transcript_bytes(opening), opening.signature, opening.signing_key)

    def test_the_same_pick_sent_twice_is_one(self, work_request):
        firm = offering(work_request, "170000")
        pick(work_request, firm)

        with nothing_changes():
            pick(work_request, firm)

    def test_another_pick_afterwards_is_refused(self, work_request):
        one, two = offering(work_request, "170000"), offering(work_request, "160000")
        pick(work_request, one)

        with nothing_changes(), pytest.raises(Refused):
            pick(work_request, two)

    def test_nobody_else_may_pick(self, work_request, regulator):
        firm = offering(work_request, "170000")
        reader = MembershipFactory(organisation=work_request.owner, reader=True).user

        for actor in (member_of(firm.organisation), reader, regulator, MembershipFactory(operator=True).user):
            with nothing_changes(), pytest.raises(Refused):
                pick(work_request, firm, actor)

    def test_a_firm_that_lost_a_condition_since_the_page_was_shown_is_refused(self, work_request):
        firm = offering(work_request, "170000")
        SuspensionFactory(intermediary=firm, decided=True)

        with nothing_changes(), pytest.raises(UnableToPick) as refusal:
            pick(work_request, firm)

        assert set(refusal.value.field_errors) == {"firm"}

    def test_a_pick_without_a_reason_is_refused(self, work_request):
        firm = offering(work_request, "170000")

        with nothing_changes(), pytest.raises(UnableToPick) as refusal:
            pick(work_request, firm, reason=" ")

        assert set(refusal.value.field_errors) == {"reason"}

    def test_a_suspended_request_waits(self, work_request, regulator):
        firm = offering(work_request, "170000")
        services.suspend_request(request_id=work_request.pk, reason="核查", actor=regulator)
        with nothing_changes(), pytest.raises(Refused):
            pick(work_request, firm)

        services.resume_request(request_id=work_request.pk, reason="核查完毕", actor=regulator)

        assert pick(work_request, firm).state == "ranked"

    def test_the_owner_may_end_it_before_the_pick_only(self, work_request):
        firm = offering(work_request, "170000")
        other = WorkRequestFactory(direct=True, published=True)
        pick(work_request, firm)

        services.terminate_request(request_id=other.pk, reason="项目取消", actor=other.created_by)
        with pytest.raises(Refused):
            services.terminate_request(request_id=work_request.pk, reason="项目取消", actor=work_request.created_by)

        other.refresh_from_db()
        assert other.status == "terminated"

    def test_the_next_by_code_takes_over_when_the_pick_drops_out(self, work_request):
        firms = sorted((offering(work_request, "170000") for _ in range(3)), key=lambda firm: firm.uscc)
        pick(work_request, firms[2])

        following = services.pass_award_on(award_id=work_request.awards.get().pk, reason="放弃中选")

        assert following.intermediary == firms[0]

    def test_only_owner_and_winner_are_told(self, work_request):
        firm, other = offering(work_request, "170000"), offering(work_request, "160000")

        pick(work_request, firm)

        told = [member_of(one).notices.filter(key__contains=":selected:").count() for one in
                (work_request.owner, firm.organisation, other.organisation)]  # fmt: skip
        assert told == [1, 1, 0]

    def test_the_trail_has_pick_and_reason(self, work_request):
        firm = offering(work_request, "170000")

        pick(work_request, firm)

        (line,) = [line for line in audit.trail(work_request.audit_matter) if line.action == "opening.picked"]
        assert line.after == {"uscc": firm.uscc, "reason": REASON}


class TestLimit:
    def small(self, **values):
        return WorkRequestFactory(direct=True, published=True, **PUBLIC, price_max=Decimal(50_000), **values)

    def test_a_firm_gets_fifty_thousand_in_a_project_within_twelve_months(self):
        first = self.small()
        firm = offering(first, "30000")
        pick(first, firm)
        second = self.small(items=first.items.all())

        with nothing_changes(), pytest.raises(UnableToPick) as refusal:
            pick(second, firm)  # 30,000 + 30,000

        assert set(refusal.value.field_errors) == {"firm"}

    def test_exactly_fifty_thousand_is_within_it(self):
        first = self.small()
        firm = offering(first, "25000")
        pick(first, firm)

        assert pick(self.small(items=first.items.all()), firm).state == "ranked"

    def test_another_firm_and_another_project_have_sums_of_their_own(self):
        first = self.small()
        one, two = offering(first, "30000"), offering(first, "30000")
        pick(first, one)
        elsewhere = WorkRequestFactory(
            direct=True, published=True, items=first.items.all(), price_max=Decimal(50_000),
            **PUBLIC | {"project_code": "2609-320411-89-01-000002"},
        )  # fmt: skip

        assert pick(self.small(items=first.items.all()), two).state == "ranked"
        assert pick(elsewhere, one).state == "ranked"

    @pytest.mark.parametrize(("later", "fits"), [("2027-11-22 10:00", False), ("2027-11-23 10:00", True)])
    def test_what_is_twelve_calendar_months_old_no_longer_counts(self, frozen_clock, later, fits):
        first = self.small()
        firm = offering(first, "30000")
        firm.qualifications.update(valid_to="2030-01-01")
        pick(first, firm)
        confirm(first)
        frozen_clock.move_to(later)
        second = self.small(items=first.items.all())

        picked = next(iter(candidates_of(second, at=clock.now())))
        problem = direct_spending.sum_problem(second, picked.intermediary, picked.price, TenderingPolicy.current())

        assert (problem is None) is fits

    def test_an_award_that_passed_on_does_not_count(self):
        first = self.small()
        firm = offering(first, "30000")
        pick(first, firm)
        services.pass_award_on(award_id=first.awards.get().pk, reason="放弃中选")

        assert direct_spending.spent_directly(self.small(items=first.items.all()), firm) == 0

    def test_social_money_is_not_summed(self, work_request):
        firm = offering(work_request, "170000")
        pick(work_request, firm)
        again = WorkRequestFactory(direct=True, published=True, items=work_request.items.all())

        assert pick(again, firm).state == "ranked"


def fail_twice(**second):
    """A request that failed, was posted again and failed again, and the draft posted after that."""
    first = WorkRequestFactory(public_money=True, bidders=1)
    open_bids(first)
    again = services.repost_request(request_id=first.pk, actor=first.created_by)
    for name, value in {"bids_close_at": clock.now() + timedelta(days=10), **second}.items():
        setattr(again, name, value)
    publishing._publish(again, TenderingPolicy.current(), clock.now(), again.created_by)
    open_bids(again)
    third = services.repost_request(request_id=again.pk, actor=first.created_by)
    third.method = "direct"
    third.save()
    return first, again, third


class TestAfterTwoFailures:
    def test_is_asked_for_by_handing_in_and_waits_for_the_regulator(self, regulator):
        *_, draft = fail_twice()

        assert submit(draft).status == "under_review"

        with nothing_changes(), pytest.raises(UnableToPublish) as refusal:
            services.review_request(request_id=draft.pk, publish_it=True, actor=MembershipFactory(operator=True).user)
        assert set(refusal.value.field_errors) == {"method"}

    def test_allowed_it_is_published_and_picked_beyond_the_limit(self, regulator):
        *_, draft = fail_twice()
        submit(draft)
        services.decide_direct(request_id=draft.pk, is_allowed=True, reason="两次流标，条件未收紧。", actor=regulator)

        published = services.review_request(
            request_id=draft.pk, publish_it=True, actor=MembershipFactory(operator=True).user
        )

        assert published.status == "selecting"
        assert pick(published, offering(published, "170000")).state == "ranked"

    def test_refused_it_goes_back_with_the_reason(self, regulator):
        *_, draft = fail_twice()
        submit(draft)

        services.decide_direct(request_id=draft.pk, is_allowed=False, reason="请先放宽时限。", actor=regulator)

        draft.refresh_from_db()
        assert (draft.status, draft.return_reason) == ("returned", "请先放宽时限。")
        assert submit(draft) is not None

    def test_an_edit_after_the_word_needs_another(self, regulator):
        *_, draft = fail_twice()
        submit(draft)
        services.decide_direct(request_id=draft.pk, is_allowed=True, reason="同意。", actor=regulator)
        services.take_back_request(request_id=draft.pk, actor=draft.created_by)
        with clock.at(clock.now() + timedelta(minutes=1)):
            services.save_draft(request_id=draft.pk, values={"price_max": Decimal(900_000)}, actor=draft.created_by)

        draft.refresh_from_db()
        assert not direct_spending.is_confirmed(draft)

    @pytest.mark.parametrize(
        "second",
        [
            {"price_max": Decimal("179999.99")},
            {"service_days": 34},
            {"min_grade": "A"},
            {"practitioners_needed": 1, "practitioner_licence": "注册环评师"},
            {"content": "另一项内容"},
            {"scale": "总投资 9 亿元"},
        ],
    )
    def test_a_stricter_second_time_does_not_open_the_way(self, second):
        *_, draft = fail_twice(**second)

        with nothing_changes(), pytest.raises(UnableToPublish) as refusal:
            submit(draft)

        assert "method" in refusal.value.field_errors

    @pytest.mark.parametrize("second", [{}, {"price_max": Decimal(200_000)}, {"service_days": 60}])
    def test_equal_or_looser_opens_it(self, second):
        first, again, draft = fail_twice(**second)

        assert reposted_requests.is_no_stricter(first, again)
        assert submit(draft).status == "under_review"

    def test_one_failure_does_not(self):
        first = WorkRequestFactory(public_money=True, bidders=1)
        open_bids(first)
        draft = services.repost_request(request_id=first.pk, actor=first.created_by)
        draft.method = "direct"
        draft.save()

        with nothing_changes(), pytest.raises(UnableToPublish):
            submit(draft)

    def test_a_further_exclusion_is_stricter(self):
        first, again = WorkRequestFactory(), WorkRequestFactory(items=[])
        for row in first.request_items.all():
            RequestItemFactory(work_request=again, item=row.item)
        before = reposted_requests.is_no_stricter(first, again)
        ExclusionFactory(work_request=again)

        assert (before, reposted_requests.is_no_stricter(first, again)) == (True, False)

    def test_nobody_but_a_regulator_decides(self, regulator):
        *_, draft = fail_twice()
        submit(draft)

        for actor in (draft.created_by, MembershipFactory(operator=True).user):
            with nothing_changes(), pytest.raises(Refused):
                services.decide_direct(request_id=draft.pk, is_allowed=True, reason="同意", actor=actor)

    def test_is_decided_once(self, regulator):
        *_, draft = fail_twice()
        submit(draft)
        services.decide_direct(request_id=draft.pk, is_allowed=True, reason="同意", actor=regulator)

        with nothing_changes(), pytest.raises(Refused):
            services.decide_direct(request_id=draft.pk, is_allowed=False, reason="不同意", actor=regulator)


class TestPages:
    def test_the_owner_sees_all_candidates_with_their_prices(self, work_request, client):
        firms = [offering(work_request, "170000"), offering(work_request, "150000.50")]
        client.force_login(member_of(work_request.owner))

        content = client.get(f"/workbench/requests/{work_request.number}/pick/").content.decode()

        assert all(firm.name in content for firm in firms)
        assert "¥150,000.50" in content

    def test_with_nobody_to_pick_the_page_says_so(self, work_request, client):
        client.force_login(member_of(work_request.owner))

        content = client.get(f"/en/workbench/requests/{work_request.number}/pick/").content.decode()

        assert "No firm with a listed offer meets the conditions" in content

    def test_pick_reason_and_candidates_are_public(self, work_request, client):
        firms = [offering(work_request, "170000"), offering(work_request, "160000")]
        client.force_login(member_of(work_request.owner))
        press(client, f"/workbench/requests/{work_request.number}/pick/", {"firm": firms[0].uscc, "reason": REASON})
        client.logout()

        content = client.get(f"/awards/{work_request.number}/").content.decode()

        assert REASON in content
        assert all(firm.name in content for firm in firms)

    def test_the_requests_page_explains_it_and_shows_no_sealing(self, work_request, client):
        content = client.get(f"/en/requests/{work_request.number}/").content.decode()

        assert "There is no bid period." in content
        assert "How bids are sealed" not in content

    def test_it_is_a_duty_of_the_owner(self, work_request):
        (duty,) = duties.request_duties(member_of(work_request.owner), work_request.owner)

        assert duty.url == f"/workbench/requests/{work_request.number}/pick/"

    def test_the_regulator_compares_and_decides_in_the_console(self, regulator, client):
        first, again, draft = fail_twice(price_max=Decimal(200_000))
        submit(draft)
        client.force_login(regulator)

        content = client.get(f"/console/requests/{draft.number}/direct/").content.decode()
        answer = press(client, f"/console/requests/{draft.number}/direct/allow/", {"reason": "两次流标，限价已放宽。"})

        assert first.number in content
        assert again.number in content
        assert answer.status_code == 302
        assert DirectConfirmation.objects.get().is_allowed

    def test_it_waits_among_the_consoles_and_the_workbenchs_duties(self, regulator, client):
        *_, draft = fail_twice()
        submit(draft)
        authority = regulator.memberships.get().organisation
        client.force_login(regulator)

        assert draft.number in client.get("/console/requests/").content.decode()
        urls = [duty.url for duty in duties.request_duties(regulator, authority)]
        assert urls == [f"/console/requests/{draft.number}/direct/"]
