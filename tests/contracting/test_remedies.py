from dataclasses import replace
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from marketplace.contracting import services, text
from marketplace.contracting.models import Contract
from marketplace.contracting.rules.remedies import Remedies, faults
from marketplace.contracting.services import UnableToPropose
from marketplace.core import audit
from tests.factories.contracting import ContractFactory, intermediary_of, owner_of, terms_of
from tests.words import words_of

from .test_pages import terms_post

BY_ARBITRATION = Remedies(dispute_way="arbitration", arbitration_body="常州仲裁委员会")


@pytest.fixture
def of_the_first_template(frozen_clock, monkeypatch):
    """A contract drafted when the text left breach out and the way of disputes open."""
    with monkeypatch.context() as then:
        then.setattr(text, "TEMPLATE", "2026.1")
        return ContractFactory()


class TestFaults:
    @pytest.mark.parametrize(
        "body",
        ["常州仲裁委员会", "呼和浩特仲裁委员会", "北京仲裁委员会（北京国际仲裁中心）", "深圳国际仲裁院"],
    )
    def test_one_named_commission_is_one_way(self, body):
        assert faults(replace(BY_ARBITRATION, arbitration_body=body), "") == {}

    @pytest.mark.parametrize(
        "body",
        [
            "",
            "有关仲裁机构",
            "常州仲裁委员会或者人民法院",
            "常州仲裁委员会、南京仲裁委员会",
            "南京仲裁委员会常州仲裁委员会",
            "法院",
        ],
    )
    def test_none_two_or_a_choice_is_none(self, body):
        assert list(faults(replace(BY_ARBITRATION, arbitration_body=body), "")) == ["arbitration_body"]

    def test_the_court_stands_alone(self):
        assert faults(Remedies(), "") == {}
        assert list(faults(Remedies(arbitration_body="常州仲裁委员会"), "")) == ["dispute_way"]

    @pytest.mark.parametrize(
        "terms",
        ["争议由南京仲裁委员会仲裁。", "可以向人民法院起诉。", "由甲方所在地法院管辖。", "Disputes go to arbitration."],
    )
    def test_further_terms_open_no_second_way(self, terms):
        assert list(faults(Remedies(), terms)) == ["terms"]

    def test_work_on_a_lawsuit_is_no_second_way(self):
        assert faults(Remedies(), "成果用于诉讼中的司法鉴定，副本交法院一份。") == {}

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("late_permille", Decimal("0.09")),
            ("late_permille", Decimal("3.01")),
            ("late_cap_percent", Decimal("0.99")),
            ("late_cap_percent", Decimal("30.01")),
            ("step_back_days", 9),
            ("step_back_days", 91),
        ],
    )
    def test_what_delay_costs_has_limits(self, field, value):
        assert list(faults(replace(Remedies(), **{field: value}), "")) == [field]


@pytest.mark.django_db
class TestText:
    def test_a_first_text_names_the_court_and_regulates_breach(self, frozen_clock):
        body = ContractFactory().current_text.body

        assert "第十一条　争议解决\n因本合同发生的争议，双方协商解决；协商不成的，向有管辖权的人民法院起诉。\n" in body
        assert "其他条款与本条不一致的，以本条为准。" in body
        assert "仲裁" not in body
        assert "按该期价款的 0.50‰ 向甲方支付违约金" in body
        assert "累计不超过合同价的 10.00%" in body
        assert "一方逾期超过 30 天的，另一方可以书面通知解除合同。" in body
        assert "验收通过后 10 个工作日内支付" in body

    def test_a_commission_that_the_owner_proposes_stands_alone(self, frozen_clock):
        contract = ContractFactory()

        proposed = services.propose_terms(
            contract_id=contract.pk,
            actor=owner_of(contract),
            remedies=replace(BY_ARBITRATION, late_permille=Decimal("1.00"), step_back_days=15),
            **terms_of(contract),
        )

        assert "提交常州仲裁委员会仲裁。" in proposed.body
        assert "法院" not in proposed.body
        assert "按该期价款的 1.00‰" in proposed.body
        assert "一方逾期超过 15 天的" in proposed.body

    def test_two_ways_are_refused_and_change_nothing(self, frozen_clock):
        contract = ContractFactory()
        before = (contract.text_version, len(audit.trail(contract.audit_matter)))

        with pytest.raises(UnableToPropose) as refusal:
            services.propose_terms(
                contract_id=contract.pk,
                actor=owner_of(contract),
                remedies=replace(BY_ARBITRATION, arbitration_body="常州仲裁委员会或者人民法院"),
                **terms_of(contract),
            )

        contract = Contract.objects.get(pk=contract.pk)
        assert list(refusal.value.field_errors) == ["arbitration_body"]
        assert (contract.text_version, len(audit.trail(contract.audit_matter))) == before

    def test_a_contract_made_before_keeps_its_text_until_another_is_proposed(self, frozen_clock, of_the_first_template):
        contract = of_the_first_template
        before = contract.current_text.body

        services.propose_terms(contract_id=contract.pk, actor=owner_of(contract), **terms_of(contract))

        first, second = contract.texts.order_by("version")
        assert (first.template, first.body, "第十一条" in first.body) == ("2026.1", before, False)
        assert (second.template, "第十一条　争议解决" in second.body) == ("2026.2", True)

    @pytest.mark.parametrize("values", [{"arbitration_body": "常州仲裁委员会"}, {"dispute_way": "arbitration"}])
    def test_the_database_knows_one_way_only(self, frozen_clock, values):
        contract = ContractFactory()

        with pytest.raises(IntegrityError), transaction.atomic():
            Contract.objects.filter(pk=contract.pk).update(**values)


@pytest.mark.django_db
class TestPages:
    def propose(self, client, contract, **more):
        client.force_login(owner_of(contract))
        return client.post(f"/en/workbench/contracts/{contract.number}/terms/", terms_post(contract) | more)

    @pytest.mark.parametrize(
        ("prefix", "disputes", "delay"),
        [
            (
                "/en",
                "常州仲裁委员会 decides by arbitration; no court",
                "1.00‰ of the instalment a day, at most 10.00% of the price",
            ),
            ("", "由常州仲裁委员会仲裁，不向法院起诉", "每天为该期价款的 1.00‰，合计不超过合同价的 10.00%"),
        ],
    )
    def test_both_sides_read_what_the_owner_proposes(self, client, frozen_clock, prefix, disputes, delay):
        contract = ContractFactory()

        response = self.propose(
            client, contract, dispute_way="arbitration", arbitration_body=" 常州仲裁委员会", late_permille="1"
        )

        assert response.status_code == 302
        client.force_login(intermediary_of(contract))
        shown = words_of(client.get(f"{prefix}/contracts/{contract.number}/"))
        assert disputes in shown
        assert delay in shown
        whole = words_of(client.get(f"{prefix}/contracts/{contract.number}/text/"))
        assert "提交常州仲裁委员会仲裁。" in whole
        assert "起诉" not in whole

    def test_two_ways_are_answered_at_the_field(self, client, frozen_clock):
        contract = ContractFactory()

        response = self.propose(client, contract, dispute_way="court", arbitration_body="常州仲裁委员会")

        assert response.status_code == 422
        assert response.context["form"].errors == {
            "dispute_way": ["Where the court decides no arbitration commission is named."]
        }

    def test_an_earlier_text_is_shown_without_what_it_does_not_say(self, client, of_the_first_template):
        contract = of_the_first_template
        client.force_login(owner_of(contract))

        shown = client.get(f"/en/contracts/{contract.number}/").content.decode()

        assert "competent court" not in shown
        assert "of the instalment a day" not in shown
