from datetime import date

import pytest
from django.urls import reverse
from wagtail.rich_text import RichText

from cms.models import FurtherItem
from tests.factories.catalogue import FeeScheduleFactory, RegulationFactory, ServiceItemFactory
from tests.factories.cms import regulation_page, site

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    """Four documents, one of each status; the repealed one is replaced by the one in force."""
    now = RegulationFactory(
        document_no="国家发展改革委令第36号", title_zh="信用修复管理办法", title_en="Credit repair",
        effective_on=date(2026, 4, 1), level="departmental rule", topic="信用修复",
    )  # fmt: skip
    RegulationFactory(
        document_no="国家发展改革委令第58号", title_zh="信用信息修复管理办法（试行）", repealed=True,
        repealed_on=date(2026, 4, 1), repealed_by=now, replaced_by=now, effective_on=date(2023, 5, 1), topic="信用修复",
    )  # fmt: skip
    RegulationFactory(
        document_no="国发〔2014〕21号",
        title_zh="规划纲要",
        topic="信用体系",
        expired=True,
        effective_on=date(2014, 6, 14),
    )
    RegulationFactory(
        document_no="常政发〔2015〕121号", title_zh="实施意见", topic="中介服务管理", recorded_status="reference",
        issued_on=None, effective_on=None,
        issued_year=2015, issuer="常州市人民政府", level="local normative document",
    )  # fmt: skip
    return site()


def numbers(response):
    return [row["regulation"].document_no for row in response.context["rows"]]


class TestIndex:
    def test_the_newest_first_and_what_has_no_date_last(self, client, world):
        response = client.get("/regulations/")

        assert numbers(response) == [
            "国家发展改革委令第36号", "国家发展改革委令第58号", "国发〔2014〕21号", "常政发〔2015〕121号",
        ]  # fmt: skip

    @pytest.mark.parametrize(
        ("query", "found"),
        [
            ({"status": "repealed"}, ["国家发展改革委令第58号"]),
            ({"status": ["expired", "reference"]}, ["国发〔2014〕21号", "常政发〔2015〕121号"]),
            ({"topic": "信用修复"}, ["国家发展改革委令第36号", "国家发展改革委令第58号"]),
            ({"level": "departmental rule"}, ["国家发展改革委令第36号"]),
            ({"issuer": "常州市人民政府"}, ["常政发〔2015〕121号"]),
            ({"year_min": 2014, "year_max": 2023}, ["国家发展改革委令第58号", "国发〔2014〕21号"]),
            ({"q": "修复"}, ["国家发展改革委令第36号", "国家发展改革委令第58号"]),
            ({"q": "58号"}, ["国家发展改革委令第58号"]),
            ({"q": "36号令"}, ["国家发展改革委令第36号"]),
            ({"q": "classes"}, ["国家发展改革委令第36号"]),
            ({"q": "修复", "status": "effective"}, ["国家发展改革委令第36号"]),
            ({"q": "没有这样的"}, []),
            ({"sort": "oldest"}, [
                "国发〔2014〕21号", "国家发展改革委令第58号", "国家发展改革委令第36号", "常政发〔2015〕121号",
            ]),
        ],
    )  # fmt: skip
    def test_filters(self, client, world, query, found):
        assert numbers(client.get("/regulations/", query)) == found

    @pytest.mark.parametrize(
        "query",
        [
            {"status": "nonsense"},
            {"year_min": "x"},
            {"page": "x"},
            {"page": "-1"},
            {"year_max": "9" * 23},
            {"sort": "nonsense"},
        ],
    )
    def test_bad_input_is_a_page_and_not_an_error(self, client, world, query):
        assert client.get("/regulations/", query).status_code == 200

    def test_choices_show_what_they_would_leave_with_the_other_facets_as_they_are(self, client, world):
        counts = client.get("/regulations/", {"topic": "信用修复"}).context["facet_counts"]

        assert counts["status"] == {"effective": 1, "repealed": 1}
        assert counts["topic"] == {"信用修复": 2, "信用体系": 1, "中介服务管理": 1}

    def test_a_row_says_what_is_repealed_and_what_replaced_it(self, client, world):
        text = client.get("/regulations/", {"status": "repealed"}).content.decode()

        assert "2026-04-01 废止" in text
        assert "国家发展改革委令第36号" in text

    def test_a_draft_is_not_listed(self, client, world):
        regulation_page(RegulationFactory(document_no="国发〔2026〕1号"), live=False)

        assert "国发〔2026〕1号" not in client.get("/regulations/").content.decode()

    def test_the_number_of_queries_does_not_grow(self, client, world, django_assert_max_num_queries):
        for number in range(20):
            regulation = RegulationFactory(document_no=f"国发〔2020〕{number}号")
            ServiceItemFactory(without_standard=True).bases.create(regulation=regulation)
            regulation_page(regulation)
        client.get("/regulations/")

        with django_assert_max_num_queries(12):
            response = client.get("/regulations/")

        assert len(response.context["rows"]) == 24

    def test_in_english_nothing_is_dropped(self, client, world):
        text = client.get("/en/regulations/").content.decode()

        assert "Credit repair" in text
        assert "Repealed on 1 Apr 2026" in text
        assert text.count("<tr>") == client.get("/regulations/").content.decode().count("<tr>")

    def test_an_item_counts_once_by_basis_and_by_schedule(self, client, world):
        schedule = FeeScheduleFactory()
        item = ServiceItemFactory(fee_schedule=schedule, fee_variant="report")
        item.bases.create(regulation=schedule.regulation)
        regulation_page(schedule.regulation, extra_items=[FurtherItem(item=ServiceItemFactory(without_standard=True))])

        rows = {row["regulation"]: row["items"] for row in client.get("/regulations/").context["rows"]}

        assert rows[schedule.regulation] == 2


class TestPage:
    def test_one_address_in_each_language(self, client, world):
        regulation = RegulationFactory(document_no="计价格〔2002〕125号", title_zh="收费通知", title_en="Fee notice")
        regulation_page(regulation)

        assert "收费通知" in client.get("/regulations/计价格-2002-125号/").content.decode()
        assert "Fee notice" in client.get("/en/regulations/计价格-2002-125号/").content.decode()

    def test_a_repealed_one_says_so_on_top_with_date_and_document(self, client, world):
        decree = RegulationFactory(document_no="国家发展改革委令第31号")
        now = RegulationFactory(document_no="发改价格〔2015〕299号", effective_on=date(2015, 3, 1))
        regulation = RegulationFactory(repealed=True, repealed_by=decree, effective_on=date(2002, 1, 31))
        FeeScheduleFactory(regulation=regulation)
        page = regulation_page(regulation, applies_now=now, applies_now_note="此类服务自 2015-03-01 起实行市场调节价")

        text = client.get(page.url).content.decode()

        banner = text[text.index('class="banner') : text.index("with-aside")]
        for words in ("2016-01-01", "国家发展改革委令第31号", "发改价格〔2015〕299号", "市场调节价", "参考价"):
            assert words in banner

    def test_one_in_force_has_no_banner(self, client, world):
        assert 'class="banner' not in client.get(regulation_page().url).content.decode()

    def test_expired_and_unverified_ones_have_their_own(self, client, world):
        expired = client.get("/regulations/国发-2014-21号/").content.decode()
        unverified = client.get("/regulations/常政发-2015-121号/").content.decode()

        assert "本文件已失效" in expired
        assert "尚未核实" in unverified

    def test_without_a_text_it_says_that_none_is_held(self, client, world):
        assert "未收录全文" in client.get(regulation_page().url).content.decode()

    def test_a_text_held_in_chinese_only_is_marked_for_english_readers(self, client, world):
        page = regulation_page(body=[("text", RichText("<p>第一条　为规范中介服务。</p>"))])

        chinese, english = (client.get(prefix + page.regulation.get_absolute_url()) for prefix in ("", "/en"))

        assert "第一条" in chinese.content.decode()
        assert "The text is held in Chinese only." in english.content.decode()
        assert "未收录全文" not in chinese.content.decode()

    def test_the_summary_is_labelled_as_the_editors(self, client, world):
        text = client.get(regulation_page(summary="要点文字").url).content.decode()

        assert text.index("要点文字") < text.index("不是文件原文")

    def test_services_come_from_the_catalogue_and_from_the_page(self, client, world):
        schedule = FeeScheduleFactory()
        by_schedule = ServiceItemFactory(fee_schedule=schedule, fee_variant="report")
        by_basis = ServiceItemFactory(without_standard=True)
        by_basis.bases.create(regulation=schedule.regulation)
        added = ServiceItemFactory(without_standard=True)

        page = regulation_page(schedule.regulation, extra_items=[FurtherItem(item=added)])

        assert client.get(page.url).context["items"] == [by_schedule, by_basis, added]

    def test_history_knows_only_known_dates_latest_first(self, client, world):
        response = client.get("/regulations/国家发展改革委令第58号/")

        assert [turn.on for turn in response.context["history"]] == [
            date(2026, 4, 1), date(2023, 5, 1), date(2015, 2, 11),
        ]  # fmt: skip
        assert client.get("/regulations/常政发-2015-121号/").context["history"] == []

    def test_a_draft_is_not_found(self, client, world):
        page = regulation_page(live=False)

        assert client.get(page.regulation.get_absolute_url()).status_code == 404

    def test_at_most_twelve_queries_more_than_the_frame(self, client, world, django_assert_max_num_queries):
        schedule = FeeScheduleFactory()
        for _ in range(10):
            ServiceItemFactory(fee_schedule=schedule, fee_variant="report").bases.create(regulation=schedule.regulation)
        url = regulation_page(schedule.regulation).url
        client.get(url)

        with django_assert_max_num_queries(20):
            client.get(url)

    def test_its_address_follows_from_the_number(self, world):
        page = regulation_page()
        page.slug = "elsewhere"
        page.save()

        assert page.slug == page.regulation.slug


class TestFeed:
    def test_names_each_published_document(self, client, world):
        text = client.get(reverse("cms:regulation-feed")).content.decode()

        assert text.count("<item>") == 4
        assert "国家发展改革委令第36号" in text


class TestPolicy:
    def test_public_pages_keep_the_strict_policy(self, client, world):
        response = client.get("/regulations/")

        assert "unsafe-inline" not in response["Content-Security-Policy"]
        assert "style=" not in response.content.decode()
        assert "style=" not in client.get("/regulations/国发-2014-21号/").content.decode()
