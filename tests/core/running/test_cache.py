import time

import pytest
from django.core.cache import caches

from marketplace.core.running import cache
from marketplace.core.running.cache import RedisWhileItAnswers
from tests.functional.crashing import free_port


@pytest.fixture
def away(settings):
    """A cache whose Redis does not answer."""
    settings.CACHES = {
        **settings.CACHES,
        "default": {
            "BACKEND": "marketplace.core.running.cache.RedisWhileItAnswers",
            "LOCATION": f"redis://127.0.0.1:{free_port()}/0",
        },
    }
    return caches["default"]


class TestARedisThatIsAway:
    def test_stops_nothing_and_each_process_remembers_for_itself(self, away):
        assert isinstance(away, RedisWhileItAnswers)
        assert away.get("a") is None
        away.set("a", 1)
        assert away.add("a", 2) is False
        assert away.incr("a") == 2
        assert away.get_many(["a", "b"]) == {"a": 2}
        away.set_many({"b": "x"})
        assert "b" in away
        assert away.touch("b", 10) is True
        assert away.get_or_set("c", lambda: 3) == 3
        assert away.delete("a") is True
        away.delete_many(["b"])
        away.clear()
        assert away.get("c") is None

    def test_still_counts_what_is_missing_as_missing(self, away):
        with pytest.raises(ValueError, match="not found"):
            away.incr("nothing")

    def test_is_asked_again_after_a_few_seconds_and_not_at_every_request(self, away, monkeypatch):
        asked = []

        def refuse(self, *_, **__):
            asked.append(1)
            raise ConnectionRefusedError

        monkeypatch.setattr(type(away._cache), "get", refuse)
        monkeypatch.setattr(type(away._cache), "set", refuse)
        started = time.monotonic()

        for seconds in (0, 1, 4.9, 5.1):
            monkeypatch.setattr(cache.time, "monotonic", lambda: started + seconds)  # noqa: B023
            away.get("a")

        assert len(asked) == 2

    def test_is_told_in_the_readiness(self, away):
        from marketplace.core.running import readiness

        found = readiness.cache()

        assert found.state is readiness.State.DEGRADED
        assert not found.needed
