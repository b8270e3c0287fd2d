"""A program's way in: a token in the header, for what its scopes allow."""

from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed, PermissionDenied
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request

from marketplace.core.web.request_logs import SEALED_PATHS

from . import services
from .choices import TokenScope
from .models import Membership, ProgramToken, User


class TokenAuthentication(BaseAuthentication):
    """
    `Authorization: Bearer mingxuan_…`.

    Reading needs the scope `read`; what changes something needs the view's `token_scope`, so that a view that names
    none is closed to programs.
    """

    def authenticate(self, request: Request) -> tuple[User, ProgramToken] | None:
        kind, _space, secret = request.headers.get("Authorization", "").partition(" ")
        if kind.lower() != "bearer":
            return None
        token = services.use_token(secret=secret.strip(), notes_the_day=not SEALED_PATHS.match(request.path))
        if token is None:
            raise AuthenticationFailed(_("The token is unknown, revoked or expired. Make another one in your account."))
        self._require_scope(request, token)
        self._act_for(request._request, token)
        return token.user, token

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="api"'

    def _require_scope(self, request: Request, token: ProgramToken) -> None:
        view = (request.parser_context or {}).get("view")
        needed = TokenScope.READ if request.method in SAFE_METHODS else getattr(view, "token_scope", None)
        if needed not in token.scopes:
            raise PermissionDenied(_("The token does not allow this. Make one with the scope that it needs."))

    def _act_for(self, request: Any, token: ProgramToken) -> None:
        # As the middleware leaves it for a session: views ask the request for whom somebody acts.
        membership = (
            Membership.objects.of(token.user).select_related("organisation").get(organisation=token.organisation)
        )
        request.memberships, request.membership = [membership], membership
        request.organisation = membership.organisation


class TokenScheme(OpenApiAuthenticationExtension):
    """How the API's description names it."""

    target_class = TokenAuthentication
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer", "description": "A token made under your account; see its scopes."}
