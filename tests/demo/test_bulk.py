"""The large world of the benchmarks, at its smallest."""

import re
from collections import Counter
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from stdnum.cn import uscc

from credit.models import CurrentStanding, Review
from marketplace.accounts.models import Organisation, User
from marketplace.contracting.models import Contract, ContractRating
from marketplace.core import clock, outbox
from marketplace.custody import sealing
from marketplace.demo import bulk
from marketplace.registry.models import Intermediary, Offer, Qualification
from marketplace.tendering import selection
from marketplace.tendering.announcing import announcement
from marketplace.tendering.facts import bidders
from marketplace.tendering.models import Award, Bid, OpenedBid, Opening, WorkRequest
from marketplace.tendering.sealing.bids import open_box, read_bid
from marketplace.tendering.selection import FrozenList
from search.models import Kind, SearchEntry
from tests.conftest import MONDAY_MORNING
from tests.demo.conftest import empty_market

pytestmark = pytest.mark.django_db
SCALE = 20


@pytest.fixture(scope="module", autouse=True)
def _large_world(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), clock.at(MONDAY_MORNING), empty_market():
        bulk.build(scale=SCALE, say=lambda line: None)
        yield


@pytest.fixture(autouse=True)
def _clock():
    with clock.at(MONDAY_MORNING):
        yield


class TestFigures:
    def test_every_intermediary_brings_2_requests_10_bids_and_3_ratings(self):
        assert Intermediary.objects.count() == SCALE
        assert WorkRequest.objects.count() == 2 * SCALE
        assert Bid.objects.count() == 10 * SCALE
        assert Review.objects.count() == 3 * SCALE

    def test_the_requests_stand_in_every_state_from_publication_to_completion(self):
        states = Counter(WorkRequest.objects.values_list("status", flat=True))

        assert states == {
            "completed": 30, "failed": 2, "in_service": 2, "awarded": 2, "publicity": 2, "published": 2,
        }  # fmt: skip
        assert Counter(Contract.objects.values_list("state", flat=True)) == {
            "completed": 30, "in_service": 2, "drafting": 2,
        }  # fmt: skip

    def test_a_scale_that_divides_badly_is_refused_and_nothing_is_written(self):
        with pytest.raises(CommandError, match="multiple of 10"):
            bulk.build(scale=25, say=lambda line: None)

        assert Intermediary.objects.count() == SCALE

    def test_it_fills_only_an_empty_market(self):
        with pytest.raises(CommandError, match="has intermediaries already"):
            call_command("demo", scale=20)

        assert Intermediary.objects.count() == SCALE


class TestFirms:
    def test_codes_are_valid_and_distinct(self):
        codes = list(Organisation.objects.exclude(uscc=None).values_list("uscc", flat=True))

        assert all(uscc.is_valid(code) for code in codes)
        assert len(set(codes)) == len(codes) == SCALE + 5

    def test_every_firm_offers_its_services_and_has_a_standing_as_of_today(self):
        assert Offer.objects.values("intermediary").distinct().count() == SCALE
        assert Qualification.objects.exists()
        assert CurrentStanding.objects.filter(as_of=clock.today()).count() == SCALE

    def test_ratings_of_the_market_s_own_contracts_are_the_ones_that_credit_counts(self):
        rated = set(ContractRating.objects.values_list("contract__number", flat=True))

        assert len(rated) == 30
        assert set(Review.objects.filter(contract_no__startswith="HT-").values_list("contract_no", flat=True)) == rated

    def test_firms_and_requests_are_found_by_the_search(self):
        counts = Counter(SearchEntry.objects.values_list("kind", flat=True))

        assert counts[Kind.INTERMEDIARY] == SCALE
        assert counts[Kind.REQUEST] == 2 * SCALE


class TestOpenings:
    def test_anyone_can_compute_every_transcript_again(self):
        openings = list(Opening.objects.select_related("work_request"))

        assert len(openings) == 38
        for opening in openings:
            published = opening.transcript
            found = selection.Opened(
                announcement=published["announcement"],
                frozen=FrozenList.from_document(published),
                secrets={side: bytes.fromhex(secret) for side, secret in published["secrets"].items()},
                public_money=False,
            )
            assert selection.document(found, opened_at=published["opened_at"]) == published
            content = announcement.transcript_bytes(opening)
            assert sealing.signature_fits(content, opening.signature, opening.signing_key)

    def test_the_sealed_bids_hold_what_the_openings_show(self):
        work_request = WorkRequest.objects.filter(status="completed", method="lowest_price").first()
        keys = {each.side: sealing.unwrap(each.side, each.wrapped_key) for each in work_request.deposits.all()}

        for opened in OpenedBid.objects.filter(opening__work_request=work_request).select_related("bid"):
            bid = read_bid(open_box(bytes(opened.bid.ciphertext), keys))
            assert (bid.days, bid.price, bid.nonce) == (opened.days, f"{opened.price:.2f}", opened.nonce)

    def test_bidders_met_every_condition_at_the_deadline(self):
        for work_request in WorkRequest.objects.filter(status="publicity"):
            firms = work_request.opening.opened_bids.values_list("intermediary", flat=True)
            assert not any(bidders.problems_at_deadline(set(firms), work_request).values())


class TestGoingOn:
    def test_an_open_request_is_opened_by_its_due_work(self):
        work_request = WorkRequest.objects.filter(status="published").first()

        with clock.at(work_request.bids_close_at):
            outbox.run_due()
        with clock.at(work_request.bids_close_at + timedelta(seconds=61)):
            outbox.run_due()

        work_request = WorkRequest.objects.get(pk=work_request.pk)
        assert work_request.status == "publicity"
        assert work_request.opening.opened_bids.filter(fate="counted").count() == 5

    def test_a_publicity_period_ends_in_an_award_and_a_contract(self):
        award = Award.objects.filter(state="publicity").select_related("work_request").first()

        with clock.at(award.publicity_ends_at):
            outbox.run_due()

        assert Award.objects.get(pk=award.pk).state == "confirmed"
        assert Contract.objects.get(award=award).state == "drafting"


class TestPages:
    def test_lists_and_the_page_of_one_of_everything_answer(self, client):
        firm = Intermediary.objects.select_related("organisation").first()
        addresses = ["/", "/intermediaries/", "/services/", "/requests/", "/awards/", "/credit/", "/search/?q=环评"]
        addresses += [firm.get_absolute_url(), f"{firm.get_absolute_url()}credit/"]
        for status in ("completed", "failed", "in_service", "awarded", "publicity", "published"):
            work_request = WorkRequest.objects.filter(status=status).first()
            addresses.append(work_request.get_absolute_url())
            if status not in ("failed", "published"):
                addresses.append(f"/awards/{work_request.number}/")

        answers = {address: client.get(address).status_code for address in addresses}

        assert set(answers.values()) == {200}, answers

    def test_the_parties_read_their_contracts(self, client):
        for status in ("completed", "in_service", "drafting"):
            contract = Contract.objects.filter(state=status).select_related("award__work_request").first()
            client.force_login(contract.award.work_request.created_by)
            assert client.get(contract.get_absolute_url()).status_code == 200

    def test_the_demo_s_people_find_their_workbench(self, client):
        for name in ("enterprise", "intermediary"):
            client.force_login(User.objects.get(email=f"{name}@demo.example"))
            assert client.get("/workbench/").status_code == 200

    def test_the_system_checks_are_silent(self):
        call_command("check", fail_level="WARNING")


class TestPreparingAMachineWithTheSample:
    def test_again_changes_nothing_and_names_the_accounts_that_there_are(self):
        said = StringIO()

        call_command("prepare", sample=True, stdout=said)

        assert Intermediary.objects.count() == SCALE
        assert re.findall(r"\S+@demo\.example", said.getvalue()) == [
            "enterprise@demo.example",
            "intermediary@demo.example",
            "regulator@demo.example",
            "regulator2@demo.example",
            "operator@demo.example",
            "operator2@demo.example",
        ]
