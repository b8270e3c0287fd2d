"""What the law makes of a service, in its page's words: what to know before spending money, article by article."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import groupby

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from marketplace.core.failures import Text
from marketplace.ui.templatetags.market import day

from .models import Checked, LegalBasis, Regulation, ServiceItem

Status, Tie, SelfMade, Role = ServiceItem.Status, ServiceItem.Tie, ServiceItem.SelfMade, LegalBasis.Role

#: Told before anybody posts or buys, by legal position: a first sentence, and what follows from it.
WARNINGS: dict[str, tuple[Text, Text]] = {
    Status.VOLUNTARY: (
        _("This service is voluntary, not a condition of an approval."),
        _("Whether you have it done, and by whom, is yours to decide; no authority may ask for it."),
    ),
    Status.LOCAL: (
        _("No national law was found that asks for this service."),
        _("An authority may ask for it only if it names a regulation of the province or the city."),
    ),
    Status.UNCONFIRMED: (
        _("It is not confirmed that the approval still asks for this service."),
        _("Ask the authority for the article that it rests on before you spend money."),
    ),
    Status.AUTHORITY: (
        _("The authority has this done and pays for it."),
        _("It is part of the authority's own procedure: it may neither be asked of you nor charged to you."),
    ),
}
#: What one may do without a firm, in a sentence.
SELF_MADE_SHORT: dict[str, Text] = {
    SelfMade.YES: _("You may do this yourself."),
    SelfMade.CONDITIONAL: pgettext_lazy("self-made", "You may do this yourself if you are able."),
}
#: What an article means for the reader, by what it is about.
MEANINGS: dict[str, Text] = {
    Role.PAYMENT: _("why the authority pays"),
    Role.TENDER: _("above the thresholds it must be tendered"),
    Role.CONDUCT: _("how providers are supervised"),
    Role.FEE: _("a reference price, not a limit"),
}
BY_TIE: dict[str, Text] = {
    Tie.APPROVAL: _("why the approval may ask for it"),
    Tie.ACCEPTANCE: _("why acceptance needs it"),
    Tie.SUPERVISION: _("a duty that is checked, no approval"),
    Tie.NONE: _("nothing depends on it"),
}
BY_STATUS: dict[str, Text] = {
    Status.VOLUNTARY: _("asks nothing of you"),
    Status.LOCAL: _("no basis by itself; a local rule is needed"),
    Status.UNCONFIRMED: _("not confirmed that it asks for this"),
    Status.AUTHORITY: _("the authority's own step"),
}
BY_SELF_MADE: dict[str, Text] = {
    SelfMade.YES: _("why you may do it yourself"),
    SelfMade.CONDITIONAL: _("when you may do it yourself"),
    SelfMade.NO: _("why a qualified body does it"),
}


@dataclass(frozen=True)
class Article:
    """One article of one document, with everything that it means for the service."""

    regulation: Regulation
    article: str
    says: str
    meanings: list[Text] = field(default_factory=list)
    is_from_memory: bool = False


@dataclass(frozen=True)
class Position:
    """What is said at the top of a service's page."""

    lead: Text = ""
    text: Text = ""
    self_made: Text = ""
    self_made_by: list[Article] = field(default_factory=list)
    ended: Text = ""


def articles_of(item: ServiceItem) -> list[Article]:
    """The legal basis article by article, in the catalogue's order; one that matters in two respects stands once."""
    rows = list(item.bases.all())
    order = {(row.regulation_id, row.article): place for place, row in reversed(list(enumerate(rows)))}
    rows.sort(key=lambda row: order[row.regulation_id, row.article])
    return [_article(item, list(group)) for _key, group in groupby(rows, lambda row: (row.regulation_id, row.article))]


def _article(item: ServiceItem, rows: list[LegalBasis]) -> Article:
    first = rows[0]
    return Article(
        regulation=first.regulation,
        article=first.article,
        says=first.says,
        meanings=_meanings(item, rows),
        is_from_memory=first.checked == Checked.MEMORY and not item.is_verified,
    )


def _meanings(item: ServiceItem, rows: Iterable[LegalBasis]) -> list[Text]:
    regulation = next(iter(rows)).regulation
    if regulation.has_ended and regulation.repealed_on and any(row.role != Role.FEE for row in rows):
        now = regulation.replaced_by or regulation.repealed_by
        text = _("no basis since {day}; now {document}") if now else _("no basis since {day}")
        number = now.document_no if now else ""
        return [format_lazy(text, day=day(regulation.repealed_on), document=number)]
    return [meaning_of(item, row.role) for row in rows]


def meaning_of(item: ServiceItem, role: str) -> Text:
    """What an article means for whoever wants the service, by what it is about."""
    if role == Role.SELF_MADE:
        return BY_SELF_MADE[item.self_made]
    if role == Role.REQUIRED:
        return BY_STATUS.get(item.status) or BY_TIE[item.tie]
    return MEANINGS[role]


def position_of(item: ServiceItem, articles: Iterable[Article]) -> Position:
    """What to know before spending money."""
    lead, text = WARNINGS.get(item.status, ("", ""))
    return Position(
        lead=lead,
        text=text,
        self_made=_self_made(item),
        self_made_by=_self_made_by(item, articles),
        ended=_ended(item),
    )


def _self_made(item: ServiceItem) -> Text:
    if item.status in (Status.AUTHORITY, Status.MERGED):
        return ""
    return SELF_MADE_SHORT.get(item.self_made, "")


def _self_made_by(item: ServiceItem, articles: Iterable[Article]) -> list[Article]:
    """The articles that say so, those in force first."""
    cited = {(row.regulation_id, row.article) for row in item.bases.all() if row.role == Role.SELF_MADE}
    found = [each for each in articles if (each.regulation.pk, each.article) in cited]
    return sorted(found, key=lambda each: not each.regulation.in_force)


def _ended(item: ServiceItem) -> Text:
    if item.abolished_until is None:
        return ""
    return format_lazy(
        _("Ended: {what}, last day {day}. The service itself goes on."),
        what=item.abolished,
        day=day(item.abolished_until),
    )
