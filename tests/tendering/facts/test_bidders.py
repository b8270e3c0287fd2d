from datetime import date, timedelta
from decimal import Decimal

import pytest

from marketplace.catalogue.models import QualificationType
from marketplace.core import clock
from marketplace.tendering.facts import bidders
from marketplace.tendering.facts.ties import are_related, ties_at
from marketplace.tendering.rules.relations import related_among
from tests.factories.accounts import HolderFactory, OrganisationFactory
from tests.factories.catalogue import QualificationTypeFactory, ServiceItemFactory
from tests.factories.credit import ConductEventFactory
from tests.factories.registry import PractitionerFactory, QualificationFactory, SuspensionFactory
from tests.factories.tendering import ExclusionFactory, WorkRequestFactory, bidder_for

pytestmark = pytest.mark.django_db


@pytest.fixture
def work_request(frozen_clock):
    return WorkRequestFactory(published=True)


@pytest.fixture
def firm(work_request):
    return bidder_for(work_request)


def kind(name):
    return QualificationTypeFactory(name_zh=name)


def unmet(firm, work_request):
    return [one.code for one in bidders.problems_of(firm, work_request, at=clock.now())]


class TestConditions:
    def test_an_eligible_firm_sees_them_all_met(self, firm, work_request):
        conditions = bidders.conditions_of(firm, work_request, at=clock.now())

        assert [one.code for one in conditions] == [
            "listed", "not_suspended", "credit", "qualifications", "not_related", "not_excluded",
        ]  # fmt: skip
        assert all(one.met for one in conditions)

    def test_cost_the_same_queries_for_one_firm_and_for_many(
        self, work_request, django_assert_max_num_queries, django_assert_num_queries
    ):
        firms = [bidder_for(work_request) for _ in range(6)]
        with django_assert_max_num_queries(17) as counted:
            bidders.problems_at_deadline([firms[0].pk], work_request)

        with django_assert_num_queries(len(counted.captured_queries)):
            bidders.problems_at_deadline([firm.pk for firm in firms], work_request)

    @pytest.mark.parametrize(
        "values",
        [{"listed_at": None, "status": "draft"}, {"status": "closed", "closed_at": clock.shanghai("2026-11-20")}],
    )
    def test_who_is_not_listed_cannot_bid(self, firm, work_request, values):
        type(firm).objects.filter(pk=firm.pk).update(**values)

        assert unmet(firm, work_request) == ["listed"]

    def test_who_left_after_the_deadline_was_listed_at_it(self, firm, work_request, frozen_clock):
        frozen_clock.move_to(work_request.bids_close_at)
        type(firm).objects.filter(pk=firm.pk).update(status="closed", closed_at=clock.now())

        assert bidders.problems_at_deadline([firm.pk], work_request) == {firm.pk: []}

    def test_a_suspension_in_force_blocks(self, firm, work_request):
        SuspensionFactory(intermediary=firm, decided=True)

        assert unmet(firm, work_request) == ["not_suspended"]

    def test_a_proposed_or_lifted_suspension_does_not(self, firm, work_request):
        SuspensionFactory(intermediary=firm, lifted=True)
        SuspensionFactory(intermediary=firm)

        assert unmet(firm, work_request) == []

    def test_a_suspension_decided_after_the_deadline_is_not_asked_about(self, firm, work_request, frozen_clock):
        frozen_clock.move_to(work_request.bids_close_at)
        SuspensionFactory(intermediary=firm, decided=True, decided_at=clock.now(), effective_on=date(2026, 11, 30))

        assert bidders.problems_at_deadline([firm.pk], work_request) == {firm.pk: []}


class TestQualifications:
    def test_an_expired_one_blocks_from_the_day_after_its_last(self, firm, work_request, frozen_clock):
        firm.qualifications.update(valid_to=date(2026, 11, 23))

        last_day = unmet(firm, work_request)
        frozen_clock.move_to("2026-11-24 00:00")

        assert (last_day, unmet(firm, work_request)) == ([], ["qualifications"])

    def test_every_item_needs_its_own(self, frozen_clock):
        items = [ServiceItemFactory(qualification_type=kind("测绘资质")), ServiceItemFactory()]
        work_request = WorkRequestFactory(published=True, items=items)
        firm = bidder_for(work_request)
        firm.qualifications.first().delete()

        assert unmet(firm, work_request) == ["qualifications"]

    def test_of_extra_ones_all_are_needed(self, firm, work_request):
        held, missing = kind("测绘资质"), kind("工程咨询资信")
        work_request.qualifications.set([held, missing])
        QualificationFactory(intermediary=firm, qualification_type=held)

        assert unmet(firm, work_request) == ["qualifications"]

    def test_of_extra_ones_any_is_enough_where_the_owner_says_so(self, frozen_clock):
        work_request = WorkRequestFactory(published=True, qualifications_match="any")
        firm = bidder_for(work_request)
        held = kind("测绘资质")
        work_request.qualifications.set([held, kind("工程咨询资信")])
        before = unmet(firm, work_request)
        QualificationFactory(intermediary=firm, qualification_type=held)

        assert (before, unmet(firm, work_request)) == (["qualifications"], [])

    def test_one_that_was_abolished_while_the_request_runs_is_demanded_of_nobody(
        self, firm, work_request, frozen_clock
    ):
        firm.qualifications.all().delete()
        work_request.qualifications.set([kind("造价咨询资质")])
        before = unmet(firm, work_request)
        QualificationType.objects.update(ended_on=date(2026, 11, 22))

        assert before == ["qualifications", "qualifications"]
        assert unmet(firm, work_request) == []
        assert bidders.problems_of(firm, work_request, at=clock.now()) == []
        assert [one.pk for one in bidders.eligible_firms(work_request, at=clock.now())] == [firm.pk]

    def test_of_extra_ones_any_of_which_is_enough_an_abolished_one_still_counts(self, frozen_clock):
        work_request = WorkRequestFactory(published=True, qualifications_match="any")
        firm = bidder_for(work_request)
        gone = kind("工程咨询资信")
        work_request.qualifications.set([kind("测绘资质"), gone])
        QualificationFactory(intermediary=firm, qualification_type=gone)
        QualificationType.objects.filter(pk=gone.pk).update(ended_on=date(2026, 11, 22))

        assert unmet(firm, work_request) == []

    def test_one_recorded_after_the_deadline_comes_too_late(self, firm, work_request, frozen_clock):
        firm.qualifications.update(recorded_at=work_request.bids_close_at)

        assert [one.code for one in bidders.problems_at_deadline([firm.pk], work_request)[firm.pk]] == [
            "qualifications"
        ]


class TestPractitioners:
    def test_as_many_as_asked_for_with_the_licence(self, frozen_clock):
        work_request = WorkRequestFactory(
            published=True, practitioner_licence="环境影响评价工程师", practitioners_needed=2
        )
        firm = bidder_for(work_request)
        PractitionerFactory(intermediary=firm)
        PractitionerFactory(intermediary=firm, licence_type="注册测绘师")
        PractitionerFactory(intermediary=firm, valid_to=date(2026, 11, 22))
        before = unmet(firm, work_request)
        PractitionerFactory(intermediary=firm, valid_to=date(2026, 11, 23))

        assert (before, unmet(firm, work_request)) == (["practitioners"], [])


class TestCredit:
    def test_a_grade_below_the_one_asked_for_blocks(self, frozen_clock):
        work_request = WorkRequestFactory(published=True, min_grade="AAA")
        firm = bidder_for(work_request)

        assert unmet(firm, work_request) == ["grade"]

    def test_a_restriction_blocks(self, firm, work_request, frozen_clock):
        ConductEventFactory.decided(
            subject=firm.organisation, rule__serious=True, effective_on=clock.today() - timedelta(days=1)
        )

        assert "credit" in unmet(firm, work_request)


class TestExclusionAndRelation:
    def test_an_excluded_firm_is_blocked(self, firm, work_request):
        ExclusionFactory(work_request=work_request, organisation=firm.organisation)

        assert unmet(firm, work_request) == ["not_excluded"]

    def test_a_relation_to_the_owner_blocks(self, firm, work_request):
        HolderFactory(organisation=firm.organisation, name=work_request.owner.name_zh, code=work_request.owner.uscc)

        assert unmet(firm, work_request) == ["not_related"]


class TestRelations:
    def pair(self, **values):
        return OrganisationFactory(**values), OrganisationFactory(**values)

    def test_strangers_are_not_related(self):
        assert not are_related(*self.pair())

    def test_one_legal_representative_relates(self):
        assert are_related(*self.pair(legal_representative="周某"))

    def test_no_legal_representative_on_record_relates_nobody(self):
        assert not are_related(*self.pair(legal_representative=""))

    def test_a_common_person_relates(self):
        one, other = self.pair()
        for firm in (one, other):
            HolderFactory(organisation=firm, name="王某某", share_percent=Decimal(25))

        assert are_related(one, other)

    def test_a_common_company_relates_by_its_code(self):
        one, other = self.pair()
        HolderFactory(organisation=one, name="集团", code="91320400MA0000001X")
        HolderFactory(organisation=other, name="集团有限公司", code="91320400MA0000001X")

        assert are_related(one, other)

    def test_one_that_holds_the_other_relates(self):
        one, other = self.pair()
        HolderFactory(organisation=other, name=one.name_zh, code=one.uscc)

        assert are_related(one, other)

    def test_the_state_as_such_relates_nobody(self):
        one, other = self.pair()
        for firm in (one, other):
            HolderFactory(organisation=firm, name="市国资委", is_state=True, share_percent=Decimal(100))

        assert not are_related(one, other)

    @pytest.mark.parametrize(("share", "related"), [("50.00", False), ("50.01", True)])
    def test_a_state_company_relates_where_it_controls_both(self, share, related):
        one, other = self.pair()
        for firm in (one, other):
            HolderFactory(
                organisation=firm,
                name="城投集团",
                code="91320400MA0000002X",
                is_state=True,
                share_percent=Decimal(share),
            )

        assert are_related(one, other) is related

    def test_among_many_only_the_related_ones_are_named(self):
        one, other = self.pair(legal_representative="周某")
        OrganisationFactory()

        ties = ties_at([each.pk for each in (one, other, OrganisationFactory())], clock.now())

        assert related_among(ties) == {one.pk: ["legal_representative"], other.pk: ["legal_representative"]}
