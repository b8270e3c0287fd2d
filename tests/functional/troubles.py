"""What befalls a market in the endurance test: visitors, kills, strange files, a full disk, a wrong clock."""

import contextlib
import http.client
import os
import random
import re
import shutil
import signal
import subprocess
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

HERE = Path(__file__).parent
LINK = re.compile(r'href="(/[^"#]*)"')
#: Not pages: what a crawl for pages has no use for.
OTHER = re.compile(r"^/(static|api/v1/schema|console|accounts/logout|documents)")


class Visitor(threading.Thread):
    """Goes from page to page by their links, as somebody who reads."""

    def __init__(self, port, *, seed, pause=0.5):
        super().__init__(daemon=True)
        self._root, self._pause, self._random = f"http://127.0.0.1:{port}", pause, random.Random(seed)
        self._over = threading.Event()
        #: What came of each request: when, where, the status (0: no answer).
        self.seen = []

    def run(self):
        known = ["/", "/en/"]
        while not self._over.wait(self._pause):
            path = self._random.choice(known)
            status, text = self._open(path)
            self.seen.append((time.monotonic(), path, status))
            for link in LINK.findall(text):
                if not OTHER.match(link) and link not in known and len(known) < 3000:
                    known.append(link)

    def _open(self, path):
        try:
            with urllib.request.urlopen(self._root + path, timeout=30) as answer:
                kind = answer.headers.get_content_type()
                return answer.status, answer.read().decode(errors="replace") if kind == "text/html" else ""
        except urllib.error.HTTPError as failure:
            return failure.code, ""
        except (OSError, http.client.HTTPException):
            return 0, ""

    def stop(self):
        self._over.set()
        self.join(60)


def processes_of(data, words):
    """The ids of a market's processes whose command holds some words."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            variables = (folder / "environ").read_bytes().split(b"\0")
        except OSError:
            continue
        if words in command and f"DATA={data}".encode() in variables:
            found.append(int(folder.name))
    return sorted(found)


class Killer:
    """Kills each process of a market in turn: the web server, its worker, the market's worker."""

    KINDS = (("granian", 0), ("granian", -1), ("manage.py work", 0))

    def __init__(self, data):
        self._data, self._turn = data, 0
        #: When each was killed, and what it was.
        self.killed = []

    def kill_the_next(self):
        words, place = self.KINDS[self._turn % len(self.KINDS)]
        self._turn += 1
        if pids := processes_of(self._data, words):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pids[place], signal.SIGKILL)
                self.killed.append((time.monotonic(), f"{words} {place}"))


def litter(data):
    """Leave an empty file and a binary one in every folder; returns how many."""
    folders = [data, *(path for path in data.rglob("*") if path.is_dir())]
    for folder in folders:
        (folder / "empty.msg").write_bytes(b"")
        (folder / "binary.msg").write_bytes(os.urandom(4096))
    return 2 * len(folders)


@contextlib.contextmanager
def full_disk(folder):
    """Nothing is free on a folder's disk for the length of a block."""
    ballast = folder / "ballast"
    # Without a buffer: what did not fit would be written once more as the file closes.
    with ballast.open("wb", buffering=0) as file:
        for size in (2**20, 4096, 1):
            with contextlib.suppress(OSError):
                while file.write(b"\0" * size) == size:
                    pass
    try:
        yield
    finally:
        ballast.unlink()


def mounted(folder, *, mib):
    """Whether a small disk of its own lies under a folder now; only root can do that."""
    if os.geteuid() != 0 or not shutil.which("mount"):
        return False
    command = ["mount", "-t", "tmpfs", "-o", f"size={mib}m,mode=700", "market", str(folder)]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def unmount(folder):
    subprocess.run(["umount", "--lazy", str(folder)], check=False)


class Clock:
    """The clock of the processes that are started with `variables`."""

    def __init__(self, folder):
        self._file, self.library = folder / "shift", folder / "shifted_clock.so"
        self.set(0)
        compiler = shutil.which("cc")
        command = [compiler, "-shared", "-fPIC", "-O2", "-o", str(self.library), str(HERE / "shifted_clock.c")]
        self.can_be_set = bool(compiler) and subprocess.run(command, check=False).returncode == 0

    @property
    def variables(self):
        return {"LD_PRELOAD": str(self.library), "SHIFTED_BY": str(self._file)} if self.can_be_set else {}

    def set(self, seconds):
        """Have it ahead by so many seconds from now on."""
        fresh = self._file.with_suffix(".fresh")
        fresh.write_text(str(seconds))
        fresh.replace(self._file)


def upload(port, number, session, content):
    """Hand a file in on a draft's last page; returns the status and the page."""
    address = f"http://127.0.0.1:{port}/workbench/requests/{number}/edit/contact/"
    token = "t" * 32
    cookies = {"Cookie": f"sessionid={session}; csrftoken={token}"}
    with urllib.request.urlopen(urllib.request.Request(address, headers=cookies), timeout=30) as answer:
        edited_at = re.search(r'name="edited_at"[^>]*value="([^"]*)"', answer.read().decode()).group(1)
    border = "endurance-border"
    fields = {
        "csrfmiddlewaretoken": token,
        "edited_at": edited_at,
        "contact_name": "王敏",
        "contact_phone": "0519-85680000",
    }
    body = "".join(
        f'--{border}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in fields.items()
    ).encode()
    body += f'--{border}\r\nContent-Disposition: form-data; name="attachment"; filename="plan.pdf"\r\n\r\n'.encode()
    body += content + f"\r\n--{border}--\r\n".encode()
    headers = {**cookies, "Content-Type": f"multipart/form-data; boundary={border}"}
    try:
        with urllib.request.urlopen(urllib.request.Request(address, body, headers), timeout=60) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as failure:
        return failure.code, failure.read().decode()
