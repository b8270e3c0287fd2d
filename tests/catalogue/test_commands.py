import json

import pytest
from django.core.management import CommandError, call_command

from marketplace.catalogue.models import FeeSchedule, ServiceItem
from tests.factories.catalogue import FeeScheduleFactory, ServiceItemFactory

pytestmark = pytest.mark.django_db


def calculate_fee(capsys, *arguments):
    call_command("calculate_fee", *arguments)
    return json.loads(capsys.readouterr().out)


class TestCalculateFee:
    def test_the_official_example_of_bidding_agency(self, capsys):
        FeeScheduleFactory(bidding=True)

        answer = calculate_fee(capsys, "CN-JJG-2002-1980", "--base", "6000", "--variant", "works")

        assert answer["fee_cny"] == "225500.00"
        assert answer["range_cny"] == ["180400.00", "270600.00"]
        assert answer["reference"] is True
        assert answer["incomplete"] == []

    def test_the_official_example_of_supervision(self, capsys):
        FeeScheduleFactory(supervision=True)

        answer = calculate_fee(capsys, "CN-FGJG-2007-670", "--base", "35000")

        assert answer["fee_cny"] == "6295000.00"
        assert answer["incomplete"] == ["profession", "complexity", "altitude"]

    def test_an_items_code_with_coefficients_by_entry(self, capsys):
        ServiceItemFactory(code="HB-001")

        answer = calculate_fee(
            capsys, "HB-001", "--base", "3.6", "--coefficient", "industry=化工", "--coefficient", "sensitivity=ordinary"
        )

        assert answer["fee_cny"] == "182400.00"
        assert answer["steps"][-2]["result"] == "18.24"

    def test_a_base_with_its_own_unit_is_read_and_a_vast_one_asked_about(self, capsys):
        ServiceItemFactory(code="HB-001")

        call_command("calculate_fee", "HB-001", "--base", "3000")

        assert "¥300,000,000,000.00" in capsys.readouterr().err
        assert calculate_fee(capsys, "HB-001", "--base", "36000万")["base"] == "3.6"

    def test_a_pair_is_split_at_the_first_equals_sign(self, capsys):
        FeeScheduleFactory(supervision=True)

        answer = calculate_fee(capsys, "CN-FGJG-2007-670", "--base", "1000", "--coefficient", "altitude=<=2000m")

        assert answer["incomplete"] == ["profession", "complexity"]

    def test_what_the_document_leaves_open_prints_null(self, capsys):
        ServiceItemFactory(code="HB-002", fee_variant="form")

        answer = calculate_fee(capsys, "HB-002", "--base", "11")

        assert (answer["fee_cny"], answer["range_cny"]) == (None, None)

    @pytest.mark.parametrize(
        ("arguments", "words"),
        [
            (["CN-FGJG-2007-670", "--base", "0"], "base: "),
            (["CN-FGJG-2007-670", "--base", "ten"], "base: "),
            (["CN-FGJG-2007-670", "--base", "1000", "--coefficient", "complexity=IV"], "complexity: "),
            (["CN-FGJG-2007-670", "--base", "1000", "--coefficient", "colour=red"], "colour: "),
            (["CN-FGJG-2007-670", "--base", "1000", "--coefficient", "complexity"], "NAME=VALUE"),
            (
                ["CN-FGJG-2007-670", "--base", "1", "--coefficient", "complexity=I", "--coefficient", "complexity=II"],
                "twice",
            ),
            (["NOTHING", "--base", "1000"], "code: "),
        ],
    )
    def test_bad_input_is_named_and_nothing_is_printed(self, capsys, arguments, words):
        FeeScheduleFactory(supervision=True)

        with pytest.raises(CommandError, match=words):
            call_command("calculate_fee", *arguments)

        assert capsys.readouterr().out == ""


def test_every_schedule_and_item_of_the_data_works_with_all_that_it_has(capsys):
    call_command("load_catalogue", verbosity=0)
    capsys.readouterr()
    codes = [(schedule, schedule.code, list(schedule.rules.variants)) for schedule in FeeSchedule.objects.all()]
    codes += [
        (item.fee_schedule, item.code, [""])
        for item in ServiceItem.objects.exclude(fee_schedule=None).select_related("fee_schedule")
    ]

    for schedule, code, variants in codes:
        for variant in variants:
            given = []
            for coefficient in schedule.rules.coefficients.values():
                value = next(iter(coefficient.entries)) if coefficient.entries else "1.05"
                given += ["--coefficient", f"{coefficient.code}={value}"]
            arguments = ["--variant", variant] if variant else []
            answer = calculate_fee(
                capsys, code, "--base", "1000" if schedule.rules.base_unit != "亿元" else "3", *arguments, *given
            )
            assert answer["fee_cny"] is not None
            assert answer["incomplete"] == []
