"""
Who gets what at every address of ours: one line a route, one column a role.

A new route fails here until it has its line. 302 sends anonymous people to sign in, who has no organisation yet to
where one is recorded, or who may not enter out of the console; 404 hides what a role may not see; 403 shows what it
may see but not do.
"""

from collections.abc import Iterator

import pytest
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from marketplace.core import clock
from tests.conftest import MONDAY_MORNING
from tests.functional.scene import set_scene

pytestmark = pytest.mark.django_db

#: The packages that are ours; Wagtail's console and allauth's pages are looked at below.
OURS = ("marketplace.", "credit.", "cms.", "search.")

ROLES = ("anonymous", "stranger", "rival", "reader", "owner", "firm", "applicant", "regulator", "operator")
#: Route, then the answer to a GET by each of ROLES.
PAGES = """
ROUTE                                  ano str riv rea own fir app reg ope
accounts:history                       302 302 200 200 200 200 200 200 200
accounts:invitation-accept             302 409 409 409 409 409 409 409 409
accounts:invitation-create             302 302 200 403 200 200 200 200 200
accounts:matter-list                   302 302 200 200 200 200 200 200 200
accounts:notice-list                   302 200 200 200 200 200 200 200 200
accounts:organisation-change           302 302 200 403 200 403 403 403 403
accounts:organisation-create           302 200 200 200 200 200 200 200 200
accounts:organisation-detail           302 302 200 200 200 200 200 200 200
accounts:profile                       302 200 200 200 200 200 200 200 200
accounts:session-again                 302 200 200 200 200 200 200 200 200
accounts:session-state                 200 200 200 200 200 200 200 200 200
accounts:token-create                  302 302 302 302 302 302 302 302 302
accounts:token-list                    302 200 200 200 200 200 200 200 200
accounts:workbench                     302 200 200 200 200 200 200 200 200
api:award-detail                       200 200 200 200 200 200 200 200 200
api:award-list                         200 200 200 200 200 200 200 200 200
api:credit-model                       200 200 200 200 200 200 200 200 200
api:fee-schedule-detail                200 200 200 200 200 200 200 200 200
api:fee-schedule-list                  200 200 200 200 200 200 200 200 200
api:filing                             401 403 403 403 403 200 200 403 403
api:intermediary-detail                200 200 200 200 200 200 200 200 200
api:intermediary-list                  200 200 200 200 200 200 200 200 200
api:intermediary-standing              200 200 200 200 200 200 200 200 200
api:regulation-detail                  200 200 200 200 200 200 200 200 200
api:regulation-list                    200 200 200 200 200 200 200 200 200
api:schema                             200 200 200 200 200 200 200 200 200
api:service-item-detail                200 200 200 200 200 200 200 200 200
api:service-item-list                  200 200 200 200 200 200 200 200 200
api:work-request-detail                200 200 200 200 200 200 200 200 200
api:work-request-list                  200 200 200 200 200 200 200 200 200
api:work-request-transcript            200 200 200 200 200 200 200 200 200
api:work-request-transcript-signature  200 200 200 200 200 200 200 200 200
catalogue:fee-calculator               200 200 200 200 200 200 200 200 200
catalogue:item-detail                  200 200 200 200 200 200 200 200 200
catalogue:item-list                    200 200 200 200 200 200 200 200 200
cms:picture                            404 404 404 404 404 404 404 404 404
cms:regulation-feed                    200 200 200 200 200 200 200 200 200
cms:privacy                            200 200 200 200 200 200 200 200 200
contracting:contract-detail            302 404 404 200 200 200 404 200 404
contracting:contract-list              302 302 200 200 200 200 200 200 200
contracting:contract-text              302 404 404 200 200 200 404 200 404
contracting:contract-verify            200 200 200 200 200 200 200 200 200
contracting:deliver                    302 404 404 403 403 200 404 403 404
contracting:deliverable-answer         302 404 404 403 200 403 404 403 404
contracting:deliverable-return         302 404 404 403 200 403 404 403 404
contracting:extend                     302 404 404 403 200 403 404 403 404
contracting:file                       302 404 404 200 200 200 404 200 404
contracting:parts                      302 404 404 403 403 403 404 403 404
contracting:payment-answer             302 404 404 403 403 200 404 403 404
contracting:payment-deny               302 404 404 403 403 200 404 403 404
contracting:payment-record             302 404 404 403 200 200 404 403 404
contracting:rate                       302 404 404 403 403 403 404 403 404
contracting:rating-change              302 404 404 403 403 403 404 403 404
contracting:rating-reply               302 404 404 403 403 403 404 403 404
contracting:sign                       302 404 404 403 403 403 404 403 404
contracting:terms-agree                302 404 404 403 403 403 404 403 404
contracting:terms-change               302 404 404 403 403 403 404 403 404
contracting:terms-propose              302 404 404 403 403 403 404 403 404
contracting_console:decide             302 302 302 302 302 302 302 200 302
contracting_console:index              302 302 302 302 302 302 302 200 302
contracting_console:terminate          302 302 302 302 302 302 302 200 302
credit:event                           404 404 404 404 404 404 404 200 404
credit:event-file                      404 404 404 404 404 404 404 404 404
credit:feed                            200 200 200 200 200 200 200 200 200
credit:list                            200 200 200 200 200 200 200 200 200
credit:overview                        200 200 200 200 200 200 200 200 200
credit:standing                        200 200 200 200 200 200 200 200 200
credit_console:decide                  302 302 302 302 302 302 302 200 403
credit_console:index                   302 302 302 302 302 302 302 200 403
credit_console:model                   302 302 302 302 302 302 302 200 200
credit_console:propose                 302 302 302 302 302 302 302 200 403
registry:intermediary-compare          200 200 200 200 200 200 200 200 200
registry:intermediary-detail           200 200 200 200 200 200 200 200 200
registry:intermediary-list             200 200 200 200 200 200 200 200 200
registry:leave-market                  302 302 302 302 302 200 302 302 302
registry:offer-change                  302 404 404 404 404 200 404 404 404
registry:offer-create                  302 404 404 404 404 200 200 404 404
registry:offer-list                    302 302 302 302 302 200 200 302 302
registry:record-detail                 302 302 302 302 302 200 200 302 302
registry:registration-detail           302 404 404 404 404 404 200 404 404
registry:registration-document         302 404 404 404 404 404 404 404 404
registry:registration-start            302 200 200 200 200 302 200 200 200
registry:registration-step             302 404 404 404 404 404 200 404 404
registry_console:registration-check    302 302 302 302 302 302 302 200 302
registry_console:registration-list     302 302 302 302 302 302 302 200 302
registry_console:suspension-decide     302 302 302 302 302 302 302 200 302
registry_console:suspension-lift       302 302 302 302 302 302 302 200 302
registry_console:suspension-list       302 302 302 302 302 302 302 200 302
registry_console:suspension-propose    302 302 302 302 302 302 302 200 302
search:results                         200 200 200 200 200 200 200 200 200
search:suggest                         200 200 200 200 200 200 200 200 200
tendering:announcement                 200 200 200 200 200 200 200 200 200
tendering:attachment                   404 404 404 200 200 404 404 404 404
tendering:award-detail                 200 200 200 200 200 200 200 200 200
tendering:award-feed                   200 200 200 200 200 200 200 200 200
tendering:award-list                   200 200 200 200 200 200 200 200 200
tendering:bid                          302 302 403 403 403 200 200 403 403
tendering:bid-change                   302 302 403 403 403 200 200 403 403
tendering:bid-seal                     302 302 302 302 302 302 302 302 302
tendering:bid-withdraw                 302 302 403 403 403 200 200 403 403
tendering:change                       302 403 403 403 200 403 403 403 403
tendering:draft-create                 302 302 200 403 200 403 403 200 403
tendering:draft-delete                 302 404 404 403 200 404 404 404 404
tendering:draft-look-over              302 404 404 403 200 404 404 404 404
tendering:draft-page                   302 404 404 403 200 404 404 404 404
tendering:draft-stay                   302 404 404 403 200 404 404 404 404
tendering:draft-submit                 302 302 302 302 302 302 302 302 302
tendering:draft-summary                302 404 404 200 200 404 404 404 404
tendering:evaluation                   302 404 404 404 404 404 404 404 404
tendering:evaluation-look-over         302 404 404 404 404 404 404 404 404
tendering:evaluation-hand-in           302 404 404 404 404 404 404 404 404
tendering:evaluation-list              302 403 403 403 403 403 403 403 403
tendering:evaluation-proposal          302 404 404 404 404 404 404 404 404
tendering:evaluation-tie               302 404 404 404 404 404 404 404 404
tendering:evidence                     404 404 404 200 200 404 404 200 404
tendering:object                       302 302 403 403 403 403 403 403 403
tendering:own-bids                     302 302 403 403 403 200 200 403 403
tendering:own-requests                 302 200 200 200 200 200 200 200 200
tendering:pick                         302 403 403 403 403 403 403 403 403
tendering:question-answer              302 403 403 403 200 403 403 403 403
tendering:question-ask                 302 302 403 403 403 200 200 403 403
tendering:request-detail               200 200 200 200 200 200 200 200 200
tendering:request-feed                 200 200 200 200 200 200 200 200 200
tendering:request-list                 200 200 200 200 200 200 200 200 200
tendering:terminate                    302 403 403 403 200 403 403 403 403
tendering:transcript                   200 200 200 200 200 200 200 200 200
tendering:transcript-schema            200 200 200 200 200 200 200 200 200
tendering:receipt-check                200 200 200 200 200 200 200 200 200
tendering:signing-keys                 200 200 200 200 200 200 200 200 200
tendering:verify                       200 200 200 200 200 200 200 200 200
accounts_console:state                 302 302 302 302 302 302 302 302 200
tendering:verify-any                   200 200 200 200 200 200 200 200 200
tendering:verify-script                200 200 200 200 200 200 200 200 200
tendering_console:index                302 302 302 302 302 302 302 200 200
tendering_console:direct               302 302 302 302 302 302 302 404 302
tendering_console:direct-refuse        302 302 302 302 302 302 302 404 302
tendering_console:direct-allow         302 302 302 302 302 302 302 404 302
tendering_console:objections           302 302 302 302 302 302 302 200 302
tendering_console:public-value         302 302 302 302 302 302 302 200 200
tendering_console:resume               302 302 302 302 302 302 302 200 302
tendering_console:review               302 302 302 302 302 302 302 404 200
tendering_console:review-return        302 302 302 302 302 302 302 404 200
tendering_console:review-publish       302 302 302 302 302 302 302 404 200
tendering_console:origins              302 302 302 302 302 302 302 200 302
tendering_console:origins-ask          302 302 302 302 302 302 302 200 302
tendering_console:origins-grant        302 302 302 302 302 302 302 200 302
tendering_console:origins-refuse       302 302 302 302 302 302 302 200 302
tendering_console:signals              302 302 302 302 302 302 302 200 302
tendering_console:suspend              302 302 302 302 302 302 302 200 302
tendering_console:void                 302 302 302 302 302 302 302 200 302
tendering_pool:admit                   302 302 302 302 302 302 302 302 200
tendering_pool:evaluator               302 302 302 302 302 302 302 302 200
tendering_pool:tie                     302 302 302 302 302 302 302 302 200
tendering_pool:index                   302 302 302 302 302 302 302 302 200
ui:components                          200 200 200 200 200 200 200 200 200
healthz                                200 200 200 200 200 200 200 200 200
readyz                                 200 200 200 200 200 200 200 200 200
/robots.txt                            200 200 200 200 200 200 200 200 200
/console/login/                        302 403 403 403 403 403 403 302 302
"""

#: What only takes a POST: the roles that may; everybody else gets 302 to sign in, 403 or 404.
OPERATIONS = {
    "accounts:invitation-resend": {"owner"},
    "accounts:invitation-withdraw": {"owner"},
    "accounts:member-deactivate": {"owner"},
    "accounts:member-reactivate": {"owner"},
    "accounts:member-role": {"owner"},
    "accounts:notice-open": {"owner"},
    "accounts:notices-read": set(ROLES) - {"anonymous"},
    "accounts:session-stay": set(ROLES),
    "accounts:switch-organisation": set(),
    "accounts_console:clock-trust": {"operator"},
    "accounts_console:work-again": {"operator"},
    # Everybody is asked for the password first; whose token it is comes after that.
    "accounts:token-revoke": set(ROLES) - {"anonymous"},
    "api:fee-calculation": set(ROLES),
    "registry:change-start": {"firm", "applicant"},
    "registry:offer-withdraw": {"firm"},
    "registry:registration-file": {"applicant"},
    "registry:registration-row-add": {"applicant"},
    "registry:registration-row-remove": {"applicant"},
    "registry:registration-step-leave": {"applicant"},
    "registry:registration-step-typed": {"applicant"},
    "registry:registration-withdraw": {"applicant"},
    "registry_console:registration-pass": {"regulator"},
    "registry_console:registration-return": {"regulator"},
    "registry_console:registration-save": {"regulator"},
    "tendering:attachment-delete": {"owner"},
    "tendering:bid-sealed": {"firm", "applicant"},
    "tendering:draft-take-back": {"owner"},
    "tendering:draft-typed": {"owner"},
    "tendering:evaluation-no-tie": set(),
    "tendering:evaluation-typed": set(),
    "tendering:repost": set(),
    # Only the two who have decided a purpose, and nobody has asked for one.
    "tendering_console:origins-show": set(),
    "tendering_pool:readmit": {"operator"},
    "tendering_pool:retire": {"operator"},
    "tendering_pool:tie-end": {"operator"},
}


def routes_of(resolver: URLResolver, namespace: str = "", prefix: str = "/") -> Iterator[str]:
    """Every route that a view or an app of ours answers, by its name, else by its address."""
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLResolver):
            inner = ":".join(filter(None, (namespace, pattern.namespace)))
            yield from routes_of(pattern, inner, prefix + str(pattern.pattern))
        elif isinstance(pattern, URLPattern) and not namespace.startswith("wagtail"):
            view = getattr(pattern.callback, "view_class", getattr(pattern.callback, "cls", pattern.callback))
            if namespace or view.__module__.startswith(OURS):
                yield (
                    ":".join(filter(None, (namespace, pattern.name))) if pattern.name else prefix + str(pattern.pattern)
                )


def arguments(things: dict) -> dict[str, list]:
    """What each route with parts in its address is asked with."""
    draft, review, published, opened = (things[key].number for key in ("draft", "review", "published", "opened"))
    contract, deliverable, payment = things["contract"].number, things["deliverable"].pk, things["payment"].pk
    registration, filed, code = things["registration"].number, things["filed"].number, things["item"].code
    uscc, event, invitation = things["firm"].uscc, things["event"].number, things["invitation"]
    found = {
        "accounts:invitation-accept": [invitation.token],
        "accounts:notice-open": [things["notice"].pk],
        "accounts_console:clock-trust": ["this start"],
        "accounts_console:work-again": [things["stuck"].pk],
        "accounts:token-revoke": [0],
        "api:award-detail": [opened],
        "api:fee-schedule-detail": [things["item"].fee_schedule.code],
        "api:intermediary-detail": [uscc],
        "api:intermediary-standing": [uscc],
        "api:regulation-detail": [things["regulation"].document_no],
        "api:service-item-detail": [code],
        "api:filing": [published],
        "api:work-request-detail": [published],
        "api:work-request-transcript": [opened],
        "api:work-request-transcript-signature": [opened],
        "catalogue:item-detail": [code],
        "contracting:deliver": [contract, 2],
        "contracting:extend": [contract, 2],
        "contracting:file": [contract, things["file"].file_id],
        "contracting_console:decide": [deliverable],
        "contracting_console:terminate": [contract],
        "cms:picture": ["signature", 0, "max-1200x1600"],
        "credit:event": [event],
        "credit:event-file": [event, 1],
        "credit:list": ["restricted"],
        "credit:standing": [uscc],
        "credit_console:decide": [event],
        "registry:intermediary-detail": [uscc],
        "registry:registration-document": [registration, "licence"],
        "registry:registration-row-add": [registration, "holders"],
        "registry:registration-row-remove": [registration, "holders", 0],
        "registry:registration-step": [registration, "particulars"],
        "registry:registration-step-leave": [registration, "particulars"],
        "registry:registration-step-typed": [registration, "particulars"],
        "registry_console:suspension-decide": [things["suspension"].pk],
        "registry_console:suspension-lift": [things["suspension"].pk],
        "registry_console:suspension-propose": [uscc],
        "tendering:announcement": [published, 1],
        "tendering:attachment": [draft, things["attachment"].pk],
        "tendering:attachment-delete": [draft, things["attachment"].pk],
        "tendering:award-detail": [opened],
        "tendering:draft-look-over": [draft, "contact"],
        "tendering:draft-page": [draft, "contact"],
        "tendering:draft-stay": [draft, "contact"],
        "tendering:draft-typed": [draft, "contact"],
        "tendering:draft-take-back": [review],
        "tendering:evaluation-proposal": [0, 1],
        "tendering_pool:evaluator": [things["evaluator"].number],
        "tendering_pool:tie-end": [things["evaluator"].number, things["tie"].pk],
        "tendering:evidence": [opened, things["evidence"].pk],
        "tendering:object": [opened],
        "tendering:question-answer": [published, things["question"].number],
        "tendering:transcript": [opened],
        "tendering:verify": [opened],
        "tendering_console:public-value": [opened],
        "tendering_console:objections": [opened],
        "tendering_console:signals": [opened],
    }
    same = {
        "accounts:invitation-{}": (("resend", "withdraw"), [invitation.pk]),
        "accounts:member-{}": (("role", "deactivate", "reactivate"), [things["membership"].pk]),
        "contracting:{}": (
            [
                "contract-detail",
                "contract-text",
                "terms-propose",
                "terms-agree",
                "terms-change",
                "sign",
                "payment-record",
                "rate",
                "rating-change",
                "rating-reply",
                "parts",
            ],
            [contract],
        ),
        "contracting:deliverable-{}": (("answer", "return"), [contract, deliverable]),
        "contracting:payment-{}": (("answer", "deny"), [contract, payment]),
        "registry:offer-{}": (("change", "withdraw"), [code]),
        "registry:registration-{}": (("detail", "file", "withdraw"), [registration]),
        "registry_console:registration-{}": (("check", "save", "pass", "return"), [filed]),
        "tendering:draft-{}": (("summary", "submit", "delete"), [draft]),
        "tendering:{}": (
            ["request-detail", "question-ask", "terminate", "repost", "pick", "change"],
            [published],
        ),
        "tendering:bid{}": (("", "-change", "-seal", "-sealed", "-withdraw"), [published]),
        "tendering:evaluation{}": (("", "-hand-in", "-look-over", "-no-tie", "-tie", "-typed"), [0]),
        "tendering_pool:{}": (("tie", "retire", "readmit"), [things["evaluator"].number]),
        "tendering_console:direct{}": (("", "-allow", "-refuse"), [review]),
        "tendering_console:origins{}": (("", "-ask", "-grant", "-refuse", "-show"), [opened]),
        "tendering_console:review{}": (("", "-publish", "-return"), [review]),
        "tendering_console:{}": (("suspend", "resume", "void"), [published]),
    }
    for form, (parts, values) in same.items():
        found |= {form.format(part): values for part in parts}
    return found


def address_of(route: str, things: dict) -> str:
    return route if route.startswith("/") else reverse(route, args=arguments(things).get(route, []))


def table() -> dict[str, dict[str, int]]:
    _, *rows = (line.split() for line in PAGES.strip().splitlines())
    return {route: dict(zip(ROLES, map(int, codes), strict=True)) for route, *codes in rows}


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker):
    """The scene and everybody's session, made once; each test takes back what it did."""
    with django_db_blocker.unblock(), clock.at(MONDAY_MORNING), transaction.atomic():
        scene = set_scene()
        sessions = {}
        for role, person in scene.people.items():
            client = Client()
            if person is not None:
                client.force_login(person)
            sessions[role] = {name: cookie.value for name, cookie in client.cookies.items()}
        yield scene, sessions
        transaction.set_rollback(True)


@pytest.fixture
def things(world):
    return world[0].things


@pytest.fixture
def clients(world, frozen_clock):
    """A browser for each role, signed in; the clock stands where the world was made."""
    found = {}
    for role, cookies in world[1].items():
        found[role] = Client(raise_request_exception=False)
        found[role].cookies.load(cookies)
    return found


class TestTheTable:
    def test_every_route_of_ours_has_its_line(self):
        assert set(routes_of(get_resolver())) == table().keys() | OPERATIONS.keys()

    def test_its_columns_are_the_roles(self):
        assert PAGES.split()[1 : len(ROLES) + 1] == [role[:3] for role in ROLES]


@pytest.mark.parametrize("route", table())
def test_a_page_answers_each_role_as_the_table_says(route, things, clients):
    address = address_of(route, things)

    answers = {role: clients[role].get(address).status_code for role in ROLES}

    assert answers == table()[route]


@pytest.mark.parametrize("route", OPERATIONS)
def test_an_operation_is_refused_to_every_role_that_may_not(route, things, clients):
    address = address_of(route, things)

    answers = {
        role: clients[role].post(address, {"role": "handler"}) for role in ROLES if role not in OPERATIONS[route]
    }

    assert {role: answer.status_code for role, answer in answers.items() if not refuses(answer)} == {}


def refuses(answer) -> bool:
    # Wagtail answers a refusal inside the console by leading back to its first page, with the reason.
    sent_away = answer.status_code == 302 and ("/login" in answer.url or answer.url == "/console/")
    return sent_away or answer.status_code in (403, 404)


@pytest.mark.parametrize("route", [route for route, allowed in OPERATIONS.items() if allowed])
def test_an_operation_is_open_to_the_roles_that_may(route, things, clients):
    address = address_of(route, things)

    answers = {role: clients[role].post(address).status_code for role in ROLES if role in OPERATIONS[route]}

    assert {role: code for role, code in answers.items() if code in (403, 404, 405, 500)} == {}


def console_routes() -> list[str]:
    """Every address of Wagtail's console that has no parts to fill in."""
    found = []
    for pattern in get_resolver().url_patterns:
        if isinstance(pattern, URLResolver) and str(pattern.pattern) == "console/":
            found += _plain(pattern, "console/")
    return found


def _plain(resolver: URLResolver, prefix: str) -> list[str]:
    found = []
    for pattern in resolver.url_patterns:
        route = prefix + str(pattern.pattern)
        if any(sign in route for sign in "<(^$"):
            continue
        found += _plain(pattern, route) if isinstance(pattern, URLResolver) else [f"/{route}"]
    return found


OPEN_TO_ALL = {"/console/login/", "/console/logout/", "/console/sprite/", "/console/jsi18n/"}


class TestWagtailsConsole:
    def test_nobody_but_staff_gets_in(self, clients):
        routes = [route for route in console_routes() if route not in OPEN_TO_ALL and "password_reset" not in route]

        answers = {
            (route, role): clients[role].get(route).status_code
            for route in routes
            for role in ("anonymous", "stranger", "owner", "firm")
        }

        assert len(routes) > 50
        assert set(answers.values()) <= {302, 403, 404}
