"""
What every state of a contract answers to every role, one cell a test; and what each state of its parts is.

A state that is taken out of a group of `states.py`, or put into one, fails here.
"""

import pytest
from django.urls import reverse
from django_fsm import can_proceed

from marketplace.contracting import services
from marketplace.contracting.models import Contract, Deliverable, Milestone
from marketplace.core import clock
from tests.factories.accounts import MembershipFactory
from tests.factories.contracting import ContractFactory, intermediary_of, owner_of
from tests.tables import cells, client_of, letters, lines, may_be, once, rows_of

pytestmark = pytest.mark.django_db

#: P its page, L in the reader's list, m among the matters of the workbench, h among those that are over.
CONTRACTS = """
            visitor stranger owner intermediary authority
drafting    ····    ····     PLm·  PLm·         P···
signing     ····    ····     PLm·  PLm·         P···
in_service  ····    ····     PLm·  PLm·         P···
completed   ····    ····     PL·h  PL·h         P···
lapsed      ····    ····     PL··  PL··         P···
terminated  ····    ····     PL··  PL··         P···
"""
#: u waits for signatures, o somebody has to do something, l its award has no second one, s the table wants to know when
#: it was signed, e when and why it ended; a it can be ended, r it can lapse.
EACH = """
            is
drafting    uol··ar
signing     uol··ar
in_service  ·ols·a·
completed   ··ls···
lapsed      ····e··
terminated  ····e··
"""
#: d the intermediary delivers, a somebody answers.
MILESTONES = """
            is
ahead       d·
submitted   ·a
returned    d·
disputed    ·a
accepted    ··
"""


class World:
    """A contract in each state, and somebody of each role."""

    def __init__(self) -> None:
        self.contracts = {
            "drafting": ContractFactory(proposed=True),
            "signing": ContractFactory(agreed=True),
            "in_service": ContractFactory(delivered=True),
            "completed": ContractFactory(completed=True),
            "lapsed": self._lapsed(),
            "terminated": self._terminated(),
        }
        people = {
            "visitor": None,
            "stranger": MembershipFactory().user,
            "authority": MembershipFactory(regulator=True).user,
        }
        self.clients = {role: client_of(person) for role, person in people.items()}

    def client(self, role: str, state: str):
        contract = self.contracts[state]
        if role == "owner":
            return client_of(owner_of(contract))
        return client_of(intermediary_of(contract)) if role == "intermediary" else self.clients[role]

    @staticmethod
    def _lapsed() -> Contract:
        contract = ContractFactory(agreed=True)
        services.sign_contract(contract_id=contract.pk, sha256=contract.current_text.sha256, actor=owner_of(contract))
        with clock.at(contract.sign_due_at):
            services.lapse_contract(contract_id=contract.pk)
        return Contract.objects.get(pk=contract.pk)

    @staticmethod
    def _terminated() -> Contract:
        contract = ContractFactory(signed=True)
        services.terminate_contract(
            contract_id=contract.pk, reason="双方同意", actor=MembershipFactory(regulator=True).user
        )
        return Contract.objects.get(pk=contract.pk)


world = once(World)


@cells(CONTRACTS)
def test_a_contract_shows(world, row, column, expected):
    contract, client = world.contracts[row], world.client(column, row)

    def names(address: str) -> bool:
        response = client.get(reverse(address))
        return response.status_code == 200 and contract.number in response.content.decode()

    assert (
        letters(
            P=client.get(reverse("contracting:contract-detail", args=[contract.number])).status_code == 200,
            L=names("contracting:contract-list"),
            m=names("accounts:matter-list"),
            h=names("accounts:history"),
        )
        == expected
    )


@lines(EACH)
def test_a_contract_is(world, row, expected):
    contract = Contract.objects.get(pk=world.contracts[row].pk)

    assert contract.state == row
    assert [
        letters(
            u=contract in Contract.objects.unsigned(),
            o=contract in Contract.objects.open(),
            l=contract in Contract.objects.live() and not may_be(contract, pk=None, number="HT-2026-9999"),
            s=not may_be(contract, signed_at=None),
            e=not may_be(contract, ended_at=None, end_reason=""),
            a=can_proceed(contract.terminate),
            r=can_proceed(contract.lapse),
        )
    ] == expected


@lines(MILESTONES)
def test_a_milestone_is(row, expected):
    milestone = Milestone(state=row)

    assert [letters(d=can_proceed(milestone.submit), a=can_proceed(milestone.accept))] == expected


def test_what_can_be_decided_of_a_delivery_is_what_an_owner_can_answer():
    field = Deliverable._meta.get_field("decision")

    assert [value for value, _label in field.choices] == ["accepted", "returned"]


def test_every_state_has_its_row():
    assert list(rows_of(CONTRACTS)) == list(rows_of(EACH)) == Contract.State.values
    assert list(rows_of(MILESTONES)) == Milestone.State.values
