import pytest

from marketplace.catalogue.models import ServiceItem
from marketplace.core.matching import contains
from marketplace.core.web.paging import KeysFirst
from tests.factories.catalogue import ServiceItemFactory

pytestmark = pytest.mark.django_db


class TestACountThatIsOutOfDate:
    @pytest.fixture(autouse=True)
    def _five(self):
        for number in range(5):
            ServiceItemFactory(code=f"XX-00{number}")

    def pages(self, count, number):
        paginator = KeysFirst(ServiceItem.objects.order_by("code"), 2, count=count)
        page = paginator.get_page(number)
        return [row.code[-1] for row in page], paginator.count, paginator.num_pages

    @pytest.mark.parametrize(
        ("count", "number", "found"),
        [
            (5, 1, (["0", "1"], 5, 3)),
            (5, 3, (["4"], 5, 3)),
            (6, 3, (["4"], 5, 3)),
            (None, 3, (["4"], 5, 3)),
            # Too few: the last page it knows of is whole, none is left out of it.
            (3, 2, (["2", "3"], 3, 2)),
        ],
    )
    def test_is_put_right_where_the_end_is_seen(self, count, number, found):
        assert self.pages(count, number) == found

    def test_of_nothing_hides_nothing(self):
        paginator = KeysFirst(ServiceItem.objects.filter(code="XX-003"), 2, count=0)

        assert [row.code for row in paginator.get_page(1)] == ["XX-003"]
        assert paginator.count == 1

    def test_of_something_that_is_gone_is_none(self):
        paginator = KeysFirst(ServiceItem.objects.none(), 2, count=7)

        assert list(paginator.get_page(1)) == []
        assert paginator.count == 0


@pytest.mark.parametrize(
    ("word", "found"),
    [("eia", ["AA"]), ("EIA", ["AA"]), ("ＥＩＡ", []), ("环评", ["BB"]), ("1023", ["CC"]), ("%", []), ("_", [])],
)
def test_words_are_found_whatever_their_case(word, found):
    ServiceItemFactory(code="AA", name_zh="甲", name_en="Eia report")
    ServiceItemFactory(code="BB", name_zh="环评报告", name_en="b")
    ServiceItemFactory(code="CC", name_zh="丙", name_en="No 1023")

    rows = ServiceItem.objects.filter(contains(word, "name_zh", "name_en"))

    assert list(rows.values_list("code", flat=True)) == found


def test_a_word_with_case_folds_and_one_without_does_not():
    assert str(contains("项目2026", "title")) == "(AND: ('title__contains', '项目2026'))"
    assert str(contains("eia", "title")) == "(AND: ('title__icontains', 'eia'))"
    assert str(contains("Ａ", "title")) == "(AND: ('title__icontains', 'Ａ'))"
