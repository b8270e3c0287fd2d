from typing import Any

import structlog
from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.internal.ratelimit import get_ip
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from marketplace.core.web.addresses import client_address

from .models import User

log = structlog.get_logger(__name__)


class AccountAdapter(DefaultAccountAdapter):
    """Signing in and up as the market words it, and what allauth mails in the person's own language."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": _(
            "E-mail and password don't fit. Check both; the password has capitals and small letters."
        ),
        "email_taken": _("Somebody signed up with this e-mail already. Sign in, or reset the password."),
        "incorrect_code": _("The code doesn't fit. Check the last e-mail, or ask for a new code."),
        "incorrect_password": _("The password doesn't fit."),
        "too_many_login_attempts": _("Too many attempts failed. Wait five minutes, or reset the password."),
        "rate_limited": _("That was too often. Wait a few minutes and try again."),
    }

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        user = context.get("user")
        language = user.language if isinstance(user, User) else translation.get_language()
        with translation.override(language):
            super().send_mail(template_prefix, email, context)

    def get_signup_redirect_url(self, request: HttpRequest) -> str:
        return self.get_login_redirect_url(request)

    def get_client_ip(self, request: HttpRequest) -> str:
        return client_address(request)

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        # By account and address: counted by account alone, anybody who knows an e-mail address keeps its owner out.
        return f"{super()._get_login_attempts_cache_key(request, **credentials)}:{get_ip(request)}"

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        try:
            super().pre_authenticate(request, **credentials)
        except ValidationError:
            # Somebody guesses; only here a sign-in's address is written down.
            log.warning("sign_in_throttled", ip=client_address(request))
            raise
