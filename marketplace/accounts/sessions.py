"""
How long a session lasts: renewed by use, ended by idleness, and after SESSION_LONGEST in any case.

By the machine's clock, as the cookie in the browser and the session's row are.
"""

import math
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.utils.crypto import salted_hmac

if TYPE_CHECKING:
    from .http import MemberRequest

#: When the session ends unless it is used, and when it ends in any case, in seconds since 1970.
ENDS, LATEST = "ends", "latest_end"
#: What renewing a session writes; the third is Django's own.
RENEWED = frozenset({ENDS, LATEST, "_session_expiry"})


def _step_after(moment: float) -> int:
    return math.ceil(moment / settings.SESSION_STEP) * settings.SESSION_STEP


def renew(session: SessionBase) -> None:
    """Note that a session is used; written only where its end moves, once a step."""
    now = time.time()
    was_modified = session.modified
    if LATEST not in session:
        session[LATEST] = _step_after(now + settings.SESSION_LONGEST)
    ends = min(_step_after(now + settings.SESSION_COOKIE_AGE), session[LATEST])
    if session.get(ENDS) != ends:
        session[ENDS] = ends
        session.set_expiry(datetime.fromtimestamp(ends, UTC))
        if not was_modified:
            session.held_at_renewal = _held(session)  # type: ignore[attr-defined]


def is_only_renewed(session: SessionBase) -> bool:
    """Whether nothing but its end has changed since it was read."""
    return getattr(session, "held_at_renewal", None) == _held(session)


def _held(session: SessionBase) -> dict[str, Any]:
    return {key: value for key, value in session.items() if key not in RENEWED}


def is_over(session: SessionBase) -> bool:
    """Whether the session has reached its end, whatever its store says."""
    return ENDS in session and session[ENDS] <= time.time()


def seconds_left(session: SessionBase) -> int:
    """What is left of a session unless it is used."""
    return max(0, math.floor(session.get(ENDS, 0) - time.time()))


def is_longest(session: SessionBase) -> bool:
    """Whether using the session moves its end no further."""
    return ENDS in session and session[ENDS] >= session[LATEST]


def person_tag(request: "MemberRequest") -> str:
    """Tells two persons, or one person in two organisations, apart without naming them."""
    organisation = request.organisation.pk if request.organisation else ""
    return salted_hmac("sessions.person", f"{request.user.pk}.{organisation}", algorithm="sha256").hexdigest()[:32]


def typed_key(request: "MemberRequest") -> str:
    """
    The key, in hexadecimal, under which a person's browser keeps what was typed and not sent.

    The browser holds the box, the market the key, and gives it to the same person only: neither can read alone.
    """
    return salted_hmac("sessions.typed", str(request.user.pk), algorithm="sha256").hexdigest()
