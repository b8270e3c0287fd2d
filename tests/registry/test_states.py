"""
What every state of a firm answers to every role, one cell a test; and what each state of its filings is.

A state that is taken out of a group of `states.py`, or put into one, fails here.
"""

import pytest
from django.urls import reverse
from django_fsm import can_proceed

from marketplace.registry.filters import RegistrationFilter
from marketplace.registry.models import Intermediary, Registration, Suspension
from tests.factories.accounts import MembershipFactory
from tests.factories.registry import IntermediaryFactory, RegistrationFactory, SuspensionFactory
from tests.tables import cells, client_of, letters, lines, may_be, once, rows_of

pytestmark = pytest.mark.django_db

#: L in the public list, P its page, l and p the same by API, o its own record on the reader's workbench.
FIRMS = """
             visitor stranger own     authority
draft        ·····   ·····    ·P··o   ·P···
under_review ·····   ·····    ·P··o   ·P···
returned     ·····   ·····    ·P··o   ·P···
listed       LPlp·   LPlp·    LPlpo   LPlp·
suspended    LPlp·   LPlp·    LPlpo   LPlp·
closed       ·P·p·   ·P·p·    ·P·po   ·P·p·
"""
#: e the firm may edit it, w withdraw it, u it is on its way and no second one may be, f a regulator's list can be
#: narrowed to it, d the table wants to know who decided it, c when it was filed.
FILINGS = """
             is
draft        ewu···
filed        ··uf·c
returned     ewufdc
passed       ···fdc
withdrawn    ······
"""
#: p the public sees it, u no second one may be beside it, d the table wants to know who decided it.
SUSPENSIONS = """
             is
proposed     ·u·
decided      pud
dismissed    ···
lifted       p·d
"""


class World:
    """A firm in each state, with somebody of each role."""

    def __init__(self) -> None:
        self.firms = {state: IntermediaryFactory(**self._trait(state)) for state in rows_of(FIRMS)}
        people = {
            "visitor": None,
            "stranger": MembershipFactory().user,
            "authority": MembershipFactory(regulator=True).user,
        }
        self.clients = {role: client_of(person) for role, person in people.items()}
        self.own = {
            state: client_of(MembershipFactory(organisation=firm.organisation).user)
            for state, firm in self.firms.items()
        }

    def client(self, role: str, state: str):
        return self.own[state] if role == "own" else self.clients[role]

    @staticmethod
    def _trait(state: str) -> dict[str, bool]:
        return {} if state == "listed" else {state: True}


world = once(World)


@cells(FIRMS)
def test_a_firm_shows(world, row, column, expected):
    firm, client = world.firms[row], world.client(column, row)
    listed = client.get(reverse("registry:intermediary-list")).content.decode()
    by_api = client.get(reverse("api:intermediary-list")).json()["results"]
    page = client.get(reverse("registry:intermediary-detail", args=[firm.uscc]))
    own = client.get(reverse("registry:record-detail"))

    assert (
        letters(
            L=firm.uscc in listed,
            P=page.status_code == 200,
            l=firm.uscc in {each["uscc"] for each in by_api},
            p=client.get(reverse("api:intermediary-detail", args=[firm.uscc])).status_code == 200,
            o=own.status_code == 200 and firm.organisation.name in own.content.decode(),
        )
        == expected
    )


@lines(FILINGS)
def test_a_filing_is(row, expected, frozen_clock):
    traits = {"draft": {}, "withdrawn": {"state": "withdrawn"}}.get(row, {row: True})
    registration = RegistrationFactory(kind="change", intermediary=IntermediaryFactory(), **traits)

    assert [
        letters(
            e=registration.is_editable,
            w=can_proceed(registration.withdraw),
            u=registration in Registration.objects.open() and not _takes_a_second(registration),
            f=row in dict(RegistrationFilter().filters["state"].extra["choices"]),
            d=not may_be(registration, decided_at=None, decided_by=None),
            c=not may_be(registration, filed_at=None, filed_by=None, due_at=None),
        )
    ] == expected


@lines(SUSPENSIONS)
def test_a_suspension_is(row, expected, frozen_clock):
    traits = {"proposed": {}, "dismissed": {"state": "dismissed"}}.get(row, {row: True})
    suspension = SuspensionFactory(**traits)

    assert [
        letters(
            p=suspension in Suspension.objects.public(),
            u=not _takes_a_second(suspension),
            d=not may_be(suspension, decided_at=None, decided_by=None, effective_on=None),
        )
    ] == expected


def test_every_state_has_its_row():
    assert list(rows_of(FIRMS)) == Intermediary.Status.values
    assert list(rows_of(FILINGS)) == Registration.State.values
    assert list(rows_of(SUSPENSIONS)) == Suspension.State.values


def _takes_a_second(row) -> bool:
    """Whether the rules of the table let a new one of its kind stand beside it for the same firm."""
    if isinstance(row, Suspension):
        return may_be(SuspensionFactory.build(intermediary=row.intermediary, proposed_by=row.proposed_by))
    return may_be(RegistrationFactory.build(kind="change", intermediary=row.intermediary, created_by=row.created_by))
