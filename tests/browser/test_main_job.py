"""The main job through the pages, in Chinese: from four people without anything to a changed credit score."""

import pytest

from marketplace.accounts.models import Organisation
from marketplace.accounts.services import add_member
from marketplace.catalogue.models import ServiceItem
from marketplace.core.typed.identifiers import with_check_digits
from tests.browser import acts
from tests.factories.accounts import OrganisationFactory, UserFactory
from tests.registry import filings

OWNER_CODE = with_check_digits("91320411MA0WALK1")
FIRM_CODE = with_check_digits("91320404MA0WALK2")
FIRM, RIVAL = "常州青埂环境科技有限公司", "常州乌有环保咨询有限公司"
STARS = {"quality": 5, "timeliness": 5, "attitude": 4, "fees": 4, "compliance": 5}


@pytest.fixture
def owner(somebody):
    """A new enterprise's person."""
    person = somebody()
    acts.sign_up_and_record_enterprise(person, code=OWNER_CODE)
    return person


@pytest.fixture
def regulator(somebody):
    """An official of the ecology and environment bureau, in the console."""
    bureau = Organisation.objects.authorities().get(name_zh__endswith="生态环境局")
    add_member(organisation=bureau, user=UserFactory(email="bureau@market.example", verified=True), role="handler")
    person = somebody()
    person.signs_in("bureau@market.example", at="/console/")
    return person


@pytest.fixture
def clerk(somebody):
    """A clerk of the market's operator, in the console."""
    user = UserFactory()
    add_member(organisation=OrganisationFactory(operator=True), user=user, role="handler")
    person = somebody()
    person.is_signed_in_as(user)
    return person


@pytest.fixture
def rival(somebody):
    """A firm that is listed already: only its bid is of interest here."""
    firm, user, _ = filings.passed(ServiceItem.objects.get(code="HB-001"))
    person = somebody()
    person.code = firm.uscc
    person.is_signed_in_as(user)
    return person


@pytest.fixture
def bidder(somebody, regulator):
    """A new intermediary's person, whose firm the regulator has checked and listed."""
    person = somebody()
    person.code = FIRM_CODE
    acts.sign_up_and_register_firm(person, code=FIRM_CODE, name=FIRM)
    regulator.goes_to("/console/")
    acts.check_registration(regulator, name=FIRM)
    return person


@pytest.mark.parametrize(
    ("method", "price", "prices"),
    [("random_draw", "160000", (None, None)), ("lowest_price", "182400", ("151000", "156864"))],
)
def test_from_registration_to_the_changed_score(owner, bidder, rival, clerk, method, price, prices):
    acts.find_service_and_work_out_fee(owner)
    acts.post_request(owner, method=method, price=price, closes="2026-11-30 17:00")
    clerk.goes_to("/console/")
    acts.review_request(clerk)
    acts.ask_and_answer(bidder, owner, asker_name=FIRM)

    receipt = acts.bid(bidder, price=prices[0])
    acts.bid(rival, price=prices[1])
    assert receipt["request"] == "MX-2026-0001"
    acts.open_request(owner)
    owner.reads_nothing_of(FIRM, RIVAL)

    acts.passes("2026-11-30 17:00")
    acts.passes("2026-11-30 17:02")
    first = acts.read_result(owner)
    owner.reads(FIRM, RIVAL)
    winner = bidder if first == FIRM else rival
    if method == "lowest_price":
        assert first == FIRM
        owner.reads("¥151,000.00", "¥156,864.00")

    acts.passes("2026-12-04 09:00")
    assert acts.read_result(owner) == first
    owner.reads("中选公告")

    before = acts.read_score(owner, winner.code)
    acts.agree_on_contract(owner, winner)
    acts.passes("2026-12-21 10:00")
    acts.deliver_and_accept(winner, owner)
    acts.rate_and_reply(owner, winner, stars=STARS)
    acts.passes("2026-12-22 09:00")
    after = acts.read_score(owner, winner.code)
    owner.reads("常州海市新材料有限公司")
    assert after != before
