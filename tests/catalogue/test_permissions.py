import pytest

from marketplace.catalogue.models import ServiceItem
from marketplace.catalogue.permissions import can_be_asked_for
from tests.factories.accounts import OrganisationFactory
from tests.factories.catalogue import QualificationTypeFactory, ServiceItemFactory

pytestmark = pytest.mark.django_db


def decisions(item):
    return tuple(
        bool(can_be_asked_for(item, owner)) for owner in (OrganisationFactory(), OrganisationFactory(authority=True))
    )


class TestCanBeAskedFor:
    @pytest.mark.parametrize(
        ("traits", "by_enterprise", "by_authority"),
        [
            ({}, True, True),
            ({"voluntary": True}, True, True),
            ({"status": "local"}, True, True),
            ({"status": "unconfirmed"}, True, True),
            ({"paid_by_authority": True}, False, True),
            ({"merged": True}, False, False),
            ({"closed": True}, False, False),
        ],
    )
    def test_by_legal_position_and_owner(self, traits, by_enterprise, by_authority):
        item = ServiceItemFactory(**traits)

        assert decisions(item) == (by_enterprise, by_authority)
        for authority, may in ((False, by_enterprise), (True, by_authority)):
            assert ServiceItem.objects.asked_for(by_authority=authority).filter(pk=item.pk).exists() == may

    def test_what_is_part_of_another_service_names_it(self):
        item = ServiceItemFactory(merged=True, name_zh="节水评价", merged_into__code="SL-001")

        assert "SL-001" in str(can_be_asked_for(item, OrganisationFactory()).reason)


class TestDemandedType:
    @pytest.mark.parametrize(
        ("values", "is_demanded"),
        [
            ({}, True),
            ({"kind": "filing"}, True),
            ({"kind": "notification"}, False),
            ({"kind": "conditions"}, False),
            ({"ended_on": "2026-11-22"}, False),
            ({"ended_on": "2026-11-23"}, True),
        ],
    )
    def test_only_what_exists_and_is_a_licence_is_demanded(self, frozen_clock, values, is_demanded):
        kind = QualificationTypeFactory(name_zh="测绘资质", **values)
        kind.refresh_from_db()
        item = ServiceItemFactory(qualification_type=kind)

        assert item.demanded_type == (kind if is_demanded else None)
        assert ServiceItem.objects.offered_freely().filter(pk=item.pk).exists() == (not is_demanded)
