from dataclasses import dataclass
from datetime import timedelta

import pytest

from marketplace.core import clock, events, outbox
from marketplace.core.models import DueWork


@pytest.fixture
def done(monkeypatch):
    """What the handler of kind "test" did, in order."""
    keys = []
    monkeypatch.setitem(outbox._handlers, "test", lambda work: keys.append(work.key))
    return keys


@pytest.mark.django_db
class TestDueWork:
    def test_it_is_done_once_and_not_before_it_is_due(self, frozen_clock, done):
        outbox.schedule("test", "later", clock.now() + timedelta(hours=1))
        outbox.schedule("test", "now", clock.now())

        outbox.run_due()
        outbox.run_due()
        assert done == ["now"]

        frozen_clock.advance(hours=1)
        outbox.run_due()
        assert done == ["now", "later"]

    def test_a_failing_handler_is_undone_kept_and_tried_again(self, frozen_clock, monkeypatch):
        calls = []

        def fail_once(work):
            outbox.schedule("other", "made by the handler", clock.now() + timedelta(days=1))
            calls.append(work.attempts)
            if len(calls) == 1:
                raise ValueError("no luck")

        monkeypatch.setitem(outbox._handlers, "test", fail_once)
        outbox.schedule("test", "1", clock.now())

        outbox.run_due()
        assert not DueWork.objects.filter(kind="other").exists()
        assert DueWork.objects.get(kind="test").last_error == "ValueError: no luck"

        frozen_clock.advance(minutes=1)
        outbox.run_due()
        assert calls == [0, 1]
        assert DueWork.objects.filter(kind="other").count() == 1

    def test_what_is_rescheduled_while_it_runs_is_undone_and_runs_at_its_new_time(self, frozen_clock, monkeypatch):
        runs = []

        def rescheduled_meanwhile(work):
            runs.append(clock.now())
            if len(runs) == 1:
                DueWork.objects.filter(pk=work.pk).update(version=work.version + 1)

        monkeypatch.setitem(outbox._handlers, "test", rescheduled_meanwhile)
        outbox.schedule("test", "1", clock.now())

        outbox.run_due()

        assert DueWork.objects.get(key="1").done_at is None

    def test_what_is_cancelled_is_not_done(self, frozen_clock, done):
        outbox.schedule("test", "1", clock.now())

        outbox.cancel("test", "1")
        outbox.run_due()

        assert done == []

    def test_a_claim_that_a_crash_left_behind_runs_out(self, frozen_clock, done):
        work = outbox.schedule("test", "1", clock.now())
        DueWork.objects.filter(pk=work.pk).update(claimed_until=clock.now() + outbox.LEASE)

        outbox.run_due()
        assert done == []

        frozen_clock.advance(seconds=outbox.LEASE.total_seconds())
        outbox.run_due()
        assert done == ["1"]


@dataclass(frozen=True)
class Happened(events.Event):
    what: str


@pytest.mark.django_db
class TestEvents:
    @pytest.fixture
    def heard(self, monkeypatch):
        heard = []
        name = events._name_of(Happened)
        monkeypatch.setitem(events._types, name, Happened)
        monkeypatch.setitem(events._receivers, Happened, {"tests.receiver": lambda event: heard.append(event.what)})
        return heard

    def test_receivers_hear_of_it_after_the_commit(self, heard, django_capture_on_commit_callbacks):
        with django_capture_on_commit_callbacks(execute=True):
            events.publish(Happened(what="it"))
            assert heard == []

        assert heard == ["it"]

    def test_the_sweep_delivers_what_a_crash_cut_off(self, heard):
        events.publish(Happened(what="it"))

        outbox.run_due()

        assert heard == ["it"]
