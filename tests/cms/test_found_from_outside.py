import re
from xml.etree import ElementTree

import pytest

from marketplace.core import clock
from marketplace.demo import notices
from tests.factories.catalogue import ServiceItemFactory
from tests.factories.cms import guide_index, notice_page, regulation_page, site
from tests.factories.credit import ConductEventFactory, EventStepFactory
from tests.factories.registry import IntermediaryFactory
from tests.factories.tendering import WorkRequestFactory, open_bids

pytestmark = pytest.mark.django_db

LOCATION = "{http://www.sitemaps.org/schemas/sitemap/0.9}loc"


def addresses(client, section):
    tree = ElementTree.fromstring(client.get(f"/sitemap-{section}.xml").content)
    return [each.text.removeprefix("http://testserver") for each in tree.iter(LOCATION)]


def head_of(client, address):
    return client.get(address).content.decode().split("</head>")[0]


class TestSitemap:
    def test_the_index_names_every_section(self, client):
        tree = ElementTree.fromstring(client.get("/sitemap.xml").content)

        assert [each.text for each in tree.iter(LOCATION)] == [
            f"http://testserver/sitemap-{name}.xml"
            for name in ("pages", "services", "intermediaries", "requests", "awards")
        ]

    def test_both_languages_of_what_is_public_and_nothing_else(self, client, frozen_clock):
        firm, item = IntermediaryFactory(), ServiceItemFactory()
        IntermediaryFactory(draft=True)
        shown = WorkRequestFactory(published=True)
        WorkRequestFactory()

        firms = addresses(client, "intermediaries")

        assert f"/intermediaries/{firm.uscc}/" in firms
        assert f"/en/intermediaries/{firm.uscc}/" in firms
        assert len(firms) == 2
        assert f"/services/{item.code}/" in addresses(client, "services")
        assert addresses(client, "requests") == [f"/requests/{shown.number}/", f"/en/requests/{shown.number}/"]

    def test_pages_that_are_published(self, client):
        notice_page(slug="shown")
        notice_page(slug="gone").unpublish()

        found = addresses(client, "pages")

        assert "/notices/shown/" in found
        assert "/en/notices/shown/" in found
        assert "/notices/gone/" not in found

    def test_robots_lead_to_it_and_stay_outside_the_rest(self, client):
        lines = client.get("/robots.txt").content.decode().splitlines()

        assert "Sitemap: http://testserver/sitemap.xml" in lines
        assert {"Disallow: /workbench/", "Disallow: /en/workbench/", "Disallow: /console/"} <= set(lines)


class TestHead:
    def test_a_page_names_its_address_and_its_other_language(self, client):
        notice_page(slug="one", title="公告", title_en="A notice")

        head = head_of(client, "/en/notices/one/?from=mail")

        assert '<link rel="canonical" href="http://testserver/en/notices/one/">' in head
        assert re.findall(r'hreflang="([^"]+)" href="http://testserver([^"]+)"', head) == [
            ("zh-Hans", "/notices/one/"),
            ("en", "/en/notices/one/"),
            ("x-default", "/notices/one/"),
        ]
        assert '<meta property="og:title" content="A notice">' in head

    def test_filters_of_a_list_are_not_another_page_but_its_number_is(self, client):
        site()

        assert 'canonical" href="http://testserver/services/?page=2"' in head_of(client, "/services/?sort=code&page=2")
        assert 'canonical" href="http://testserver/services/"' in head_of(client, "/services/?sort=code&page=1")

    def test_descriptions_say_what_the_page_says(self, client, frozen_clock):
        item = ServiceItemFactory(purpose_zh="编制 <b>报告书</b> 供审批")
        regulation = regulation_page(summary="编者的话")
        guide_index()

        assert 'name="description" content="编制 报告书 供审批"' in head_of(client, f"/services/{item.code}/")
        assert 'name="description" content="编者的话"' in head_of(client, regulation.url)
        assert "从服务事项到收到报价" in head_of(client, "/guides/post-a-request/")
        assert 'name="description"' in head_of(client, "/")

    def test_icons_are_there(self, client):
        assert client.get("/favicon.ico")["Location"] == "/static/img/favicon.ico"


class TestFeeds:
    def test_requests_that_are_public(self, client, frozen_clock):
        shown = WorkRequestFactory(published=True)
        WorkRequestFactory()

        feed = client.get("/requests/feed/").content.decode()

        assert re.findall(r"<guid>http://testserver(.+?)</guid>", feed) == [f"/requests/{shown.number}/"]

    def test_awards(self, client, frozen_clock):
        award = open_bids(WorkRequestFactory(published=True, bidders=3)).work_request.awards.get()

        feed = client.get("/awards/feed/").content.decode()

        assert f"http://testserver/awards/{award.work_request.number}/" in feed
        assert award.intermediary.name in feed

    def test_credit_events_that_are_decided(self, client, frozen_clock):
        effective, proposed, ended = ConductEventFactory.decided(), ConductEventFactory(), ConductEventFactory.decided()
        EventStepFactory(event=ended, ended=True, effective_on=clock.today())

        feed = client.get("/credit/feed/").content.decode()

        assert f"/credit/events/{effective.number}/" in feed
        assert proposed.number not in feed
        assert ended.number not in feed

    @pytest.mark.parametrize("path", ["/requests/feed/", "/awards/feed/", "/credit/feed/"])
    def test_a_fixed_number_of_queries(self, client, frozen_clock, django_assert_max_num_queries, path):
        for _ in range(2):
            open_bids(WorkRequestFactory(published=True, bidders=3))

        with django_assert_max_num_queries(8):
            client.get(path)


class TestDemo:
    def test_has_notices_in_both_languages(self, client):
        site()
        notices.publish(clock.today())

        assert "征集方案评审人员" in client.get("/notices/").content.decode()
        assert "Evaluators wanted" in client.get("/en/notices/").content.decode()
        assert client.get("/notices/notice-1/").status_code == 200
