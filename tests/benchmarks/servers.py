"""What needs servers of its own: a web worker's memory, and how soon `make run` answers."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

from django.utils import translation

from marketplace.config import env
from marketplace.config.run import commands
from tests.benchmarks.pages import details, lists
from tests.benchmarks.report import Report, Row

RSS_MIB, READY_SECONDS = 250, 20
ROUNDS = 8


def measure(report: Report) -> None:
    found = _memory()
    report.add(
        Row("web worker, resident at its most", f"{found:.0f} MiB", limit=f"< {RSS_MIB} MiB", kept=found < RSS_MIB)
    )
    found = _readiness()
    report.add(
        Row(
            "`make run`, installed and prepared, ready",
            f"{found:.1f} s",
            limit=f"≤ {READY_SECONDS} s",
            kept=found <= READY_SECONDS,
        )
    )


def _memory() -> float:
    """The most that the worker process held, in MiB, while it answered every kind of page in both languages."""
    port = _free_port()
    command = commands(port, with_redis=False)["web"]
    server = subprocess.Popen(command, cwd=env.ROOT, env={**os.environ, "PORT": str(port)}, start_new_session=True)
    try:
        _wait(port, 60)
        with translation.override("zh-hans"):
            addresses = [address for page in [*lists(), *details()] for address in page.addresses]
        for _ in range(ROUNDS):
            for address in [*addresses, "/", *(f"/en{address}" for address in addresses)]:
                _open(port, address)
        return max(_peak(pid) for pid in _family(server.pid))
    finally:
        _end(server)


def _readiness() -> float:
    """Seconds from `make run` to the first answer of /readyz, on a folder that `prepare` has filled before."""
    port = _free_port()
    data = env.DATA / "bench-run"
    alone = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "REDIS_URL")}
    alone |= {"PORT": str(port), "DATA": str(data)}
    quiet = {"cwd": env.ROOT, "env": alone, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    subprocess.run([sys.executable, "manage.py", "prepare"], check=True, **quiet)
    began = time.monotonic()
    market = subprocess.Popen(["make", "run"], start_new_session=True, **quiet)
    try:
        _wait(port, 120)
        return time.monotonic() - began
    finally:
        _end(market)


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def _wait(port: int, seconds: float) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            _open(port, "/readyz")
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.05)
        else:
            return
    raise RuntimeError(f"nothing ready on port {port} after {seconds} s")


def _open(port: int, address: str) -> None:
    quoted = urllib.request.quote(address, safe="/?&=%")
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{quoted}", timeout=30) as answer:
        answer.read()


def _family(pid: int) -> list[int]:
    """A process and those it started."""
    found, waiting = [], [pid]
    while waiting:
        parent = waiting.pop()
        found.append(parent)
        for task in Path(f"/proc/{parent}/task").iterdir():
            waiting += [int(child) for child in (task / "children").read_text().split()]
    return found


def _peak(pid: int) -> float:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    return 0.0


def _end(process: subprocess.Popen) -> None:
    """End a process that was started here, with all it started."""
    os.killpg(process.pid, signal.SIGINT)
    try:
        process.wait(20)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
