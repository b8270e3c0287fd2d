"""Notices of this app, each once an occasion."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from marketplace.accounts import notices as accounts_notices
from marketplace.accounts.models import Membership, Organisation
from marketplace.core import clock
from marketplace.core.failures import Text

from .models import OpenedBid, WorkRequest

BODY = _("%(number)s %(title)s")

#: What many firms are told at once, by name: so that it can be due work.
ABOUT_QUESTIONS = "deadline_moved"
ABOUT_OUTAGE = "outage"
ABOUT_VERSION = "version"
ABOUT_SELECTED = "selected"
ABOUT_FAILED = "failed"
ABOUT_VOIDED = "voided"
ABOUT_ANSWER = "answer"
ABOUT_PUBLISHED = "published_for_you"
ABOUT = {
    ABOUT_PUBLISHED: (
        _("%(number)s fits you: bids are taken until %(moment)s"),
        _("%(title)s\n\n%(owner)s asks for %(services)s. Your company offers this and meets every condition now."),
    ),
    ABOUT_ANSWER: (
        _("%(number)s: question %(question)s was answered"),
        _("%(title)s: %(text)s"),
    ),
    ABOUT_SELECTED: (
        _("%(number)s: the bids are open"),
        _(
            "%(title)s: %(winner)s comes first. The result is published and can be checked by anyone.\n\n"
            "The receipt of what your company filed; its fingerprint stands in the published list:\n%(receipts)s"
        ),
    ),
    ABOUT_FAILED: (
        _("%(number)s failed: too few bids counted"),
        _(
            "%(title)s: %(fewest)d bids had to count. The owner can post it again.\n\n"
            "The receipt of what your company filed; its fingerprint stands in the published list:\n%(receipts)s"
        ),
    ),
    ABOUT_VOIDED: (
        _("%(number)s was voided: a secret does not match what was announced"),
        _("%(number)s %(title)s\n\nThe receipt of what your company filed:\n%(receipts)s"),
    ),
    ABOUT_VERSION: (
        _("%(number)s was changed: version %(version)s"),
        _("%(title)s: bids are taken until %(moment)s. A bid filed before must be sealed again, or it does not count."),
    ),
    ABOUT_QUESTIONS: (
        _("%(number)s: a question stood unanswered at the deadline"),
        _("%(title)s: the deadline has moved by two working days, once, to %(moment)s."),
    ),
    ABOUT_OUTAGE: (
        _("%(number)s: the deadline has moved because the market was out of reach"),
        _(
            "%(title)s: the market was out of reach shortly before the deadline or across it. "
            "Bids are taken until %(moment)s."
        ),
    ),
}


def tell(
    organisations: Iterable[Organisation],
    work_request: WorkRequest,
    *,
    occasion: str,
    subject: Text,
    body: Text = BODY,
    at: str = "",
    turn: str = "",
    **params: Any,
) -> None:
    """
    Tell every active member of some organisations about a request, once an occasion.

    :param occasion: names it within the request, such as "published" or "question:3"
    :param subject: lazy; it and the body may name `number`, `title` and what `params` holds
    :param at: the page to act on (`page`); the request's own where nothing has to be done
    :param turn: what waits for them, such as "review"; `settle` ends it
    """
    accounts_notices.notify_all(
        organisations=organisations,
        subject=subject,
        body=body,
        url=at or work_request.get_absolute_url(),
        key=f"{work_request.audit_matter}:{occasion}",
        turn=f"{work_request.audit_matter}:{turn}" if turn else "",
        params={"number": work_request.number, "title": work_request.title, **params},
    )


def settle(work_request: WorkRequest, turn: str) -> None:
    """What the request's notices of that turn waited for is done."""
    accounts_notices.settle(f"{work_request.audit_matter}:{turn}")


def settle_all(work_request: WorkRequest) -> None:
    """The request is over: nothing of it waits for anybody."""
    accounts_notices.settle_matter(work_request.audit_matter)


def page(name: str, *args: object) -> str:
    """The path of a page, the console's included; each reader gets it in their language."""
    with translation.override(settings.LANGUAGE_CODE):
        return reverse(name, args=args)


def tell_about(
    organisations: Iterable[Organisation],
    work_request: WorkRequest,
    about: str,
    *,
    occasion: str = "",
    **params: Any,
) -> None:
    """Tell organisations one of the things that have a name."""
    subject, body = ABOUT[about]
    tell(organisations, work_request, occasion=occasion or about, subject=subject, body=body, **params)


def moment(instant: datetime) -> str:
    """An instant as notices write it, in Asia/Shanghai."""
    return clock.written(instant)


def regulators_of(work_request: WorkRequest) -> list[Organisation]:
    """The authorities of the request's services, the owner excepted; all others where none of them has people."""
    with_people = Membership.objects.acting().values("organisation")
    authorities = Organisation.objects.authorities().filter(pk__in=with_people).exclude(pk=work_request.owner_id)
    competent = authorities.filter(pk__in=work_request.items.values("authority"))
    return list(competent) or list(authorities)


def operators() -> list[Organisation]:
    return list(Organisation.objects.filter(kind=Organisation.Kind.OPERATOR))


def bidders_of(work_request: WorkRequest) -> list[Organisation]:
    """Everybody whose filing was opened; nobody before the opening."""
    bidders = OpenedBid.objects.of_bidders().filter(opening__work_request=work_request)
    return list(Organisation.objects.filter(intermediary__in=bidders.values("intermediary")))
