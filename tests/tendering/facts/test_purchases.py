from decimal import Decimal

import pytest

from marketplace.tendering import services
from marketplace.tendering.facts import purchases
from marketplace.tendering.policy import TenderingPolicy
from marketplace.tendering.services import UnableToPublish
from tests.factories.accounts import OrganisationFactory
from tests.factories.catalogue import ServiceItemFactory
from tests.factories.tendering import WorkRequestFactory, member_of, open_bids
from tests.tendering.unchanged import nothing_changes

pytestmark = pytest.mark.django_db

PROJECT = {"project_name": "市民中心改造", "project_code": "2609-320411-89-01-000001"}


def tendered(price, **values):
    """A request for a design of a project of budget money."""
    item = values.pop("item", None) or ServiceItemFactory(tender_class="design")
    return WorkRequestFactory(
        **{"items": [item], "price_max": Decimal(price), "public_project": True, **PROJECT, **values}
    )


def is_refused(work_request):
    return bool(purchases.refusal_of(work_request, TenderingPolicy.current()))


class TestMustGoToPublicTender:
    @pytest.mark.parametrize(("price", "refused"), [("999999.99", False), ("1000000.00", True)])
    def test_from_one_million_on(self, frozen_clock, price, refused):
        assert is_refused(tendered(price)) is refused

    @pytest.mark.parametrize("tender_class", ["survey", "design", "supervision"])
    def test_of_survey_design_and_supervision(self, frozen_clock, tender_class):
        assert is_refused(tendered("1000000.00", item=ServiceItemFactory(tender_class=tender_class)))

    def test_other_services_are_free(self, frozen_clock):
        assert not is_refused(tendered("5000000.00", item=ServiceItemFactory()))

    def test_projects_of_social_money_are_free(self, frozen_clock):
        assert not is_refused(tendered("5000000.00", public_project=False))

    def test_sums_over_the_project(self, frozen_clock):
        tendered("600000.00", published=True)

        assert not is_refused(tendered("399999.99"))
        assert is_refused(tendered("400000.00"))

    def test_a_code_typed_otherwise_is_the_same_project(self, frozen_clock):
        tendered("600000.00", published=True)
        draft = tendered("400000.00", project_code="", no_code_reason="未立项")

        services.save_draft(
            request_id=draft.pk,
            values={"project_code": "２６０９-320411—89-01-\u200b000001", "no_code_reason": ""},
            actor=member_of(draft.owner),
        )
        draft.refresh_from_db()

        assert is_refused(draft)

    def test_a_project_without_code_is_summed_by_its_name(self, frozen_clock):
        owner = OrganisationFactory()
        without = {"owner": owner, "project_code": "", "no_code_reason": "未立项"}
        tendered("600000.00", published=True, **without)

        assert is_refused(tendered("400000.00", **without | {"project_name": "市民中心\u200b 改造"}))
        assert not is_refused(tendered("400000.00", **without | {"project_name": "图书馆改造"}))
        assert not is_refused(tendered("400000.00", **without | {"owner": OrganisationFactory()}))

    def test_another_project_does_not_count(self, frozen_clock):
        tendered("600000.00", published=True)

        assert not is_refused(tendered("400000.00", project_code="2609-320411-89-01-000002"))

    def test_another_owner_of_the_project_counts(self, frozen_clock):
        tendered("600000.00", published=True, owner=OrganisationFactory())

        assert is_refused(tendered("400000.00", owner=OrganisationFactory()))

    def test_a_request_that_failed_or_was_terminated_does_not_count(self, frozen_clock):
        failed = tendered("600000.00", published=True)
        open_bids(failed)
        terminated = tendered("600000.00", published=True)
        services.terminate_request(request_id=terminated.pk, reason="项目取消", actor=member_of(terminated.owner))

        assert not is_refused(tendered("400000.00"))

    def test_a_draft_does_not_count(self, frozen_clock):
        tendered("600000.00")

        assert not is_refused(tendered("400000.00"))

    def test_without_limit_and_standard_a_limit_is_needed(self, frozen_clock):
        work_request = tendered("1.00", lowest_price=True)
        work_request.price_max = None

        assert set(purchases.refusal_of(work_request, TenderingPolicy.current())) == {"price_max"}

    def test_the_standard_counts_where_there_is_no_limit(self, frozen_clock):
        work_request = tendered("1.00", lowest_price=True)
        work_request.price_max = None
        work_request.request_items.update(standard_fee=Decimal("1000000.00"), calculation={"incomplete": []})

        assert set(purchases.refusal_of(work_request, TenderingPolicy.current())) == {"public_project"}

    def test_an_incomplete_standard_does_not_count(self, frozen_clock):
        work_request = tendered("1.00", lowest_price=True)
        work_request.price_max = None
        work_request.request_items.update(standard_fee=Decimal("900000.00"), calculation={"incomplete": ["complexity"]})

        assert set(purchases.refusal_of(work_request, TenderingPolicy.current())) == {"price_max"}

    def test_the_market_refuses_the_request_and_says_why(self, frozen_clock):
        work_request = tendered("1000000.00")

        with nothing_changes(), pytest.raises(UnableToPublish, match="16号") as refusal:
            services.submit_request(request_id=work_request.pk, actor=member_of(work_request.owner))

        assert set(refusal.value.field_errors) == {"public_project"}

    def test_the_owner_must_declare(self, frozen_clock):
        work_request = tendered("1000.00", public_project=None)

        with nothing_changes(), pytest.raises(UnableToPublish) as refusal:
            services.submit_request(request_id=work_request.pk, actor=member_of(work_request.owner))

        assert set(refusal.value.field_errors) == {"public_project"}


class TestGovernmentProcurement:
    def buyer(self, price, **values):
        owner = OrganisationFactory(authority=True)
        return WorkRequestFactory(public_money=True, owner=owner, price_max=Decimal(price), **values)

    @pytest.mark.parametrize(("price", "refused"), [("999999.99", False), ("1000000.00", True)])
    def test_fiscal_buyers_are_refused_at_the_limit(self, frozen_clock, price, refused):
        assert is_refused(self.buyer(price)) is refused

    def test_an_authority_with_other_money_is_free(self, frozen_clock):
        owner = OrganisationFactory(authority=True)

        assert not is_refused(WorkRequestFactory(owner=owner, price_max=Decimal("2000000.00")))

    def test_an_enterprise_is_no_fiscal_buyer(self, frozen_clock):
        assert not is_refused(WorkRequestFactory(public_money=True, price_max=Decimal("2000000.00")))

    def test_without_an_amount_a_limit_is_needed(self, frozen_clock):
        work_request = self.buyer("1.00", lowest_price=True)
        work_request.price_max = None

        assert set(purchases.refusal_of(work_request, TenderingPolicy.current())) == {"price_max"}
