"""The pages that anybody reads, in English, over a small world from the factories."""

import re

import pytest
from django.core.management import call_command

from credit.services import refresh_standings
from marketplace.accounts.models import Organisation
from marketplace.catalogue.models import Regulation, ServiceItem
from marketplace.contracting.models import Contract
from tests.browser.conftest import copy_database, database_at
from tests.factories.accounts import OrganisationFactory
from tests.factories.contracting import ContractFactory
from tests.factories.credit import ConductEventFactory, CreditRuleFactory
from tests.factories.registry import IntermediaryFactory, OfferFactory, PractitionerFactory, QualificationFactory
from tests.factories.tendering import AttachmentFactory, QuestionFactory, WorkRequestFactory

REPEALED = "计价格〔2002〕125号"


@pytest.fixture(scope="module")
def starting_point(prepared_database, django_db_blocker, tmp_path_factory):
    """Firms with offers, one open request, and one whose contract has been rated."""
    path = tmp_path_factory.mktemp("reading") / "world.sqlite3"
    copy_database(prepared_database, path)
    with database_at(path, django_db_blocker):
        _build_world()
    return path


def _build_world():
    item = ServiceItem.objects.get(code="HB-001")
    contract = ContractFactory(rated=True, items=[item])
    for number, firm in enumerate(Organisation.objects.filter(kind="intermediary").order_by("pk")):
        _dress(firm.intermediary, number, item)
    newcomer = IntermediaryFactory()
    QualificationFactory(intermediary=newcomer, qualification_type=item.qualification_type)
    _dress(newcomer, 9, item)
    work_request = WorkRequestFactory(
        owner=OrganisationFactory(name_en="Haishi New Materials Co., Ltd."), published=True, items=[item]
    )
    QuestionFactory(work_request=work_request, answered=True)
    AttachmentFactory(work_request=work_request)
    ConductEventFactory.decided(subject=contract.intermediary)
    ConductEventFactory.decided(subject=newcomer.organisation, rule=CreditRuleFactory(serious=True))
    refresh_standings(Organisation.objects.filter(kind="intermediary").values_list("pk", flat=True))
    call_command("rebuild_search_index", verbosity=0)


def _dress(firm, number, item):
    """An English name, a practitioner and an offer."""
    Organisation.objects.filter(pk=firm.organisation_id).update(name_en=f"Wuyou Environmental {number} Ltd.")
    PractitionerFactory(intermediary=firm)
    OfferFactory(intermediary=firm, item=item, days=35 - number)


@pytest.fixture
def reader(somebody):
    return somebody("en-US")


@pytest.fixture
def contract(market):
    return Contract.objects.select_related("award__work_request", "intermediary").get()


def test_the_home_page_leads_to_the_lists(reader):
    reader.goes_to("/en/")
    reader.reads("The services your approval needs, chosen in the open", "Demo data")
    for name, heading in (
        ("Services", "60 services"),
        ("Intermediaries", "firms"),
        ("Requests", "request"),
        ("Awards", "Awards"),
        ("Credit", "Credit"),
        ("Regulations", "Regulations and fee standards"),
    ):
        reader.goes_to("/en/")
        reader.follows(name, within=".site-nav")
        reader.reads(heading)


def test_a_service_works_out_its_fee_as_one_types(reader):
    reader.goes_to("/en/services/")
    reader.follows("Environmental impact report", within="main")
    reader.reads("HB-001", "Legal basis", REPEALED)
    reader.fills(base="3.6", industry="化工", sensitivity="ordinary")
    reader.page.get_by_text("¥182,400.00").first.wait_for()
    reader.looks(again=True)
    reader.follows("Post a request with this result")
    reader.reads("Reading the market needs none")


def test_the_calculator_stands_on_a_page_of_its_own(reader):
    reader.goes_to("/en/fees/")
    reader.reads("Fee calculator", "to the last digit and step by step")
    reader.goes_to("/en/fees/?schedule=CN-JJG-2002-125&variant=report&base=3.6&industry=化工&sensitivity=ordinary")
    reader.reads("¥182,400.00", "reference price")


def test_firms_are_filtered_compared_and_looked_at(reader, contract):
    reader.goes_to("/en/intermediaries/")
    reader.goes_to("/en/intermediaries/?service=HB-001&base=3.6&industry=化工&sensitivity=ordinary&sort=price")
    reader.reads("Environmental impact report", "Wuyou Environmental")
    for box in reader.page.locator('input[name="with"]:enabled').all()[:2]:
        box.check()
    reader.reads("Chosen: 2")
    reader.presses("Compare side by side")
    reader.reads("Compare intermediaries", "Completed contracts")
    reader.goes_to(f"/en/intermediaries/{contract.intermediary.uscc}/")
    reader.reads(contract.intermediary.name_en, "Qualifications", "Practitioners")


def test_a_score_opens_into_its_parts_on_any_day(reader, contract):
    code = contract.intermediary.uscc
    reader.goes_to(f"/en/intermediaries/{code}/credit/")
    today = reader.page.locator(".header-score").inner_text()
    reader.reads("credit score, as of 23 Nov 2026", "Row by row")
    reader.follows("Show all 28 digits")
    reader.goes_to(f"/en/intermediaries/{code}/credit/?on=2026-11-01")
    reader.reads("credit score, as of 1 Nov 2026")
    assert reader.page.locator(".header-score").inner_text() != today


def test_requests_and_results_are_read(reader, contract):
    reader.goes_to("/en/requests/")
    reader.follows(re.compile("环氧树脂"), within=".results")
    reader.reads(
        "How the winner is selected", "Questions and answers", "由编制单位按导则布设。", "Haishi New Materials"
    )
    reader.goes_to("/en/awards/")
    reader.follows(re.compile("环氧树脂"), within=".results")
    reader.reads("result of the selection", "Award notice", contract.award.work_request.number)


def test_a_repealed_regulation_says_so_on_top(reader):
    reader.goes_to("/en/regulations/?q=environmental+impact")
    reader.follows(re.compile("environmental impact", re.IGNORECASE), within="main")
    page = Regulation.objects.get(document_no=REPEALED).get_absolute_url()
    reader.goes_to(f"/en{page.removeprefix('/en')}")
    reader.reads("This document is repealed", REPEALED)


def test_the_guides_and_notices_are_read(reader):
    reader.goes_to("/en/notices/")
    reader.goes_to("/en/guides/")
    reader.follows(re.compile("How to post a request"), within="main")
    reader.reads("request")


def test_the_search_suggests_and_finds(reader):
    reader.goes_to("/en/search/")
    box = reader.page.locator("main input[type=search]").first
    box.press_sequentially("环评", delay=30)
    reader.page.locator(".suggestions [role=option]").first.wait_for()
    reader.looks(again=True)
    box.press("Escape")
    box.press("Enter")
    reader.page.wait_for_url("**/search/?*")
    reader.looks()
    reader.reads("环评", "HB-001")
    reader.goes_to(f"/en/search/?q={REPEALED}")
    reader.reads(REPEALED)
    reader.goes_to("/en/search/?q=zzzzzz")


def test_the_credit_page_shows_lists_and_model(reader):
    reader.goes_to("/en/credit/")
    reader.reads("Wuyou Environmental 9 Ltd.", "UCR-2026.1")
    reader.goes_to("/en/credit/restricted/")
    reader.reads("Wuyou Environmental 9 Ltd.")
