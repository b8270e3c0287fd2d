"""Notices of this app, each once an occasion."""

from collections.abc import Iterable

from django.utils.translation import gettext_lazy as _

from marketplace.accounts import notices
from marketplace.accounts.models import Membership, Organisation
from marketplace.core.failures import Text

from .models import OpenedBid, WorkRequest

BODY = _("%(number)s %(title)s")


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
