"""Pages kept for visitors: given to every visitor alike, and nothing of one person to another."""

import time

import pytest
import structlog
from csp.decorators import csp_update
from django.contrib import messages
from django.contrib.auth.models import AnonymousUser
from django.dispatch import Signal
from django.http import HttpResponse, HttpResponseForbidden, HttpResponseRedirect, StreamingHttpResponse
from django.middleware.csrf import get_token
from django.test import Client
from django.urls import path, reverse
from django_structlog.signals import bind_extra_request_finished_metadata
from wagtail.models import PageViewRestriction

from marketplace.catalogue.models import ServiceItem
from marketplace.config.urls import handler403, urlpatterns
from marketplace.core.web import kept
from tests.factories.accounts import MembershipFactory
from tests.factories.catalogue import ServiceItemFactory
from tests.factories.cms import regulation_page, site
from tests.factories.tendering import WorkRequestFactory, bidder_for, member_of

pytestmark = pytest.mark.django_db
LIST = "/services/"

made = []


def _page(answer):
    def view(request):
        made.append(request.path)
        return answer(request)

    return kept.for_visitors(view)


def _with_cookie(request):
    response = HttpResponse("cookie")
    response.set_cookie("chosen", "1")
    return response


def _with_session(request):
    request.session["chosen"] = 1
    return HttpResponse("session")


def _with_message(request):
    messages.success(request, "For you alone.")
    return HttpResponse("message")


#: Answers that are one person's, or no page at all.
OWN = {
    "cookie": _with_cookie,
    "session": _with_session,
    "message": _with_message,
    "token": lambda request: HttpResponse(get_token(request)),
    "nonce": lambda request: HttpResponse(str(request.csp_nonce)),
    "policy": csp_update({"connect-src": "https://elsewhere.example"})(lambda request: HttpResponse("own policy")),
    "header": lambda request: HttpResponse("no", headers={"Cache-Control": "private"}),
    "file": lambda request: HttpResponse("a", headers={"Content-Disposition": "attachment"}),
    "stream": lambda request: StreamingHttpResponse(["stream"]),
    "redirect": lambda request: HttpResponseRedirect("/elsewhere/"),
    "forbidden": lambda request: HttpResponseForbidden("no"),
    "missing": lambda request: HttpResponse("none", status=404),
    "invalid": lambda request: HttpResponse("wrong", status=400),
}
urlpatterns = [
    *(path(f"own/{name}/", _page(answer)) for name, answer in OWN.items()),
    path("same/", _page(lambda request: HttpResponse("same"))),
    *urlpatterns,
]
__all__ = ["handler403", "urlpatterns"]


@pytest.fixture(autouse=True)
def _kept(settings):
    settings.PAGES_KEPT_SECONDS = 10
    made.clear()


@pytest.fixture
def item():
    return ServiceItemFactory(name_zh="环境影响报告书编制", name_en="Environmental report")


def rename(item):
    ServiceItem.objects.filter(pk=item.pk).update(name_zh="水土保持方案编制", name_en="Soil report")


def text(response):
    return response.content.decode()


def later(monkeypatch, seconds):
    now = time.time
    monkeypatch.setattr("time.time", lambda: now() + seconds)


class TestVisitors:
    def test_the_second_gets_the_page_of_the_first_without_a_query(self, item, django_assert_num_queries):
        first = Client().get(LIST)
        rename(item)

        with django_assert_num_queries(0):
            second = Client().get(LIST)

        assert "环境影响报告书编制" in text(first)
        assert second.content == first.content
        assert second.status_code == 200
        assert second["Content-Type"] == "text/html; charset=utf-8"

    def test_after_the_seconds_it_is_made_anew(self, item, monkeypatch):
        Client().get(LIST)
        rename(item)
        later(monkeypatch, 9)
        assert "环境影响报告书编制" in text(Client().get(LIST))

        later(monkeypatch, 2)

        assert "水土保持方案编制" in text(Client().get(LIST))

    def test_none_is_kept_for_no_seconds(self, item, settings):
        settings.PAGES_KEPT_SECONDS = 0
        Client().get(LIST)
        rename(item)

        assert "水土保持方案编制" in text(Client().get(LIST))

    @pytest.mark.parametrize("other", ["?category=environment", "?page=1", "?q=%20"])
    def test_every_address_is_its_own(self, item, other):
        Client().get(LIST)
        rename(item)

        assert "环境影响报告书编制" not in text(Client().get(f"{LIST}{other}"))

    def test_every_host_and_scheme_is_its_own(self, item):
        Client().get(LIST)
        rename(item)

        assert "水土保持方案编制" in text(Client(SERVER_NAME="market.example").get(LIST))
        assert "水土保持方案编制" in text(Client().get(LIST, secure=True))

    def test_the_languages_do_not_mix(self, item):
        chinese, english = Client().get(LIST), Client().get(f"/en{LIST}")
        rename(item)

        assert Client().get(LIST).content == chinese.content
        assert Client().get(f"/en{LIST}").content == english.content
        assert 'lang="zh-hans"' in text(chinese)
        assert 'lang="en"' in text(english)
        assert [chinese["Content-Language"], english["Content-Language"]] == ["zh-hans", "en"]
        assert Client().get(f"/en{LIST}")["Content-Language"] == "en"

    def test_the_language_that_a_browser_prefers_changes_nothing(self, item):
        Client().get(LIST, headers={"Accept-Language": "en"})

        assert 'lang="zh-hans"' in text(Client().get(LIST, headers={"Accept-Language": "en"}))

    def test_a_part_for_htmx_is_neither_kept_nor_answered_by_a_page(self, item):
        address = reverse("catalogue:item-detail", args=[item.code])
        page = Client().get(address)
        rename(item)

        for headers in ({"HX-Request": "true"}, {"HX-Target": "results"}, {"HX-Boosted": "true"}):
            assert "水土保持方案编制" in text(Client().get(address, headers=headers))
        assert Client().get(address).content == page.content

    def test_the_regulations_and_their_pages_are_kept_too(self, django_assert_num_queries):
        site()
        address = regulation_page().regulation.get_absolute_url()
        first = Client().get(address)

        with django_assert_num_queries(0):
            assert Client().get(address).content == first.content


class TestHeaders:
    def test_a_kept_page_has_the_headers_of_a_new_one(self, item):
        made_now, was_kept = Client().get(LIST), Client().get(LIST)

        assert dict(was_kept.headers) == dict(made_now.headers)
        assert "script-src 'self'" in was_kept["Content-Security-Policy"]
        assert was_kept["X-Content-Type-Options"] == "nosniff"
        assert was_kept["X-Frame-Options"] == "SAMEORIGIN"
        assert "Cookie" in was_kept["Vary"]
        assert "Cache-Control" not in was_kept
        assert not was_kept.cookies

    def test_every_request_has_its_own_id(self, item):
        ids = []

        def note(**_):
            ids.append(structlog.contextvars.get_contextvars()["request_id"])

        signal: Signal = bind_extra_request_finished_metadata
        signal.connect(note)
        try:
            Client().get(LIST)
            Client().get(LIST)
        finally:
            signal.disconnect(note)

        assert len(set(ids)) == 2


class TestOneOfUs:
    def test_their_page_is_not_kept(self, client, item):
        member = MembershipFactory(organisation__name_zh="常州乌有新材料有限公司")
        client.force_login(member.user)
        assert "常州乌有新材料有限公司" in text(client.get(LIST))
        rename(item)

        content = text(Client().get(LIST))

        assert "常州乌有新材料有限公司" not in content
        assert "水土保持方案编制" in content

    def test_they_are_not_served_what_was_kept(self, client, item):
        Client().get(LIST)
        rename(item)
        member = MembershipFactory()
        client.force_login(member.user)

        content = text(client.get(LIST))

        assert "水土保持方案编制" in content
        assert str(member.organisation) in content

    @pytest.mark.parametrize("cookie", ["sessionid", "csrftoken", "messages", "django_language"])
    def test_nor_is_anybody_with_a_cookie_of_ours(self, item, cookie):
        Client().get(LIST)
        rename(item)
        known = Client()
        known.cookies[cookie] = "anything"

        assert "水土保持方案编制" in text(known.get(LIST))
        assert "环境影响报告书编制" in text(Client().get(LIST))

    def test_nor_is_somebody_known_without_a_cookie(self, rf):
        view = kept.for_visitors(lambda request: HttpResponse(str(request.user)))
        known, visitor = rf.get("/same/"), rf.get("/same/")
        known.user, visitor.user = MembershipFactory().user, AnonymousUser()

        assert text(view(known)) == str(known.user)
        assert text(view(visitor)) == "AnonymousUser"
        assert text(view(known)) == str(known.user)

    def test_a_cookie_of_somebody_else_changes_nothing(self, item):
        first = Client().get(LIST)
        behind_a_firewall = Client()
        behind_a_firewall.cookies["WAFSESSION"] = "1"
        rename(item)

        assert behind_a_firewall.get(LIST).content == first.content

    def test_after_signing_out_nothing_of_them_is_left(self, client, item):
        member = MembershipFactory(organisation__name_zh="常州乌有新材料有限公司")
        client.force_login(member.user)
        client.get(LIST)
        client.logout()

        assert "常州乌有新材料有限公司" not in text(client.get(LIST))

    def test_what_a_bidder_may_do_stands_on_no_visitors_page(self, client, frozen_clock):
        work_request = WorkRequestFactory(published=True)
        address = reverse("tendering:request-detail", args=[work_request.number])
        bid = reverse("tendering:bid", args=[work_request.number])
        client.force_login(member_of(bidder_for(work_request).organisation))
        assert bid in text(client.get(address))

        assert bid not in text(Client().get(address))
        assert bid in text(client.get(address))

    def test_a_draft_is_not_kept_by_its_owners_visit(self, client, frozen_clock):
        draft = WorkRequestFactory()
        address = reverse("tendering:request-detail", args=[draft.number])
        client.force_login(member_of(draft.owner))
        assert client.get(address).status_code == 302

        assert Client().get(address).status_code == 404


@pytest.mark.urls(__name__)
class TestAnswers:
    @pytest.mark.parametrize("name", OWN)
    def test_what_is_for_one_person_or_no_page_is_made_each_time(self, name):
        for _ in range(3):
            Client().get(f"/own/{name}/")

        assert len(made) == 3

    def test_a_plain_page_is_made_once(self):
        for _ in range(3):
            assert text(Client().get("/same/")) == "same"

        assert len(made) == 1

    def test_other_methods_neither_keep_nor_are_served(self):
        for _ in range(2):
            Client().post("/same/")
            Client().head("/same/")

        Client().get("/same/")

        assert len(made) == 5

    def test_a_form_token_is_nobody_elses(self):
        tokens = {text(Client().get("/own/token/")) for _ in range(3)}

        assert len(tokens) == 3


def test_a_page_behind_a_password_is_not_kept():
    site()
    page = regulation_page()
    PageViewRestriction.objects.create(page=page, restriction_type="password", password="only-for-tests")
    address = page.regulation.get_absolute_url()
    opened = Client()
    asked = Client().get(address)
    form = reverse("wagtailcore_authenticate_with_password", args=[page.view_restrictions.get().pk, page.pk])
    opened.post(form, {"password": "only-for-tests", "return_url": address})

    assert page.regulation.title_zh in text(opened.get(address))
    assert page.regulation.title_zh not in text(asked)
    assert page.regulation.title_zh not in text(Client().get(address))


class TestFigures:
    def test_one_is_worked_out_once_a_minute(self, settings, monkeypatch):
        settings.FIGURES_KEPT_SECONDS = 60
        answers = iter([1, 2, 3])

        def ask(question="a"):
            return kept.figure("counts", question, lambda: next(answers))

        assert [ask(), ask(), ask("b")] == [1, 1, 2]
        later(monkeypatch, 61)
        assert ask() == 3

    def test_none_is_kept_for_no_seconds(self):
        answers = iter([1, 2])

        assert [kept.figure("counts", "a", lambda: next(answers)) for _ in range(2)] == [1, 2]
