from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied

from marketplace.core import audit
from marketplace.registry import services
from marketplace.registry.models import Offer
from marketplace.registry.services import UnableToOffer
from tests.factories.accounts import MembershipFactory, UserFactory
from tests.factories.catalogue import ServiceItemFactory
from tests.factories.registry import IntermediaryFactory, OfferFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def firm():
    return IntermediaryFactory()


@pytest.fixture
def person(firm):
    return MembershipFactory(organisation=firm.organisation, handler=True).user


def set_offer(firm, actor, item, **changes):
    values = {"pricing": "fixed", "amount": Decimal("500.00"), "days": 10} | changes
    return services.set_offer(intermediary_id=firm.pk, item=item, actor=actor, **values)


class TestSetOffer:
    def test_takes_effect_at_once_and_is_audited(self, firm, person):
        offer = OfferFactory(intermediary=firm)

        set_offer(firm, person, offer.item, pricing="per_unit", amount=Decimal("1.36"), unit="m²", days=40)

        changed = Offer.objects.get()
        line = audit.trail(firm.audit_matter)[-1]
        assert (changed.pricing, changed.amount, changed.unit, changed.days) == ("per_unit", Decimal("1.36"), "m²", 40)
        assert line.before == {offer.item.code: {"pricing": "percent_off", "amount": "14.00", "unit": "", "days": 5}}
        assert line.after == {offer.item.code: {"pricing": "per_unit", "amount": "1.36", "unit": "m²", "days": 40}}

    def test_a_service_that_needs_no_qualification_is_added_at_once(self, firm, person):
        item = ServiceItemFactory(qualification_type=None)

        set_offer(firm, person, item)

        assert Offer.objects.get().item == item

    def test_a_service_whose_qualification_no_longer_exists_is_added_at_once(self, firm, person):
        item = ServiceItemFactory(qualification_type__ended_on="2021-06-30", qualification_type__name_zh="人防监理资质")
        item.qualification_type.refresh_from_db()

        set_offer(firm, person, item)

        assert Offer.objects.get().item == item

    def test_a_service_that_is_part_of_another_is_refused(self, firm, person):
        with pytest.raises(UnableToOffer, match="list"):
            set_offer(firm, person, ServiceItemFactory(merged=True, qualification_type=None))

        assert not Offer.objects.exists()

    def test_a_service_that_needs_a_qualification_is_refused(self, firm, person):
        with pytest.raises(UnableToOffer, match="change of particulars"):
            set_offer(firm, person, ServiceItemFactory())

        assert not Offer.objects.exists()

    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"days": 41}, "days"),
            ({"days": 0}, "days"),
            ({"amount": Decimal("0")}, "amount"),
            ({"amount": Decimal("100000000.01")}, "amount"),
            ({"pricing": "percent_off", "amount": Decimal("5")}, "pricing"),
            ({"pricing": "per_unit"}, "unit"),
            ({"pricing": "gift"}, "pricing"),
        ],
    )
    def test_what_does_not_fit_the_service_is_refused_at_its_field(self, firm, person, changes, field):
        offer = OfferFactory(intermediary=firm, fixed=True, item__fee_schedule=None)

        with pytest.raises(UnableToOffer) as refused:
            set_offer(firm, person, offer.item, **changes)

        assert list(refused.value.field_errors) == [field]
        assert Offer.objects.get().amount == Decimal("156864.00")

    def test_a_stranger_is_refused(self, firm):
        offer = OfferFactory(intermediary=firm)

        with pytest.raises(PermissionDenied):
            set_offer(firm, UserFactory(), offer.item)

        assert Offer.objects.get().days == 5

    def test_a_firm_that_left_is_refused(self):
        firm = IntermediaryFactory(closed=True)
        person = MembershipFactory(organisation=firm.organisation).user

        with pytest.raises(UnableToOffer):
            set_offer(firm, person, ServiceItemFactory(qualification_type=None))

        assert not Offer.objects.exists()


class TestWithdrawOffer:
    def test_takes_a_service_off(self, firm, person):
        kept, dropped = OfferFactory(intermediary=firm), OfferFactory(intermediary=firm)

        services.withdraw_offer(intermediary_id=firm.pk, item=dropped.item, actor=person)

        assert Offer.objects.get() == kept

    def test_the_last_one_stays(self, firm, person):
        offer = OfferFactory(intermediary=firm)

        with pytest.raises(UnableToOffer, match="last one"):
            services.withdraw_offer(intermediary_id=firm.pk, item=offer.item, actor=person)

        assert Offer.objects.get() == offer
