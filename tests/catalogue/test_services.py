from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from marketplace.catalogue.fees import UnableToCalculate
from marketplace.catalogue.models import Pricing
from marketplace.catalogue.services import calculate_by_code, calculate_for_item, calculate_for_schedule
from tests.factories.catalogue import FeeScheduleFactory, ServiceItemFactory

pytestmark = pytest.mark.django_db
FULL = {"industry": "化工", "sensitivity": "ordinary"}


class TestCalculateForItem:
    def test_the_items_variant_is_the_default(self):
        item = ServiceItemFactory(fee_variant="form")

        assert calculate_for_item(item=item, base="2", coefficients=FULL).fee_cny == Decimal("38400.00")

    def test_another_variant_may_be_asked_for(self):
        item = ServiceItemFactory(fee_variant="form")

        assert calculate_for_item(item=item, base="2", variant="report").variant == "report"

    def test_an_item_without_a_standard_has_no_fee(self):
        with pytest.raises(UnableToCalculate) as refused:
            calculate_for_item(item=ServiceItemFactory(without_standard=True), base="2")

        assert refused.value.code == "fee-no-standard"


class TestReference:
    """A standard is law only where an authority set it, within its dates."""

    def test_a_repealed_schedule_is_a_reference(self):
        assert calculate_for_schedule(schedule=FeeScheduleFactory(), base="2", variant="form").reference

    def test_a_guided_price_in_force_is_none(self, frozen_clock):
        schedule = FeeScheduleFactory(in_force=True)

        assert not calculate_for_schedule(schedule=schedule, base="2", variant="form").reference

    def test_the_last_day_still_counts(self, frozen_clock):
        schedule = FeeScheduleFactory(in_force=True, effective_to=date(2026, 11, 23))

        assert not calculate_for_schedule(schedule=schedule, base="2", variant="form").reference
        frozen_clock.move_to("2026-11-24 00:00")
        assert calculate_for_schedule(schedule=schedule, base="2", variant="form").reference

    def test_a_market_price_item_shows_a_reference_even_so(self, frozen_clock):
        schedule = FeeScheduleFactory(in_force=True)
        market = ServiceItemFactory(fee_schedule=schedule)
        guided = ServiceItemFactory(fee_schedule=schedule, pricing=Pricing.GOVERNMENT_GUIDED)

        assert calculate_for_item(item=market, base="2").reference
        assert not calculate_for_item(item=guided, base="2").reference


class TestByCode:
    def test_a_schedules_code_and_an_items_code_both_work(self):
        item = ServiceItemFactory(code="HB-001")

        assert calculate_by_code(code=item.fee_schedule.code, base="2", variant="report").fee_cny == Decimal(
            "150000.00"
        )
        assert calculate_by_code(code="HB-001", base="2").fee_cny == Decimal("150000.00")

    @pytest.mark.parametrize("code", ["nothing", "", "HB-099"])
    def test_other_codes_are_refused(self, code):
        ServiceItemFactory(code="HB-099", closed=True)

        with pytest.raises(UnableToCalculate) as refused:
            calculate_by_code(code=code, base="2")

        assert (refused.value.field, refused.value.code) == ("code", "fee-unknown-code")


class TestModels:
    def test_a_variant_that_the_schedule_lacks_is_refused(self):
        item = ServiceItemFactory()
        item.fee_variant = "works"

        with pytest.raises(ValidationError) as refused:
            item.full_clean()

        assert list(refused.value.message_dict) == ["fee_variant"]

    def test_a_definition_that_cannot_be_read_is_refused(self):
        schedule = FeeScheduleFactory()
        schedule.definition = {**schedule.definition, "method": "guess"}

        with pytest.raises(ValidationError) as refused:
            schedule.full_clean()

        assert list(refused.value.message_dict) == ["definition"]

    def test_the_database_refuses_dates_in_the_wrong_order(self):
        with pytest.raises(IntegrityError), transaction.atomic():
            FeeScheduleFactory(effective_from=date(2016, 1, 1), effective_to=date(2015, 1, 1))
