"""What a page creates is created once: pressed twice, from a second tab, gone back to, or loaded again."""

from decimal import Decimal

import pytest
from django.urls import reverse

from marketplace.accounts.console import sync_console_access
from marketplace.contracting.models import ContractRating, Deliverable, Payment
from marketplace.core import clock
from marketplace.core.models import Effect
from marketplace.tendering.models import Evaluator, EvaluatorTie, Objection, Question, WorkRequest
from tests.factories.accounts import MembershipFactory, OrganisationFactory, UserFactory
from tests.factories.catalogue import ServiceItemFactory
from tests.factories.contracting import STARS, ContractFactory, intermediary_of, owner_of, pdf
from tests.factories.evaluators import EvaluatorFactory
from tests.factories.tendering import WorkRequestFactory, bidder_for, member_of

pytestmark = pytest.mark.django_db


def asking():
    work_request = WorkRequestFactory(published=True)
    person = member_of(bidder_for(work_request).organisation)
    return person, reverse("tendering:question-ask", args=[work_request.number]), {"text": "采样点位由谁布设？"}


def drafting():
    owner, item = OrganisationFactory(), ServiceItemFactory()
    return member_of(owner), reverse("tendering:draft-create"), {"item": item.code, "title": "环评报告书"}


def objecting():
    work_request = WorkRequestFactory(bidders=2, lowest_price=True, opened=True)
    clock.move(work_request.awards.get().publicity_started_at)
    address = reverse("tendering:object", args=[work_request.number])
    return (
        member_of(work_request.firms[0].organisation),
        address,
        {"ground": "eligibility", "statement": "资质已到期。"},
    )


def operator():
    person = MembershipFactory(operator=True).user
    sync_console_access(person)
    return person


def admitting():
    data = {"email": UserFactory().email, "fields_of_competence": ["water"], "employer": "退休"}
    return operator(), reverse("tendering_pool:admit"), data


def delivering():
    contract = ContractFactory(signed=True)
    return intermediary_of(contract), reverse("contracting:deliver", args=[contract.number, 1]), {"note": "请验收"}


def paying():
    contract = ContractFactory(signed=True)
    data = {"token": "0b8e6a4c-8d0a-4c58-9f43-7d1d6a1d9f10", "amount": Decimal("54000.00"), "paid_on": "2026-11-23"}
    return owner_of(contract), reverse("contracting:payment-record", args=[contract.number]), data


def rating():
    contract = ContractFactory(completed=True)
    return owner_of(contract), reverse("contracting:rate", args=[contract.number]), {**STARS, "comment": "好"}


#: Each operation that creates something, and of what.
CREATING = [
    (asking, Question),
    (drafting, WorkRequest),
    (objecting, Objection),
    (admitting, Evaluator),
    (delivering, Deliverable),
    (paying, Payment),
    (rating, ContractRating),
]


@pytest.mark.parametrize(("begin", "model"), CREATING, ids=[begin.__name__ for begin, _model in CREATING])
def test_sent_twice_it_is_there_once_and_the_second_lands_on_the_first(frozen_clock, client, begin, model):
    person, address, data = begin()
    client.force_login(person)
    # Two tabs, opened before anything was sent.
    first_tab, second_tab = client.get(address), client.get(address)
    before = model.objects.count()

    answers = []
    for tab in (first_tab, first_tab, second_tab):
        files = {"files": [pdf()]} if begin is delivering else {}
        answers.append(client.post(address, {**data, **files, "once": tab.context["once"]}))

    assert f'name="once" value="{first_tab.context["once"]}"' in first_tab.content.decode()
    assert [answer.status_code for answer in answers] == [302, 302, 302]
    assert {answer.url for answer in answers} == {answers[0].url}
    assert model.objects.count() == before + 1


def test_a_tie_of_an_evaluator_is_recorded_once(frozen_clock, client):
    evaluator, firm = EvaluatorFactory(), OrganisationFactory(intermediary=True)
    client.force_login(operator())
    page = client.get(reverse("tendering_pool:evaluator", args=[evaluator.number]))
    data = {"uscc": firm.uscc, "ground": "family", "once": page.context["tie_once"]}

    answers = [client.post(reverse("tendering_pool:tie", args=[evaluator.number]), data) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [302, 302]
    assert EvaluatorTie.objects.count() == 1


def test_a_second_question_from_a_new_page_is_a_second_question(frozen_clock, client):
    person, address, data = asking()
    client.force_login(person)

    for _ in range(2):
        client.post(address, {**data, "once": client.get(address).context["once"]})

    assert Question.objects.count() == 2


def test_a_draft_s_page_saved_twice_is_not_called_stale(frozen_clock, client):
    draft = WorkRequestFactory()
    client.force_login(member_of(draft.owner))
    address = reverse("tendering:draft-page", args=[draft.number, "contact"])
    data = {
        "contact_name": "李某",
        "contact_phone": "0519-85680001",
        "edited_at": draft.edited_at.isoformat(),
        "once": client.get(address).context["once"],
    }

    first = client.post(address, data)
    frozen_clock.advance(seconds=1)
    second = client.post(address, data)

    assert (first.status_code, second.status_code) == (302, 302)
    assert first.url == second.url


def test_filing_a_bid_leaves_no_row_of_an_effect(frozen_clock, client):
    """A row at a bid's address, hashed or not, would tell when somebody filed."""
    work_request = WorkRequestFactory(published=True)
    client.force_login(member_of(bidder_for(work_request).organisation))

    page = client.get(reverse("tendering:bid", args=[work_request.number]))
    client.post(reverse("tendering:bid-seal", args=[work_request.number]), {"declaration": "on", "once": "1"})

    assert work_request.bids.count() == 1
    assert page.context["once"] is None
    assert not Effect.objects.exists()
