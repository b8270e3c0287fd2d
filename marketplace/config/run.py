"""
Starts the market's processes, starts again what dies, and ends all together: `python -m marketplace.config.run`.

docs/decisions/what-starts-the-processes.md says why this is our own.
"""

import argparse
import contextlib
import errno
import fcntl
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from marketplace.config import env

HOST = "127.0.0.1"
#: Seconds between a death and the next start, doubled each time up to the longest, until a process lived for a while.
FIRST_PAUSE, LONGEST_PAUSE, LONG_ENOUGH = 0.5, 30.0, 60.0
#: Seconds that processes have to end by themselves; granian and the sweeper finish what they are at.
PATIENCE = 12.0
LOOK = 0.2

TETHER = str(Path(__file__).with_name("tethered.py"))
BIN = Path(sys.executable).parent
_printing = threading.Lock()


class Refused(Exception):
    """The market does not start; the argument says why and what to do."""


def commands(port: int, *, with_redis: bool) -> dict[str, list[str]]:
    """Every process's command by its name; docs/operations/production.md has them for other supervisors."""
    celery = [str(BIN / "celery"), "-A", "marketplace.config.celery"]
    worker = [*celery, "worker", "--pool", "threads", "--without-gossip", "--without-mingle", "--loglevel", "WARNING"]
    web = [
        *(str(BIN / "granian"), "--interface", "wsgi", "--host", HOST, "--port", str(port), "--workers", "1"),
        *("--blocking-threads", "4", "--no-ws", "--log-level", "warning", "marketplace.config.wsgi:application"),
    ]
    if not with_redis:
        return {"web": web, "worker": [sys.executable, "manage.py", "work"]}
    return {
        "web": web,
        "worker": [*worker, "--queues", "prompt", "--hostname", "prompt@%h", "--concurrency", "2"],
        "bulk": [*worker, "--queues", "bulk", "--hostname", "bulk@%h", "--concurrency", "4"],
        # The table of turns is kept in memory: no file that could be found broken.
        "beat": [*celery, "beat", "--scheduler", "celery.beat:Scheduler", "--loglevel", "WARNING"],
    }


@contextlib.contextmanager
def locked(path: Path, refusal: str) -> Iterator[None]:
    """
    Hold a lock on a file for the length of a block; the kernel lets go of it whatever ends the process.

    :raises Refused: with `refusal` and who holds it
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            file.seek(0)
            holder = file.read(20).strip()
            raise Refused(f"{refusal}{f' (process {holder})' if holder.isdigit() else ''}.") from error
        # A full disk has no room for the number, and the lock holds without it.
        with contextlib.suppress(OSError):
            file.truncate(0)
            file.write(str(os.getpid()))
            file.flush()
        yield


def check_port(port: int) -> None:
    """
    Refuse a port that something listens on: the web server would share it, and visitors would get either market.

    :raises Refused: with what to do
    """
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            reason = "something listens there already" if error.errno == errno.EADDRINUSE else error.strerror
            raise Refused(
                f"Port {port} cannot be used: {reason}. Stop it, or choose another: PORT={port + 1} make run"
            ) from error


@contextlib.contextmanager
def alone(data: Path, port: int) -> Iterator[None]:
    """Be the only market on a data folder and on a port; raises `Refused`."""
    port_lock = Path(tempfile.gettempdir()) / f"mingxuan-{os.getuid()}-port-{port}.lock"
    other_folder = f"Another market runs on the data folder {data}. Stop it, or choose another: DATA=… make run"
    other_port = f"Another market runs on port {port}. Stop it, or choose another: PORT={port + 1} make run"
    with locked(data / "market.lock", other_folder), locked(port_lock, other_port):
        check_port(port)
        yield


@dataclass
class Process:
    """One of the market's processes: its lines are printed with its name, and when it dies it is started again."""

    name: str
    command: list[str]
    width: int
    running: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    due_at: float = 0.0
    deaths: int = 0
    _printer: threading.Thread | None = field(default=None, repr=False)

    def look(self, now: float) -> None:
        """Start it where it does not run and its turn has come; note where it died."""
        if self.running is None:
            if now >= self.due_at:
                self._start(now)
        elif self.running.poll() is not None:
            self._note_death(now)

    def _start(self, now: float) -> None:
        # A session of its own: Ctrl-C reaches the supervisor alone, and what it leaves behind can be ended as a group.
        self.running = subprocess.Popen(  # noqa: S603
            [sys.executable, TETHER, str(os.getpid()), *self.command],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            cwd=env.ROOT,
            start_new_session=True,
        )
        self.started_at = now
        self._printer = threading.Thread(target=self._print, args=(self.running.stdout,), daemon=True)
        self._printer.start()

    def _note_death(self, now: float) -> None:
        code = self.running.returncode if self.running else 0
        self.end_group(signal.SIGKILL)
        self.running = None
        self.deaths = 1 if now - self.started_at >= LONG_ENOUGH else self.deaths + 1
        pause = min(FIRST_PAUSE * 2 ** (self.deaths - 1), LONGEST_PAUSE)
        self.due_at = now + pause
        self.say(f"ended ({_reason(code)}); starts again in {pause:g} s")

    def end_group(self, number: signal.Signals) -> None:
        """Signal it and all that it started, also where it has ended itself."""
        if self.running is not None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.running.pid, number)

    @property
    def has_ended(self) -> bool:
        return self.running is None or self.running.poll() is not None

    def _print(self, lines: IO[bytes]) -> None:
        for line in lines:
            self.say(line.decode(errors="replace").rstrip())
        lines.close()

    def say(self, line: str) -> None:
        # Whoever read the lines may be gone; the market goes on without.
        with _printing, contextlib.suppress(OSError, ValueError):
            sys.stdout.write(f"{self.name:<{self.width}} | {line}\n")
            sys.stdout.flush()


def _reason(code: int) -> str:
    return signal.Signals(-code).name if code < 0 else f"exit {code}"


class Supervisor:
    def __init__(self, named: dict[str, list[str]]) -> None:
        width = max(map(len, named))
        self.processes = [Process(name, command, width) for name, command in named.items()]
        self._signals = 0

    def run(self) -> None:
        """Keep all processes running until somebody ends them."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._note_signal)
        while not self._signals:
            for process in self.processes:
                process.look(time.monotonic())
            time.sleep(LOOK)
        self._end()

    def _note_signal(self, *_: object) -> None:
        self._signals += 1

    def _end(self) -> None:
        """Let all end by themselves; the impatient (a second Ctrl-C) and the late ones are killed."""
        asked = self._signals
        end = time.monotonic() + PATIENCE
        for process in self.processes:
            process.end_group(signal.SIGTERM)
        while time.monotonic() < end and self._signals == asked:
            if all(process.has_ended for process in self.processes):
                break
            time.sleep(LOOK / 4)
        for process in self.processes:
            process.end_group(signal.SIGKILL)


def prepare() -> None:
    """Make tables, catalogue and demo world where they are missing; raises `Refused`."""
    done = subprocess.run([sys.executable, "manage.py", "prepare"], cwd=env.ROOT, check=False)
    if done.returncode:
        raise Refused("The market could not be prepared; the lines above say why.")


def main() -> int:
    parser = argparse.ArgumentParser(description="Start the market's processes and keep them running.")
    parser.add_argument("--as-it-is", action="store_true", help="without preparing tables and demo world")
    arguments = parser.parse_args()
    try:
        with alone(env.DATA, env.PORT):
            if not arguments.as_it_is:
                prepare()
            Supervisor(commands(env.PORT, with_redis=bool(env.REDIS_URL))).run()
    except Refused as refusal:
        sys.stderr.write(f"{refusal}\n")
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
