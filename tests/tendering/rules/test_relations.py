"""Who is related (RULES, Bids), on what was recorded when, and what follows at bidding and at the opening."""

from decimal import Decimal

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from marketplace.accounts.models import ParticularsRecord
from marketplace.accounts.particulars import FirmFacts, HolderFacts, firm_facts_at
from marketplace.accounts.services import add_member, deactivate_member, reactivate_member
from marketplace.accounts.services.members import UnableToChangeMember
from marketplace.accounts.services.organisations import HolderParticulars, Particulars, apply_particulars
from marketplace.core import clock
from marketplace.tendering.facts import bidders
from marketplace.tendering.facts.ties import are_related
from marketplace.tendering.rules.relations import HOLDER, LEGAL_REPRESENTATIVE, related_among, ties_of
from tests.factories.accounts import HolderFactory, MembershipFactory, OrganisationFactory
from tests.factories.tendering import QuestionFactory, WorkRequestFactory, bid, bidder_for, member_of, open_bids
from tests.tendering.unchanged import nothing_changes

A, B, C = "91320411MA0000001A", "91320411MA0000002B", "91320411MA0000003C"
GROUP = "91320400MA0000009G"


def holder(name="", code="", share="25.00", is_state=False):
    return HolderFacts(name, code, Decimal(share), is_state)


def firm(uscc=A, *holders, name="", representative=""):
    return FirmFacts(uscc, name or f"公司{uscc}", representative, holders)


def shared(one, other):
    both_ways = ties_of(one).shared_with(ties_of(other)), ties_of(other).shared_with(ties_of(one))
    assert both_ways[0] == both_ways[1]
    among = related_among({1: ties_of(one), 2: ties_of(other)})
    assert among == ({1: both_ways[0], 2: both_ways[0]} if both_ways[0] else {})
    return both_ways[0]


class TestTies:
    def test_a_name_counts_without_its_spaces_and_width(self):
        assert shared(firm(A, representative="周 某Ａ"), firm(B, representative="周某a")) == [LEGAL_REPRESENTATIVE]

    @pytest.mark.parametrize("name", ["阿卜杜拉买买提", "阿卜杜拉•买买提", "阿卜杜拉 · 买买\u200b提"])
    def test_a_person_counts_with_and_without_the_dot_in_the_name(self, name):
        assert shared(firm(A, holder("阿卜杜拉·买买提")), firm(B, holder(name))) == [HOLDER]
        assert shared(firm(A, representative="阿卜杜拉·买买提"), firm(B, representative=name)) == [LEGAL_REPRESENTATIVE]

    def test_a_company_named_otherwise_than_without_its_dot_is_another(self):
        assert shared(firm(A, holder("灵河·集团", GROUP)), firm(B, holder("灵河集团"))) == []
        assert shared(firm(A, holder("灵河•集团", GROUP)), firm(B, holder("灵河·集团"))) == [HOLDER]

    def test_a_name_of_nothing_to_see_is_nobodys(self):
        assert shared(firm(A, representative="\u200b"), firm(B, representative=" ")) == []

    @pytest.mark.parametrize(("share", "kinds"), [("25.00", [HOLDER]), ("24.99", [])])
    def test_a_holder_counts_from_25_percent(self, share, kinds):
        assert shared(firm(A, holder("王某", share=share)), firm(B, holder("王某", share="30"))) == kinds

    def test_a_company_with_and_without_its_code_is_one(self):
        assert shared(firm(A, holder("灵河集团", GROUP)), firm(B, holder("灵河集团"))) == [HOLDER]

    def test_companies_of_one_name_with_two_codes_are_two(self):
        assert shared(firm(A, holder("灵河集团", GROUP)), firm(B, holder("灵河集团", C))) == []

    def test_a_firm_named_without_code_as_the_others_holder(self):
        assert shared(firm(A, name="灵河集团"), firm(B, holder("灵河集团"))) == [HOLDER]

    def test_a_holder_is_no_legal_representative(self):
        assert shared(firm(A, holder("王某")), firm(B, representative="王某")) == []

    def test_both_kinds_are_named(self):
        one, other = (firm(code, holder("王某"), representative="周某") for code in (A, B))

        assert shared(one, other) == [HOLDER, LEGAL_REPRESENTATIVE]

    @pytest.mark.parametrize(
        ("one", "other", "kinds"),
        [
            (("市国资委", "", "100"), ("市国资委", "", "100"), []),
            (("城投", GROUP, "50.01"), ("城投", GROUP, "100"), [HOLDER]),
            (("城投", GROUP, "50.00"), ("城投", GROUP, "100"), []),
            (("城投", GROUP, "30"), ("城投", GROUP, "30"), []),
        ],
    )
    def test_the_state_only_through_a_company_that_controls_both(self, one, other, kinds):
        assert shared(firm(A, holder(*one, is_state=True)), firm(B, holder(*other, is_state=True))) == kinds

    @pytest.mark.parametrize(("share", "kinds"), [("51", [HOLDER]), ("50", [])])
    def test_a_state_company_and_the_firm_that_it_controls(self, share, kinds):
        assert shared(firm(GROUP), firm(B, holder("城投", GROUP, share, is_state=True))) == kinds

    def test_a_chain_names_every_link(self):
        ties = {
            1: ties_of(firm(A, representative="周某")),
            2: ties_of(firm(B, holder("王某"), representative="周某")),
            3: ties_of(firm(C, holder("王某"))),
            4: ties_of(firm(GROUP)),
        }

        assert related_among(ties) == {1: [LEGAL_REPRESENTATIVE], 2: [HOLDER, LEGAL_REPRESENTATIVE], 3: [HOLDER]}

    @pytest.mark.django_db
    def test_less_than_25_percent_cannot_be_recorded(self):
        with pytest.raises(IntegrityError), transaction.atomic():
            HolderFactory(share_percent=Decimal("24.99"))


def change(organisation, representative="", holders=()):
    particulars = Particulars(uscc=organisation.uscc, name_zh=organisation.name_zh, legal_representative=representative)
    return apply_particulars(
        organisation=organisation,
        actor=member_of(organisation),
        particulars=particulars,
        holders=[HolderParticulars(name=name, share_percent=Decimal(30)) for name in holders],
    )


@pytest.mark.django_db
class TestWhatWasRecordedWhen:
    def test_the_first_change_keeps_what_held_before_it(self, frozen_clock):
        organisation = OrganisationFactory(legal_representative="周某")
        HolderFactory(organisation=organisation, name="王某", share_percent=40)
        frozen_clock.advance(hours=1)
        change(organisation, "李某", ["陈某"])
        frozen_clock.advance(hours=1)
        change(organisation, "赵某")

        rows = ParticularsRecord.objects.values_list("recorded_at__hour", "legal_representative", "holders")
        assert [(hour, who, [each["name"] for each in held]) for hour, who, held in rows] == [
            (10, "周某", ["王某"]),
            (11, "李某", ["陈某"]),
            (12, "赵某", []),
        ]

    def test_relations_are_those_of_the_instant_asked_for(self, frozen_clock):
        one, other = OrganisationFactory(legal_representative="周某"), OrganisationFactory(legal_representative="李某")
        before = clock.now()
        frozen_clock.advance(hours=1)
        change(other, "周某")

        assert not are_related(one, other, at=before)
        assert are_related(one, other)

    def test_records_stay(self, frozen_clock):
        change(OrganisationFactory(), "周某")

        with pytest.raises(DatabaseError), transaction.atomic():
            ParticularsRecord.objects.update(legal_representative="李某")

    def test_many_are_read_in_three_queries(self, frozen_clock, django_assert_num_queries):
        firms = [OrganisationFactory() for _ in range(5)]
        change(firms[0], "周某")

        with django_assert_num_queries(3):
            assert firm_facts_at([each.pk for each in firms], clock.now())[firms[0].pk].legal_representative == "周某"


def fates(opening):
    return {one.intermediary_id: one.reason or one.fate for one in opening.opened_bids.exclude(fate="replaced")}


@pytest.mark.django_db
class TestAtTheOpening:
    @pytest.fixture
    def draw(self, frozen_clock):
        return WorkRequestFactory(published=True)

    def test_what_changed_after_the_deadline_does_not_count(self, draw, frozen_clock):
        one = bidder_for(draw, legal_representative="周某")
        other = bidder_for(draw, legal_representative="李某")
        for firm in (one, other):
            bid(draw, firm)
        frozen_clock.move_to(draw.bids_close_at)
        change(other.organisation, "周某")

        assert fates(open_bids(draw)) == {one.pk: "counted", other.pk: "counted"}

    def test_a_tie_dissolved_after_the_deadline_counts(self, draw, frozen_clock):
        one = bidder_for(draw, legal_representative="周某")
        other = bidder_for(draw, legal_representative="周某")
        for firm in (one, other):
            bid(draw, firm)
        frozen_clock.move_to(draw.bids_close_at)
        change(other.organisation, "李某")

        opening = open_bids(draw)

        assert set(fates(opening).values()) == {"related_bidders"}
        assert all(
            "法定代表人" in one.detail or "legal representative" in one.detail for one in opening.opened_bids.all()
        )

    def test_the_owners_ties_are_of_that_time_too(self, draw, frozen_clock):
        firm = bidder_for(draw, legal_representative="周某")
        bid(draw, firm)
        frozen_clock.move_to(draw.bids_close_at)
        change(draw.owner, "周某")

        assert fates(open_bids(draw)) == {firm.pk: "counted"}

    def test_a_chain_is_set_aside_whole(self, draw):
        firms = [bidder_for(draw, legal_representative=who) for who in ("周某", "周某", "陈某", "赵某")]
        for each in firms[1:3]:
            HolderFactory(organisation=each.organisation, name="王某", share_percent=25)
        for each in firms:
            bid(draw, each)

        assert fates(open_bids(draw)) == dict.fromkeys([each.pk for each in firms[:3]], "related_bidders") | {
            firms[3].pk: "counted"
        }

    def test_bidding_says_which_relation(self, draw):
        firm = bidder_for(draw, legal_representative=draw.owner.legal_representative or "周某")
        draw.owner.legal_representative = firm.organisation.legal_representative
        draw.owner.save()

        (problem,) = bidders.problems_of(firm, draw, at=clock.now())

        assert problem.code == "not_related"
        assert problem.text in (
            "Related to the owner: the same legal representative",
            "与业主单位存在关联：法定代表人相同",
        )


@pytest.mark.django_db
class TestAPersonActsForOneParty:
    @pytest.fixture
    def draw(self, frozen_clock):
        return WorkRequestFactory(published=True)

    def test_a_filing_that_was_replaced_counts_too(self, draw):
        one, other = bidder_for(draw), bidder_for(draw)
        agent = member_of(one.organisation)
        MembershipFactory(organisation=other.organisation, user=agent)
        bid(draw, one)
        bid(draw, other, actor=agent)
        bid(draw, other, actor=other.organisation.memberships.exclude(user=agent).first().user)

        assert fates(open_bids(draw)) == {one.pk: "person_of_two_parties", other.pk: "counted"}

    def test_one_who_asked_for_another_firm(self, draw):
        one, other = bidder_for(draw), bidder_for(draw)
        bid(draw, one)
        QuestionFactory(work_request=draw, asker=other, asked_by=member_of(one.organisation), answered=True)

        assert fates(open_bids(draw)) == {one.pk: "person_of_two_parties"}

    def test_one_who_joined_the_owner_before_the_deadline(self, draw):
        firm = bidder_for(draw)
        bid(draw, firm)
        MembershipFactory(organisation=draw.owner, user=member_of(firm.organisation))

        assert fates(open_bids(draw)) == {firm.pk: "person_of_two_parties"}

    def test_one_who_left_the_owner_after_the_deadline_belonged_to_it_all_the_same(self, draw, frozen_clock):
        firm = bidder_for(draw)
        bid(draw, firm)
        membership = MembershipFactory(organisation=draw.owner, user=member_of(firm.organisation))
        frozen_clock.move_to(draw.bids_close_at)
        deactivate_member(membership_id=membership.pk, actor=member_of(draw.owner))

        assert fates(open_bids(draw)) == {firm.pk: "person_of_two_parties"}

    def test_the_owner_cannot_take_a_former_member_back_to_bring_a_bid_down(self, draw, frozen_clock):
        firm, administrator = bidder_for(draw), member_of(draw.owner)
        membership = MembershipFactory(organisation=draw.owner)
        deactivate_member(membership_id=membership.pk, actor=administrator)
        frozen_clock.advance(seconds=1)
        bid(draw, firm, actor=MembershipFactory(organisation=firm.organisation, user=membership.user).user)

        with nothing_changes(), pytest.raises(UnableToChangeMember):
            reactivate_member(membership_id=membership.pk, actor=administrator)
        frozen_clock.move_to(draw.bids_close_at)
        add_member(organisation=draw.owner, user=membership.user, role="handler")

        assert fates(open_bids(draw)) == {firm.pk: "counted"}

    def test_one_who_joined_it_after_the_deadline_changes_nothing(self, draw, frozen_clock):
        firm = bidder_for(draw)
        bid(draw, firm)
        frozen_clock.move_to(draw.bids_close_at)
        MembershipFactory(organisation=draw.owner, user=member_of(firm.organisation))

        assert fates(open_bids(draw)) == {firm.pk: "counted"}
