"""Telling an organisation's people that it is their turn: on the site at once, by e-mail through the outbox."""

from django.conf import settings
from django.core.mail import send_mail

from marketplace.core import clock, outbox
from marketplace.core.models import DueWork

from .models import Membership, Notice, Organisation

KIND = "accounts.mail_notice"


def notify(*, organisation: Organisation, subject: str, body: str, url: str, key: str) -> None:
    """
    Tell every active member of an organisation, once a key.

    :param url: the page to act on, a path of this site
    :param key: names the occasion, such as "request:MX-2026-0001:published"; a second call with it changes nothing
    """
    for membership in Membership.objects.active().filter(organisation=organisation).select_related("user"):
        notice, created = Notice.objects.get_or_create(
            user=membership.user,
            key=f"{key}:{organisation.pk}",
            defaults={
                "organisation": organisation,
                "title": subject,
                "body": body,
                "url": url,
                "created_at": clock.now(),
            },
        )
        if created:
            outbox.schedule(KIND, str(notice.pk), clock.now())


@outbox.handler(KIND)
def mail_notice(work: DueWork) -> None:
    """Mail one notice; its row is marked done with the sending."""
    notice = Notice.objects.select_related("user").get(pk=work.key)
    link = f"\n\n{settings.WAGTAILADMIN_BASE_URL}{notice.url}" if notice.url else ""
    send_mail(f"[明选] {notice.title}", f"{notice.body}{link}\n", None, [notice.user.email])
