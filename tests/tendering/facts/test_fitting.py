import pytest
from django.utils import translation

from marketplace.core import clock
from marketplace.tendering.facts import fitting
from marketplace.tendering.facts.fitting import Why
from tests.factories.accounts import HolderFactory, OrganisationFactory
from tests.factories.catalogue import QualificationTypeFactory, ServiceItemFactory
from tests.factories.credit import CreditModelFactory
from tests.factories.registry import IntermediaryFactory, OfferFactory, QualificationFactory, SuspensionFactory
from tests.factories.tendering import ExclusionFactory, WorkRequestFactory, bidder_for, five_pm

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _english(frozen_clock):
    CreditModelFactory()
    with translation.override("en"):
        yield


@pytest.fixture
def work_request(_english):
    return WorkRequestFactory(published=True)


@pytest.fixture
def firm(work_request):
    """It holds what the request needs and offers its service."""
    firm = bidder_for(work_request)
    OfferFactory(intermediary=firm, item=work_request.items.get())
    return firm


def fit(firm):
    return fitting.fit_of(firm, at=clock.now())


def lacks(found):
    return {one.work_request.pk: [condition.code for condition in one.conditions] for one in found.lacking}


class TestWhatFits:
    def test_is_open_asks_for_offered_services_and_is_met_in_every_condition(self, firm, work_request):
        WorkRequestFactory(published=True)
        WorkRequestFactory(items=[work_request.items.get()])

        found = fit(firm)

        assert (found.requests, found.why, found.lacking) == ({work_request.pk}, None, [])

    def test_agrees_with_what_the_requests_page_says(self, firm, work_request):
        from marketplace.tendering.facts import bidders

        graded = WorkRequestFactory(published=True, items=[work_request.items.get()], min_grade="AAA")
        excluded = WorkRequestFactory(published=True, items=[work_request.items.get()])
        ExclusionFactory(work_request=excluded, organisation=firm.organisation)
        requests = [work_request, graded, excluded]

        batch = bidders.problems_by_request(firm, requests, at=clock.now())

        assert batch == {one.pk: bidders.problems_of(firm, one, at=clock.now()) for one in requests}
        assert [[each.code for each in batch[one.pk]] for one in requests] == [[], ["grade"], ["not_excluded"]]

    def test_stops_at_the_deadline(self, firm, work_request, frozen_clock):
        frozen_clock.move_to(work_request.bids_open_until)

        assert fit(firm).why is Why.NONE_OPEN

    def test_a_bundle_fits_who_offers_all_of_it(self, firm, work_request):
        other = ServiceItemFactory(name_en="Noise survey")
        bundle = WorkRequestFactory(published=True, items=[work_request.items.get(), other])
        QualificationFactory(intermediary=firm, qualification_type=other.qualification_type)
        assert lacks(fit(firm)) == {bundle.pk: ["offer"]}
        assert fit(firm).lacking[0].conditions[0].text == "Not among your services: Noise survey"

        OfferFactory(intermediary=firm, item=other)
        assert fit(firm).requests == {work_request.pk, bundle.pk}

    def test_an_owner_with_the_same_shareholder_does_not(self, firm, work_request):
        for organisation in (firm.organisation, work_request.owner):
            HolderFactory(organisation=organisation, name="孙某", code="320400197001011230")

        assert lacks(fit(firm)) == {work_request.pk: ["not_related"]}

    def test_only_so_many_are_judged_those_that_close_first(self, firm, work_request, monkeypatch):
        monkeypatch.setattr(fitting, "MOST", 1)
        WorkRequestFactory(published=True, items=[work_request.items.get()], bids_close_at=five_pm(9))

        found = fit(firm)

        assert (found.requests, found.is_cut) == ({work_request.pk}, True)

    def test_costs_the_same_queries_for_one_request_and_for_many(
        self, firm, work_request, django_assert_max_num_queries, django_assert_num_queries
    ):
        with django_assert_max_num_queries(24) as counted:
            fit(firm)
        kind = QualificationTypeFactory(name_zh="噪声监测资质")
        for _number in range(6):
            another = WorkRequestFactory(published=True, items=[work_request.items.get()])
            another.qualifications.add(kind)

        with django_assert_num_queries(len(counted.captured_queries)):
            found = fit(firm)

        assert len(found.lacking) == 6


class TestWhyNothingFits:
    @pytest.mark.parametrize(
        ("state", "why"),
        [("draft", Why.NOT_REGISTERED), ("returned", Why.NOT_REGISTERED), ("under_review", Why.BEING_CHECKED)],
    )
    def test_not_listed_yet(self, state, why):
        assert fit(IntermediaryFactory(**{state: True})).why is why

    def test_nobodys_firm(self):
        assert fit(None).why is Why.NOT_REGISTERED

    def test_it_has_left(self):
        assert fit(IntermediaryFactory(closed=True)).why is Why.LEFT

    def test_suspended_with_the_suspension(self, firm):
        suspension = SuspensionFactory(intermediary=firm, decided=True)

        found = fit(firm)

        assert (found.why, found.suspension, found.requests) == (Why.SUSPENDED, suspension, frozenset())

    def test_it_offers_nothing(self, work_request):
        assert fit(bidder_for(work_request)).why is Why.NO_OFFER

    def test_none_of_its_services_is_asked_for(self, work_request):
        firm = IntermediaryFactory(organisation=OrganisationFactory(intermediary=True))
        OfferFactory(intermediary=firm)

        assert fit(firm).why is Why.NONE_OPEN

    def test_it_lacks_a_condition_of_each(self, firm, work_request):
        firm.qualifications.update(valid_to="2026-11-22")

        found = fit(firm)

        assert (found.why, lacks(found)) == (Why.LACKING, {work_request.pk: ["qualifications"]})
