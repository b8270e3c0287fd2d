import pytest
from django.utils.translation import override

from cms.schedule_tables import tables_of
from tests.factories.catalogue import FeeScheduleFactory, RegulationFactory

TWO_SERVICES = {
    "method": "interpolated",
    "base_unit": "亿元",
    "float": "0.20",
    "variants": {
        "report": {"points": [["0", "5"], ["0.3", "6"], ["2", "15"]], "above_last": "15"},
        "form": {"points": [["0", "1"], ["0.3", "2"]], "above_last": "2 or more: by negotiation"},
    },
    "coefficients": {"industry": {"1.2": ["化工", "冶金"], "0.8": ["机械"]}, "complexity": {"range": ["0.8", "1.2"]}},
    "required_coefficients": ["industry", "complexity", "sensitivity"],
}


def tables(**definition):
    schedule = FeeScheduleFactory.build(
        title_zh="收费标准", title_en="Fees", document_no="1", issuer="国家计委",
        regulation=RegulationFactory.build(), definition=definition or TWO_SERVICES,
    )  # fmt: skip
    with override("en"):
        found = tables_of(schedule)
        return (
            found,
            [str(head) for head in found.columns],
            [(str(name), [str(cell) for cell in cells]) for name, cells in found.rows],
        )


class TestInterpolated:
    def test_one_row_a_service_with_what_is_not_printed_left_open(self):
        _found, heads, rows = tables()

        assert heads == ["0", "0.3", "2", "Above"]
        assert rows == [
            ("Writing an environmental impact report", ["5", "6", "15", "15"]),
            ("Writing an environmental impact form", ["1", "2", "—", "2, by negotiation"]),
        ]

    def test_many_rows_stand_upright(self):
        points = [[str(base * 100), str(base)] for base in range(1, 13)]
        _found, heads, rows = tables(method="interpolated", points=points, above_last_rate="0.016")

        assert len(heads) == 1
        assert rows[0] == ("100", ["1"])
        assert rows[-1] == ("Above", ["1.6%"])


class TestProgressive:
    def test_bands_by_service(self):
        _found, heads, rows = tables(
            method="progressive", variants={"goods": [["0", "100", "0.015"], ["100", "500", "0.011"]]}
        )

        assert heads == ["Goods"]
        assert rows == [("0 – 100", ["1.5%"]), ("100 – 500", ["1.1%"]), ("Above", ["by negotiation"])]


class TestSinglePrices:
    @pytest.mark.parametrize(
        ("definition", "cell"),
        [
            ({"method": "per_unit", "rate": "1.36", "base_unit": "m²", "unit": "CNY per m²"}, "1.36"),
            ({"method": "percentage", "rate": "0.0055"}, "0.55%"),
            ({"method": "fixed", "fee": "12.5"}, "12.5"),
        ],
    )
    def test_one_cell(self, definition, cell):
        assert tables(**definition)[2][0][1] == [cell]


class TestCoefficients:
    def test_tables_limits_and_what_is_not_held(self):
        found, _heads, _rows = tables()
        with override("en"):
            factors = {
                str(each.name): [(number, str(names)) for number, names in each.rows] for each in found.coefficients
            }

        assert factors["Industry"] == [("1.2", "Chemicals, Metallurgy"), ("0.8", "Machinery")]
        assert factors["Complexity"] == [("0.8 – 1.2", "chosen within these limits")]
        assert factors["Environmental sensitivity"] == [("—", "the document's table is not held here")]

    def test_the_float_is_in_percent(self):
        assert tables()[0].float_percent == "20%"
