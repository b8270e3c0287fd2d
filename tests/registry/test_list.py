"""The public list, its filters, the comparison and the API."""

from decimal import Decimal

import pytest
from django.urls import reverse

from marketplace.registry.filters import IntermediaryFilter
from marketplace.registry.models import Intermediary
from marketplace.registry.selectors import facets_of, looser
from tests.factories.accounts import DistrictFactory, OrganisationFactory
from tests.factories.catalogue import ServiceItemFactory
from tests.factories.credit import CreditModelFactory, CurrentStandingFactory, ProcessStepFactory
from tests.factories.registry import (
    IntermediaryFactory,
    OfferFactory,
    PractitionerFactory,
    QualificationFactory,
    SuspensionFactory,
)

pytestmark = pytest.mark.django_db
URL = "/en/intermediaries/"


@pytest.fixture(autouse=True)
def _today(frozen_clock):
    CreditModelFactory()


@pytest.fixture
def item():
    return ServiceItemFactory(code="HB-001", standard_days=40)


def firm(name, *, grade="A", score="85.00", completed=5, district="320411", **traits):
    organisation = OrganisationFactory(
        intermediary=True, name_zh=name, district=DistrictFactory(code=district, parent=DistrictFactory(code="320400"))
    )
    CurrentStandingFactory(
        organisation=organisation,
        grade=grade,
        score=score,
        completed_contracts=completed,
        restricted_until="2027-03-01" if grade == "D" else None,
    )
    return IntermediaryFactory(organisation=organisation, **traits)


def offering(name, item, amount="14.00", days=30, **fields):
    made = firm(name, **fields)
    OfferFactory(intermediary=made, item=item, amount=Decimal(amount), days=days)
    QualificationFactory(intermediary=made, qualification_type=item.qualification_type)
    return made


def names(**query):
    filterset = IntermediaryFilter(query, queryset=Intermediary.objects.on_the_list().with_standing())
    return [each.name for each in filterset.qs]


class TestFilters:
    def test_without_any_the_best_score_stands_first_and_what_is_not_listed_is_missing(self):
        firm("乌有", score="92.76")
        firm("子虚", score="95.18")
        firm("青埂", draft=True)
        firm("赤瑕", closed=True)

        assert names() == ["子虚", "乌有"]

    def test_name_and_code(self):
        wanted = firm("乌有")
        firm("子虚")
        code = wanted.uscc

        assert names(q="乌") == ["乌有"]
        assert names(q=f" {code[:8].lower()} {code[8:]} ") == ["乌有"]

    def test_service_time_and_price_are_conditions_on_one_offer(self, item):
        other = ServiceItemFactory(code="HB-002")
        both = offering("乌有", item, amount="5.00", days=10)
        OfferFactory(intermediary=both, item=other, amount=Decimal("30.00"), days=40)
        offering("子虚", item, amount="20.00", days=40)

        assert names(service=["HB-001"]) == ["乌有", "子虚"]
        assert names(service=["HB-001"], days="30") == ["乌有"]
        assert names(service=["HB-001"], price_min="70", price_max="85") == ["子虚"]
        assert names(service=["HB-001"], days="30", price_max="85") == []

    def test_the_ends_of_a_price_range_are_included(self, item):
        offering("乌有", item, amount="14.00")

        assert names(service=["HB-001"], price_min="86", price_max="86") == ["乌有"]
        assert names(service=["HB-001"], price_min="86.01") == []

    def test_a_fixed_price_is_compared_once_the_project_is_known(self, item):
        made = firm("乌有")
        OfferFactory(intermediary=made, item=item, fixed=True, amount=Decimal("110000.00"))
        known = {"service": ["HB-001"], "base": "3", "industry": "化工", "sensitivity": "general"}
        standard = IntermediaryFilter(known, queryset=Intermediary.objects.all()).project

        assert names(service=["HB-001"], price_max="200") == []
        if standard and standard.standard:
            assert names(**known, price_max="200") == ["乌有"]

    def test_the_qualification_of_the_chosen_service_counts_not_another(self, item):
        made = offering("乌有", item)
        QualificationFactory(intermediary=made, expired=True, qualification_type__name_zh="测绘资质")

        assert names(service=["HB-001"], validity=["expired"]) == []
        assert names(validity=["expired"]) == ["乌有"]

    def test_expiring_begins_30_days_before_the_last_valid_day(self, frozen_clock):
        made = firm("乌有")
        QualificationFactory(intermediary=made, valid_to="2026-12-23")

        assert names(validity=["expiring"]) == ["乌有"]
        frozen_clock.move_to("2026-11-22 10:00")
        assert names(validity=["valid"]) == ["乌有"]
        frozen_clock.move_to("2026-12-23 23:59")
        assert names(validity=["expiring"]) == ["乌有"]
        frozen_clock.move_to("2026-12-24 00:00")
        assert names(validity=["expired"]) == ["乌有"]

    def test_grade_district_and_completed(self):
        firm("乌有", grade="AA", completed=12, district="320412")
        firm("子虚", grade="A", completed=2)

        assert names(grade=["AA", "AAA"]) == ["乌有"]
        assert names(district=["320412"]) == ["乌有"]
        assert names(completed=["0"]) == ["子虚"]
        assert names(completed=["10", "0"]) == ["乌有", "子虚"]

    def test_what_cannot_be_read_counts_as_not_asked(self, item):
        offering("乌有", item)

        assert names(grade=["Z"], days="-3", price_min="cheap", sort="hat", district=["1"]) == ["乌有"]

    @pytest.mark.parametrize(
        ("sort", "order"),
        [
            ("score", ["子虚", "乌有", "赤瑕"]),
            ("price", ["赤瑕", "乌有", "子虚"]),
            ("days", ["乌有", "子虚", "赤瑕"]),
            ("completed", ["赤瑕", "子虚", "乌有"]),
        ],
    )
    def test_sorts(self, item, sort, order):
        offering("乌有", item, amount="10", days=10, score="80", completed=1)
        offering("子虚", item, amount="5", days=20, score="90", completed=5)
        offering("赤瑕", item, amount="20", days=30, score="70", completed=9)

        assert names(service=["HB-001"], sort=sort) == order


class TestFacets:
    def test_count_each_choice_with_all_other_filters_in_force(self, item):
        offering("乌有", item, grade="AA", completed=12, district="320412")
        offering("子虚", item, grade="A", completed=2)
        firm("赤瑕", grade="A", completed=4)

        query = {"service": ["HB-001"], "grade": ["A"]}
        facets = facets_of(IntermediaryFilter(query, queryset=Intermediary.objects.on_the_list()))

        assert facets.total == 1
        assert facets.counts == {
            "service": {"HB-001": 1},
            "validity": {"valid": 1, "expiring": 0, "expired": 0},
            "grade": {"AA": 1, "A": 1},
            "district": {"320411": 1},
            "completed": {"0": 1},
        }

    @pytest.mark.parametrize(
        "query", [{}, {"grade": ["A"]}, {"grade": ["A", "AA"], "district": ["320411"], "completed": ["3", "0"]}]
    )
    def test_each_count_is_what_its_choice_alone_would_show(self, query):
        for number, grade in enumerate(["A", "A", "AA", "B", "A", "AA"]):
            district, completed = ("320411", "320412")[number % 2], (2, 5, 12)[number % 3]
            firm(f"乌有{number}", grade=grade, district=district, completed=completed)
        facets = facets_of(IntermediaryFilter(query, queryset=Intermediary.objects.on_the_list()))

        assert facets.total == len(names(**query))
        for name, choices in {
            "grade": ["AAA", "AA", "A", "B"],
            "district": ["320411", "320412"],
            "completed": ["0", "3", "10"],
        }.items():
            for choice in choices:
                assert facets.counts[name].get(choice, 0) == len(names(**{**query, name: [choice]}))

    def test_an_empty_list_says_which_filter_stands_in_the_way(self, item):
        offering("乌有", item, grade="AA")
        offering("子虚", item, grade="A", district="320412")
        query = {"service": ["HB-001"], "grade": ["AA"], "district": ["320412"]}

        found = looser(IntermediaryFilter(query, queryset=Intermediary.objects.on_the_list()))

        assert [(way.names, way.firms) for way in found] == [
            (["grade"], 1),
            (["district"], 1),
            (["grade", "district"], 2),
        ]


class TestListPage:
    def test_shows_what_people_compare_by(self, client, item):
        made = offering("乌有", item, grade="AA", score="92.76", completed=12)
        for kept in (True, True, True, False):
            ProcessStepFactory(subject=made.organisation, kind="delivery", kept=kept, due_on="2026-10-01")

        page = client.get(URL, {"service": "HB-001"}).content.decode()

        for words in ("乌有", "92.76", "86.0%", "on time 75.0%", "1</b> firm offers"):
            assert words in page

    def test_a_restricted_or_suspended_firm_is_shown_and_cannot_be_chosen(self, client, item):
        offering("离恨天", item, grade="D", score="55.00")
        SuspensionFactory(intermediary=offering("乌有", item), decided=True)

        page = client.get(URL).content.decode()

        assert page.count("Cannot bid now") == 2
        assert page.count(" disabled>") == 2
        assert "Restricted until 1 Mar 2027" in page

    def test_an_empty_result_names_the_filter(self, client, item):
        offering("乌有", item, grade="AA")

        page = client.get(URL, {"service": "HB-001", "grade": "AAA"}).content.decode()

        assert "No firm meets all conditions" in page
        assert "Without “AAA”" in page
        assert 'href="?service=HB-001"' in page

    @pytest.mark.parametrize("firms", [1, 25])
    def test_takes_at_most_12_queries_however_many_firms(self, client, item, django_assert_max_num_queries, firms):
        for number in range(firms):
            made = offering(f"乌有{number}", item)
            PractitionerFactory(intermediary=made)
        query = {"service": "HB-001", "grade": "A", "district": "320411", "validity": "valid", "completed": "3"}

        with django_assert_max_num_queries(12):
            response = client.get(URL, query)

        assert response.context["page_obj"].paginator.count == firms

    def test_a_page_too_far_shows_the_last_one(self, client):
        firm("乌有")

        response = client.get(URL, {"page": "999"})

        assert response.context["page_obj"].number == 1


class TestCompare:
    def test_shows_up_to_four_in_the_order_of_the_address(self, client, item):
        made = [offering(f"乌有{number}", item) for number in range(5)]
        query = {"service": "HB-001", "with": [each.uscc for each in reversed(made)]}

        response = client.get(reverse("registry:intermediary-compare"), query)

        assert [card.intermediary for card in response.context["cards"]] == made[:0:-1]

    def test_nothing_chosen_says_what_to_do(self, client):
        page = client.get("/en/intermediaries/compare/").content.decode()

        assert "Nothing to compare yet" in page

    def test_a_code_that_does_not_exist_is_left_out(self, client):
        response = client.get("/en/intermediaries/compare/", {"with": ["nothing", "<b>"]})

        assert response.context["cards"] == []


class TestApi:
    def test_lists_with_the_same_filters(self, client, item):
        made = offering("乌有", item, grade="AA", score="92.76")
        offering("子虚", item, grade="A")

        body = client.get("/api/v1/intermediaries/", {"grade": "AA"}).json()

        assert body["count"] == 1
        assert body["results"][0] | {"qualifications": None} == {
            "uscc": made.uscc,
            "name_zh": "乌有",
            "name_en": "",
            "district": "320411",
            "status": "listed",
            "is_suspended": False,
            "listed_on": "2025-11-23",
            "standing": {
                "score": "92.76",
                "grade": "AA",
                "provisional": made.organisation.standing.provisional,
                "completed_contracts": 5,
                "warned_until": None,
                "restricted_until": None,
                "as_of": "2026-11-23",
            },
            "offers": [{"item": "HB-001", "pricing": "percent_off", "amount": "14.00", "unit": "", "days": 30}],
            "qualifications": None,
        }

    def test_a_filter_that_cannot_be_read_is_a_problem(self, client):
        response = client.get("/api/v1/intermediaries/", {"days": "soon"})

        assert response.status_code == 400
        assert response["Content-Type"] == "application/problem+json"
        assert list(response.json()["errors"]) == ["days"]

    def test_one_firm_by_its_code_and_nothing_of_a_draft(self, client):
        listed, draft = firm("乌有"), firm("青埂", draft=True)

        assert client.get(f"/api/v1/intermediaries/{listed.uscc}/").json()["name_zh"] == "乌有"
        assert client.get(f"/api/v1/intermediaries/{draft.uscc}/").status_code == 404

    def test_takes_a_fixed_number_of_queries(self, client, item, django_assert_max_num_queries):
        for number in range(20):
            offering(f"乌有{number}", item)

        with django_assert_max_num_queries(8):
            assert client.get("/api/v1/intermediaries/").json()["count"] == 20
