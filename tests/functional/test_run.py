import json
import os
import shutil
import signal
import subprocess
import urllib.error
import urllib.request

import pytest
from django.db import connection

from tests.functional.crashing import free_port
from tests.functional.running import ROOT, Market, copy_tables, environment, wait_until

pytestmark = [
    pytest.mark.skipif(connection.vendor != "sqlite", reason="make test runs it, on SQLite"),
    pytest.mark.django_db,
    pytest.mark.skipif(not (ROOT / ".venv" / ".installed").exists(), reason="needs the environment of make install"),
    pytest.mark.skipif(not all(map(shutil.which, ("make", "ps"))), reason="needs make and ps"),
]


@pytest.fixture
def market(tmp_path):
    copy_tables(tmp_path)
    market = Market(tmp_path, environment(tmp_path, port=free_port()))
    # A firm is there, so that the demo world is not made.
    market.talk("tests.functional.stage").ask("bidding_world", firms=1)
    try:
        yield market
    finally:
        market.end()


def processes_below(pid):
    """The process and all that it started, as their ids; those that only wait to be reaped do not count."""
    listing = subprocess.run(["ps", "-e", "-o", "pid=,ppid=,stat="], capture_output=True, text=True, check=True).stdout
    rows = [line.split() for line in listing.splitlines()]
    living = {int(child): int(parent) for child, parent, state in rows if not state.startswith("Z")}
    found = {pid} & set(living)
    while more := {child for child, parent in living.items() if parent in found} - found:
        found |= more
    return found


def living(pids):
    return {pid for pid in pids if processes_below(pid)}


def readiness(port):
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5) as response:
            return json.load(response)
    except (OSError, urllib.error.URLError):
        return None


class TestMakeRun:
    def test_it_serves_and_ctrl_c_ends_every_process(self, market):
        run = market.run_make("run")
        answer = wait_until(lambda: readiness(market.environment["PORT"]), seconds=90, what="ready", interval=0.2)
        # make, honcho, web with its worker, worker and beat.
        started = wait_until(
            lambda: len(found := processes_below(run.pid)) >= 6 and found, seconds=30, what="all started", interval=0.2
        )

        try:
            os.killpg(run.pid, signal.SIGINT)
            wait_until(lambda: not living(started), seconds=15, what="all ended", interval=0.2)
        finally:
            for pid in living(started):
                os.kill(pid, signal.SIGKILL)

        assert answer == {"status": "ready"}
        assert "Traceback" not in market.log.read_text("utf-8")
