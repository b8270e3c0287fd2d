"""The small demo world, which everybody sees first: made twice here, by the services, with the clock moved."""

from collections import Counter

import pytest
from django.conf import settings
from django.contrib.auth.hashers import check_password
from django.db import transaction

from cms.models import GuidePage, NoticePage, RegulationPage
from credit.models import CurrentStanding, Review
from marketplace.accounts.models import Organisation, User
from marketplace.catalogue.models import ServiceItem
from marketplace.contracting.models import Contract
from marketplace.core import audit, clock
from marketplace.core.models import AuditEntry, DueWork
from marketplace.demo import people, world
from marketplace.registry.models import Intermediary, Offer
from marketplace.tendering.models import Award, Bid, Objection, Opening, Paper, WorkRequest
from marketplace.tendering.permissions import can_mark, can_pick
from tests.conftest import MONDAY_MORNING
from tests.demo.conftest import empty_market

pytestmark = pytest.mark.django_db


def determined():
    """What no draw decides: firms with their offers, and requests with their prices and deadlines."""
    return {
        "firms": list(
            Intermediary.objects.order_by("organisation__uscc").values_list(
                "organisation__uscc", "organisation__name_zh", "status", "listed_at"
            )
        ),
        "offers": list(
            Offer.objects.order_by("intermediary__organisation__uscc", "item__code").values_list(
                "intermediary__organisation__uscc", "item__code", "pricing", "amount", "days"
            )
        ),
        # Of what failed and was posted again, it is a draw that says how often; its codes are those of the first one.
        "requests": list(
            WorkRequest.objects.filter(reposted_from=None)
            .order_by("project_code", "title", "request_items__item__code")
            .values_list(
                "project_code",
                "title",
                "owner__uscc",
                "method",
                "price_max",
                "published_at",
                "request_items__item__code",
            )
        ),
    }


@pytest.fixture(scope="module", autouse=True)
def twice(django_db_setup, django_db_blocker):
    """What was determined in a first building, which is taken back; the second one stays for the tests."""
    before = settings.EMAIL_BACKEND
    with django_db_blocker.unblock(), empty_market():
        with transaction.atomic(), clock.at(MONDAY_MORNING):
            world.build(say=lambda line: None)
            first = determined()
            transaction.set_rollback(True)
        with clock.at(MONDAY_MORNING):
            world.build(say=lambda line: None)
        yield first
    settings.EMAIL_BACKEND = before


@pytest.fixture(autouse=True)
def _clock():
    with clock.at(MONDAY_MORNING):
        yield


class TestWhoIsThere:
    def test_60_intermediaries_stand_in_every_state_of_registration(self):
        states = Counter(Intermediary.objects.values_list("status", flat=True))

        assert sum(states.values()) == 60
        assert states == {
            "listed": 52, "suspended": 1, "closed": 1, "draft": 1, "under_review": 3, "returned": 2,
        }  # fmt: skip

    def test_40_enterprises_come_from_every_district(self):
        enterprises = Organisation.objects.filter(kind=Organisation.Kind.ENTERPRISE)

        assert enterprises.count() == 40
        assert enterprises.order_by().values("district").distinct().count() == 6

    def test_every_person_named_by_make_run_signs_in_with_the_demo_s_password(self):
        for name, _kind in people.ACCOUNTS:
            person = User.objects.get(email=f"{name}@demo.example")
            assert check_password(people.PASSWORD, person.password)
            assert person.memberships.filter(is_active=True).exists() or person.evaluator.is_active

    def test_grades_go_down_to_c_and_d(self):
        grades = set(CurrentStanding.objects.values_list("grade", flat=True))

        assert {"C", "D"} <= grades
        assert grades & {"AAA", "AA", "A"}


class TestWhatHappened:
    def test_some_135_requests_stand_in_every_state(self):
        states = Counter(WorkRequest.objects.values_list("status", flat=True))

        assert 125 <= sum(states.values()) <= 150
        assert set(states) == set(WorkRequest.Status.values)

    def test_both_methods_are_used_from_publication_to_completion(self):
        for method in ("random_draw", "lowest_price"):
            states = set(WorkRequest.objects.filter(method=method).values_list("status", flat=True))
            assert {"published", "completed"} <= states

    def test_the_other_methods_have_come_to_a_result(self):
        for method in ("direct", "benchmark_price", "credit_preferred", "best_proposal"):
            assert WorkRequest.objects.filter(method=method, status="awarded").count() == 1

    def test_the_owner_may_pick_and_the_evaluator_may_mark_now(self):
        owner = User.objects.get(email="enterprise@demo.example")
        picking = WorkRequest.objects.get(method="credit_preferred", status="selecting")
        paper = Paper.objects.open().get(seat__evaluator__user__email="evaluator@demo.example")

        assert can_pick(owner, picking)
        assert can_mark(paper.seat.evaluator.user, paper)

    def test_a_bundle_was_bought(self):
        bundle = WorkRequest.objects.get(title="智能装备厂区联合测绘")

        assert list(bundle.request_items.order_by("pk").values_list("item__code", "may_subcontract")) == [
            ("ZG-007", False),
            ("ZG-005", True),
        ]
        assert bundle.awards.live().get().state == "confirmed"

    def test_a_proposal_was_marked_in_two_rounds(self):
        working = Opening.objects.get(work_request__method="best_proposal", state="ranked").transcript["working"]

        assert [step["round"] for step in working if step["step"] == "marks"].count(2) == 1

    def test_an_objection_was_upheld_and_a_winner_replaced(self):
        assert Objection.objects.filter(outcome="upheld").exists()
        for title, ended in (("冷链仓库竣工", "overturned"), ("纺织车间改造节能", "passed_on")):
            awards = Award.objects.filter(work_request__title__startswith=title)
            assert list(awards.order_by("rank").values_list("rank", "state")) == [(1, ended), (2, "confirmed")]

    def test_contracts_stand_in_every_state_that_the_market_brings_about_by_itself(self):
        states = set(Contract.objects.values_list("state", flat=True))

        assert {"drafting", "signing", "in_service", "completed", "lapsed"} <= states

    def test_completed_work_is_rated_and_an_objection_waits(self):
        assert Review.objects.count() >= 25
        assert Objection.objects.filter(outcome="pending").exists()

    def test_authorities_ask_as_well(self):
        assert WorkRequest.objects.filter(owner__kind="authority", fund_fiscal=100).count() >= 5

    def test_nothing_that_was_due_is_left_undone(self):
        late = DueWork.objects.filter(done_at=None, due_at__lt=clock.now())

        assert not late.exclude(kind="core.event").exists(), list(late.values_list("kind", "key", "last_error"))
        assert not DueWork.objects.exclude(last_error="").exists()

    def test_every_trail_fits_its_chain(self):
        matters = AuditEntry.objects.order_by().values_list("matter", flat=True).distinct()

        assert len(matters) > 200
        assert [matter for matter in matters if audit.verify(matter) is not None] == []

    def test_before_an_opening_nobody_has_bid_as_far_as_anyone_can_see(self):
        unopened = Bid.objects.filter(work_request__status="published")

        assert unopened.exists()
        assert not unopened.filter(opened__isnull=False).exists()


class TestTheSameEveryTime:
    @pytest.mark.parametrize("what", ["firms", "offers", "requests"])
    def test_what_no_draw_decides(self, twice, what):
        assert determined()[what] == twice[what]


class TestPages:
    def test_every_public_page_answers(self, client):
        addresses = [
            "/",
            "/services/",
            "/fees/",
            "/intermediaries/",
            "/requests/",
            "/awards/",
            "/credit/",
            "/search/?q=环评",
        ]
        addresses += ["/regulations/", "/notices/", "/guides/"]
        addresses += [item.get_absolute_url() for item in ServiceItem.objects.open()]
        for firm in Intermediary.objects.public().select_related("organisation"):
            addresses += [firm.get_absolute_url(), f"{firm.get_absolute_url()}credit/"]
        addresses += [one.get_absolute_url() for one in WorkRequest.objects.public()]
        addresses += [f"/awards/{number}/" for number in _numbers(Award)]
        for kind in (RegulationPage, NoticePage, GuidePage):
            addresses += [page.url for page in kind.objects.live()]

        answers = {address: client.get(address).status_code for address in addresses}

        assert len(answers) > 350
        assert {address: status for address, status in answers.items() if status != 200} == {}

    def test_english_readers_get_one_of_everything(self, client):
        firm = Intermediary.objects.listed().first()
        award = Award.objects.select_related("work_request").first()
        paths = ["/", "/services/HB-001/", firm.get_absolute_url(), award.work_request.get_absolute_url()]

        for path in [*paths, f"/awards/{award.work_request.number}/", "/regulations/"]:
            assert client.get(f"/en{path}").status_code == 200, path

    def test_every_account_finds_its_workbench(self, client):
        for name, _kind in people.ACCOUNTS:
            client.force_login(User.objects.get(email=f"{name}@demo.example"))
            assert client.get("/workbench/").status_code in (200, 302), name


def _numbers(model):
    return model.objects.order_by().values_list("work_request__number", flat=True).distinct()
