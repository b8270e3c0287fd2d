import hashlib
from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from marketplace.accounts.console import sync_console_access
from marketplace.core import clock
from marketplace.tendering import services
from tests.factories.accounts import MembershipFactory, OrganisationFactory, UserFactory
from tests.factories.tendering import (
    AttachmentFactory,
    ObjectionFactory,
    QuestionFactory,
    WorkRequestFactory,
    bidder_for,
    member_of,
)
from tests.pressing import press

pytestmark = pytest.mark.django_db

LIST = reverse("tendering:request-list")
AWARDS = reverse("tendering:award-list")


@pytest.fixture(autouse=True)
def _now(frozen_clock):
    """Every page here is looked at on Monday, 23 November 2026, 10:00."""


def page(name, work_request, *args):
    return reverse(f"tendering:{name}", args=[work_request.number, *args])


class TestRequestList:
    def test_it_shows_published_requests_and_no_drafts(self, client):
        published, draft = WorkRequestFactory(published=True), WorkRequestFactory()

        content = client.get(LIST).content.decode()

        assert published.number in content
        assert draft.number not in content

    def test_filters_narrow_it(self, client):
        draw = WorkRequestFactory(published=True)
        lowest = WorkRequestFactory(published=True, lowest_price=True)

        content = client.get(LIST, {"method": "lowest_price", "stage": "open"}).content.decode()

        assert lowest.number in content
        assert draw.number not in content

    def test_text_finds_title_number_and_owner(self, client):
        found = WorkRequestFactory(published=True)
        WorkRequestFactory(published=True, title="厂房日照分析")

        for words in (found.title[:6], found.number, found.owner.name_zh):
            assert found.number in client.get(LIST, {"q": words}).content.decode()
        assert "厂房日照分析" not in client.get(LIST, {"q": found.number}).content.decode()

    @pytest.mark.parametrize("number", [1, 6])
    def test_its_queries_do_not_grow_with_the_rows(self, client, django_assert_max_num_queries, number):
        for _ in range(number):
            WorkRequestFactory(published=True)

        with django_assert_max_num_queries(12):
            client.get(LIST)


class TestRequestPage:
    def test_a_visitor_sees_conditions_and_no_bidders(self, client):
        work_request = WorkRequestFactory(bidders=2, lowest_price=True)

        content = client.get(work_request.get_absolute_url()).content.decode()

        assert work_request.announcement_hash[:8] in content
        for firm in work_request.firms:
            assert firm.organisation.name_zh not in content
            assert firm.uscc not in content

    def test_a_question_moves_the_opening_shown_no_sooner_than_the_deadline_shown(self, client):
        work_request = WorkRequestFactory(published=True)
        # What an unanswered question does; with its answer the deadline stays.
        work_request.bids_open_until += timedelta(days=2)
        work_request.save()

        content = client.get(work_request.get_absolute_url()).content.decode()

        assert "11-30 17:01" in content
        assert "12-02" not in content

    def test_a_firm_that_has_filed_is_told_so_and_replaces(self, client):
        work_request = WorkRequestFactory(lowest_price=True, bidders=1)
        client.force_login(member_of(work_request.firms[0].organisation))

        content = client.get(work_request.get_absolute_url()).content.decode()

        assert "贵公司已封存 1 份，以最后一份为准。" in content
        assert "替换报价" in content

    def test_a_draft_is_404_to_a_stranger_and_leads_its_owner_to_the_summary(self, client):
        draft = WorkRequestFactory()

        assert client.get(draft.get_absolute_url()).status_code == 404
        client.force_login(member_of(draft.owner))
        assert client.get(draft.get_absolute_url()).url == page("draft-summary", draft)

    def test_a_listed_firm_sees_its_own_conditions_and_can_bid(self, client):
        work_request = WorkRequestFactory(published=True)
        client.force_login(member_of(bidder_for(work_request).organisation))

        content = client.get(work_request.get_absolute_url()).content.decode()

        assert page("bid", work_request) in content

    @pytest.mark.parametrize("number", [1, 5])
    def test_its_queries_do_not_grow(self, client, django_assert_max_num_queries, number):
        work_request = WorkRequestFactory(published=True)
        for _ in range(number):
            QuestionFactory(work_request=work_request)
            AttachmentFactory(work_request=work_request)

        with django_assert_max_num_queries(12):
            assert client.get(work_request.get_absolute_url()).status_code == 200

    def test_the_english_page_has_no_chinese_of_ours(self, client):
        work_request = WorkRequestFactory(published=True)

        content = client.get(f"/en{work_request.get_absolute_url()}").content.decode()

        assert "How bids are sealed" in content


class TestResults:
    def test_an_opened_request_shows_winner_bids_and_transcript(self, client):
        work_request = WorkRequestFactory(bidders=3, lowest_price=True, opened=True)

        content = client.get(page("award-detail", work_request)).content.decode()

        assert work_request.firms[-1].name in content
        assert "¥177,000.00" in content
        assert work_request.opening.transcript["seed"][:8] in content

    def test_nothing_is_there_before_the_opening(self, client):
        work_request = WorkRequestFactory(bidders=1)

        assert client.get(page("award-detail", work_request)).status_code == 404
        assert client.get(page("transcript", work_request)).status_code == 404

    def test_the_transcript_is_the_signed_file(self, client):
        work_request = WorkRequestFactory(bidders=2, opened=True)

        answer = client.get(page("transcript", work_request))

        assert hashlib.sha256(answer.content).hexdigest() == work_request.opening.transcript_sha256

    @pytest.mark.parametrize("number", [2, 6])
    def test_the_page_and_the_list_have_a_fixed_number_of_queries(self, client, django_assert_max_num_queries, number):
        work_request = WorkRequestFactory(bidders=number, lowest_price=True, opened=True)

        with django_assert_max_num_queries(12):
            client.get(page("award-detail", work_request))
        with django_assert_max_num_queries(12):
            assert work_request.number in client.get(AWARDS).content.decode()


class TestDraftPages:
    @pytest.fixture
    def draft(self, client):
        draft = WorkRequestFactory()
        client.force_login(member_of(draft.owner))
        return draft

    @pytest.mark.parametrize("code", ["project", "service", "conditions", "selection", "contact"])
    def test_every_page_opens(self, client, draft, code):
        assert client.get(page("draft-page", draft, code)).status_code == 200

    def test_saving_goes_on_to_the_next_page(self, client, draft):
        answer = client.post(
            page("draft-page", draft, "contact"),
            {"contact_name": "李某", "contact_phone": "0519-85680001", "edited_at": draft.edited_at.isoformat()},
        )

        draft.refresh_from_db()
        assert answer.url == page("draft-summary", draft)
        assert draft.contact_name == "李某"

    def conditions(self, draft, **values):
        return {
            "qualifications_match": "all",
            "practitioners_needed": "0",
            "edited_at": draft.edited_at.isoformat(),
            "exclusions-TOTAL_FORMS": "3",
            "exclusions-INITIAL_FORMS": "0",
            **values,
        }

    def test_a_page_is_saved_as_a_whole_so_that_its_mistake_can_be_mended(self, client, draft):
        firm = OrganisationFactory(intermediary=True)
        sent = self.conditions(draft, practitioner_licence="注册测绘师", **{"exclusions-0-uscc": firm.uscc})

        answer = client.post(page("draft-page", draft, "conditions"), sent)

        draft.refresh_from_db()
        assert answer.status_code == 422
        assert draft.practitioner_licence == ""

        reason = {"exclusions-0-ground": "dispute", "exclusions-0-explanation": "仲裁案件未结。"}
        client.post(page("draft-page", draft, "conditions"), sent | reason)

        draft.refresh_from_db()
        assert draft.practitioner_licence == "注册测绘师"
        assert draft.exclusions.get().organisation == firm

    def test_a_key_that_is_no_key_is_an_unknown_choice(self, client, draft):
        answer = client.post(page("draft-page", draft, "conditions"), self.conditions(draft, qualifications="9" * 23))

        assert "qualifications" in answer.context["form"].errors

    def test_a_stale_page_is_refused_and_changes_nothing(self, client, draft):
        answer = client.post(
            page("draft-page", draft, "contact"),
            {"contact_name": "李某", "contact_phone": "0519-85680001", "edited_at": "2026-11-01T10:00:00+08:00"},
        )

        draft.refresh_from_db()
        assert answer.status_code == 409
        assert draft.contact_name == "周某"

    def test_percents_that_do_not_add_up_stand_at_their_field(self, client, draft):
        answer = client.post(
            page("draft-page", draft, "project"),
            {
                "title": draft.title,
                "fund_fiscal": "50",
                "fund_state": "0",
                "fund_social": "40",
                "government_investment": "False",
                "edited_at": draft.edited_at.isoformat(),
            },
        )

        draft.refresh_from_db()
        assert "fund_social" in answer.context["form"].errors
        assert draft.fund_social == 100

    def test_handing_in_sends_it_to_the_clerk(self, client, draft):
        press(client, page("draft-submit", draft))

        draft.refresh_from_db()
        assert draft.status == "under_review"

    def test_an_incomplete_one_names_what_is_missing(self, client):
        draft = WorkRequestFactory(content="")
        client.force_login(member_of(draft.owner))

        answer = client.post(page("draft-submit", draft))

        draft.refresh_from_db()
        assert answer.status_code == 409
        assert draft.status == "draft"

    def test_a_stranger_finds_none_of_it(self, client, draft):
        client.force_login(UserFactory())

        for code in ("project", "contact"):
            assert client.get(page("draft-page", draft, code)).status_code == 404
        assert client.post(page("draft-submit", draft)).status_code == 404

    def test_creating_from_a_service_takes_its_values_along(self, client, draft):
        item = draft.items.get()

        answer = client.post(f"{reverse('tendering:draft-create')}?item={item.code}", {"item": item.code, "title": ""})

        assert answer.status_code == 302
        assert answer.url.endswith("/edit/project/")

    def test_own_requests_are_listed(self, client, draft, django_assert_max_num_queries):
        with django_assert_max_num_queries(14):
            assert draft.number in client.get(reverse("tendering:own-requests")).content.decode()


class TestBidPages:
    @pytest.fixture
    def work_request(self):
        return WorkRequestFactory(published=True, lowest_price=True)

    @pytest.fixture
    def firm(self, client, work_request):
        firm = bidder_for(work_request)
        client.force_login(member_of(firm.organisation))
        return firm

    def test_price_and_time_are_looked_over_before_sealing(self, client, work_request, firm):
        answer = client.post(page("bid", work_request), {"price": "156864.00", "days": "30"})

        assert "壹拾伍万陆仟捌佰陆拾肆元整" in answer.content.decode()
        assert not work_request.bids.exists()

    def test_sealing_stores_it_and_shows_the_receipt(self, client, work_request, firm):
        values = {"price": "156864.00", "days": "30", "declaration": "on"}

        answer = client.post(page("bid-seal", work_request), values)

        bid = work_request.bids.get()
        assert answer.context["receipt"]["sha256"] == bid.sha256
        assert "156864" not in answer.content.decode()

    def test_a_price_is_read_as_people_type_it(self, client, work_request, firm):
        answer = client.post(page("bid", work_request), {"price": "１５６,864.00", "days": "30"})

        assert answer.context["price"] == Decimal("156864.00")

    def test_without_the_declaration_nothing_is_stored(self, client, work_request, firm):
        client.post(page("bid-seal", work_request), {"price": "156864.00", "days": "30"})

        assert not work_request.bids.exists()

    @pytest.mark.parametrize(
        ("price", "days"),
        [("0", "30"), ("-5", "30"), ("180000.01", "30"), ("1.001", "30"), ("abc", "3"), ("100", "36")],
    )
    def test_bad_values_stand_at_their_field(self, client, work_request, firm, price, days):
        answer = client.post(page("bid-seal", work_request), {"price": price, "days": days, "declaration": "on"})

        assert answer.context["form"].errors
        assert not work_request.bids.exists()

    def test_a_draw_needs_no_price(self, client):
        draw = WorkRequestFactory(published=True)
        client.force_login(member_of(bidder_for(draw).organisation))

        client.post(page("bid-seal", draw), {"declaration": "on"})

        assert draw.bids.count() == 1

    def test_withdrawing_asks_first_and_files_a_sealed_withdrawal(self, client, work_request, firm):
        client.post(page("bid-seal", work_request), {"price": "100.00", "days": "3", "declaration": "on"})

        assert client.get(page("bid-withdraw", work_request)).status_code == 200
        client.post(page("bid-withdraw", work_request))

        assert work_request.bids.count() == 2

    def test_own_bids_show_filings_and_outcomes(self, client, work_request, firm, django_assert_max_num_queries):
        client.post(page("bid-seal", work_request), {"price": "100.00", "days": "3", "declaration": "on"})

        with django_assert_max_num_queries(16):
            content = client.get(reverse("tendering:own-bids")).content.decode()

        assert work_request.number in content

    def test_after_the_deadline_it_is_refused(self, client, work_request, firm, frozen_clock):
        frozen_clock.move_to(work_request.bids_close_at)

        answer = client.post(page("bid-seal", work_request), {"price": "1.00", "days": "3", "declaration": "on"})

        assert answer.status_code == 403
        assert not work_request.bids.exists()

    def test_an_enterprise_cannot_bid(self, client, work_request):
        client.force_login(MembershipFactory(organisation=OrganisationFactory()).user)

        assert client.get(page("bid", work_request)).status_code == 403


class TestQuestionsAndObjections:
    def test_a_question_is_asked_and_answered(self, client):
        work_request = WorkRequestFactory(published=True)
        client.force_login(member_of(bidder_for(work_request).organisation))
        client.post(page("question-ask", work_request), {"text": "采样点位由谁布设？"})
        question = work_request.questions.get()

        client.force_login(member_of(work_request.owner))
        client.post(page("question-answer", work_request, question.number), {"answer": "由编制单位布设。"})

        question.refresh_from_db()
        assert question.answer == "由编制单位布设。"

    def test_a_bidder_objects_and_the_clock_stops(self, client):
        work_request = WorkRequestFactory(bidders=2, lowest_price=True, opened=True)
        award = work_request.awards.get()
        loser = work_request.firms[0]
        with clock.at(award.publicity_started_at):
            client.force_login(member_of(loser.organisation))
            assert client.get(page("object", work_request)).status_code == 200
            client.post(page("object", work_request), {"ground": "eligibility", "statement": "资质已到期。"})

        award.refresh_from_db()
        assert award.state == "stopped"


class TestConsole:
    @pytest.fixture
    def clerk(self):
        user = MembershipFactory(organisation=OrganisationFactory(operator=True)).user
        sync_console_access(user)
        return user

    @pytest.fixture
    def regulator(self):
        user = MembershipFactory(organisation=OrganisationFactory(authority=True)).user
        sync_console_access(user)
        return user

    def test_a_clerk_publishes_what_was_handed_in(self, client, clerk):
        work_request = WorkRequestFactory(under_review=True)
        client.force_login(clerk)

        assert work_request.number in client.get(reverse("tendering_console:index")).content.decode()
        assert client.get(reverse("tendering_console:review", args=[work_request.number])).status_code == 200
        press(client, reverse("tendering_console:review-publish", args=[work_request.number]), {"reasons": ""})

        work_request.refresh_from_db()
        assert work_request.status == "published"

    def test_a_return_needs_reasons(self, client, clerk):
        work_request = WorkRequestFactory(under_review=True)
        client.force_login(clerk)
        url = reverse("tendering_console:review-return", args=[work_request.number])

        client.post(url, {"reasons": ""})
        work_request.refresh_from_db()
        assert work_request.status == "under_review"

        client.post(url, {"reasons": "价格依据不足"})
        work_request.refresh_from_db()
        assert (work_request.status, work_request.return_reason) == ("returned", "价格依据不足")

    def test_a_regulator_suspends_resumes_and_voids(self, client, regulator):
        work_request = WorkRequestFactory(published=True)
        client.force_login(regulator)

        for operation, status in (("suspend", "suspended"), ("resume", "published"), ("void", "voided")):
            url = reverse(f"tendering_console:{operation}", args=[work_request.number])
            assert client.get(url).status_code == 200
            press(client, url, {"reason": "核查举报"})
            work_request.refresh_from_db()
            assert work_request.status == status

    def test_a_regulator_decides_an_objection(self, client, regulator):
        work_request = WorkRequestFactory(bidders=2, lowest_price=True, opened=True)
        award = work_request.awards.get()
        loser = work_request.firms[0]
        with clock.at(award.publicity_started_at):
            services.submit_objection(
                award_id=award.pk,
                intermediary=loser,
                ground="eligibility",
                statement="资质已到期。",
                actor=member_of(loser.organisation),
            )
            client.force_login(regulator)
            url = reverse("tendering_console:objections", args=[work_request.number])
            assert client.get(url).status_code == 200
            press(client, url, {"outcome": "next", "reasons": "经核查属实。"})

        award.refresh_from_db()
        assert award.state == "overturned"
        assert work_request.awards.live().get().rank == 2

    @pytest.mark.parametrize("waiting", [0, 2])
    def test_a_stopped_award_is_listed_even_with_nothing_to_decide(self, client, regulator, waiting):
        work_request = WorkRequestFactory(bidders=2, lowest_price=True, opened=True)
        award = work_request.awards.get()
        ObjectionFactory.create_batch(waiting, award=award)
        type(award).objects.filter(pk=award.pk).update(state="stopped", stopped_at=clock.now())
        client.force_login(regulator)

        response = client.get(reverse("tendering_console:index"))

        assert [each.waiting_objections for each in response.context["awards"]] == [waiting]
        assert work_request.number in response.content.decode()

    def test_an_enterprise_does_not_get_in(self, client):
        client.force_login(MembershipFactory(organisation=OrganisationFactory()).user)

        assert client.get(reverse("tendering_console:index")).status_code in (302, 403)
