import pytest

from marketplace.core import numbers
from marketplace.core.models import MarketPolicy
from marketplace.core.policy import Numbers
from marketplace.tendering.policy import TenderingPolicy


@pytest.mark.django_db
class TestNextNumber:
    def test_numbers_count_up_within_the_year_in_shanghai(self, frozen_clock):
        first, second = numbers.next_number("MX"), numbers.next_number("MX")
        frozen_clock.move_to("2027-01-01 00:00")
        next_year = numbers.next_number("MX")

        assert (first, second, next_year) == ("MX-2026-0001", "MX-2026-0002", "MX-2027-0001")


@pytest.mark.django_db
class TestPolicy:
    def test_the_version_in_force_today_applies_and_an_old_one_can_be_asked(self, frozen_clock):
        MarketPolicy.objects.create(version="2026.2", effective_on="2026-11-01", values={"publicity_days": 2})
        MarketPolicy.objects.create(version="2027.1", effective_on="2027-01-01", values={"publicity_days": 1})

        assert (TenderingPolicy.current().version, TenderingPolicy.current().publicity_days) == ("2026.2", 2)
        assert TenderingPolicy.of("2026.1").publicity_days == 3

    def test_a_number_is_declared_once(self):
        with pytest.raises(ValueError, match="TenderingPolicy declares publicity_days already"):
            type("Again", (Numbers,), {"__annotations__": {"publicity_days": int}, "publicity_days": 1})
