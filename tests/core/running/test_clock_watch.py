from datetime import timedelta

import pytest
from django.utils import translation

from marketplace.core import clock, heartbeats, outbox, tasks
from marketplace.core.models import AuditEntry, ClockReading, DueWork, Heartbeat
from marketplace.core.running import clock_watch, readiness
from marketplace.core.running.clock_watch import Problem
from marketplace.core.running.sweeper import Heart

pytestmark = pytest.mark.django_db
START = clock.shanghai("2026-11-23 10:00")


@pytest.fixture(autouse=True)
def _english():
    with translation.override("en"):
        yield


class Machine:
    """A machine whose clocks a test moves: its own, its uptime, and the database's."""

    def __init__(self, frozen_clock):
        self._clock = frozen_clock
        self.uptime, self.boot = 1000.0, "first boot"
        self.database_is = timedelta(0)

    def passes(self, **time):
        """Time goes by as it does: on every clock, and in the uptime."""
        self._clock.advance(**time)
        self.uptime += timedelta(**time).total_seconds()

    def is_set(self, **by):
        """Somebody sets the clock."""
        self._clock.advance(**by)

    def restarts(self, **off):
        """The machine is off for a while."""
        self._clock.advance(**off)
        self.uptime, self.boot = 20.0, f"after {self.boot}"


@pytest.fixture
def machine(frozen_clock, monkeypatch):
    machine = Machine(frozen_clock)
    monkeypatch.setattr(clock, "uptime", lambda: machine.uptime)
    monkeypatch.setattr(clock, "boot", lambda: machine.boot)
    real = clock.database_now
    monkeypatch.setattr(clock, "database_now", lambda: real() + machine.database_is)
    return machine


@pytest.fixture
def done(monkeypatch):
    """What was done of two kinds: one that the clock decides, one that is only told."""
    done = []
    for kind, by_clock in (("opening", True), ("telling", False)):
        monkeypatch.setitem(outbox._handlers, kind, lambda work: done.append(work.kind))
        monkeypatch.setitem(outbox._ways, kind, outbox.Way(by_clock=by_clock))
    return done


def sweep_for(machine, *, seconds):
    """What the worker does meanwhile."""
    for _ in range(0, seconds, 5):
        tasks.run_due_work()
        machine.passes(seconds=5)


class TestAJump:
    def test_of_days_for_one_tick_opens_nothing_and_is_over_when_the_clock_agrees_again(self, machine, done):
        outbox.schedule("opening", "1", START + timedelta(days=2))
        sweep_for(machine, seconds=60)

        machine.is_set(days=3)
        tasks.run_due_work()
        assert done == []
        assert ClockReading.objects.get().problem == Problem.AHEAD

        machine.is_set(days=-3)
        tasks.run_due_work()
        assert done == []
        assert ClockReading.objects.get().problem == ""

        machine.passes(days=2)
        tasks.run_due_work()
        assert done == ["opening"]

    def test_is_more_than_ten_minutes(self, machine, done):
        outbox.schedule("opening", "1", START + timedelta(minutes=8))
        tasks.run_due_work()

        machine.is_set(minutes=10)
        tasks.run_due_work()

        assert done == ["opening"]

    def test_in_small_steps_is_one_all_the_same(self, machine, done):
        outbox.schedule("opening", "1", START + timedelta(minutes=15))
        tasks.run_due_work()

        for _ in range(4):
            machine.is_set(minutes=4)
            sweep_for(machine, seconds=35)

        assert done == []
        assert ClockReading.objects.get().problem == Problem.AHEAD

    def test_does_not_stop_what_no_clock_decides(self, machine, done):
        tasks.run_due_work()
        machine.is_set(days=3)
        outbox.schedule("telling", "1", clock.now())

        tasks.run_due_work()

        assert done == ["telling"]

    def test_over_leaves_nothing_dated_ahead_that_has_to_be_done_at_once(self, machine, done):
        tasks.run_due_work()
        machine.is_set(days=3)
        tasks.run_due_work()
        outbox.schedule("telling", "1", clock.now())
        outbox.schedule("opening", "later", clock.now())

        machine.is_set(days=-3)
        tasks.run_due_work()

        assert done == ["telling"]
        assert DueWork.objects.get(kind="opening").due_at == START + timedelta(days=3)

    def test_while_a_handler_runs_undoes_what_it_did(self, machine, monkeypatch):
        def jumps(work):
            outbox.schedule("other", "made", clock.now())
            machine.is_set(days=3)

        monkeypatch.setitem(outbox._handlers, "opening", jumps)
        outbox.schedule("opening", "1", START)

        tasks.run_due_work()

        assert DueWork.objects.get(kind="opening").done_at is None
        assert not DueWork.objects.filter(kind="other").exists()

    def test_writes_no_heartbeat_of_a_time_that_has_not_come(self, machine):
        tasks.run_due_work()
        Heart().beat()
        machine.is_set(days=3)

        Heart().beat()
        machine.is_set(days=-3)
        machine.passes(seconds=30)
        Heart().beat()

        written = list(Heartbeat.objects.order_by("at").values_list("at", flat=True))
        assert written == [START, START + timedelta(seconds=30)]

    def test_leaves_out_what_is_deleted_by_the_clock(self, machine):
        old = outbox.schedule("event", "old", START - timedelta(days=1))
        DueWork.objects.filter(pk=old.pk).update(done_at=START - timedelta(days=1))
        tasks.run_due_work()

        machine.is_set(days=40)
        assert tasks.prune() is None
        assert DueWork.objects.filter(pk=old.pk).exists()

        machine.is_set(days=-40)
        machine.passes(days=40)
        assert tasks.prune() == 1


class TestAStop:
    def test_of_the_market_overnight_needs_nobody(self, machine, done):
        sweep_for(machine, seconds=60)
        heartbeats.beat()
        outbox.schedule("opening", "1", START + timedelta(hours=8))

        machine.passes(hours=14)
        tasks.run_due_work()

        assert done == ["opening"]

    def test_of_the_market_after_which_the_clock_is_wrong_is_noticed(self, machine, done):
        sweep_for(machine, seconds=60)
        outbox.schedule("opening", "1", START + timedelta(days=2))

        machine.passes(hours=1)
        machine.is_set(days=3)
        tasks.run_due_work()

        assert done == []
        assert ClockReading.objects.get().problem == Problem.AHEAD

    def test_of_the_machine_leaves_the_clock_a_minute_to_be_put_right(self, machine, done):
        tasks.run_due_work()
        heartbeats.beat()
        outbox.schedule("opening", "1", START + timedelta(days=1))

        # It wakes with a clock that is two days ahead, and the time service puts it right.
        machine.restarts(days=2, hours=14)
        sweep_for(machine, seconds=30)
        assert done == []
        machine.is_set(days=-2)
        sweep_for(machine, seconds=120)
        assert done == []
        assert ClockReading.objects.get(boot=machine.boot).problem == ""

        machine.passes(hours=10)
        tasks.run_due_work()
        assert done == ["opening"]

    def test_of_the_machine_overnight_needs_nobody(self, machine, done):
        tasks.run_due_work()
        heartbeats.beat()
        outbox.schedule("opening", "1", START + timedelta(hours=8))

        machine.restarts(hours=14)
        sweep_for(machine, seconds=55)
        assert done == []

        sweep_for(machine, seconds=15)
        assert done == ["opening"]

    def test_shorter_than_ten_minutes_is_none(self, machine, done):
        tasks.run_due_work()
        heartbeats.beat()
        outbox.schedule("opening", "1", START + timedelta(minutes=5))

        machine.restarts(minutes=9)
        tasks.run_due_work()

        assert done == ["opening"]


class TestTheDatabasesClock:
    def test_on_another_machine_is_a_second_opinion(self, machine, done):
        outbox.schedule("opening", "1", START)
        machine.database_is = -timedelta(minutes=11)

        tasks.run_due_work()
        assert done == []
        assert ClockReading.objects.get().problem == Problem.DISAGREES

        machine.database_is = timedelta(0)
        tasks.run_due_work()
        assert done == ["opening"]

    def test_that_jumps_writes_no_heartbeat(self, machine):
        tasks.run_due_work()
        machine.database_is = timedelta(days=3)

        Heart().beat()

        assert not Heartbeat.objects.exists()


class TestAClockThatWentBack:
    def test_stops_nothing_and_is_told(self, machine, done):
        outbox.schedule("opening", "1", START - timedelta(hours=3))
        tasks.run_due_work()
        machine.is_set(hours=-2)
        outbox.schedule("opening", "2", START - timedelta(hours=3))

        tasks.run_due_work()

        assert done == ["opening", "opening"]
        assert ClockReading.objects.get().problem == Problem.BACK

    def test_fills_no_gap(self, machine):
        heartbeats.beat()
        machine.passes(hours=2)
        heartbeats.beat()

        machine.is_set(hours=-1)
        heartbeats.beat()

        written = list(Heartbeat.objects.order_by("at").values_list("at", flat=True))
        assert written == [START, START + timedelta(hours=2)]


class TestTrust:
    def test_goes_on_with_what_waited_and_stands_in_the_trail(self, machine, done):
        outbox.schedule("opening", "1", START + timedelta(days=2))
        tasks.run_due_work()
        machine.is_set(days=3)
        tasks.run_due_work()

        clock_watch.trust(boot=machine.boot, actor=None)
        tasks.run_due_work()

        assert done == ["opening"]
        line = AuditEntry.objects.get(matter="clock", action="clock.trusted")
        assert line.before == {"problem": "ahead", "expected": "2026-11-23T02:00:00+00:00"}
        assert line.after["shown"] == "2026-11-26T02:00:00+00:00"

    def test_is_for_what_was_seen_and_for_no_further_jump(self, machine, done):
        outbox.schedule("opening", "1", START + timedelta(days=5))
        tasks.run_due_work()
        machine.is_set(days=1)
        tasks.run_due_work()
        clock_watch.trust(boot=machine.boot, actor=None)

        machine.is_set(days=5)
        tasks.run_due_work()

        assert done == []

    def test_is_refused_where_two_clocks_differ(self, machine):
        machine.database_is = timedelta(hours=1)
        tasks.run_due_work()

        with pytest.raises(clock_watch.UnableToTrust, match="differ"):
            clock_watch.trust(boot=machine.boot, actor=None)

        assert ClockReading.objects.get().problem == Problem.DISAGREES

    def test_is_refused_where_nothing_waits(self, machine):
        tasks.run_due_work()

        with pytest.raises(clock_watch.UnableToTrust, match="trusted already"):
            clock_watch.trust(boot=machine.boot, actor=None)


class TestTheOperator:
    def test_is_told_once_a_jump(self, machine):
        sweep_for(machine, seconds=10)
        machine.is_set(days=3)

        sweep_for(machine, seconds=60)

        told = DueWork.objects.filter(payload__event="marketplace.core.running.clock_watch.ClockDistrusted")
        assert [each.payload["data"]["problem"] for each in told] == ["ahead"]

    def test_reads_it_in_the_readiness(self, machine):
        sweep_for(machine, seconds=10)
        machine.is_set(days=3)
        tasks.run_due_work()

        (found,) = [each for each in readiness.look() if each.name == "clock"]

        assert found.state is readiness.State.DEGRADED
        assert "showed 2026-11-26 10:00 where 2026-11-23 10:00 was expected" in str(found.says)
        assert found.figures == {"problem": "ahead"}


def test_a_market_that_only_runs_writes_a_reading_twice_a_minute(machine, django_assert_num_queries):
    tasks.run_due_work()
    machine.passes(seconds=5)

    with django_assert_num_queries(1):
        clock_watch.look()
