"""Notices of this app, each once an occasion."""

from collections.abc import Iterable
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from marketplace.accounts import notices
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
ABOUT = {
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
    **params: object,
) -> None:
    """
    Tell every active member of some organisations about a request, once an occasion.

    :param occasion: names it within the request, such as "published" or "question:3"
    :param subject: lazy; it and the body may name `number`, `title` and what `params` holds
    """
    for organisation in organisations:
        notices.notify(
            organisation=organisation,
            subject=subject,
            body=body,
            url=work_request.get_absolute_url(),
            key=f"{work_request.audit_matter}:{occasion}",
            params={"number": work_request.number, "title": work_request.title, **params},
        )


def tell_about(
    organisations: Iterable[Organisation],
    work_request: WorkRequest,
    about: str,
    *,
    occasion: str = "",
    **params: object,
) -> None:
    """Tell organisations one of the things that have a name."""
    subject, body = ABOUT[about]
    tell(organisations, work_request, occasion=occasion or about, subject=subject, body=body, **params)


def moment(instant: datetime) -> str:
    """An instant as notices write it, in Asia/Shanghai."""
    return instant.astimezone(clock.SHANGHAI).strftime("%Y-%m-%d %H:%M")


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
