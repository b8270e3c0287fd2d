"""Every public detail page takes at most 12 queries, with all on it that it can show, once and several times."""

import pytest
from django.urls import reverse

from marketplace.tendering.models import WorkRequest
from tests.factories.contracting import ContractFactory
from tests.factories.credit import ConductEventFactory, CreditModelFactory, ReviewFactory
from tests.factories.registry import PractitionerFactory, QualificationFactory, SuspensionFactory
from tests.factories.tendering import (
    AttachmentFactory,
    ExclusionFactory,
    ObjectionFactory,
    QuestionFactory,
    StoredFileFactory,
    WorkRequestFactory,
)

pytestmark = pytest.mark.django_db
MOST = 12


@pytest.fixture(params=[1, 3])
def contract(request, frozen_clock):
    """A contract signed, of a request with questions, files, objections and firms kept out, with a well-known firm."""
    CreditModelFactory()
    contract = ContractFactory(signed=True)
    work_request, firm = contract.award.work_request, contract.award.intermediary
    for _ in range(request.param):
        QuestionFactory(work_request=work_request, answered=True)
        AttachmentFactory(work_request=work_request)
        ExclusionFactory(work_request=work_request)
        objection = ObjectionFactory(award=contract.award)
        objection.evidence.create(file=StoredFileFactory())
        QualificationFactory(intermediary=firm)
        PractitionerFactory(intermediary=firm)
        ReviewFactory(subject=firm.organisation)
        ConductEventFactory.decided(subject=firm.organisation)
    SuspensionFactory(intermediary=firm, decided=True)
    return contract


@pytest.fixture
def at_most(client, django_assert_max_num_queries):
    def ask(address):
        with django_assert_max_num_queries(MOST):
            assert client.get(address).status_code == 200

    return ask


@pytest.mark.parametrize("name", ["tendering:request-detail", "tendering:award-detail"])
def test_a_request_and_its_result(at_most, contract, name):
    at_most(reverse(name, args=[contract.award.work_request.number]))


@pytest.mark.parametrize("status", ["published", "selecting"])
def test_a_request_before_its_result(at_most, frozen_clock, status):
    work_request = WorkRequestFactory(published=True)
    QuestionFactory.create_batch(2, work_request=work_request)
    AttachmentFactory.create_batch(2, work_request=work_request)
    ExclusionFactory.create_batch(2, work_request=work_request)
    WorkRequest.objects.filter(pk=work_request.pk).update(status=status)

    at_most(work_request.get_absolute_url())


def test_an_intermediary(at_most, contract):
    at_most(contract.award.intermediary.get_absolute_url())


def test_its_standing(at_most, contract):
    at_most(reverse("credit:standing", args=[contract.award.intermediary.uscc]))
