import contextlib
from dataclasses import dataclass
from datetime import timedelta

import pytest
from django.db import connection

from marketplace.core import clock, events, outbox
from marketplace.core.jobs import Queue
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


def register(monkeypatch, kind, function, **way):
    monkeypatch.setitem(outbox._handlers, kind, function)
    monkeypatch.setitem(outbox._ways, kind, outbox.Way(**way))


@pytest.mark.django_db
class TestQueues:
    def test_what_may_take_long_is_left_to_its_own_queue(self, frozen_clock, monkeypatch):
        done = []
        register(monkeypatch, "mail", lambda work: done.append("mail"), queue=Queue.BULK)
        register(monkeypatch, "opening", lambda work: done.append("opening"))
        outbox.schedule("mail", "1", clock.now())
        outbox.schedule("opening", "1", clock.now())

        outbox.run_due(queue=Queue.PROMPT)
        assert done == ["opening"]

        outbox.run_due(queue=Queue.BULK)
        assert done == ["opening", "mail"]

    def test_what_is_handed_out_is_done_once_however_often_the_message_comes(self, frozen_clock, monkeypatch):
        done = []
        register(monkeypatch, "mail", lambda work: done.append(work.key), queue=Queue.BULK)
        outbox.schedule("mail", "1", clock.now())
        outbox.schedule("mail", "later", clock.now() + timedelta(hours=1))

        ((work_id, held_until),) = outbox.hand_out(Queue.BULK)

        assert outbox.hand_out(Queue.BULK) == []
        assert outbox.run_one(work_id=work_id, held_until=held_until) is True
        assert outbox.run_one(work_id=work_id, held_until=held_until) is False
        assert done == ["1"]

    def test_a_message_that_was_lost_is_made_up_for(self, frozen_clock, monkeypatch):
        register(monkeypatch, "mail", lambda work: None, queue=Queue.BULK)
        outbox.schedule("mail", "1", clock.now())
        outbox.hand_out(Queue.BULK)

        frozen_clock.advance(minutes=10)

        assert len(outbox.hand_out(Queue.BULK)) == 1


@pytest.mark.django_db
class TestWhatGoesOutside:
    def test_runs_with_no_transaction_open(self, frozen_clock, monkeypatch):
        open_blocks = []
        within = len(connection.savepoint_ids)
        register(monkeypatch, "mail", lambda work: open_blocks.append(len(connection.savepoint_ids)), outside=True)
        outbox.schedule("mail", "1", clock.now())

        outbox.run_due()

        assert open_blocks == [within]
        assert DueWork.objects.get(key="1").done_at == clock.now()

    @pytest.mark.parametrize("kind", ["accounts.mail_notice", "accounts.mail_invitation"])
    def test_is_every_mail(self, kind):
        assert outbox.way_of(kind).outside
        assert outbox.way_of(kind).queue is Queue.BULK


@pytest.mark.django_db
class TestWhatKeepsFailing:
    @pytest.fixture
    def fails(self, monkeypatch):
        def fail(work):
            raise ValueError("no such mailbox")

        def register_with(**way):
            register(monkeypatch, "test", fail, **way)
            return outbox.schedule("test", "1", clock.now())

        return register_with

    def test_is_put_aside_where_its_kind_says_so_and_waits_for_a_person(self, frozen_clock, fails):
        work = fails(retry=outbox.Retry(most=3))
        for _ in range(5):
            outbox.run_due()
            frozen_clock.advance(hours=1)

        work.refresh_from_db()
        assert (work.attempts, work.done_at) == (3, None)
        assert work.put_aside_at == clock.shanghai("2026-11-23 12:00")

        outbox.try_again(work_id=work.pk)
        outbox.run_due()
        work.refresh_from_db()
        assert (work.attempts, work.put_aside_at) == (1, None)

    def test_is_tried_for_ever_where_it_must_happen(self, frozen_clock, fails):
        work = fails()
        for _ in range(30):
            outbox.run_due()
            frozen_clock.advance(hours=1)

        work.refresh_from_db()
        assert (work.attempts, work.put_aside_at) == (30, None)

    def test_a_row_that_kills_its_worker_is_begun_more_and_more_seldom(self, frozen_clock, monkeypatch):
        begun = []

        def killed(work):
            begun.append(clock.now())
            raise KeyboardInterrupt

        register(monkeypatch, "test", killed)
        outbox.schedule("test", "1", clock.now())

        for _ in range(120):
            with contextlib.suppress(KeyboardInterrupt):
                outbox.run_due()
            frozen_clock.advance(minutes=1)

        minutes = [int((moment - begun[0]).total_seconds() // 60) for moment in begun]
        assert minutes == [0, 1, 2, 3, 4, 6, 9, 15, 26, 48, 91]

    def test_a_kind_that_nobody_knows_stops_no_other(self, frozen_clock, done):
        outbox.schedule("gone", "1", clock.now())
        outbox.schedule("test", "1", clock.now())

        outbox.run_due()

        assert done == ["1"]
        assert DueWork.objects.get(kind="gone").last_error == "KeyError: 'gone'"


@pytest.mark.django_db
def test_a_claim_of_a_clock_that_was_ahead_holds_nothing_up(frozen_clock, done):
    work = outbox.schedule("test", "1", clock.now())
    DueWork.objects.filter(pk=work.pk).update(claimed_until=clock.now() + timedelta(days=3))

    outbox.run_due()

    assert done == ["1"]
