"""The list of requests under "fits my company", and why it is empty."""

import re

import pytest
from django.urls import reverse
from django.utils import translation

from marketplace.core.web import kept
from marketplace.tendering.facts import fitting
from tests.factories.accounts import MembershipFactory, OrganisationFactory, UserFactory
from tests.factories.registry import IntermediaryFactory, OfferFactory, SuspensionFactory
from tests.factories.tendering import WorkRequestFactory, bidder_for, member_of

pytestmark = pytest.mark.django_db

FITS = {"fits": "me"}


@pytest.fixture(autouse=True)
def _now(frozen_clock):
    """Every page here is looked at on Monday, 23 November 2026, 10:00."""


@pytest.fixture
def work_request():
    return WorkRequestFactory(published=True)


@pytest.fixture
def firm(work_request):
    firm = bidder_for(work_request)
    OfferFactory(intermediary=firm, item=work_request.items.get())
    return firm


def shown(client, person=None, language="zh-hans", **query):
    if person is not None:
        client.force_login(person)
    with translation.override(language):
        address = reverse("tendering:request-list")
    return " ".join(client.get(address, FITS | query).content.decode().split())


def empty(page):
    """The words of the empty state, and where it leads."""
    found = re.search(r'<div class="empty">.*?</section>', page).group()
    return re.sub(r"<[^>]+>", " ", found), re.findall(r'<a [^>]*?href="([^"]+)"', found)


class TestTheList:
    def test_shows_a_firm_what_fits_with_a_chip_that_takes_it_off(self, client, firm, work_request):
        other = WorkRequestFactory(published=True)

        page = shown(client, member_of(firm.organisation))

        assert work_request.number in page
        assert other.number not in page
        assert re.search(r'class="chip"> 适合本公司', page)

    def test_offers_the_filter_to_firms_alone(self, client, firm):
        client.force_login(member_of(firm.organisation))
        assert 'name="fits"' in client.get(reverse("tendering:request-list")).content.decode()

        client.force_login(UserFactory())
        assert 'name="fits"' not in client.get(reverse("tendering:request-list")).content.decode()

    def test_each_firm_has_a_number_of_its_own(self, client, firm, work_request, settings):
        settings.PAGES_KEPT_SECONDS = 60
        nobody = IntermediaryFactory(organisation=OrganisationFactory(intermediary=True))
        assert "<b>1</b>" in shown(client, member_of(firm.organisation))

        assert "<b>0</b>" in shown(client, member_of(nobody.organisation))
        kept.cache().clear()

    def test_goes_with_the_other_filters(self, client, firm, work_request):
        page = shown(client, member_of(firm.organisation), method="lowest_price")

        assert "没有符合全部条件的需求" in page

    def test_says_where_not_all_were_looked_at(self, client, firm, work_request, monkeypatch):
        monkeypatch.setattr(fitting, "MOST", 1)
        WorkRequestFactory(published=True, items=[work_request.items.get()])

        page = shown(client, member_of(firm.organisation))

        assert "仅判断了涉及贵公司服务、最早截止的 1 个需求。" in page

    @pytest.mark.parametrize("number", [1, 6])
    def test_its_queries_do_not_grow_with_the_rows(
        self, client, firm, work_request, django_assert_max_num_queries, number
    ):
        for _number in range(number):
            WorkRequestFactory(published=True, items=[work_request.items.get()])
        client.force_login(member_of(firm.organisation))

        with django_assert_max_num_queries(40):
            client.get(reverse("tendering:request-list"), FITS)


class TestAnEmptyListSaysWhy:
    def test_to_a_visitor_who_is_led_back_after_signing_in(self, client, work_request):
        words, links = empty(shown(client))

        assert "登录后查看适合贵公司的需求" in words
        assert links == [f"{reverse('account_login')}?next=/requests/%3Ffits%3Dme"]

    def test_to_who_acts_for_no_firm(self, client, work_request):
        words, links = empty(shown(client, UserFactory()))

        assert "贵单位尚未登记为中介服务机构" in words
        assert links == [reverse("registry:registration-start")]

    def test_to_a_firm_that_is_being_checked(self, client, work_request):
        firm = IntermediaryFactory(under_review=True)
        words, links = empty(shown(client, member_of(firm.organisation)))

        assert "贵公司的入驻申请正在审核" in words
        assert links == [reverse("registry:record-detail")]

    def test_to_a_suspended_one_since_when_and_until_when(self, client, firm):
        SuspensionFactory(intermediary=firm, decided=True, reason="证书造假")

        words, _links = empty(shown(client, member_of(firm.organisation)))

        assert "被暂停" in words
        assert "主管部门解除暂停后方可再次报名。" in words
        assert "证书造假" in words

    def test_to_one_without_services(self, client, work_request):
        words, links = empty(shown(client, member_of(bidder_for(work_request).organisation)))

        assert "贵公司尚未申报服务事项" in words
        assert links == [reverse("registry:offer-create")]

    def test_to_one_whose_services_nobody_asks_for(self, client, firm, work_request, frozen_clock):
        frozen_clock.move_to(work_request.bids_open_until)

        words, links = empty(shown(client, member_of(firm.organisation)))

        assert "目前没有接受报名的需求涉及贵公司的服务" in words
        assert links == ["/requests/?stage=open", reverse("registry:offer-list")]

    def test_to_one_that_lacks_a_condition_of_each_with_request_condition_and_way_on(self, client, firm, work_request):
        firm.qualifications.update(valid_to="2026-11-22")
        name = work_request.items.get().qualification_type.name_zh

        words, links = empty(shown(client, member_of(firm.organisation)))

        assert "有 1 个接受报名的需求涉及贵公司的服务，但贵公司尚有条件未满足" in words
        assert work_request.number in words
        assert name in words
        assert links == [work_request.get_absolute_url(), reverse("registry:record-detail")]

    def test_in_english(self, client, firm, work_request):
        person = member_of(firm.organisation)
        firm.qualifications.update(valid_to="2026-11-22")

        words, _links = empty(shown(client, person, "en"))

        assert "1 open request asks for your services, but your company lacks a condition" in words
        assert "What is missing stands with each." in words


class TestTheApi:
    URL = reverse("api:work-request-list")

    def test_has_the_same_filter(self, client, firm, work_request):
        WorkRequestFactory(published=True)
        client.force_login(member_of(firm.organisation))

        found = client.get(self.URL, FITS).json()

        assert [one["number"] for one in found["results"]] == [work_request.number]

    def test_asks_who_it_is(self, client, work_request):
        assert client.get(self.URL, FITS).status_code == 401

        client.force_login(MembershipFactory().user)
        assert client.get(self.URL, FITS).status_code == 403

    def test_refuses_what_it_does_not_know(self, client, firm):
        client.force_login(member_of(firm.organisation))

        assert client.get(self.URL, {"fits": "everybody"}).status_code == 400
