import pytest
from django.urls import reverse

from search.services import rebuild
from tests.factories.catalogue import RegulationFactory, ServiceItemFactory
from tests.factories.cms import regulation_page
from tests.factories.registry import IntermediaryFactory, OfferFactory
from tests.factories.tendering import WorkRequestFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(frozen_clock):
    item = ServiceItemFactory(code="HB-901", name_zh="环境影响报告书编制", name_en="Environmental impact report")
    OfferFactory(item=item)
    for number in range(30):
        ServiceItemFactory(
            code=f"ZG-{number:03}", name_zh=f"房产测绘（第{number}类）", without_standard=True, matter=item.matter
        )
    WorkRequestFactory(published=True, title="环境影响报告书采购")
    regulation_page(
        RegulationFactory(document_no="计价格〔2002〕126号", title_zh="环境影响咨询收费通知", repealed=True)
    )
    rebuild()
    return item


class TestResults:
    def test_without_words_it_says_what_can_be_found(self, client, world):
        text = client.get("/search/").content.decode()

        assert "您要找什么" in text
        assert "MX-2026-0001" in text

    def test_groups_with_counts_and_marked_words(self, client, world):
        response = client.get("/search/", {"q": "环境影响"})
        text = response.content.decode()

        assert response.context["groups"][0]["kind"] == "service"
        assert "<mark>环境影响</mark>咨询收费通知" in text
        assert "已废止" in text

    def test_a_kind_page_by_page(self, client, world):
        first = client.get("/search/", {"q": "测绘", "kind": "service"})
        second = client.get("/search/", {"q": "测绘", "kind": "service", "page": 2})

        assert first.context["total"] == 30
        assert len(first.context["page_obj"].object_list) == 20
        assert len(second.context["page_obj"].object_list) == 10

    def test_the_scope_of_the_box_is_the_kind(self, client, world):
        assert client.get("/search/", {"q": "测绘", "scope": "service"}).context["kind"] == "service"

    def test_the_full_term_is_shown_for_a_short_one(self, client, world):
        assert "环境影响评价" in client.get("/search/", {"q": "环评"}).content.decode()

    def test_nothing_found_says_what_to_try(self, client, world):
        text = client.get("/search/", {"q": "龙宫", "kind": "request"}).content.decode()

        assert "没有找到“龙宫”" in text
        assert "少输几个词" in text

    def test_nothing_of_this_kind_points_to_the_others(self, client, world):
        text = client.get("/search/", {"q": "测绘", "kind": "request"}).content.decode()

        assert text.count('kind=service"') == 2

    @pytest.mark.parametrize(
        "query",
        [
            {"q": "x" * 5000},
            {"q": "测绘", "page": "x"},
            {"q": "测绘", "page": "99999999999", "kind": "service"},
            {"q": "测绘", "page": "-3", "kind": "service"},
            {"q": "测绘", "kind": "bids"},
            {"q": '" OR 1=1 --'},
            {"q": "<script>alert(1)</script>"},
        ],
    )
    def test_bad_input_is_a_page_and_not_an_error(self, client, world, query):
        response = client.get("/search/", query)

        assert response.status_code == 200
        assert "<script>alert" not in response.content.decode()

    def test_in_english_titles_and_addresses_are_english(self, client, world):
        text = client.get("/en/search/", {"q": "environmental report"}).content.decode()

        assert "Environmental" in text
        assert 'href="/en/services/HB-901/"' in text

    def test_a_fixed_number_of_queries(self, client, world, django_assert_max_num_queries):
        client.get("/search/", {"q": "环评"})

        with django_assert_max_num_queries(8):
            client.get("/search/", {"q": "环评"})
        with django_assert_max_num_queries(5):
            client.get("/search/", {"q": "测绘", "kind": "service"})


class TestFacts:
    @pytest.mark.parametrize(
        ("status", "mark"),
        [
            ("voluntary", "自愿"),
            ("local", "地方规定"),
            ("unconfirmed", "是否需要未确认"),
            ("authority", "主管部门付费"),
        ],
    )
    def test_a_service_shows_what_the_law_makes_of_it(self, client, status, mark):
        item = ServiceItemFactory(status=status, paid_by="authority" if status == "authority" else "applicant")
        rebuild()

        row = client.get("/search/", {"q": item.code}).content.decode().split("search-row")[1]
        assert f"</svg>{mark}</span>" in row

    def test_one_in_use_and_a_regulation_show_their_state_too(self, client):
        item = ServiceItemFactory()
        gone = regulation_page(RegulationFactory(repealed=True)).regulation
        rebuild()

        shown = client.get("/search/", {"q": item.code}).content.decode().split("search-row")[1]
        assert "tag" not in shown.split("</li>")[0]
        assert "已废止" in client.get("/search/", {"q": gone.document_no}).content.decode()

    def test_a_firm_shows_that_it_left(self, client):
        firm = IntermediaryFactory(closed=True)
        rebuild()

        assert "已退出" in client.get("/search/", {"q": firm.uscc}).content.decode()

    def test_a_request_shows_its_clock_while_it_takes_bids(self, client, frozen_clock):
        work_request = WorkRequestFactory(published=True)
        rebuild()

        open_text = client.get("/search/", {"q": work_request.number}).content.decode()
        frozen_clock.move_to(work_request.bids_close_at)
        closed_text = client.get("/search/", {"q": work_request.number}).content.decode()

        assert "个工作日" in open_text
        assert "个工作日" not in closed_text


class TestSuggest:
    def test_groups_of_a_few_with_the_full_term(self, client, world):
        text = client.get(reverse("search:suggest"), {"q": "环评"}).content.decode()

        assert "“环评”即环境影响评价" in text
        assert "<mark>环境影响</mark>报告书编制" in text
        assert "HB-901 · 1 家" in text

    def test_the_scope_narrows(self, client, world):
        text = client.get(reverse("search:suggest"), {"q": "环境", "scope": "regulation"}).content.decode()

        assert 'role="option"' in text
        assert "HB-901" not in text

    @pytest.mark.parametrize("typed", ["", " ", "，"])
    def test_nothing_typed_is_an_empty_answer(self, client, world, typed):
        assert 'role="option"' not in client.get(reverse("search:suggest"), {"q": typed}).content.decode()

    def test_what_is_shown_is_escaped(self, client):
        ServiceItemFactory(code="XX-001", name_zh="<b>测绘</b>", without_standard=True)
        rebuild()

        assert "<b>" not in client.get(reverse("search:suggest"), {"q": "测绘"}).content.decode()

    def test_at_most_five_queries(self, client, world, django_assert_max_num_queries):
        with django_assert_max_num_queries(5):
            client.get(reverse("search:suggest"), {"q": "环评"})
