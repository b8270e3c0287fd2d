"""Telling an organisation's people that it is their turn: on the site at once, by e-mail through the outbox."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

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


@dataclass(frozen=True)
class _Reader:
    """Who is told, for which organisation, under which key."""

    user: User
    organisation: Organisation | None
    key: str


def notify_all(
    *,
    organisations: Iterable[Organisation],
    subject: Text,
    body: Text,
    url: str,
    key: str,
    params: Mapping[str, object] | None = None,
    turn: str = "",
) -> None:
    """
    Tell every active member of some organisations, once a key, each in their own language, in a few queries.

    :param subject: lazy, with `%(name)s` for the values of `params`; what is formatted already stays as it is
    :param url: the page to act on, a path of this site
    :param key: names the occasion, such as "request:MX-2026-0001:published"; a second call with it changes nothing
    :param turn: names what waits for them, where something does; `settle` ends it
    """
    ids = [organisation.pk for organisation in organisations]
    members = Membership.objects.active().filter(organisation__in=ids).select_related("user", "organisation")
    readers = [
        _Reader(each.user, each.organisation, f"{key}:{each.organisation_id}") for each in members.order_by("pk")
    ]
    _write(readers, subject, body, url, params, turn)


def notify(*, organisation: Organisation, **notice: Any) -> None:
    """Tell every active member of one organisation; the parameters are those of `notify_all`."""
    notify_all(organisations=[organisation], **notice)


def notify_person(
    *,
    user: User,
    subject: Text,
    body: Text,
    url: str,
    key: str,
    params: Mapping[str, object] | None = None,
    turn: str = "",
) -> None:
    """
    Tell one person on their own account, such as an evaluator, once a key; the parameters are those of `notify_all`.

    A closed account is told nothing.
    """
    if user.is_active:
        _write([_Reader(user, None, key)], subject, body, url, params, turn)


def settle(turn: str) -> None:
    """What was waited for has been done or is gone: whoever was told of it has nothing to do any more."""
    Notice.objects.filter(turn=turn, settled_at=None).exclude(turn="").update(settled_at=clock.now())


def settle_matter(matter: str) -> None:
    """A matter is over: whoever was told that something in it waits for them has nothing to do any more."""
    Notice.objects.filter(turn__startswith=f"{matter}:", settled_at=None).update(settled_at=clock.now())


def _write(
    readers: Sequence[_Reader],
    subject: Text,
    body: Text,
    url: str,
    params: Mapping[str, object] | None,
    turn: str,
) -> None:
    texts = {}
    for language in (User.Language.CHINESE, User.Language.ENGLISH):
        with translation.override(language):
            texts[language] = (_written(subject, params)[:TITLE_LENGTH], _written(body, params))
    (title_zh, body_zh), (title_en, body_en) = texts.values()
    people = {reader.user.pk for reader in readers}
    named = Notice.objects.filter(user__in=people, key__in={reader.key for reader in readers})
    known = set(named.values_list("user", "key"))
    fresh = [reader for reader in readers if (reader.user.pk, reader.key) not in known]
    if not fresh:
        return
    now = clock.now()
    rows = [
        Notice(
            user=reader.user,
            organisation=reader.organisation,
            key=reader.key,
            turn=turn,
            title_zh=title_zh,
            title_en=title_en,
            body_zh=body_zh,
            body_en=body_en,
            url=url,
            created_at=now,
        )
        for reader in fresh
    ]
    # Who tells of the same occasion at the same time finds the row there; both then schedule the same one mail.
    Notice.objects.bulk_create(rows, ignore_conflicts=True)
    keys = {reader.key for reader in fresh}
    written = Notice.objects.filter(user__in=[reader.user.pk for reader in fresh], key__in=keys)
    outbox.schedule_new(KIND, [str(pk) for pk in written.values_list("pk", flat=True)], now)


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


@outbox.handler(KIND, queue=Queue.BULK, by_clock=False, outside=True, retry=MAIL_RETRY)
def mail_notice(work: DueWork) -> None:
    """Mail one notice; its row is marked done with the sending."""
    notice = Notice.objects.select_related("user").get(pk=work.key)
    link = f"\n\n{address_of(notice.url, notice.user.language)}" if notice.url else ""
    with translation.override(notice.user.language):
        subject, text = f"[明选] {notice.title}", f"{notice.body}{link}\n"
    send_mail(subject, text, None, [notice.user.email])


def mark_read(*, notice: Notice) -> None:
    """Note when a notice was first read."""
    Notice.objects.unread().filter(pk=notice.pk).update(read_at=clock.now())


def mark_all_read(*, user: User) -> int:
    """Note all of a person's notices as read; returns how many were not yet."""
    return Notice.objects.visible_to(user).unread().update(read_at=clock.now())
