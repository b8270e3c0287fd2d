import signal
import socket
import subprocess
import sys
import time

import pytest

from marketplace.config import run
from marketplace.config.run import Refused
from tests.functional.crashing import free_port


class TestCommands:
    def test_one_machine_has_a_web_process_and_a_worker_with_neither_broker_nor_beat(self):
        named = run.commands(8000, with_redis=False)

        assert list(named) == ["web", "worker"]
        assert named["worker"][1:] == ["manage.py", "work"]
        assert not any("celery" in word for command in named.values() for word in command)

    def test_with_redis_several_workers_share_the_work_by_queue(self):
        named = run.commands(8000, with_redis=True)

        assert list(named) == ["web", "worker", "bulk", "beat"]
        assert [named[name][named[name].index("--queues") + 1] for name in ("worker", "bulk")] == ["prompt", "bulk"]
        assert "--schedule" not in named["beat"]

    def test_the_web_process_listens_on_the_port_of_the_settings(self):
        web = run.commands(8123, with_redis=False)["web"]

        assert web[web.index("--port") + 1] == "8123"


class TestAlone:
    def test_a_second_market_on_a_data_folder_is_refused_with_a_sentence(self, tmp_path):
        with (
            run.alone(tmp_path, free_port()),
            pytest.raises(Refused, match=f"Another market runs on the data folder {tmp_path}.*DATA="),
            run.alone(tmp_path, free_port()),
        ):
            pass

    def test_a_second_market_on_a_port_is_refused_before_its_server_listens(self, tmp_path):
        port = free_port()

        with (
            run.alone(tmp_path / "one", port),
            pytest.raises(Refused, match=f"Another market runs on port {port}.*PORT={port + 1}"),
            run.alone(tmp_path / "two", port),
        ):
            pass

    def test_a_port_that_something_else_listens_on_is_refused(self, tmp_path):
        with socket.create_server(("127.0.0.1", 0), reuse_port=True) as listener:
            port = listener.getsockname()[1]

            with pytest.raises(Refused, match=f"Port {port} cannot be used: something listens there already"):
                run.check_port(port)

    def test_after_the_end_of_a_market_the_next_one_starts(self, tmp_path):
        port = free_port()
        with run.alone(tmp_path, port):
            pass

        with run.alone(tmp_path, port):
            pass

    def test_an_empty_or_broken_lock_file_is_no_market(self, tmp_path):
        (tmp_path / "market.lock").write_bytes(b"\x00\xff\xfe")

        with run.alone(tmp_path, free_port()):
            pass


def process(code):
    return run.Process("test", [sys.executable, "-c", code], 4)


def look_until(process, happened, *, now):
    end = time.monotonic() + 20
    while not happened():
        assert time.monotonic() < end
        process.look(now)
        time.sleep(0.02)


class TestProcess:
    @pytest.fixture
    def started(self):
        processes = []

        def start(code, *, now=0.0):
            one = process(code)
            processes.append(one)
            one.look(now)
            return one

        yield start
        for one in processes:
            one.end_group(signal.SIGKILL)

    def test_one_that_dies_is_started_again_after_a_pause_that_doubles(self, started, capfd):
        one = started("raise SystemExit(3)", now=10.0)

        pauses = []
        now = 10.0
        for _ in range(4):
            look_until(one, lambda: one.running is None, now=now)
            pauses.append(one.due_at - now)
            now = one.due_at
            one.look(now)

        assert pauses == [0.5, 1.0, 2.0, 4.0]
        assert "test | ended (exit 3); starts again in 0.5 s" in capfd.readouterr().out

    def test_the_pause_never_exceeds_half_a_minute_and_starts_anew_after_a_minute_of_life(self, started):
        one = started("raise SystemExit(3)", now=10.0)
        one.deaths = 20
        look_until(one, lambda: one.running is None, now=69.9)
        assert one.due_at == 69.9 + 30

        one.look(100.0)
        look_until(one, lambda: one.running is None, now=160.0)
        assert one.due_at == 160.5

    def test_its_lines_carry_its_name(self, started, capfd):
        one = started("print('hello'); import sys; sys.stderr.write('half a line')")

        look_until(one, lambda: one.running is None, now=0.0)
        one._printer.join(5)

        assert {"test | hello", "test | half a line"} <= set(capfd.readouterr().out.splitlines())

    def test_what_it_left_behind_ends_before_it_is_started_again(self, started, tmp_path):
        child = tmp_path / "child"
        code = (
            "import subprocess, sys; one = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)']);"
            f"open({str(child)!r}, 'w').write(str(one.pid)); raise SystemExit(1)"
        )
        one = started(code)

        look_until(one, lambda: one.running is None, now=0.0)

        assert is_gone(int(child.read_text()))


def is_gone(pid):
    end = time.monotonic() + 10
    while time.monotonic() < end:
        states = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True).stdout.split()
        if not states or states[0].startswith("Z"):
            return True
        time.sleep(0.05)
    return False


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel of Linux alone ends children with their parent")
def test_a_supervisor_killed_outright_takes_its_processes_along(tmp_path):
    child = tmp_path / "child"
    sleeper = f"import os, time; open({str(child)!r}, 'w').write(str(os.getpid())); time.sleep(60)"
    code = (
        "import sys, time; from marketplace.config import run;"
        f"one = run.Process('test', [sys.executable, '-c', {sleeper!r}], 4); one.look(0.0); time.sleep(60)"
    )
    supervisor = subprocess.Popen([sys.executable, "-c", code])
    end = time.monotonic() + 20
    while not (child.exists() and child.read_text()):
        assert time.monotonic() < end
        time.sleep(0.05)

    supervisor.kill()
    supervisor.wait()

    assert is_gone(int(child.read_text()))
