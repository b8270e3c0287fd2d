"""The cache where there is a Redis: the market runs on while that is away."""

import time
from collections.abc import Callable
from typing import Any

import structlog
from django.core.cache.backends.locmem import LocMemCache
from django.core.cache.backends.redis import RedisCache
from redis.exceptions import RedisError

#: Seconds that a Redis which did not answer is left alone, so that not every request waits for it.
LEFT_ALONE = 5.0
#: Seconds that it has to connect and to answer.
PATIENCE = 1.0

log = structlog.get_logger(__name__)
_away_until: dict[str, float] = {}


def _while_it_answers(name: str) -> Callable[..., Any]:
    asked = getattr(RedisCache, name)

    def operation(self: "RedisWhileItAnswers", *args: Any, **kwargs: Any) -> Any:
        if not self.is_away:
            try:
                return asked(self, *args, **kwargs)
            except (RedisError, OSError) as failure:
                self.note_away(failure)
        return getattr(self.own, name)(*args, **kwargs)

    return operation


class RedisWhileItAnswers(RedisCache):
    """
    Redis; while it does not answer, this process's own memory, so that the limits of signing in hold in each process.

    What was counted before is forgotten then: a limit begins anew, which harms less than a market that is shut.
    """

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        options = {"socket_connect_timeout": PATIENCE, "socket_timeout": PATIENCE, **params.get("OPTIONS", {})}
        super().__init__(server, {**params, "OPTIONS": options})
        self._server = str(server)
        self.own = LocMemCache(f"beside {server}", {**params, "OPTIONS": {"MAX_ENTRIES": 10_000}})

    @property
    def is_away(self) -> bool:
        return time.monotonic() < _away_until.get(self._server, 0.0)

    def note_away(self, failure: Exception) -> None:
        log.warning("cache_away", error=str(failure))
        _away_until[self._server] = time.monotonic() + LEFT_ALONE

    def answers(self) -> bool:
        """Whether Redis answers now."""
        try:
            return bool(self._cache.get_client().ping())
        except (RedisError, OSError):
            return False


for _name in (
    *("add", "get", "set", "touch", "delete", "get_many", "has_key", "incr", "set_many", "delete_many", "clear"),
):
    setattr(RedisWhileItAnswers, _name, _while_it_answers(_name))
