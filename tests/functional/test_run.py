import json
import os
import re
import shutil
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from django.db import connection

from tests.functional.crashing import free_port
from tests.functional.running import ROOT, Market, copy_tables, environment, wait_until
from tests.functional.troubles import processes_of

pytestmark = [
    pytest.mark.skipif(connection.vendor != "sqlite", reason="make test runs it, on SQLite"),
    pytest.mark.django_db,
    pytest.mark.skipif(not (ROOT / ".venv" / ".installed").exists(), reason="needs the environment of make install"),
    pytest.mark.skipif(not all(map(shutil.which, ("make", "ps"))), reason="needs make and ps"),
]


@pytest.fixture(scope="class")
def market(tmp_path_factory, django_db_setup):
    folder = tmp_path_factory.mktemp("market")
    copy_tables(folder)
    market = Market(folder, environment(folder, port=free_port()))
    # A firm is there, so that the demo world is not made.
    market.stage = market.talk("tests.functional.stage")
    market.stage.ask("bidding_world", firms=1)
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


def pids_of(market, words):
    """The processes of a market's data folder whose command holds some words."""
    return processes_of(market.data, words)


@pytest.fixture(scope="class")
def running(market):
    """`make run` of the market, ready."""
    run = market.run_make("run")
    wait_until(lambda: readiness(market.environment["PORT"]), seconds=90, what="ready", interval=0.2)
    return run


class TestMakeRun:
    def test_it_serves_and_ctrl_c_ends_every_process(self, market):
        run = market.run_make("run")
        answer = wait_until(lambda: readiness(market.environment["PORT"]), seconds=90, what="ready", interval=0.2)
        # The supervisor, web with its worker, and the worker.
        started = wait_until(
            lambda: len(found := processes_below(run.pid)) >= 4 and found, seconds=30, what="all started", interval=0.2
        )

        try:
            os.killpg(run.pid, signal.SIGINT)
            wait_until(lambda: not living(started), seconds=15, what="all ended", interval=0.2)
        finally:
            for pid in living(started):
                os.kill(pid, signal.SIGKILL)

        assert {
            answer["checks"][part]["state"]
            for part in ("database", "migrations", "cache", "clock")
            if part in answer["checks"]
        } == {"ok"}
        assert "Traceback" not in market.log.read_text("utf-8")


class TestWhileItRuns:
    @pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="needs /proc")
    def test_a_process_that_is_killed_is_back_and_the_others_never_left(self, market, running):
        port = market.environment["PORT"]
        (worker,) = wait_until(lambda: pids_of(market, "manage.py work"), seconds=30, what="the worker")

        os.kill(worker, signal.SIGKILL)
        assert readiness(port)
        wait_until(
            lambda: (now := pids_of(market, "manage.py work")) and now != [worker],
            seconds=30,
            what="another worker",
            interval=0.2,
        )
        before = pids_of(market, "granian")
        for pid in before:
            os.kill(pid, signal.SIGKILL)
        wait_until(lambda: readiness(port), seconds=60, what="ready again", interval=0.2)

        assert not set(before) & set(pids_of(market, "granian"))
        assert running.poll() is None
        said = market.log.read_text("utf-8")
        assert "worker | ended (SIGKILL); starts again in 0.5 s" in said
        assert "web    | ended (SIGKILL); starts again in 0.5 s" in said

    def test_a_second_market_is_refused_with_a_sentence_and_the_first_goes_on(self, market, running, tmp_path_factory):
        port = market.environment["PORT"]

        for variables, sentence in [
            ({"PORT": str(free_port())}, f"Another market runs on the data folder {market.data}"),
            ({"DATA": str(tmp_path_factory.mktemp("other"))}, f"Another market runs on port {port}"),
        ]:
            second = subprocess.run(
                [sys.executable, "-m", "marketplace.config.run"],
                cwd=ROOT,
                env={**market.environment, **variables},
                capture_output=True,
                text=True,
                timeout=60,
            )
            assert second.returncode == 1
            assert second.stderr.startswith(sentence)
            assert "Traceback" not in second.stderr
        assert readiness(port)

    def test_the_links_in_its_mails_lead_to_its_pages(self, market, running):
        person = market.stage.ask("noticed")

        def links_of_all():
            """The links of the person's mails, once as many have come as there are notices: one follows another."""
            bodies = [body for to, body in market.stage.ask("letters") if to == person["email"]]
            found = [link for body in bodies for link in re.findall(r"https?://\S+", body)]
            return found if len(found) >= len(person["paths"]) else None

        links = wait_until(links_of_all, seconds=60, what="the mails", interval=0.5)
        assert sorted(links) == sorted(
            f"http://127.0.0.1:{market.environment['PORT']}{path}" for path in person["paths"]
        )
        for link in links:
            request = urllib.request.Request(link, headers={"Cookie": f"sessionid={person['session']}"})
            with urllib.request.urlopen(request, timeout=20) as answer:
                assert (answer.status, answer.url) == (200, link)
