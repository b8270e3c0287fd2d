"""
Sessions that whoever reads the database can neither take over nor read.

The row's key is the SHA-256 of the cookie's, and its content is sealed under a key made of the cookie's and the
secret key: it holds who is signed in, and the codes that were mailed to reset a password.
"""

import base64
import binascii
import hashlib
import hmac
from typing import Any

from asgiref.sync import sync_to_async
from django.conf import settings
from django.contrib.sessions.backends import db
from django.contrib.sessions.backends.base import UpdateError
from django.db import OperationalError
from django.utils import timezone
from nacl.exceptions import CryptoError
from nacl.secret import SecretBox

from .sessions import is_only_renewed


def stored(session_key: str) -> str:
    """What the table calls a session. The cookie's key is random (165 bits), so that nothing need be mixed in."""
    return hashlib.sha256(session_key.encode()).hexdigest()


class SessionStore(db.SessionStore):
    @classmethod
    def get_model_class(cls) -> Any:
        from .models import StoredSession

        return StoredSession

    def _get_session_from_db(self) -> Any:
        key = stored(self.session_key or "")
        row = self.model.objects.filter(session_key=key, expire_date__gt=timezone.now()).first()
        if row is None:
            self._session_key = None
        return row

    def exists(self, session_key: str) -> bool:
        return super().exists(stored(session_key))

    def delete(self, session_key: str | None = None) -> None:
        key = session_key or self.session_key
        if key:
            super().delete(stored(key))

    def create_model_instance(self, data: dict[str, Any]) -> Any:
        row = super().create_model_instance(data)
        row.session_key = stored(row.session_key)
        return row

    def save(self, must_create: bool = False) -> None:
        """
        Write the session; where the database is full or busy, one that was only renewed stays as it was.

        :raises OperationalError: where more than its end would be lost
        :raises UpdateError: where the session was ended meanwhile
        """
        try:
            super().save(must_create)
        except UpdateError as failure:
            # Django takes every failure for an ended session, and answers the page with 400.
            if not isinstance(failure.__context__, OperationalError):
                raise
            if not is_only_renewed(self):
                raise failure.__context__ from None

    # Django's asynchronous twins would look for, and write, the key as it is.
    async def _aget_session_from_db(self) -> Any:
        return await sync_to_async(self._get_session_from_db)()

    async def aexists(self, session_key: str) -> bool:
        return await sync_to_async(self.exists)(session_key)

    async def adelete(self, session_key: str | None = None) -> None:
        await sync_to_async(self.delete)(session_key)

    async def acreate_model_instance(self, data: dict[str, Any]) -> Any:
        return await sync_to_async(self.create_model_instance)(data)

    def encode(self, session_dict: dict[str, Any]) -> str:
        content = super().encode(session_dict).encode()
        return base64.b64encode(self._box(str(settings.SECRET_KEY)).encrypt(content)).decode()

    def decode(self, session_data: str | bytes) -> dict[str, Any]:
        for secret in (str(settings.SECRET_KEY), *map(str, settings.SECRET_KEY_FALLBACKS)):
            try:
                content = self._box(secret).decrypt(base64.b64decode(session_data))
            except (CryptoError, binascii.Error, ValueError):
                continue
            return super().decode(content.decode())
        return {}

    def _box(self, secret: str) -> SecretBox:
        cookie = self.session_key or ""
        return SecretBox(hmac.digest(secret.encode(), b"session " + cookie.encode(), "sha256"))
