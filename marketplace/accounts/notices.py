"""Telling an organisation's people that it is their turn: on the site at once, by e-mail through the outbox."""

from collections.abc import Mapping
from datetime import timedelta

from django.conf import settings
from django.core.mail import send_mail
from django.urls import translate_url
from django.utils import translation
from django.utils.functional import Promise

from marketplace.core import clock, outbox
from marketplace.core.jobs import Queue
from marketplace.core.models import DueWork

from .models import Membership, Notice, Organisation, User

KIND = "accounts.mail_notice"
TITLE_LENGTH = 200
#: A mail that no server takes for two days is put aside; the notice stands on the site all the while.
MAIL_RETRY = outbox.Retry(first=timedelta(seconds=30), longest=timedelta(hours=1), most=55)

Text = str | Promise


def notify(
    *,
    organisation: Organisation,
    subject: Text,
    body: Text,
    url: str,
    key: str,
    params: Mapping[str, object] | None = None,
) -> None:
    """
    Tell every active member of an organisation, once a key, each in their own language.

    :param subject: lazy, with `%(name)s` for the values of `params`; what is formatted already stays as it is
    :param url: the page to act on, a path of this site
    :param key: names the occasion, such as "request:MX-2026-0001:published"; a second call with it changes nothing
    """
    for membership in Membership.objects.active().filter(organisation=organisation).select_related("user"):
        _write(membership.user, organisation, subject, body, url, f"{key}:{organisation.pk}", params)


def notify_person(
    *,
    user: User,
    subject: Text,
    body: Text,
    url: str,
    key: str,
    params: Mapping[str, object] | None = None,
) -> None:
    """
    Tell one person on their own account, such as an evaluator, once a key; the parameters are those of `notify`.

    A closed account is told nothing.
    """
    if user.is_active:
        _write(user, None, subject, body, url, key, params)


def _write(
    user: User,
    organisation: Organisation | None,
    subject: Text,
    body: Text,
    url: str,
    key: str,
    params: Mapping[str, object] | None,
) -> None:
    with translation.override(user.language):
        title = _written(subject, params)[:TITLE_LENGTH]
        text = _written(body, params)
    notice, created = Notice.objects.get_or_create(
        user=user,
        key=key,
        defaults={"organisation": organisation, "title": title, "body": text, "url": url, "created_at": clock.now()},
    )
    if created:
        outbox.schedule(KIND, str(notice.pk), clock.now())


def _written(text: Text, params: Mapping[str, object] | None) -> str:
    return str(text) % params if params else str(text)


def path_in(path: str, language: str) -> str:
    """A path of this site, on whichever language's page it was made, on the pages of a language."""
    # Resolving knows only the paths of the language in force.
    with translation.override(translation.get_language_from_path(path) or settings.LANGUAGE_CODE):
        return translate_url(path, language)


def address_of(path: str, language: str) -> str:
    """A path of this site as a whole address, on the pages of a language."""
    return f"{settings.WAGTAILADMIN_BASE_URL}{path_in(path, language)}"


@outbox.handler(KIND, queue=Queue.BULK, outside=True, retry=MAIL_RETRY)
def mail_notice(work: DueWork) -> None:
    """Mail one notice; its row is marked done with the sending."""
    notice = Notice.objects.select_related("user").get(pk=work.key)
    link = f"\n\n{address_of(notice.url, notice.user.language)}" if notice.url else ""
    send_mail(f"[明选] {notice.title}", f"{notice.body}{link}\n", None, [notice.user.email])


def mark_read(*, notice: Notice) -> None:
    """Note when a notice was first read."""
    Notice.objects.unread().filter(pk=notice.pk).update(read_at=clock.now())


def mark_all_read(*, user: User) -> int:
    """Note all of a person's notices as read; returns how many were not yet."""
    return Notice.objects.visible_to(user).unread().update(read_at=clock.now())
