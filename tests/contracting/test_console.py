import pytest
from django.urls import reverse

from marketplace.accounts.console import sync_console_access
from marketplace.contracting.models import Contract, Deliverable
from tests.factories.accounts import MembershipFactory, OrganisationFactory
from tests.factories.contracting import ContractFactory, owner_of
from tests.pressing import press

pytestmark = pytest.mark.django_db


@pytest.fixture
def regulator(db):
    person = MembershipFactory(regulator=True).user
    sync_console_access(person)
    return person


@pytest.fixture
def overdue(frozen_clock):
    contract = ContractFactory(delivered=True)
    deliverable = Deliverable.objects.get()
    frozen_clock.move_to(deliverable.answer_due_at)
    deliverable.milestone.contract = contract
    return deliverable


class TestConsole:
    def test_the_list_shows_what_waits_in_a_fixed_number_of_queries(
        self, client, regulator, overdue, django_assert_max_num_queries
    ):
        client.force_login(regulator)
        client.get(reverse("contracting_console:index"))

        with django_assert_max_num_queries(21):
            response = client.get(reverse("contracting_console:index"))

        assert [each.pk for each in response.context["page_obj"]] == [overdue.pk]

    def test_before_the_owner_s_time_is_over_nothing_waits(self, frozen_clock, client, regulator):
        ContractFactory(delivered=True)
        client.force_login(regulator)

        assert not client.get(reverse("contracting_console:index")).context["page_obj"].object_list

    def test_deciding_through_the_page(self, client, regulator, overdue):
        client.force_login(regulator)
        url = reverse("contracting_console:decide", args=[overdue.pk])
        assert client.get(url).status_code == 200

        without = client.post(url, {"decision": "accepted", "reasons": ""})
        press(client, url, {"decision": "accepted", "reasons": "成果齐备。"})
        again = client.post(url, {"decision": "returned", "reasons": "改判。"})

        overdue.refresh_from_db()
        assert (without.status_code, again.status_code) == (422, 409)
        assert (overdue.decision, overdue.decision_reasons) == ("accepted", "成果齐备。")

    def test_a_regulator_of_a_party_reads_why_another_decides(self, frozen_clock, client):
        contract = ContractFactory(delivered=True, owner=OrganisationFactory(authority=True))
        deliverable = Deliverable.objects.get()
        frozen_clock.move_to(deliverable.answer_due_at)
        sync_console_access(owner_of(contract))
        client.force_login(owner_of(contract))

        response = client.get(reverse("contracting_console:decide", args=[deliverable.pk]))

        assert response.context["form"] is None
        assert response.status_code == 200

    def test_terminating_through_the_page(self, frozen_clock, client, regulator):
        contract = ContractFactory(signed=True)
        client.force_login(regulator)
        url = reverse("contracting_console:terminate", args=[contract.number])
        assert client.get(url).status_code == 200

        press(client, url, {"reason": "项目取消。"})

        assert Contract.objects.get().state == "terminated"

    def test_operators_and_enterprises_do_not_get_in(self, client, overdue):
        operator = MembershipFactory(operator=True).user
        sync_console_access(operator)
        client.force_login(operator)
        operator_page = client.get(reverse("contracting_console:index"))
        client.force_login(owner_of(overdue.milestone.contract))
        owner_page = client.get(reverse("contracting_console:decide", args=[overdue.pk]))

        # The console leads away whom it does not let in.
        assert (operator_page.status_code, operator_page["Location"]) == (302, reverse("wagtailadmin_home"))
        assert owner_page.status_code == 302
