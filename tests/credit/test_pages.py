from datetime import date, timedelta

import pytest

from credit import selectors
from credit.rating import score_series
from credit.services import load_credit_model, refresh_standing
from marketplace.core import clock
from marketplace.core.additions import panels
from tests.factories.accounts import MembershipFactory, OrganisationFactory
from tests.factories.credit import (
    CompletionFactory,
    ConductEventFactory,
    CreditRuleFactory,
    CurrentStandingFactory,
    EventStepFactory,
    ProcessStepFactory,
    ReviewFactory,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen_clock")]

TODAY = date(2026, 11, 23)


@pytest.fixture(autouse=True)
def _rules(db):
    load_credit_model()


@pytest.fixture
def firm():
    firm = OrganisationFactory(intermediary=True, name_zh="江苏子虚环境科技有限公司", name_en="Jiangsu Zixu")
    refresh_standing(firm)
    return firm


def add_rows(firm, count=1):
    for _ in range(count):
        review = ReviewFactory(subject=firm)
        ProcessStepFactory(subject=firm, client=review.client, contract_no=review.contract_no)
        CompletionFactory(subject=firm, client=review.client, contract_no=review.contract_no)
        ConductEventFactory.decided(subject=firm, effective_on=TODAY - timedelta(days=60))


def page_of(firm, language=""):
    return f"{language}/intermediaries/{firm.uscc}/credit/"


class TestStandingPage:
    def test_opens_the_score_into_its_rows(self, client, firm):
        review = ReviewFactory(subject=firm)
        event = ConductEventFactory.decided(subject=firm)

        html = " ".join(client.get(page_of(firm)).content.decode().split())

        # (400 + 100) ÷ 6, and three points off: 86 + 0.5 × 3.33… − 0.3 × 3
        assert "86.77 分是怎么来的" in html
        assert "(5 × 80 + 100.0000) ÷ (5 + 1.0000)" in html
        assert "+1.6667" in html
        assert "100 − 3" in html
        assert review.client.name in html
        assert f"/credit/events/{event.number}/" in html

    def test_two_years_of_scores_are_worked_out_once_for_a_history(self, client, firm, monkeypatch):
        worked_out = []
        monkeypatch.setattr(
            selectors, "score_series", lambda *args, **days: worked_out.append(args) or score_series(*args, **days)
        )
        add_rows(firm)

        first, second = (client.get(page_of(firm)) for _ in range(2))

        assert len(worked_out) == 1
        assert first.context["page"].points == second.context["page"].points

    def test_is_complete_in_english(self, client, firm):
        add_rows(firm)

        html = client.get(page_of(firm, "/en")).content.decode()

        assert "Jiangsu Zixu" in html
        assert "If nobody does anything" in html
        assert "Deliverable late without an agreed extension" in html

    def test_answers_for_any_day(self, client, firm):
        ReviewFactory(subject=firm)

        html = client.get(page_of(firm), {"on": "2026-11-22"}).content.decode()

        assert "86.00 分是怎么来的" in html
        assert "2026-11-22" in html

    @pytest.mark.parametrize("on", ["2026-11-24", "2026-02-30", "yesterday", "1999-01-01"])
    def test_an_impossible_day_is_refused_at_the_field_and_today_is_shown(self, client, firm, on):
        answer = client.get(page_of(firm), {"on": on})

        assert answer.status_code == 400
        assert 'aria-invalid="true"' in answer.content.decode()
        assert answer.context["page"].on == TODAY

    def test_shows_seven_rows_and_the_others_on_demand(self, client, firm):
        add_rows(firm, 9)

        first = client.get(page_of(firm)).content.decode()
        everything = client.get(page_of(firm), {"rows": "all"}).content.decode()

        assert "展开其余 2 行" in first
        assert "展开其余" not in everything

    def test_shows_every_digit_on_demand(self, client, firm):
        ReviewFactory(subject=firm)

        html = client.get(page_of(firm), {"digits": "28"}).content.decode()

        assert "83.33333333333333333333333333" in html

    def test_cases_not_decided_are_neither_shown_nor_counted(self, client, firm):
        event = ConductEventFactory(subject=firm)
        dismissed = ConductEventFactory(subject=firm)
        EventStepFactory(event=dismissed, dismissed=True)

        html = client.get(page_of(firm)).content.decode()

        assert event.number not in html
        assert dismissed.number not in html
        assert "86.00 分是怎么来的" in html

    def test_a_decision_of_today_is_shown_before_it_takes_effect(self, client, firm):
        event = ConductEventFactory.decided(subject=firm, effective_on=TODAY + timedelta(days=1))

        html = client.get(page_of(firm)).content.decode()

        assert event.number in html
        assert "即将生效" in html

    def test_says_what_comes_by_itself(self, client, firm):
        event = ConductEventFactory.decided(subject=firm, effective_on=date(2026, 3, 16))

        html = client.get(page_of(firm)).content.decode()

        assert f"{event.number}（D09，−3）前一日到期，行为分变为 100" in html
        assert "2027-03-16" in html
        assert f"{event.number} 已公示满最短期限" in html

    def test_a_restricted_firm_says_until_when(self, client, firm):
        ConductEventFactory.decided(subject=firm, rule=CreditRuleFactory(serious=True))

        html = client.get(page_of(firm)).content.decode()

        assert "限制报名至 2027-05-22" in html
        assert "限制期间等级为 D，不能报名。" in html

    def test_numbers_the_events_of_the_chart_and_what_ended_them(self, client, firm):
        event = ConductEventFactory.decided(subject=firm, effective_on=TODAY - timedelta(days=90))
        EventStepFactory(event=event, ended=True, effective_on=TODAY - timedelta(days=30))

        page = client.get(page_of(firm)).context["page"]

        assert [(mark.number, mark.kind, mark.text) for mark in page.marks] == [
            (1, "deduct", "未按时提交服务成果，扣 3"),
            (2, "end", "1 撤销"),
        ]

    def test_takes_a_fixed_number_of_queries(self, client, firm, django_assert_max_num_queries):
        add_rows(firm, 5)

        with django_assert_max_num_queries(12):
            client.get(page_of(firm))

    @pytest.mark.parametrize("uscc", ["91320499MA1A000018", "nonsense"])
    def test_an_unknown_firm_is_not_found(self, client, uscc):
        assert client.get(f"/intermediaries/{uscc}/credit/").status_code == 404

    def test_a_firm_that_was_never_listed_is_not_found(self, client):
        assert client.get(page_of(OrganisationFactory(intermediary=True))).status_code == 404


class TestOverview:
    def test_shows_the_lists_the_model_and_every_rule(self, client):
        red = CurrentStandingFactory(red_list=True)
        restricted = CurrentStandingFactory(restricted=True)
        event = ConductEventFactory.decided(subject=restricted.organisation, rule=CreditRuleFactory(serious=True))

        html = client.get("/credit/").content.decode()

        assert red.organisation.name in html
        assert restricted.organisation.name in html
        assert event.number in html
        assert "UCR-2026.1" in html
        assert all(f'id="{code}"' in html for code in [f"D{n:02}" for n in range(1, 21)] + ["B01", "B05"])

    def test_names_the_rules_in_english(self, client):
        html = client.get("/en/credit/").content.decode()

        assert "Collusion between bidders" in html
        assert "Findings of an investigation" in html

    def test_says_so_where_a_list_is_empty(self, client):
        assert client.get("/credit/").content.decode().count("今天没有机构列入。") == 3

    def test_takes_a_fixed_number_of_queries(self, client, django_assert_max_num_queries):
        for _ in range(8):
            CurrentStandingFactory(red_list=True)
            standing = CurrentStandingFactory(restricted=True)
            ConductEventFactory.decided(subject=standing.organisation, rule=CreditRuleFactory(serious=True))

        with django_assert_max_num_queries(10):
            client.get("/credit/")


class TestPublicList:
    @pytest.mark.parametrize(
        ("kind", "trait"), [("red-list", "red_list"), ("restricted", "restricted"), ("warned", "warned")]
    )
    def test_shows_only_its_own(self, client, kind, trait):
        listed = CurrentStandingFactory(**{trait: True})
        other = CurrentStandingFactory()

        html = client.get(f"/credit/{kind}/").content.decode()

        assert listed.organisation.name in html
        assert other.organisation.name not in html

    def test_goes_on_over_pages_with_a_fixed_number_of_queries(self, client, django_assert_max_num_queries):
        for _ in range(25):
            standing = CurrentStandingFactory(restricted=True)
            ConductEventFactory.decided(subject=standing.organisation, rule=CreditRuleFactory(serious=True))

        with django_assert_max_num_queries(7):
            answer = client.get("/credit/restricted/", {"page": 2})

        assert len(answer.context["rows"]) == 5

    def test_another_name_is_not_found(self, client):
        assert client.get("/credit/blacklist/").status_code == 404


class TestEventPage:
    def test_shows_facts_evidence_and_decision(self, client, firm):
        event = ConductEventFactory.decided(subject=firm)

        html = client.get(f"/credit/events/{event.number}/").content.decode()

        assert event.facts in html
        assert event.evidence in html
        assert "决定：认定" in html
        assert str(event.proposed_by) not in html

    def test_an_undecided_event_is_seen_by_regulators_only(self, client, firm):
        event = ConductEventFactory(subject=firm)
        address = f"/credit/events/{event.number}/"

        statuses = [client.get(address).status_code]
        for membership in (
            MembershipFactory(),
            MembershipFactory(organisation=firm),
            MembershipFactory(regulator=True),
        ):
            client.force_login(membership.user)
            statuses.append(client.get(address).status_code)

        assert statuses == [404, 404, 404, 200]


class TestPanels:
    def test_the_home_page_gets_one_notice_of_each_kind(self, rf):
        CurrentStandingFactory(red_list=True)
        CurrentStandingFactory(warned=True)
        CurrentStandingFactory(restricted=True)

        sections = dict(panels.panels_of("home.main", rf.get("/"), None))

        lines = sections["credit/partials/home_notices.html"]["notices"]
        assert [line.current.grade for line in lines] == ["AAA", "D", "C"]

    def test_without_standings_the_home_page_gets_no_section(self, rf):
        templates = [name for name, _ in panels.panels_of("home.main", rf.get("/"), None)]

        assert "credit/partials/home_notices.html" not in templates

    def test_today_is_by_the_market_s_clock(self, client, firm, frozen_clock):
        frozen_clock.advance(days=1)

        assert client.get(page_of(firm)).context["page"].on == clock.today()
