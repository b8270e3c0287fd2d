"""A market's real processes on a data folder of their own: started as the supervisor starts them, killed, looked at."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

from django.db import connection

from marketplace.config.run import commands

ROOT = Path(__file__).resolve().parents[2]
SERVERS = ("DATABASE_URL", "REDIS_URL", "ELASTICSEARCH_URL")


def wait_until(happened, *, seconds, what, interval=0.02):
    """Ask until something is true, and return it."""
    end = time.monotonic() + seconds
    while not (answer := happened()):
        assert time.monotonic() < end, f"not within {seconds} s: {what}"
        time.sleep(interval)
    return answer


def environment(data, *, port, servers=None):
    """What a market's processes see: nothing of the tests' own settings, and only the servers that are named."""
    own = {name: value for name, value in os.environ.items() if name not in {*SERVERS, "DJANGO_SETTINGS_MODULE"}}
    return {
        **own,
        "DATA": str(data),
        "PORT": str(port),
        "LOG_LEVEL": "WARNING",
        "DJANGO_SETTINGS_MODULE": "marketplace.config.settings.embedded",
        **(servers or {}),
    }


def copy_tables(data):
    """Give a data folder the tables of the test database, which spares it the migrations."""
    source, target = sqlite3.connect(connection.settings_dict["NAME"]), sqlite3.connect(data / "market.sqlite3")
    source.backup(target)
    source.close()
    target.close()


class Market:
    """Processes of one market; all of them end with `end`."""

    def __init__(self, data, environment):
        self.data = data
        self.environment = environment
        self.log = data / "processes.log"
        self._started = []

    def start(self, name):
        """Start one of the market's processes, in a group of its own."""
        return self._spawn(self.commands[name])

    @property
    def commands(self):
        """The market's processes by name."""
        return commands(int(self.environment["PORT"]), with_redis=bool(self.environment.get("REDIS_URL")))

    def talk(self, module):
        """Start a module that answers a line of JSON for a line of JSON."""
        return Conversation(
            self._spawn([sys.executable, "-m", module], text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        )

    def run_make(self, target):
        """What a person types; the environment is taken as installed."""
        return self._spawn(["make", "-o", ".venv/.installed", "-o", "requirements.txt", target])

    def _spawn(self, command, **options):
        with self.log.open("ab") as log:
            options.setdefault("stdout", log)
            process = subprocess.Popen(
                command, cwd=ROOT, env=self.environment, stderr=log, start_new_session=True, **options
            )
        self._started.append(process)
        return process

    def kill(self, process):
        """SIGKILL a process and its children at once, as a machine that loses power would."""
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def end(self):
        for process in self._started:
            if process.poll() is None:
                self.kill(process)


class Conversation:
    def __init__(self, process):
        self._process = process

    def ask(self, question, **arguments):
        self._process.stdin.write(json.dumps([question, arguments]) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        assert line, f"{question}: the process has ended"
        return json.loads(line)
