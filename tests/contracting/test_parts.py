"""A bundle's parts of the price, and its subcontractors."""

from decimal import Decimal

import pytest
from django.utils import translation

from marketplace.contracting import duties, services
from marketplace.contracting.models import Contract
from marketplace.contracting.services import Part, UnableToSign, UnableToState
from marketplace.core import audit, clock
from marketplace.core.permissions import Refused
from tests.factories.catalogue import ServiceItemFactory
from tests.factories.contracting import ContractFactory, intermediary_of, owner_of, sign
from tests.factories.registry import IntermediaryFactory, QualificationFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _now(frozen_clock):
    """Monday, 23 November 2026, 10:00; addresses without a language's part."""
    with translation.override("zh-hans"):
        yield


@pytest.fixture
def items():
    return [ServiceItemFactory(code="HB-301"), ServiceItemFactory(code="HB-302")]


@pytest.fixture
def contract(items):
    """A bundle of two services for ¥180,000.00, terms agreed; the second may be subcontracted."""
    contract = ContractFactory(items=items, agreed=True)
    contract.award.work_request.request_items.filter(item=items[1]).update(may_subcontract=True)
    return contract


@pytest.fixture
def firm(items):
    """A listed firm that holds what the second service needs."""
    firm = IntermediaryFactory()
    QualificationFactory(intermediary=firm, qualification_type=items[1].qualification_type)
    return firm


def state(contract, first="100000.00", second="80000.00", subcontractor="", at_first="", actor=None):
    one, two = contract.items.order_by("code")
    return services.state_parts(
        contract_id=contract.pk,
        parts=[Part(one, Decimal(first), at_first), Part(two, Decimal(second), subcontractor)],
        actor=actor or intermediary_of(contract),
    )


class TestAmounts:
    def test_add_to_the_price_and_are_recorded_with_notice_to_the_owner(self, contract):
        statement = state(contract)

        assert [str(part.amount) for part in statement.parts.all()] == ["100000.00", "80000.00"]
        assert owner_of(contract).notices.filter(key__contains=":parts:1").count() == 1
        (line,) = [line for line in audit.trail(contract.audit_matter) if line.action == "parts stated"]
        assert line.after["parts"] == [["HB-301", "100000.00", ""], ["HB-302", "80000.00", ""]]

    @pytest.mark.parametrize(
        ("first", "second", "field"),
        [
            ("100000.00", "80000.01", "amount-HB-301"),
            ("100000.00", "79999.99", "amount-HB-301"),
            ("0", "180000", "amount-HB-301"),
            ("180001", "-1", "amount-HB-302"),
            ("100000.005", "79999.995", "amount-HB-301"),
        ],
    )
    def test_that_do_not_add_to_it_are_refused(self, contract, first, second, field):
        with pytest.raises(UnableToState) as refusal:
            state(contract, first, second)

        assert field in refusal.value.field_errors
        assert not contract.part_statements.exists()

    def test_every_service_has_one(self, contract, items):
        with pytest.raises(UnableToState):
            services.state_parts(
                contract_id=contract.pk, parts=[Part(items[0], contract.price)], actor=intermediary_of(contract)
            )

    def test_without_them_the_intermediary_cannot_sign(self, contract):
        with pytest.raises(UnableToSign):
            sign(contract, intermediary_of(contract))

        state(contract)

        assert sign(contract, intermediary_of(contract)).party == "intermediary"

    def test_after_the_signature_amounts_stand(self, contract):
        state(contract)
        sign(contract, intermediary_of(contract))

        with pytest.raises(UnableToState):
            state(contract, "90000.00", "90000.00")

    def test_a_contract_for_one_service_has_none_and_is_signed_without(self):
        contract = ContractFactory(agreed=True)
        (item,) = contract.items.all()

        with pytest.raises(UnableToState):
            services.state_parts(
                contract_id=contract.pk, parts=[Part(item, contract.price)], actor=intermediary_of(contract)
            )
        assert sign(contract, intermediary_of(contract)).party == "intermediary"

    def test_only_the_intermediary_states_them(self, contract):
        with pytest.raises(Refused):
            state(contract, actor=owner_of(contract))


class TestDuty:
    def test_the_intermediary_is_asked_for_them_before_it_signs(self, contract):
        mine = [duty.url for duty in duties.contract_duties(intermediary_of(contract), contract.intermediary)]
        state(contract)
        then = [duty.url for duty in duties.contract_duties(intermediary_of(contract), contract.intermediary)]

        assert mine == [f"/workbench/contracts/{contract.number}/parts/"]
        assert then == [f"/workbench/contracts/{contract.number}/sign/"]

    def test_the_owner_signs_without_them(self, contract):
        (duty,) = duties.contract_duties(owner_of(contract), contract.owner)

        assert duty.url == f"/workbench/contracts/{contract.number}/sign/"

    def test_its_page_leads_there(self, contract, client):
        client.force_login(intermediary_of(contract))

        assert client.get(f"/contracts/{contract.number}/").content.decode().count("/parts/") == 2


class TestSubcontractors:
    def test_a_listed_firm_does_the_part_that_the_request_names(self, contract, firm):
        statement = state(contract, subcontractor=firm.uscc)

        assert [part.subcontractor for part in statement.parts.all()] == [None, firm.organisation]

    def test_a_part_that_the_request_does_not_name_stays_with_the_bidder(self, contract, firm):
        with pytest.raises(UnableToState) as refusal:
            state(contract, at_first=firm.uscc)

        assert set(refusal.value.field_errors) == {"firm-HB-301"}

    def test_neither_an_unlisted_firm_nor_a_party_nor_one_without_the_qualification(self, contract, firm):
        unlisted = IntermediaryFactory(status="closed", closed_at=clock.now())
        unqualified = IntermediaryFactory()
        itself = contract.intermediary

        for code in (unlisted.uscc, unqualified.uscc, itself.uscc, "91320400MA1TEST00X"):
            with pytest.raises(UnableToState) as refusal:
                state(contract, subcontractor=code)
            assert set(refusal.value.field_errors) == {"firm-HB-302"}

    def test_may_change_after_both_have_signed_until_the_work_starts(self, contract, firm, frozen_clock):
        state(contract)
        sign(contract, intermediary_of(contract))
        sign(contract, owner_of(contract))

        assert state(contract, subcontractor=firm.uscc).position == 2
        frozen_clock.move_to(f"{Contract.objects.get().service_starts_on} 00:00")
        with pytest.raises(UnableToState):
            state(contract)


class TestPages:
    def test_the_intermediary_states_them_on_its_page(self, contract, firm, client):
        client.force_login(intermediary_of(contract))
        url = f"/workbench/contracts/{contract.number}/parts/"

        shown = client.get(url).content.decode()
        answer = client.post(url, {"amount-HB-301": "100,000.00", "amount-HB-302": "80000", "firm-HB-302": firm.uscc})

        assert "firm-HB-302" in shown
        assert "firm-HB-301" not in shown
        assert answer.url == f"/contracts/{contract.number}/"
        content = client.get(answer.url).content.decode()
        assert "¥80,000.00" in content
        assert firm.name in content

    def test_a_wrong_sum_stands_at_its_field(self, contract, client):
        client.force_login(intermediary_of(contract))

        answer = client.post(
            f"/en/workbench/contracts/{contract.number}/parts/", {"amount-HB-301": "1", "amount-HB-302": "2"}
        )

        assert answer.status_code == 422
        assert "The parts add to ¥3.00, the price is ¥180,000.00." in answer.content.decode()

    def test_a_contract_for_one_service_shows_no_parts(self, client):
        contract = ContractFactory(agreed=True)
        client.force_login(owner_of(contract))

        assert 'id="parts"' not in client.get(f"/contracts/{contract.number}/").content.decode()


def test_a_bundle_goes_to_its_end_once_its_parts_are_stated(contract):
    state(contract)

    sign(contract, intermediary_of(contract))
    sign(contract, owner_of(contract))

    assert Contract.objects.get().state == "in_service"
