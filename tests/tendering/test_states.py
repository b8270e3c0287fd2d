"""
What every state of a request answers to every role, one cell a test; and what each state is besides.

A state that is taken out of a group of `states.py`, or put into one, fails here.
"""

import re

import pytest
from django.urls import reverse
from django_fsm import can_proceed

from marketplace.core import clock
from marketplace.tendering import permissions, services
from marketplace.tendering.filters import STAGES
from marketplace.tendering.models import Award, Objection, OpenedBid, Opening, Seat, WorkRequest
from marketplace.tendering.presentation.timeline import stages_of
from marketplace.tendering.states import Status
from marketplace.ui.components import State
from tests.factories.accounts import MembershipFactory, OrganisationFactory
from tests.factories.catalogue import ServiceItemFactory
from tests.factories.contracting import ContractFactory
from tests.factories.evaluators import EvaluatorFactory
from tests.factories.tendering import ObjectionFactory, WorkRequestFactory, bidder_for, member_of
from tests.tables import cells, client_of, letters, lines, may_be, once, rows_of

pytestmark = pytest.mark.django_db

PROJECT = "2609-320411-89-01-000001"
#: L in the public list, P its page (> leads on to the draft's), l and p the same by API, A the page of its award; and
#: on the reader's own workbench R among the requests, m among the matters, h among those that are over.
ANSWERS = """
             visitor   stranger  firm      owner     operator  authority another   evaluator
draft        ········  ········  ········  ·>···Rm·  ········  ········  ········  ········
under_review ········  ········  ········  ·>···Rm·  ·>······  ········  ········  ········
returned     ········  ········  ········  ·>···Rm·  ·>······  ········  ········  ········
published    LPlp····  LPlp····  LPlp····  LPlp·Rm·  LPlp····  LPlp····  LPlp····  LPlp····
selecting    LPlp····  LPlp····  LPlp····  LPlp·Rm·  LPlp····  LPlp····  LPlp····  LPlp····
publicity    LPlpA···  LPlpA···  LPlpA···  LPlpARm·  LPlpA···  LPlpA···  LPlpA···  LPlpA···
awarded      LPlpA···  LPlpA···  LPlpA···  LPlpAR··  LPlpA···  LPlpA···  LPlpA···  LPlpA···
contracted   LPlpA···  LPlpA···  LPlpA···  LPlpAR··  LPlpA···  LPlpA···  LPlpA···  LPlpA···
in_service   LPlpA···  LPlpA···  LPlpA···  LPlpAR··  LPlpA···  LPlpA···  LPlpA···  LPlpA···
completed    LPlpA···  LPlpA···  LPlpA···  LPlpAR··  LPlpA···  LPlpA···  LPlpA···  LPlpA···
failed       LPlpA···  LPlpA···  LPlpA···  LPlpAR·h  LPlpA···  LPlpA···  LPlpA···  LPlpA···
suspended    LPlpA···  LPlpA···  LPlpA···  LPlpARm·  LPlpA···  LPlpA···  LPlpA···  LPlpA···
voided       LPlpA···  LPlpA···  LPlpA···  LPlpAR·h  LPlpA···  LPlpA···  LPlpA···  LPlpA···
terminated   LPlp····  LPlp····  LPlp····  LPlp·R·h  LPlp····  LPlp····  LPlp····  LPlp····
"""
#: Under which stage the list shows it. Then: e the owner may edit it, t end it before the opening; a regulator may
#: s suspend it, v void it; b a bid that arrived before the deadline may still be stored, n the next in rank may get its
#: turn, c its amount counts for its project, w a winner is known, g the award notice was given, x its timeline breaks
#: off.
EACH = """
             stage      is
draft        -          e·········
under_review -          ······c···
returned     -          e·········
published    open       ·tsvb·c···
selecting    selecting  ·tsvb·c···
publicity    publicity  ··sv·ncw··
awarded      awarded    ··sv·ncwg·
contracted   service    ······cwg·
in_service   service    ······cwg·
completed    completed  ······cwg·
failed       ended      ·········x
suspended    ended      ·t·v··c···
voided       ended      ·········x
terminated   ended      ·········x
"""
#: l in the public list of awards, p found there as in publicity, c as awarded, o it can pass on, be overturned or end.
AWARDS = """
             is
publicity    lp·o
stopped      lp·o
confirmed    l·co
passed_on    ····
overturned   ····
ended        ····
"""
#: u something is waited for and it can go on or be voided, t there may be no transcript yet.
OPENINGS = """
             is
frozen       ut
drawn        ut
ranked       ··
failed       ··
voided       ·t
"""
#: b its firm is a bidder, r it has a reason.
FILINGS = """
             is
counted      b·
replaced     ··
withdrawn    ··
set_aside    br
"""
#: m its evaluator marks, n is the next to, r it has a reason.
SEATS = """
             is
reserve      ·n·
seated       m··
left_out     ··r
replaced     ··r
"""


class World:
    """A request of one owner and one project in each state, brought there by the services; and one of each role."""

    def __init__(self) -> None:
        self.owner, item = OrganisationFactory(), ServiceItemFactory()
        self.same = {"owner": self.owner, "items": [item], "project_code": PROJECT}
        self.people = {
            "visitor": None,
            "stranger": MembershipFactory().user,
            "owner": member_of(self.owner),
            "operator": MembershipFactory(operator=True).user,
            "authority": member_of(item.authority),
            "another": MembershipFactory(regulator=True).user,
            "evaluator": EvaluatorFactory().user,
        }
        self.requests = {state.value: self._fresh(getattr(self, f"_{state.value}")()) for state in Status}
        self.people["firm"] = member_of(bidder_for(self.requests["published"]).organisation)
        self.clients = {role: client_of(person) for role, person in self.people.items()}
        self._numbers: dict[tuple[str, str], set[str]] = {}

    def numbers_on(self, role: str, address: str) -> set[str]:
        """The requests named on a page of many, read once for all cells."""
        if (role, address) not in self._numbers:
            response = self.clients[role].get(reverse(address))
            text = response.content.decode() if response.status_code == 200 else ""
            self._numbers[role, address] = set(re.findall(r"MX-\d{4}-\d{4}", text))
        return self._numbers[role, address]

    def _draft(self):
        return WorkRequestFactory(**self.same)

    def _under_review(self):
        return WorkRequestFactory(**self.same, under_review=True)

    def _returned(self):
        return WorkRequestFactory(**self.same, returned=True)

    def _published(self):
        return WorkRequestFactory(**self.same, published=True)

    def _selecting(self):
        work_request = self._published()
        with clock.at(work_request.bids_open_until):
            services.close_bids(request_id=work_request.pk)
        return work_request

    def _publicity(self):
        return WorkRequestFactory(**self.same, bidders=2, opened=True)

    def _awarded(self):
        return WorkRequestFactory(**self.same, bidders=2, awarded=True)

    def _contracted(self):
        return ContractFactory(signed=True, **self.same).award.work_request

    def _in_service(self):
        contract = ContractFactory(signed=True, **self.same)
        services.mark_in_service(award_id=contract.award_id, actor=None)
        return contract.award.work_request

    def _completed(self):
        return ContractFactory(completed=True, **self.same).award.work_request

    def _failed(self):
        return WorkRequestFactory(**self.same, published=True, opened=True)

    def _suspended(self):
        work_request = self._publicity()
        services.suspend_request(request_id=work_request.pk, reason="核查", actor=self.people["authority"])
        return work_request

    def _voided(self):
        work_request = self._publicity()
        services.void_request(request_id=work_request.pk, reason="程序违规", actor=self.people["authority"])
        return work_request

    def _terminated(self):
        work_request = self._published()
        services.terminate_request(request_id=work_request.pk, reason="项目取消", actor=self.people["owner"])
        return work_request

    @staticmethod
    def _fresh(work_request: WorkRequest) -> WorkRequest:
        return WorkRequest.objects.get(pk=work_request.pk)


world = once(World)


@cells(ANSWERS)
def test_a_request_answers(world, row, column, expected):
    number, client = world.requests[row].number, world.clients[column]

    page = client.get(reverse("tendering:request-detail", args=[number]))
    leads_on = page.status_code == 302 and client.get(page.url).status_code == 200
    answer = letters(
        L=number in world.numbers_on(column, "tendering:request-list"),
        P=page.status_code == 200 or leads_on,
        l=number in world.numbers_on(column, "api:work-request-list"),
        p=client.get(reverse("api:work-request-detail", args=[number])).status_code == 200,
        A=client.get(reverse("tendering:award-detail", args=[number])).status_code == 200,
        R=number in world.numbers_on(column, "tendering:own-requests"),
        m=number in world.numbers_on(column, "accounts:matter-list"),
        h=number in world.numbers_on(column, "accounts:history"),
    )

    assert (answer.replace("P", ">") if leads_on else answer) == expected


@lines(EACH)
def test_a_request_is(world, row, expected):
    work_request, people = world.requests[row], world.people
    listed = world.clients["visitor"]
    found = [
        stage
        for stage in STAGES
        if work_request.number in listed.get(reverse("tendering:request-list"), {"stage": stage}).content.decode()
    ]
    deadline = work_request.bids_open_until

    assert work_request.status == row
    assert [
        ",".join(found) or "-",
        letters(
            e=bool(permissions.can_edit(people["owner"], work_request)),
            t=can_proceed(work_request.terminate),
            s=bool(permissions.can_suspend(people["authority"], work_request)),
            v=bool(permissions.can_void(people["authority"], work_request)),
            b=deadline is not None and work_request.takes_bids(clock.now()),
            n=can_proceed(work_request.announce_next),
            c=work_request in WorkRequest.objects.counting_for_project(PROJECT),
            w=work_request in WorkRequest.objects.selected(),
            g=work_request in WorkRequest.objects.awarded(),
            x=any(step.state == State.FAILED for step in stages_of(work_request, None)),
        ),
    ] == expected


@lines(AWARDS)
def test_an_award_is(world, row, expected):
    number = world.requests["publicity"].number
    award = _put(
        Award.objects.filter(work_request__number=number), state=row, confirmed_at=clock.now(), sign_by=clock.now()
    )

    def listed(**asked) -> bool:
        return number in world.clients["visitor"].get(reverse("tendering:award-list"), asked).content.decode()

    assert [
        letters(
            l=listed(),
            p=listed(stage="publicity"),
            c=listed(stage="confirmed"),
            o=all(can_proceed(each) for each in (award.pass_on, award.overturn, award.end)),
        )
    ] == expected


@lines(OPENINGS)
def test_an_opening_is(world, row, expected):
    opening = _put(Opening.objects.filter(work_request=world.requests["publicity"]), state=row)

    assert [
        letters(
            u=opening.is_under_way and can_proceed(opening.void) and can_proceed(opening.end),
            t=may_be(opening, transcript=None),
        )
    ] == expected


@lines(FILINGS)
def test_a_filing_is(world, row, expected):
    loser = OpenedBid.objects.filter(opening__work_request=world.requests["publicity"], award=None)
    filing = _put(loser, fate=row, rank=None, reason="listed" if row == "set_aside" else "")

    assert [letters(b=filing in OpenedBid.objects.of_bidders(), r=not may_be(filing, reason=""))] == expected


@lines(SEATS)
def test_a_seat_is(world, row, expected):
    opening = Opening.objects.get(work_request=world.requests["publicity"])
    reason = "no_ties" if row in ("left_out", "replaced") else ""
    seat = Seat.objects.create(
        opening=opening, evaluator=EvaluatorFactory(), place=1, value="0" * 64, state=row, reason=reason
    )

    assert [
        letters(
            m=seat in Seat.objects.seated(),
            n=seat in Seat.objects.waiting(),
            r=not may_be(seat, reason=""),
        )
    ] == expected


@pytest.mark.parametrize(("outcome", "waits"), [("pending", True), ("rejected", False), ("upheld", False)])
def test_an_objection_waits_for_a_decision(world, outcome, waits):
    award = world.requests["publicity"].awards.get()
    decided = {} if waits else {"decided_at": clock.now(), "decided_by": world.people["authority"]}
    objection = ObjectionFactory(award=award, outcome=outcome, **decided)

    assert (objection in Objection.objects.pending()) is waits


def test_every_state_has_its_row():
    assert list(rows_of(ANSWERS)) == list(rows_of(EACH)) == WorkRequest.Status.values
    assert list(rows_of(AWARDS)) == Award.State.values
    assert list(rows_of(OPENINGS)) == Opening.State.values
    assert list(rows_of(FILINGS)) == OpenedBid.Fate.values
    assert list(rows_of(SEATS)) == Seat.State.values
    assert Objection.Outcome.values == ["pending", "rejected", "upheld"]


def _put(rows, **values):
    """The first of some rows, in a state that it has not come to by itself."""
    row = rows.order_by("pk").first()
    rows.model.objects.filter(pk=row.pk).update(**values)
    return rows.model.objects.get(pk=row.pk)
