"""Every kind of page: who looks at it and where, by the names of the table of routes."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from allauth.account.models import EmailAddress
from django.urls import reverse

from cms.models import GuidePage, NoticePage, RegulationPage
from tests.factories.accounts import InvitationFactory, UserFactory
from tests.factories.catalogue import ServiceItemFactory
from tests.factories.cms import notice_page
from tests.factories.contracting import ContractFactory, intermediary_of, owner_of
from tests.factories.credit import ConductEventFactory
from tests.factories.registry import OfferFactory
from tests.factories.tendering import QuestionFactory, WorkRequestFactory, bid, bidder_for, member_of
from tests.functional.scene import Scene, set_scene
from tests.functional.test_route_roles import address_of, table
from tests.tendering import panels

#: What answers a GET and is no page of ours to look at.
NO_PAGES = {
    **dict.fromkeys(("healthz", "readyz", "/robots.txt", "accounts:session-state"), "read by machines"),
    **dict.fromkeys(("credit:feed", "cms:regulation-feed", "tendering:award-feed", "tendering:request-feed"), "a feed"),
    **dict.fromkeys(("tendering:transcript", "tendering:transcript-schema", "tendering:announcement"), "JSON"),
    **dict.fromkeys(("tendering:verify-script", "tendering:attachment", "tendering:evidence"), "a file"),
    **dict.fromkeys(("contracting:file", "credit:event-file", "cms:picture"), "a file"),
    **dict.fromkeys(("registry:registration-document", "tendering:evaluation-proposal"), "a file"),
    "search:suggest": "a list below the field of the search, looked at by its own test",
    "tendering:bid-seal": "follows the sending of the bid's form; looked at where a bid is sealed",
    "tendering:draft-submit": "leads to the last page of the draft",
    "/console/login/": "leads to the site's sign-in",
}
#: Who sees a page first, where several may: the one whom it is made for.
FIRST = ("anonymous", "owner", "firm", "applicant", "regulator", "operator", "stranger", "rival", "reader")
#: Pages of allauth that need no state of their own.
ALLAUTH = ("account_login", "account_signup", "account_reset_password", "account_inactive")
ALLAUTH_SIGNED_IN = (
    *("account_logout", "account_reauthenticate", "account_email", "account_change_password"),
    *("mfa_index", "mfa_activate_totp", "mfa_list_webauthn", "mfa_add_webauthn", "mfa_generate_recovery_codes"),
)
#: The kinds of pages of Wagtail's console that people here are led to; its dialogues and reports are its own.
CONSOLE = (
    *("", "pages/", "documents/", "images/add/", "account/", "reports/site-history/"),
    *("snippets/catalogue/serviceitem/", "snippets/catalogue/regulation/add/"),
)


@dataclass(frozen=True)
class Visit:
    """A page as one person sees it."""

    kind: str
    who: str
    email: str
    address: str
    status: int = 200


@dataclass
class Looking:
    """Gathers the visits of a world."""

    visits: list[Visit]

    def at(self, kind: str, who: str, person: Any, address: str | None = None, status: int = 200) -> None:
        email = ""
        if person is not None:
            email = person.email
            EmailAddress.objects.get_or_create(user=person, email=email, defaults={"verified": True, "primary": True})
        self.visits.append(Visit(kind, who, email, address or reverse(kind), status))


def kinds_to_visit() -> set[str]:
    return {route for route in table() if not route.startswith("api:")} - NO_PAGES.keys()


def make() -> list[Visit]:
    """Set the scene and say where every kind of page is seen; the clock stands where the scene needs it."""
    scene = set_scene()
    looking = Looking([])
    _by_the_table(looking, scene)
    _of_contracts(looking)
    _of_selection(looking)
    _of_evaluators(looking)
    _of_everybody(looking, scene)
    _of_the_console(looking, scene)
    return looking.visits


def _by_the_table(looking: Looking, scene: Scene) -> None:
    """What the table of routes says is seen."""
    for route, answers in table().items():
        who = next((role for role in FIRST if answers[role] == 200), None)
        if route in kinds_to_visit() and who:
            looking.at(route, who, scene.people[who], address_of(route, scene.things))


def _of_contracts(looking: Looking) -> None:
    def page(route: str, party: str, contract: Any) -> None:
        person = owner_of(contract) if party == "owner" else intermediary_of(contract)
        looking.at(route, party, person, reverse(route, args=[contract.number]))

    page("contracting:terms-propose", "owner", ContractFactory())
    proposed = ContractFactory(proposed=True)
    page("contracting:terms-agree", "firm", proposed)
    page("contracting:terms-change", "firm", proposed)
    page("contracting:sign", "firm", ContractFactory(agreed=True))
    bundle = ContractFactory(agreed=True, items=[ServiceItemFactory(), ServiceItemFactory()])
    page("contracting:parts", "firm", bundle)
    page("contracting:rate", "owner", ContractFactory(completed=True))
    rated = ContractFactory(rated=True)
    page("contracting:rating-change", "owner", rated)
    page("contracting:rating-reply", "firm", rated)
    page("contracting:contract-detail", "owner", rated)


def _of_selection(looking: Looking) -> None:
    decided = WorkRequestFactory(bidders=2, lowest_price=True, opened=True)
    loser = decided.firms[0].organisation
    looking.at("tendering:object", "firm", member_of(loser), reverse("tendering:object", args=[decided.number]))
    direct = WorkRequestFactory(direct=True, published=True)
    OfferFactory(item=direct.items.get(), intermediary=bidder_for(direct))
    looking.at("tendering:pick", "owner", member_of(direct.owner), reverse("tendering:pick", args=[direct.number]))
    benchmark = WorkRequestFactory(bidders=4, opened=True, benchmark_price=True)
    for route in ("tendering:award-detail", "tendering:verify"):
        looking.at(route, "anonymous", None, reverse(route, args=[benchmark.number]))
    drawn = WorkRequestFactory(bidders=4, opened=True, credit_preferred=True)
    looking.at("tendering:award-detail", "anonymous", None, reverse("tendering:award-detail", args=[drawn.number]))
    looking.at("tendering:pick", "owner", member_of(drawn.owner), reverse("tendering:pick", args=[drawn.number]))
    waiting = WorkRequestFactory(direct=True, under_review=True)
    for route in ("tendering_console:direct", "tendering_console:direct-allow", "tendering_console:direct-refuse"):
        looking.at(route, "regulator", _regulator(), reverse(route, args=[waiting.number]))


def _of_evaluators(looking: Looking) -> None:
    request = panels.published(4)
    request.firms = [bidder_for(request) for _ in range(2)]
    for number, firm in enumerate(request.firms):
        bid(request, firm, price=Decimal(150_000 + number), days=20)
    panels.open_bids(request)
    first, second, *_ = panels.papers(request)
    panels.fill(second, hand_in=False)
    looking.at("tendering:evaluation-list", "evaluator", panels.person(first))
    for route in ("tendering:evaluation", "tendering:evaluation-tie"):
        looking.at(route, "evaluator", panels.person(first), reverse(route, args=[first.pk]))
    for route in ("tendering:evaluation", "tendering:evaluation-look-over", "tendering:evaluation-hand-in"):
        looking.at(route, "evaluator", panels.person(second), reverse(route, args=[second.pk]))


def _regulator() -> Any:
    from marketplace.accounts.console import sync_console_access
    from tests.factories.accounts import MembershipFactory

    regulator = MembershipFactory(regulator=True).user
    sync_console_access(regulator)
    return regulator


def _of_everybody(looking: Looking, scene: Scene) -> None:
    people, things = scene.people, scene.things
    invited = InvitationFactory(organisation=things["published"].owner)
    guest = UserFactory(email=invited.email)
    looking.at(
        "accounts:invitation-accept", "stranger", guest, reverse("accounts:invitation-accept", args=[invited.token])
    )
    request = things["published"]
    QuestionFactory(work_request=request, answered=True)
    for who in ("firm", "owner"):
        for route in ("tendering:request-detail", "accounts:workbench", "registry:intermediary-detail"):
            looking.at(route, who, people[who], address_of(route, things))
    for route in ("registry:intermediary-detail", "credit:standing"):
        looking.at(route, "anonymous", None, address_of(route, things))
    public = ConductEventFactory(subject=things["firm"].organisation)
    looking.at("credit:event", "regulator", people["regulator"], reverse("credit:event", args=[public.number]))
    for address in ("/", "/regulations/", "/notices/", "/guides/", "/guides/accessibility/", "/search/?q=qqqq"):
        looking.at(f"page {address}", "anonymous", None, address)
    notice = notice_page()
    for page in (RegulationPage.objects.live().first(), GuidePage.objects.live().first(), notice):
        looking.at(f"a {type(page).__name__}", "anonymous", None, page.url)
    for name in ALLAUTH:
        looking.at(name, "anonymous", None)
    for name in ("accounts:token-create", *ALLAUTH_SIGNED_IN):
        looking.at(name, "owner", people["owner"])
    english = ("tendering:request-detail", "tendering:award-detail", "registry:intermediary-detail")
    for route in english:
        looking.at(route, "anonymous", None, f"/en{address_of(route, things)}")
    looking.at("page /en/", "anonymous", None, "/en/")
    looking.at("not found", "anonymous", None, "/no-such-page/", 404)
    looking.at("refused", "owner", people["owner"], address_of("tendering:pick", things), 403)
    looking.at("an invitation gone", "owner", people["owner"], address_of("accounts:invitation-accept", things), 409)


def _of_the_console(looking: Looking, scene: Scene) -> None:
    editor = UserFactory(is_superuser=True)
    for part in CONSOLE:
        looking.at("console", "editor", editor, f"/console/{part}")
    for who in ("regulator", "operator"):
        looking.at("console", who, scene.people[who], "/console/")
    for page in (RegulationPage, GuidePage, NoticePage):
        found = page.objects.first()
        looking.at("console", "editor", editor, reverse("wagtailadmin_pages:edit", args=[found.pk]))
    for route in ("wagtailadmin_explore", "wagtailadmin_pages:history", "wagtailadmin_pages:delete"):
        looking.at("console", "editor", editor, reverse(route, args=[found.get_parent().pk]))
    regulation = scene.things["regulation"]
    item = scene.things["item"]
    for model, pk in (("regulation", regulation.pk), ("serviceitem", item.pk), ("feeschedule", item.fee_schedule.pk)):
        looking.at("console", "editor", editor, reverse(f"wagtailsnippets_catalogue_{model}:edit", args=[pk]))
