"""The e-mail that carries an invitation's link."""

from django.conf import settings
from django.core.mail import send_mail
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from marketplace.core import clock, outbox
from marketplace.core.jobs import Queue
from marketplace.core.models import DueWork

from .models import Invitation, User
from .notices import MAIL_RETRY, address_of
from .services.members import INVITATION_MAIL


@outbox.handler(INVITATION_MAIL, queue=Queue.BULK, by_clock=False, outside=True, retry=MAIL_RETRY)
def mail_invitation(work: DueWork) -> None:
    """Mail an invitation that still stands, in the language of the person where they are known."""
    invitation = Invitation.objects.open().select_related("organisation", "invited_by").filter(pk=work.key).first()
    if invitation is None:
        return
    known = User.objects.filter(email=invitation.email).first()
    language = known.language if known else User.Language.CHINESE
    with translation.override(settings.LANGUAGE_CODE):
        path = reverse("accounts:invitation-accept", args=[invitation.token])
    with translation.override(language):
        values = {
            "organisation": invitation.organisation.name,
            "person": invitation.invited_by,
            "role": invitation.get_role_display(),
            "link": address_of(path, language),
            "until": clock.written(invitation.expires_at),
        }
        subject = _("%(person)s invites you to join %(organisation)s") % values
        body = (
            _(
                "%(person)s invites you to join %(organisation)s on Mingxuan as %(role)s.\n\n"
                "Open this link, sign in or sign up with this e-mail address, and accept:\n%(link)s\n\n"
                "The link works until %(until)s (Beijing time). If you don't know the sender, do nothing.\n"
            )
            % values
        )
    send_mail(f"[明选] {subject}", body, None, [invitation.email])
