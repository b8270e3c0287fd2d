"""
`kill -9` of the market's processes at any step of the job: nothing is lost, and nothing is done twice.

The same tests run on one machine's SQLite, where one process sweeps, and on PostgreSQL and Redis with Celery.
"""

import base64
import http.client
import json
import re
import secrets
import socket
import threading
import urllib.error
import urllib.parse
import urllib.request
from collections import Counter

import pytest

from tests.functional.running import Market, environment, wait_until

BIDS = 30
PATIENCE = 60
#: Threads that send mail: a kill cuts off one mail of each at most.
THREADS = 4
DEVICE = "Phone of the bidder"
RECEIPT = re.compile(r"data:application/json;base64,([^\"]+)")


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


class Crashes:
    """Subclasses give the fixture `servers`: the variables that name them."""

    #: Seconds; a row that was handed out to a worker by a message is held longer than one being done.
    longest_lease = 60

    @pytest.fixture
    def market(self, tmp_path, servers):
        market = Market(tmp_path, environment(tmp_path, port=free_port(), servers=servers))
        try:
            yield market
        finally:
            market.end()

    def test_a_worker_killed_at_every_step_does_the_due_work_once(self, market):
        stage = market.talk("tests.functional.stage")
        numbers = stage.ask("due_world", bids=BIDS)
        steps = {
            "the first work is taken": lambda now: now["claimed"],
            "the deadline is looked after": lambda now: "tendering.deadline" in now["done"],
            "the bids are being opened": lambda now: "tendering.open_request" in now["claimed"],
            "the award is being confirmed": lambda now: "tendering.confirm_award" in now["claimed"],
            "the news of the award is delivered": lambda now: "event" in now["claimed"] + now["done"],
        }

        workers = [name for name in market.commands if name != "web"]
        for step, reached in steps.items():
            running = [market.start(name) for name in workers]
            wait_until(lambda: reached(stage.ask("progress")), seconds=PATIENCE, what=step)  # noqa: B023
            for process in running:
                market.kill(process)
            assert stage.ask("let_leases_end") <= self.longest_lease
        for name in workers:
            market.start(name)
        wait_until(lambda: not stage.ask("progress")["left"], seconds=PATIENCE, what="all is done", interval=0.2)

        assert stage.ask("work") == {"overdue": [], "claimed": [], "failures": [], "chains_broken": []}
        published = {"status": "publicity", "openings": 1, "transcripts": 1, "live_awards": 1, "awards": 1}
        assert stage.ask("outcome", number=numbers["waiting"]) == published | {
            "fates": ["counted"] * BIDS,
            "contracts": 0,
            "contract_trail": [],
            "trail": TRAIL_OF_OPENING,
            "notices": {"published": 1, "selected": BIDS + 1},
        }
        assert stage.ask("outcome", number=numbers["opened"]) == published | {
            "status": "awarded",
            "fates": ["counted"] * 3,
            "contracts": 1,
            "contract_trail": ["prepared"],
            "trail": [*TRAIL_OF_OPENING, "award.confirmed"],
            "notices": {"published": 1, "selected": 4, "awarded:1": 2},
        }
        mail = stage.ask("mail")
        notices, written = (Counter(map(tuple, mail[which])) for which in ("notices", "written"))
        assert set(written) == set(notices)
        # A mail leaves before its row is marked: the one being sent at a kill is sent again, and no other.
        assert notices.total() <= written.total() <= notices.total() + THREADS * len(steps)

    def test_a_web_process_killed_while_bids_come_in_keeps_every_bid_that_got_a_receipt(self, market):
        stage = market.talk("tests.functional.stage")
        world = stage.ask("bidding_world", firms=3)
        clients = [Bidder(market, world["request"], session) for session in world["sessions"]]
        kills = 3

        web = market.start("web")
        for client in clients:
            client.start()
        for kill in range(1, kills + 1):
            wait_until(
                lambda: sum(len(client.receipts) for client in clients) >= 6 * kill,  # noqa: B023
                seconds=PATIENCE,
                what="receipts",
            )
            market.kill(web)
            web = market.start("web")
        for client in clients:
            seen = len(client.receipts)
            wait_until(lambda: len(client.receipts) > seen, seconds=PATIENCE, what="a receipt after the last kill")  # noqa: B023
        for client in clients:
            client.stop()

        assert [client.refusals for client in clients] == [[], [], []]
        receipts = [receipt for client in clients for receipt in client.receipts]
        stored = stage.ask("stored", number=world["request"])
        assert len(set(receipts)) == len(receipts)
        assert len(set(stored)) == len(stored)
        assert set(receipts) <= set(stored)
        # What was stored and has no receipt is at most the one bid a client waited for at each kill.
        assert len(stored) <= len(receipts) + len(clients) * kills
        opened = stage.ask("opening", number=world["request"])
        # Every row opens, and each firm's last one counts: none is half a bid.
        assert opened["fates"] == ["counted"] * 3 + ["replaced"] * (len(stored) - 3)
        assert opened["trail"] == TRAIL_OF_OPENING
        assert stage.ask("work")["chains_broken"] == []


TRAIL_OF_OPENING = [
    "request.published",
    "request.closed",
    "custody.key_released",
    "custody.key_released",
    "bids.opened",
    "custody.secret_released",
    "custody.secret_released",
    "opening.drawn",
    "opening.ended",
    "publicity.begun",
]


class Bidder(threading.Thread):
    """A firm's person who files bids one after the other, and tries again when the site does not answer."""

    def __init__(self, market, number, session, **bid):
        super().__init__(daemon=True)
        port, token = market.environment["PORT"], secrets.token_hex(16)
        #: The fingerprints of the receipts, and the pages that were none.
        self.receipts, self.refusals = [], []
        self._over = threading.Event()
        self._request = urllib.request.Request(
            f"http://127.0.0.1:{port}/requests/{number}/bid/seal/",
            data=urllib.parse.urlencode({"declaration": "on", "csrfmiddlewaretoken": token} | bid).encode(),
            headers={"Cookie": f"sessionid={session}; csrftoken={token}", "User-Agent": DEVICE},
        )

    def run(self):
        while not self._over.is_set():
            try:
                with urllib.request.urlopen(self._request, timeout=20) as response:
                    page = response.read().decode()
            except urllib.error.HTTPError as refusal:
                self.refusals.append(f"{refusal.code} {refusal.read().decode()[:2000]}")
            except (OSError, http.client.HTTPException):
                self._over.wait(0.1)
            else:
                self._keep(page)

    def _keep(self, page):
        if receipt := RECEIPT.search(page):
            self.receipts.append(json.loads(base64.b64decode(receipt.group(1)))["sha256"])
        else:
            self.refusals.append(page)

    def stop(self):
        self._over.set()
        self.join(timeout=30)
