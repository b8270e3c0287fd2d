import re
from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from search.backends import Document
from search.backends.database import DatabaseBackend
from search.models import Kind, SearchEntry

pytestmark = pytest.mark.django_db
DATED = datetime(2026, 11, 23, tzinfo=UTC)


def document(kind=Kind.SERVICE, key="HB-001", title="环境影响报告书编制", **fields):
    return Document(kind=kind, key=key, title_zh=title, url=f"/{key}/", dated_at=DATED, **fields)


WORLD = [
    document(
        title_en="Environmental impact report",
        codes=("HB-001", "CN-JJG-2002-125"),
        text=("建设项目环境影响评价文件审批",),
    ),
    document(key="HB-003", title="环境影响报告书技术评估", codes=("HB-003",), text=("建设项目环境影响评价文件审批",)),
    document(key="ZG-008", title="房产测绘（住宅）", title_en="Housing survey", codes=("ZG-008",)),
    document(Kind.INTERMEDIARY, "913204000000000001", "常州乌有环评咨询有限公司", codes=("913204000000000001",)),
    document(Kind.REQUEST, "MX-2026-0001", "住宅小区一期房产测绘", codes=("MX-2026-0001",), weight=5),
    document(Kind.REQUEST, "MX-2026-0002", "住宅小区二期房产测绘", codes=("MX-2026-0002",)),
    document(Kind.REGULATION, "r10", "工程勘察设计收费管理规定", codes=("计价格〔2002〕10号",)),
    document(Kind.REGULATION, "r125", "关于规范环境影响咨询收费有关问题的通知", codes=("计价格〔2002〕125号",)),
    document(Kind.REGULATION, "r722", "优化营商环境条例", codes=("国务院令第722号",), text=("取代计价格〔2002〕10号",)),
]


@pytest.fixture
def backend():
    backend = DatabaseBackend()
    backend.index(WORLD)
    return backend


def keys(results):
    return [hit.key for hit in results.hits]


class TestQuery:
    @pytest.mark.parametrize(
        ("typed", "found"),
        [
            ("勘", ["r10"]),
            ("测绘", ["ZG-008", "MX-2026-0001", "MX-2026-0002"]),
            ("hous", ["ZG-008"]),
            ("Environmental REPORT", ["HB-001"]),
            ("ＨＢ－００１", ["HB-001"]),
            ("hb001", ["HB-001"]),
            ("CN-JJG-2002-125", ["HB-001"]),
            ("国务院令第722号", ["r722"]),
            ("722号", ["r722"]),
            ("mx20260002", ["MX-2026-0002"]),
            ("二期 测绘", ["MX-2026-0002"]),
            ("测绘的", []),
            ('"; DROP TABLE', []),
            ("100% OR 1=1 --", []),
        ],
    )
    def test_finds_exactly(self, backend, typed, found):
        assert keys(backend.query(typed)) == found

    def test_an_exact_number_comes_before_those_who_only_mention_it(self, backend):
        assert keys(backend.query("计价格[2002]10号", kind=Kind.REGULATION)) == ["r10", "r722"]

    def test_a_short_word_finds_the_full_term_and_itself(self, backend):
        results = backend.query("环评")

        assert keys(results) == ["HB-001", "HB-003", "913204000000000001"]
        assert results.query.expansions == (("环评", "环境影响评价"),)

    def test_a_title_comes_before_the_text(self, backend):
        backend.index([document(key="XX-001", title="别的事项", text=("房产测绘",))])

        assert keys(backend.query("房产测绘", kind=Kind.SERVICE)) == ["ZG-008", "XX-001"]

    def test_weight_orders_what_matches_equally(self, backend):
        assert keys(backend.query("小区", kind=Kind.REQUEST)) == ["MX-2026-0001", "MX-2026-0002"]

    def test_counts_are_by_kind_in_the_order_shown(self, backend):
        results = backend.query("测绘", kind=Kind.REQUEST)

        assert results.counts == {"service": 1, "request": 2}
        assert list(results.counts) == ["service", "request"]
        assert results.total == 3

    def test_pages_part_a_kind(self, backend):
        backend.index([document(key=f"T-{n:03}", title=f"分页 {n}", codes=(f"T-{n:03}",)) for n in range(45)])

        pages = [keys(backend.query("分页", kind=Kind.SERVICE, page=page)) for page in (1, 2, 3, 4)]

        assert [len(page) for page in pages] == [20, 20, 5, 0]
        assert len({key for page in pages for key in page}) == 45

    def test_without_a_kind_the_first_of_each(self, backend):
        assert keys(backend.query("测绘", per_page=1)) == ["ZG-008", "MX-2026-0001"]

    def test_nothing_typed_asks_nothing(self, backend, django_assert_num_queries):
        with django_assert_num_queries(0):
            assert backend.query("（）").total == 0

    def test_two_queries_whatever_is_found(self, backend, django_assert_num_queries):
        with django_assert_num_queries(2):
            backend.query("测绘", kind=Kind.REQUEST)
        with django_assert_num_queries(1):
            backend.query("测绘")


class TestSuggest:
    def test_a_few_of_each_kind_in_one_query(self, backend, django_assert_num_queries):
        with django_assert_num_queries(1):
            results = backend.suggest("测绘", per_kind=1)

        assert keys(results) == ["ZG-008", "MX-2026-0001"]


class TestIndex:
    def test_the_same_key_again_replaces(self, backend):
        backend.index([document(key="ZG-008", title="房产测量")])

        assert keys(backend.query("房产测量")) == ["ZG-008"]
        assert "ZG-008" not in keys(backend.query("测绘"))
        assert SearchEntry.objects.filter(key="ZG-008").count() == 1

    def test_what_is_deleted_is_not_found(self, backend):
        backend.delete(Kind.REQUEST, ["MX-2026-0001", "never was"])

        assert keys(backend.query("小区")) == ["MX-2026-0002"]

    def test_kinds_with_the_same_key_stay_apart(self, backend):
        backend.index([document(Kind.REGULATION, "ZG-008", "房产测绘规范")])

        assert {hit.kind for hit in backend.query("房产测绘").hits if hit.key == "ZG-008"} == {"service", "regulation"}

    def test_more_than_a_batch(self, backend):
        assert backend.index(document(key=f"B-{n}", title=f"批量 {n}") for n in range(1234)) == 1234
        assert backend.query("批量").counts == {"service": 1234}

    def test_writes_nothing_that_a_toolbar_of_queries_cannot_show(self, backend):
        with CaptureQueriesContext(connection) as written:
            backend.index([document(key="ZG-008", title="房产测量"), document(key="ZG-009", title="竣工测量")])

        assert [query["sql"] for query in written if re.match(r"\d+ times: ", query["sql"])] == []
