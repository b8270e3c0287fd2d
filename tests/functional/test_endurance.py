"""
`make run` through whatever comes: four visitors all the while, each process killed in turn every minute, strange files
in every folder, the disk full for a minute, the clock an hour ahead.

`make endure` takes five minutes; `make endure SECONDS=3600` is the same for an hour.
"""

import os
import signal
import time

import pytest
from django.db import connection

from tests.functional.crashing import free_port
from tests.functional.running import ROOT, Market, copy_tables, environment, wait_until
from tests.functional.test_run import living, processes_below, readiness
from tests.functional.troubles import Clock, Killer, Visitor, full_disk, litter, mounted, unmount, upload

pytestmark = [
    pytest.mark.endurance,
    pytest.mark.django_db,
    pytest.mark.skipif(connection.vendor != "sqlite", reason="the embedded market is looked at, on SQLite"),
    pytest.mark.skipif(not (ROOT / ".venv" / ".installed").exists(), reason="needs the environment of make install"),
]

#: Seconds that a killed web server has until it answers again, on a machine that does much else.
BACK_IN = 60
KILLED_EVERY = 60
DISK_FULL_FOR = 60
AN_HOUR = 3600
PDF = b"%PDF-1.7\n" + b"0" * 200_000


@pytest.fixture
def seconds(request):
    given = request.config.getoption("--endure")
    if not given:
        pytest.skip("takes minutes: make endure")
    return given


@pytest.fixture
def market(tmp_path, seconds, django_db_setup):
    data = tmp_path / "data"
    data.mkdir()
    has_disk = mounted(data, mib=400)
    clock = Clock(tmp_path)
    copy_tables(data)
    variables = environment(data, port=free_port()) | {"DISK_RESERVE_MB": "20", **clock.variables}
    market = Market(data, variables)
    market.log = tmp_path / "processes.log"
    market.has_disk, market.clock = has_disk, clock
    market.stage = market.talk("tests.functional.stage")
    try:
        yield market
    finally:
        market.end()
        if has_disk:
            unmount(data)


def wait_for_state(port, happened, what, *, seconds=90):
    return wait_until(lambda: (now := readiness(port)) and happened(now["checks"]) and now, seconds=seconds, what=what)


class Story:
    """What is done to the market, each at its time; `tell` says it while it happens."""

    def __init__(self, market, draft, tell):
        self.market, self.draft, self.tell = market, draft, tell
        self.port = market.environment["PORT"]
        self.killer = Killer(market.data)
        self.left_out = []

    def strange_files(self):
        self.tell(f"{litter(self.market.data)} empty and binary files")

    def disk_is_full(self):
        if not self.market.has_disk:
            self.left_out.append("the full disk (needs root and a tmpfs)")
            return
        before = self.market.stage.ask("uploads")
        self.tell("the disk is full")
        with full_disk(self.market.data):
            end = time.monotonic() + DISK_FULL_FOR
            wait_for_state(self.port, lambda checks: checks["disk"]["state"] == "degraded", "a disk that is full")
            status, page = wait_until(
                lambda: (answer := self.upload()) and answer[0] and answer, seconds=60, what="an answer to the upload"
            )
            assert (status, "存储空间已满" in page) == (507, True)
            time.sleep(max(end - time.monotonic(), 0))
        self.tell("there is room again")
        wait_for_state(self.port, lambda checks: checks["disk"]["state"] == "ok", "a disk with room")
        assert self.market.stage.ask("uploads") == before
        assert self.upload()[0] == 200
        assert self.market.stage.ask("uploads") == before + 1

    def upload(self):
        return upload(self.port, self.draft["number"], self.draft["session"], PDF)

    def clock_is_ahead(self):
        if not self.market.clock.can_be_set:
            self.left_out.append("the clock (needs a C compiler)")
            return
        key = self.market.stage.ask("hold_something", minutes=30)
        wait_for_state(self.port, lambda checks: checks["worker"]["state"] == "ok", "a worker")
        self.tell("the clock is an hour ahead")
        self.market.clock.set(AN_HOUR)
        wait_for_state(
            self.port, lambda checks: checks["clock"].get("problem") == "ahead", "a clock that is distrusted"
        )
        time.sleep(15)
        assert self.market.stage.ask("attempts", key=key) == 0
        self.market.clock.set(0)
        self.tell("the clock is right")
        wait_for_state(self.port, lambda checks: checks["clock"]["state"] == "ok", "a clock that is trusted")
        assert self.market.stage.ask("attempts", key=key) == 0


def test_the_market_stays_up(market, seconds, capsys):
    began = time.monotonic()

    def tell(line):
        with capsys.disabled():
            print(f"\n  {time.monotonic() - began:6.0f} s  {line}", end="", flush=True)  # noqa: T201

    # A firm is there, so that the demo world is not made.
    market.stage.ask("bidding_world", firms=1)
    draft = market.stage.ask("drafted")
    run = market.run_make("run")
    port = market.environment["PORT"]
    wait_until(lambda: readiness(port), seconds=180, what="ready", interval=0.5)
    story = Story(market, draft, tell)
    visitors = [Visitor(port, seed=seed) for seed in range(4)]
    for visitor in visitors:
        visitor.start()
    start = time.monotonic()
    end = start + seconds
    #: When in the whole each comes.
    events = [
        (0.1, story.strange_files),
        (0.3, story.disk_is_full),
        (0.7, story.clock_is_ahead),
        (0.9, story.strange_files),
    ]
    next_kill = start + KILLED_EVERY / 2
    while time.monotonic() < end:
        if events and time.monotonic() >= start + events[0][0] * seconds:
            events.pop(0)[1]()
        if time.monotonic() >= next_kill:
            story.killer.kill_the_next()
            tell(f"killed: {story.killer.killed[-1][1] if story.killer.killed else 'nothing'}")
            next_kill = time.monotonic() + KILLED_EVERY
        time.sleep(0.5)
    for visitor in visitors:
        visitor.stop()
    ready = wait_for_state(port, lambda checks: checks["worker"]["state"] == "ok", "a market that is well", seconds=120)

    seen = [each for visitor in visitors for each in visitor.seen]
    pages = sum(status == 200 for _, _, status in seen)
    left_out = story.left_out or "nothing"
    tell(f"{pages} pages of {len(seen)} requests, {len(story.killer.killed)} kills; left out: {left_out}")
    assert run.poll() is None
    assert ready["status"] in ("ready", "degraded")
    assert [(path, status) for _, path, status in seen if status >= 500 and status != 503] == []
    kills = [moment for moment, _ in story.killer.killed]
    silent = [
        (path, status)
        for moment, path, status in seen
        if status in (0, 503) and not any(0 <= moment - kill <= BACK_IN for kill in kills)
    ]
    assert silent == []
    assert pages > seconds / 10
    assert market.stage.ask("work")["chains_broken"] == []
    everything = processes_below(run.pid)
    os.killpg(run.pid, signal.SIGINT)
    wait_until(lambda: not living(everything), seconds=30, what="all ended", interval=0.2)
