from datetime import date, timedelta

import pytest

from credit.models import Review
from credit.services import standing_of
from marketplace.contracting import services
from marketplace.contracting.models import ContractRating
from marketplace.contracting.services import UnableToRate, UnableToReply
from marketplace.core import clock
from marketplace.core.permissions import Refused
from tests.factories.accounts import MembershipFactory
from tests.factories.contracting import STARS, ContractFactory, intermediary_of, owner_of

pytestmark = pytest.mark.django_db
POOR = {**STARS, "quality": 1}


def rate(contract, actor=None, stars=STARS, **more):
    return services.rate_contract(contract_id=contract.pk, stars=stars, actor=actor or owner_of(contract), **more)


class TestRateContract:
    def test_it_moves_the_score_on_the_same_day(self, frozen_clock):
        contract = ContractFactory(completed=True)
        before = standing_of(contract.intermediary).score

        rating = rate(contract, stars=dict.fromkeys(STARS, 5), comment="质量好")

        review = Review.objects.get(contract_no=contract.number)
        assert (review.rated_at, review.stars, review.related) == (rating.rated_at, (5, 5, 5, 5, 5), False)
        assert standing_of(contract.intermediary).score > before
        assert clock.date_of(rating.change_due_at) == date(2026, 11, 26)

    def test_the_last_second_of_the_15th_working_day_is_in_time(self, frozen_clock):
        contract = ContractFactory(completed=True)
        frozen_clock.move_to(contract.rating_due_at - timedelta(seconds=1))

        rate(contract)

        assert ContractRating.objects.count() == 1

    def test_after_it_none_is_taken(self, frozen_clock):
        contract = ContractFactory(completed=True)
        frozen_clock.move_to(contract.rating_due_at)

        with pytest.raises(UnableToRate, match="time for rating this contract is over"):
            rate(contract)

        assert not ContractRating.objects.exists()
        assert not Review.objects.exists()

    def test_a_contract_is_rated_once(self, frozen_clock):
        contract = ContractFactory(rated=True)

        with pytest.raises(UnableToRate, match="rated already"):
            rate(contract, stars=POOR)

        assert ContractRating.objects.get().quality == 5

    @pytest.mark.parametrize("stage", ["drafting", "signed", "delivered"])
    def test_before_the_last_acceptance_nothing_is_rated(self, frozen_clock, stage):
        contract = ContractFactory(stage=stage)

        with pytest.raises(UnableToRate, match="last deliverable"):
            rate(contract)

        assert not ContractRating.objects.exists()

    @pytest.mark.parametrize("value", [0, 6, None, "5"])
    def test_stars_outside_1_to_5_are_refused_at_their_aspect(self, frozen_clock, value):
        contract = ContractFactory(completed=True)

        with pytest.raises(UnableToRate) as refusal:
            rate(contract, stars={**STARS, "fees": value})

        assert set(refusal.value.field_errors) == {"fees"}
        assert not ContractRating.objects.exists()

    def test_only_the_owner_rates(self, frozen_clock):
        contract = ContractFactory(completed=True)

        for person in (intermediary_of(contract), MembershipFactory(regulator=True).user):
            with pytest.raises(Refused, match="Only the owner"):
                rate(contract, person)

        assert not ContractRating.objects.exists()


class TestChangeRating:
    def test_what_stood_before_stays_on_record_and_it_weighs_from_the_first_date(self, frozen_clock):
        contract = ContractFactory(rated=True)
        first = ContractRating.objects.get().rated_at
        frozen_clock.advance(days=1)

        services.change_rating(contract_id=contract.pk, stars=POOR, comment="复核后修改", actor=owner_of(contract))

        rating = ContractRating.objects.get()
        assert (rating.quality, rating.rated_at, rating.changed_at) == (1, first, clock.now())
        assert rating.before_change == {**STARS, "comment": "按时交付，质量好。"}
        assert Review.objects.get().change.stars == (1, 4, 5, 4, 5)

    def test_it_is_changed_once(self, frozen_clock):
        contract = ContractFactory(rated=True)
        services.change_rating(contract_id=contract.pk, stars=POOR, actor=owner_of(contract))

        with pytest.raises(UnableToRate, match="changed once already"):
            services.change_rating(contract_id=contract.pk, stars=STARS, actor=owner_of(contract))

        assert ContractRating.objects.get().quality == 1

    def test_after_three_working_days_it_stands(self, frozen_clock):
        contract = ContractFactory(rated=True)
        frozen_clock.move_to(ContractRating.objects.get().change_due_at)

        with pytest.raises(UnableToRate, match="time for changing this rating is over"):
            services.change_rating(contract_id=contract.pk, stars=POOR, actor=owner_of(contract))

        assert ContractRating.objects.get().changed_at is None

    def test_what_was_not_rated_is_not_changed(self, frozen_clock):
        contract = ContractFactory(completed=True)

        with pytest.raises(UnableToRate, match="has not been rated"):
            services.change_rating(contract_id=contract.pk, stars=POOR, actor=owner_of(contract))

    def test_the_intermediary_does_not_change_it(self, frozen_clock):
        contract = ContractFactory(rated=True)

        with pytest.raises(Refused):
            services.change_rating(
                contract_id=contract.pk, stars=dict.fromkeys(STARS, 5), actor=intermediary_of(contract)
            )

        assert ContractRating.objects.get().changed_at is None


class TestReplyToRating:
    def test_the_intermediary_replies_once(self, frozen_clock):
        contract = ContractFactory(rated=True)
        services.reply_to_rating(contract_id=contract.pk, reply="谢谢。", actor=intermediary_of(contract))

        with pytest.raises(UnableToReply, match="replied to already"):
            services.reply_to_rating(contract_id=contract.pk, reply="再说一句。", actor=intermediary_of(contract))

        assert ContractRating.objects.get().reply == "谢谢。"

    def test_an_empty_reply_is_refused(self, frozen_clock):
        contract = ContractFactory(rated=True)

        with pytest.raises(UnableToReply) as refusal:
            services.reply_to_rating(contract_id=contract.pk, reply=" ", actor=intermediary_of(contract))

        assert "reply" in refusal.value.field_errors
        assert ContractRating.objects.get().replied_at is None

    def test_the_owner_does_not_reply_to_itself(self, frozen_clock):
        contract = ContractFactory(rated=True)

        with pytest.raises(Refused, match="Only the intermediary"):
            services.reply_to_rating(contract_id=contract.pk, reply="好", actor=owner_of(contract))

        assert ContractRating.objects.get().reply == ""
