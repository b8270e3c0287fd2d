"""The regulators' pages."""

import pytest

from marketplace.accounts.console import sync_console_access
from marketplace.registry.models import Intermediary, Registration, Suspension
from marketplace.registry.rules.filing import items_to_check
from tests.factories.accounts import MembershipFactory
from tests.factories.registry import IntermediaryFactory, SuspensionFactory
from tests.registry import filings

pytestmark = pytest.mark.django_db
LIST = "/console/registry/"
#: Where Wagtail sends who may not, with the reason as a message.
HOME = "/console/"


def signed_in(client, user=None):
    user = user or filings.regulator(user__language="en")
    sync_console_access(user)
    client.force_login(user)
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return user


def found(registration, **reasons):
    """The form's data: every item in order, but those named."""
    data = {"round": registration.round}
    for item in items_to_check(registration.payload):
        reason = reasons.get(item.split(".")[0])
        data |= {f"verdict-{item}": "return" if reason else "pass", f"reason-{item}": reason or ""}
    return data


class TestChecking:
    def test_the_list_shows_what_waits_with_its_clock(self, client, frozen_clock):
        registration, _ = filings.filed()
        filings.draft()
        signed_in(client)

        response = client.get(LIST)

        assert list(response.context["page_obj"]) == [registration]

    def test_filters_by_state_and_name(self, client):
        registration, _ = filings.filed()
        signed_in(client)

        assert list(client.get(LIST, {"state": "passed"}).context["page_obj"]) == []
        assert list(client.get(LIST, {"q": registration.number[-4:]}).context["page_obj"]) == [registration]

    def test_the_page_shows_every_item(self, client):
        registration, _ = filings.filed()
        signed_in(client)

        page = client.get(f"{LIST}{registration.number}/").content.decode()

        for words in ("苏环评 2026-001", "林某", "王某", "licence.pdf"):
            assert words in page

    def test_passing_lists_the_firm(self, client):
        registration, _ = filings.filed()
        signed_in(client)

        client.post(f"{LIST}{registration.number}/pass/", found(registration))

        assert Registration.objects.get().state == "passed"
        assert Intermediary.objects.get().status == "listed"

    def test_returning_keeps_the_reasons(self, client):
        registration, _ = filings.filed()
        signed_in(client)

        client.post(f"{LIST}{registration.number}/return/", found(registration, holders="比例不符"))

        assert Registration.objects.get().state == "returned"
        assert registration.checks.get(verdict="return").reason == "比例不符"

    def test_findings_are_saved_half_way(self, client):
        registration, _ = filings.filed()
        signed_in(client)

        client.post(f"{LIST}{registration.number}/save/", {"round": 1, "verdict-holders": "pass"})

        assert registration.checks.get().item == "holders"
        assert Registration.objects.get().state == "filed"

    def test_a_return_without_a_reason_is_named_at_its_field_and_nothing_is_recorded(self, client):
        registration, _ = filings.filed()
        signed_in(client)
        data = found(registration) | {"verdict-holders": "return", "reason-holders": " "}

        response = client.post(f"{LIST}{registration.number}/return/", data)

        assert response.status_code == 422
        assert list(response.context["form"].errors) == ["reason-holders"]
        assert not registration.checks.exists()

    def test_deciding_with_items_open_is_refused_and_nothing_is_recorded(self, client):
        registration, _ = filings.filed()
        signed_in(client)

        response = client.post(f"{LIST}{registration.number}/pass/", {"round": 1, "verdict-holders": "pass"})

        assert response.status_code == 409
        assert Registration.objects.get().state == "filed"

    def test_a_stale_page_is_refused(self, client):
        registration, _ = filings.filed()
        signed_in(client)
        data = found(registration)
        client.post(f"{LIST}{registration.number}/pass/", data)

        response = client.post(
            f"{LIST}{registration.number}/return/", data | {"verdict-holders": "return"} | {"reason-holders": "x"}
        )

        assert response.status_code == 409
        assert Registration.objects.get().state == "passed"

    def test_a_member_of_the_firm_reads_why_they_may_not(self, client):
        registration, _ = filings.filed()
        officer = signed_in(client)
        MembershipFactory(user=officer, organisation=registration.intermediary.organisation, reader=True)

        page = client.get(f"{LIST}{registration.number}/")
        refused = client.post(f"{LIST}{registration.number}/pass/", found(registration))

        assert page.context["form"] is None
        assert refused["Location"] == HOME
        assert Registration.objects.get().state == "filed"

    def test_a_draft_is_not_found(self, client):
        registration, _ = filings.draft()
        signed_in(client)

        assert client.get(f"{LIST}{registration.number}/").status_code == 404

    @pytest.mark.parametrize("path", ["", "suspensions/"])
    def test_an_operator_is_refused(self, client, path):
        signed_in(client, MembershipFactory(operator=True).user)

        assert client.get(f"{LIST}{path}")["Location"] == HOME

    @pytest.mark.parametrize("path", ["", "suspensions/"])
    def test_others_do_not_get_into_the_console(self, client, path):
        client.force_login(MembershipFactory().user)

        assert client.get(f"{LIST}{path}").status_code in (302, 403)

    def test_the_list_takes_a_fixed_number_of_queries(self, client, django_assert_max_num_queries):
        for number in range(3):
            filings.filed(number=f"苏 {number}", licence_no=f"BH{number}")
        signed_in(client)
        client.get(LIST)

        with django_assert_max_num_queries(30):
            client.get(LIST)


class TestSuspending:
    def test_is_proposed_by_one_and_decided_by_another(self, client, frozen_clock):
        firm = IntermediaryFactory()
        signed_in(client)
        client.post(f"{LIST}suspensions/propose/{firm.uscc}/", {"reason": "人员不符"})
        suspension = Suspension.objects.get()

        own = client.post(f"{LIST}suspensions/{suspension.pk}/", {"suspend": "yes", "reason": "属实"})
        signed_in(client)
        client.post(f"{LIST}suspensions/{suspension.pk}/", {"suspend": "yes", "reason": "属实"})

        assert own["Location"] == HOME
        assert Suspension.objects.get().state == "decided"

    def test_the_proposer_reads_the_page_without_the_form(self, client):
        suspension = SuspensionFactory()
        officer = signed_in(client)
        Suspension.objects.update(proposed_by=officer)

        page = client.get(f"{LIST}suspensions/{suspension.pk}/")

        assert page.context["form"] is None
        assert not page.context["refusal"]

    def test_is_lifted(self, client, frozen_clock):
        suspension = SuspensionFactory(decided=True)
        signed_in(client)

        client.post(f"{LIST}suspensions/{suspension.pk}/lift/", {"reason": "整改完成"})

        assert Suspension.objects.get().state == "lifted"

    def test_without_a_choice_and_a_reason_both_are_named(self, client):
        suspension = SuspensionFactory()
        signed_in(client)

        response = client.post(f"{LIST}suspensions/{suspension.pk}/", {"reason": ""})

        assert list(response.context["form"].errors) == ["suspend", "reason"]
        assert Suspension.objects.get().state == "proposed"

    def test_the_list_opens(self, client):
        SuspensionFactory()
        SuspensionFactory(decided=True)
        signed_in(client)

        assert client.get(f"{LIST}suspensions/").status_code == 200
