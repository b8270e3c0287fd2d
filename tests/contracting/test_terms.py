from datetime import date
from decimal import Decimal

import pytest

from marketplace.contracting import services
from marketplace.contracting.models import Contract
from marketplace.contracting.services import MilestoneTerms, UnableToAgree, UnableToPropose
from marketplace.core import audit
from marketplace.core.permissions import Refused
from tests.factories.accounts import MembershipFactory
from tests.factories.contracting import ContractFactory, intermediary_of, owner_of, sign, terms_of

pytestmark = pytest.mark.django_db


def facts(contract):
    """All that proposing may change."""
    contract = Contract.objects.get(pk=contract.pk)
    milestones = list(contract.milestones.values_list("title", "amount", "due_on"))
    return (
        contract.state,
        contract.text_version,
        contract.texts.count(),
        milestones,
        len(audit.trail(contract.audit_matter)),
    )


class TestProposeTerms:
    def test_the_shares_sum_to_the_price_and_the_text_gets_a_new_version(self, frozen_clock):
        contract = ContractFactory()

        text = services.propose_terms(
            contract_id=contract.pk, actor=owner_of(contract), **terms_of(contract, ("33.33", "33.33", "33.34"))
        )

        contract.refresh_from_db()
        assert [each.amount for each in contract.milestones.all()] == [
            Decimal("59994.00"),
            Decimal("59994.00"),
            Decimal("60012.00"),
        ]
        assert (text.version, contract.text_version, contract.turn) == (2, 2, "intermediary")
        assert "占合同价 33.34%，计 ¥60,012.00" in text.body

    def test_further_terms_become_an_article(self, frozen_clock):
        contract = ContractFactory()

        text = services.propose_terms(
            contract_id=contract.pk, actor=owner_of(contract), terms="成果一式三份。", **terms_of(contract)
        )

        assert "第九条　其他约定\n成果一式三份。" in text.body

    def test_changing_an_agreed_text_voids_the_signatures_under_it(self, frozen_clock):
        contract = ContractFactory(agreed=True)
        sign(contract, intermediary_of(contract))

        services.propose_terms(contract_id=contract.pk, actor=owner_of(contract), **terms_of(contract, (50, 50)))

        contract = Contract.objects.get(pk=contract.pk)
        assert contract.state == "drafting"
        assert contract.signed_parties == frozenset()

    @pytest.mark.parametrize(
        ("percents", "message"),
        [
            (("60", "30"), "add to 90%, they must add to 100%"),
            (("60", "40.01"), "add to 100.01%"),
            (("110", "-10"), "above 0"),
            (("33.333", "66.667"), "two decimals"),
            (("NaN",), "above 0"),
            ((), "one to 10 milestones"),
            (("5",) * 20, "one to 10 milestones"),
        ],
    )
    def test_shares_that_are_no_shares_are_refused_and_nothing_changes(self, frozen_clock, percents, message):
        contract = ContractFactory()
        before = facts(contract)

        with pytest.raises(UnableToPropose) as refusal:
            services.propose_terms(contract_id=contract.pk, actor=owner_of(contract), **terms_of(contract, percents))

        assert message in str(refusal.value.field_errors["milestones"])
        assert facts(contract) == before

    @pytest.mark.parametrize(
        ("change", "field"),
        [
            ({"starts_on": date(2026, 11, 22)}, "service_starts_on"),
            ({"ends_on": date(2026, 12, 1)}, "service_ends_on"),
            ({"ends_on": date(2027, 1, 23)}, "service_ends_on"),
            ({"starts_on": date(2027, 1, 22), "ends_on": date(2027, 2, 1)}, "milestones"),
            ({"milestones": [MilestoneTerms(" ", Decimal(100), date(2026, 12, 8))]}, "milestones"),
            (
                {
                    "milestones": [
                        MilestoneTerms("后交", Decimal(50), date(2026, 12, 18)),
                        MilestoneTerms("先交", Decimal(50), date(2026, 12, 8)),
                    ]
                },
                "milestones",
            ),
        ],
    )
    def test_dates_that_do_not_fit_are_refused_at_their_field(self, frozen_clock, change, field):
        contract = ContractFactory()
        before = facts(contract)

        with pytest.raises(UnableToPropose) as refusal:
            services.propose_terms(contract_id=contract.pk, actor=owner_of(contract), **terms_of(contract) | change)

        assert field in refusal.value.field_errors
        assert facts(contract) == before

    def test_a_stale_page_is_refused(self, frozen_clock):
        contract = ContractFactory(proposed=True)
        before = facts(contract)

        with pytest.raises(UnableToPropose, match="changed since"):
            services.propose_terms(contract_id=contract.pk, actor=owner_of(contract), based_on=1, **terms_of(contract))

        assert facts(contract) == before

    def test_once_both_have_signed_the_terms_stand(self, frozen_clock):
        contract = ContractFactory(signed=True)
        before = facts(contract)

        with pytest.raises(UnableToPropose, match="until both sides have signed"):
            services.propose_terms(contract_id=contract.pk, actor=owner_of(contract), **terms_of(contract))

        assert facts(contract) == before

    def test_only_the_owner_proposes(self, frozen_clock):
        contract = ContractFactory()
        reader = MembershipFactory(organisation=contract.owner, reader=True).user
        before = facts(contract)

        for person in (intermediary_of(contract), reader, MembershipFactory().user):
            with pytest.raises(Refused):
                services.propose_terms(contract_id=contract.pk, actor=person, **terms_of(contract))

        assert facts(contract) == before

    def test_a_person_of_both_parties_acts_for_neither(self, frozen_clock):
        contract = ContractFactory()
        person = MembershipFactory(organisation=contract.owner).user
        MembershipFactory(organisation=contract.intermediary, user=person)

        with pytest.raises(Refused, match="one party only"):
            services.propose_terms(contract_id=contract.pk, actor=person, **terms_of(contract))


class TestAgreeTerms:
    def test_the_intermediary_s_agreement_opens_the_signing(self, frozen_clock):
        contract = ContractFactory(proposed=True)

        services.agree_terms(
            contract_id=contract.pk, sha256=contract.current_text.sha256, actor=intermediary_of(contract)
        )

        assert Contract.objects.get().state == "signing"

    def test_a_text_that_was_replaced_meanwhile_is_not_agreed_to(self, frozen_clock):
        contract = ContractFactory(proposed=True)
        seen = contract.current_text.sha256
        services.propose_terms(contract_id=contract.pk, actor=owner_of(contract), **terms_of(contract, (20, 80)))

        with pytest.raises(UnableToAgree, match="has changed"):
            services.agree_terms(contract_id=contract.pk, sha256=seen, actor=intermediary_of(contract))

        assert Contract.objects.get().state == "drafting"

    def test_before_the_owner_has_proposed_nothing_can_be_agreed_to(self, frozen_clock):
        contract = ContractFactory()

        with pytest.raises(UnableToAgree, match="No proposed terms"):
            services.agree_terms(
                contract_id=contract.pk, sha256=contract.current_text.sha256, actor=intermediary_of(contract)
            )

        assert Contract.objects.get().state == "drafting"

    def test_the_owner_cannot_agree_in_the_intermediary_s_place(self, frozen_clock):
        contract = ContractFactory(proposed=True)

        with pytest.raises(Refused, match="Only the intermediary"):
            services.agree_terms(contract_id=contract.pk, sha256=contract.current_text.sha256, actor=owner_of(contract))

        assert Contract.objects.get().state == "drafting"


class TestAskChange:
    def test_it_hands_the_terms_back_to_the_owner(self, frozen_clock):
        contract = ContractFactory(proposed=True)

        services.ask_change(contract_id=contract.pk, wish="第一期推迟一周。", actor=intermediary_of(contract))

        contract.refresh_from_db()
        assert (contract.turn, contract.wish) == ("owner", "第一期推迟一周。")

    def test_without_words_it_is_refused(self, frozen_clock):
        contract = ContractFactory(proposed=True)

        with pytest.raises(UnableToAgree) as refusal:
            services.ask_change(contract_id=contract.pk, wish="  ", actor=intermediary_of(contract))

        assert "wish" in refusal.value.field_errors
        assert Contract.objects.get().turn == "intermediary"

    def test_nothing_to_answer_is_refused(self, frozen_clock):
        contract = ContractFactory()

        with pytest.raises(UnableToAgree):
            services.ask_change(contract_id=contract.pk, wish="改", actor=intermediary_of(contract))

        assert Contract.objects.get().wish == ""
