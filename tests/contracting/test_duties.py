import pytest

from marketplace.catalogue.models import ServiceItem
from marketplace.contracting import services
from marketplace.contracting.duties import contract_duties, contract_matters
from marketplace.contracting.models import Deliverable
from marketplace.contracting.panels import contracts_of_intermediary, contracts_of_request
from marketplace.core import outbox
from marketplace.tendering.models import Award
from tests.factories.accounts import MembershipFactory
from tests.factories.contracting import ContractFactory, PaymentFactory, intermediary_of, owner_of, sign

pytestmark = pytest.mark.django_db


def titles(person, organisation):
    return [duty.title for duty in contract_duties(person, organisation)]


def waiting(contract):
    """What waits for the owner, and what waits for the intermediary."""
    return titles(owner_of(contract), contract.owner), titles(intermediary_of(contract), contract.intermediary)


class TestDuties:
    @pytest.mark.parametrize(
        ("stage", "owner", "intermediary"),
        [
            ("drafting", ["Propose the terms"], []),
            ("proposed", [], ["Agree to the terms"]),
            ("agreed", ["Sign the contract"], ["Sign the contract"]),
            ("signed", [], ["Submit the work"]),
            ("delivered", ["Accept or return a deliverable"], ["Submit the work"]),
            ("completed", ["Rate the service"], []),
            ("rated", [], []),
        ],
    )
    def test_each_stage_waits_for_the_right_side(self, frozen_clock, stage, owner, intermediary):
        assert waiting(ContractFactory(stage=stage)) == (owner, intermediary)

    def test_who_has_signed_waits_for_the_other(self, frozen_clock):
        contract = ContractFactory(agreed=True)
        sign(contract, owner_of(contract))

        assert waiting(contract) == ([], ["Sign the contract"])

    def test_a_payment_waits_for_the_side_that_did_not_record_it(self, frozen_clock):
        payment = PaymentFactory()

        owner, intermediary = waiting(payment.contract)

        assert "Confirm a payment" not in owner
        assert "Confirm a payment" in intermediary

    def test_a_reader_is_led_to_the_page_and_not_to_the_form(self, frozen_clock):
        contract = ContractFactory()
        reader = MembershipFactory(organisation=contract.owner, reader=True).user

        [duty] = contract_duties(reader, contract.owner)

        assert duty.url == contract.get_absolute_url()

    def test_silence_waits_for_the_authority_in_charge(self, frozen_clock):
        contract = ContractFactory(delivered=True)
        authority = ServiceItem.objects.get().authority
        official = MembershipFactory(organisation=authority).user
        before = titles(official, authority)

        frozen_clock.move_to(Deliverable.objects.get().answer_due_at)

        assert before == []
        assert titles(official, authority) == ["Decide about an unanswered deliverable"]
        assert contract.owner != authority

    def test_the_queries_do_not_grow_with_the_contracts(self, frozen_clock, django_assert_num_queries):
        contract = ContractFactory(delivered=True)
        person = owner_of(contract)
        with django_assert_num_queries(7):
            list(contract_duties(person, contract.owner))
        ContractFactory(agreed=True, owner=contract.owner)
        ContractFactory(completed=True, owner=contract.owner)

        with django_assert_num_queries(7):
            list(contract_duties(person, contract.owner))


class TestMatters:
    def test_a_matter_names_the_next_step_from_its_side(self, frozen_clock):
        contract = ContractFactory(delivered=True)

        [ours] = contract_matters(owner_of(contract), contract.owner)
        [theirs] = contract_matters(intermediary_of(contract), contract.intermediary)

        assert (ours.next_step, theirs.next_step) == ("We accept or return", "The other side accepts or returns")
        assert (ours.number, ours.amount, ours.finished_at) == (contract.number, contract.price, None)

    def test_a_completed_one_is_history(self, frozen_clock):
        contract = ContractFactory(completed=True)

        [matter] = contract_matters(owner_of(contract), contract.owner)

        assert matter.finished_at == contract.completed_at


class TestPublicLines:
    @pytest.fixture
    def visitor(self, rf):
        from django.contrib.auth.models import AnonymousUser

        request = rf.get("/")
        request.user = AnonymousUser()
        return request

    def test_before_the_signatures_the_public_learns_nothing(self, frozen_clock, visitor):
        contract = ContractFactory(agreed=True)

        assert contracts_of_request(visitor, contract.award.work_request) is None

    def test_a_signed_contract_is_a_public_line_without_a_way_in(self, frozen_clock, visitor):
        contract = ContractFactory(signed=True)

        _template, context = contracts_of_request(visitor, contract.award.work_request)

        [shown] = context["contracts"]
        assert (shown, shown.may_open) == (contract, False)

    def test_an_owner_that_did_not_sign_is_public(self, frozen_clock, visitor):
        contract = ContractFactory()
        frozen_clock.move_to(contract.sign_due_at)
        outbox.run_due()

        _template, context = contracts_of_request(visitor, contract.award.work_request)

        assert [each.number for each in context["contracts"]] == [contract.number]

    def test_a_firm_s_page_shows_completed_contracts_and_the_means_of_its_ratings(self, frozen_clock, visitor):
        contract = ContractFactory(rated=True)
        services.reply_to_rating(contract_id=contract.pk, reply="谢谢。", actor=intermediary_of(contract))

        _template, context = contracts_of_intermediary(visitor, Award.objects.get(pk=contract.award_id).intermediary)

        assert list(context["page"]) == [contract]
        assert (context["ratings"].count, str(context["ratings"].mean)) == (1, "4.60")
        assert [str(mean) for _label, mean in context["ratings"].aspects] == ["5.00", "4.00", "5.00", "4.00", "5.00"]

    def test_both_sections_render_on_their_pages(self, frozen_clock, client):
        contract = ContractFactory(rated=True)

        request_page = client.get(contract.award.work_request.get_absolute_url())
        profile = client.get(f"/en/intermediaries/{contract.intermediary.uscc}/")

        assert contract.number in request_page.content.decode()
        assert contract.number in profile.content.decode()
