"""
What a reader of everything learns before the opening: the whole database, all files and all logs, and every page.

Whatever the filings added is searched for names, codes, people and amounts in several spellings.
"""

import base64
import hashlib
import json
import logging
import pickle
import re
import zlib

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client

from marketplace.config.logs import logging_config
from marketplace.core import outbox
from marketplace.custody import signing
from tests.factories.accounts import MembershipFactory
from tests.factories.tendering import WorkRequestFactory, bidder_for, member_of, open_bids
from tests.tendering.services.filing.test_sealed_filing import sealed

pytestmark = pytest.mark.django_db

PRICE, DAYS = "156864.50", 31
SPELLINGS = ("156864.50", "156864.5", "156,864.50", "15686450", "１５６８６４", "壹拾伍万陆仟捌佰陆拾肆元伍角整")
ADDRESS, DEVICE = "203.0.113.77", "Phone of the bidder"
PDF = b"%PDF-1.7\nour secret method\n"


@pytest.fixture
def folders(settings, tmp_path):
    """Every folder that the market writes to, apart from its keys."""
    settings.DATA = tmp_path / "keys"
    for name in ("uploads", "cache", "broker", "mail"):
        (tmp_path / "open" / name).mkdir(parents=True)
    settings.MEDIA_ROOT = tmp_path / "open" / "uploads"
    settings.CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.filebased.FileBasedCache",
            "LOCATION": tmp_path / "open" / "cache",
        }
    }
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.EMAIL_FILE_PATH = tmp_path / "open" / "mail"
    return tmp_path / "open"


@pytest.fixture
def logs():
    """Every line of every logger, as the market writes it."""
    lines = []

    class Keeping(logging.Handler):
        def emit(self, record):
            lines.append(self.format(record))

    formatter = logging_config("DEBUG")["formatters"]["json"]
    handler = Keeping(logging.DEBUG)
    shape = {name: value for name, value in formatter.items() if name != "()"}
    handler.setFormatter(formatter["()"](**shape))
    root = logging.getLogger()
    before = root.level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    yield lines
    root.removeHandler(handler)
    root.setLevel(before)


def rows():
    """Every row of every table, as bytes, with its table."""
    found = set()
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            found |= {(table, tuple(as_bytes(cell) for cell in row)) for row in cursor.fetchall()}
    return found


def as_bytes(cell):
    return bytes(cell) if isinstance(cell, (bytes, memoryview)) else str(cell).encode()


def files(folder):
    return {path: read(path) for path in folder.rglob("*") if path.is_file()}


def read(path):
    """A file as it is; one of the cache as what it holds: the time of its end, then compressed bytes."""
    with path.open("rb") as file:
        if path.suffix != ".djcache":
            return file.read()
        pickle.load(file)
        return zlib.decompress(file.read())


def tells(content, words):
    """Which of the words stand in some bytes: plain, in hexadecimal or in Base64."""
    return [
        word
        for word in words
        if any(
            spelling in content
            for spelling in (
                word.encode(),
                word.encode().hex().encode(),
                word.encode("utf-16-le"),
                base64.b64encode(word.encode()).rstrip(b"=")[:-1],
                json.dumps(word)[1:-1].encode(),
            )
        )
    ]


def telling_of(firm):
    person = member_of(firm.organisation)
    return [firm.uscc, firm.organisation.name_zh, person.email, person.name, ADDRESS, DEVICE, *SPELLINGS]


def browser(firm):
    client = Client(REMOTE_ADDR=ADDRESS, HTTP_USER_AGENT=DEVICE)
    client.force_login(member_of(firm.organisation))
    # Who signs in on the page has a session whose end lies on a whole step already.
    client.get("/workbench/")
    return client


def file_in_every_way(work_request, firm, client):
    """By pages with script and without, by a program, replaced and withdrawn; looked at, and its receipt checked."""
    page, api = f"/requests/{work_request.number}/bid/", f"/api/v1/work-requests/{work_request.number}/bids/"
    bid = {"price": PRICE, "days": str(DAYS)}
    box = base64.b64encode(sealed(work_request, firm, price=PRICE, days=DAYS).ciphertext).decode()
    answers = [
        client.get(page),
        client.post(page, bid),
        client.post(f"{page}seal/", bid | {"declaration": "on"}),
        client.post(f"{page}sealed/", {"sealed": box, "purpose": "bid"}),
        client.post(f"{page}sealed/", {"sealed": "broken", "purpose": "bid"}),
        client.post(f"{page}seal/", bid | {"price": "999999999.99", "declaration": "on"}),
        client.get(f"{page}withdraw/"),
        client.post(f"{page}withdraw/"),
        client.post(api, bid, "application/json"),
        client.get(api),
        client.get("/workbench/bids/"),
    ]
    receipt = answers[8].json()
    answers.append(client.post("/receipts/", {"receipt": json.dumps(receipt)}))
    return [answer.status_code for answer in answers]


WAYS = [200, 200, 200, 200, 400, 422, 200, 200, 201, 200, 200, 200]


class TestBeforeTheOpening:
    def test_database_files_and_logs_tell_neither_price_nor_bidder(self, folders, logs, frozen_clock):
        work_request = WorkRequestFactory(lowest_price=True, published=True)
        firm = bidder_for(work_request)
        client = browser(firm)
        outbox.run_due()
        signing.published()
        before, files_before = rows(), files(folders)
        logs.clear()

        ways = file_in_every_way(work_request, firm, client)
        outbox.run_due()

        added = rows() - before
        assert ways == WAYS
        assert before <= rows()
        assert sorted(table for table, _ in added) == ["tendering_bid"] * 4
        words = telling_of(firm)
        assert [tells(b"\0".join(cells), words) for _, cells in added] == [[]] * 4
        written = {path: content for path, content in files(folders).items() if files_before.get(path) != content}
        assert {path: tells(content, words) for path, content in written.items()} == {path: [] for path in written}
        assert tells("\n".join(logs).encode(), words) == []
        assert len(logs) >= 2 * len(WAYS)

    def test_no_line_of_the_log_says_who_or_what_was_done(self, folders, logs, frozen_clock):
        work_request = WorkRequestFactory(lowest_price=True, published=True)
        firm = bidder_for(work_request)
        client = browser(firm)
        logs.clear()

        file_in_every_way(work_request, firm, client)

        lines = [json.loads(line) for line in logs]
        assert not [line for line in lines if {"user_id", "ip", "user_agent"} & {key for key in line if line[key]}]
        assert {line["request"] for line in lines if line["event"].startswith("request_")} == {
            f"{method} /{path}"
            for method, path in (
                ("GET", f"requests/{work_request.number}/bid/"),
                ("POST", f"requests/{work_request.number}/bid/"),
                ("GET", f"api/v1/work-requests/{work_request.number}/bids/"),
                ("POST", f"api/v1/work-requests/{work_request.number}/bids/"),
                ("GET", "workbench/bids/"),
                ("POST", "receipts/"),
            )
        }

    def test_the_cache_holds_nothing_under_a_persons_number(self, folders, frozen_clock):
        work_request = WorkRequestFactory(lowest_price=True, published=True)
        firm = bidder_for(work_request)
        client = browser(firm)

        file_in_every_way(work_request, firm, client)

        person = member_of(firm.organisation).pk
        guesses = [f"throttle_{scope}_{one}" for scope in ("user", "anon", "bids") for one in (person, ADDRESS)]
        names = {path.stem for path in folders.rglob("*.djcache")}
        assert not names & {hashlib.md5(f":1:{guess}".encode()).hexdigest() for guess in guesses}

    def test_a_proposal_file_tells_nothing(self, folders, logs, frozen_clock):
        contest = WorkRequestFactory(
            method="best_proposal",
            published=True,
            parameters={
                "weights": {"price": 40, "time": 10, "proposal": 40, "credit": 10},
                "evaluators": 3,
                "pool": [1, 2, 3, 4, 5],
            },
        )
        firm = bidder_for(contest)
        client = browser(firm)
        before, files_before = rows(), files(folders)

        client.post(
            f"/requests/{contest.number}/bid/seal/",
            {
                "price": PRICE,
                "days": str(DAYS),
                "declaration": "on",
                "proposal": SimpleUploadedFile("乌有公司方案.pdf", PDF, "application/pdf"),
            },
        )

        added = rows() - before
        assert sorted(table for table, _ in added) == ["tendering_bid", "tendering_sealedproposal"]
        words = [*telling_of(firm), "our secret method", "乌有公司方案", "方案.pdf"]
        written = [content for path, content in files(folders).items() if files_before.get(path) != content]
        assert len(files(folders / "uploads")) == 1
        everything = b"\0".join([*(cell for _, cells in added for cell in cells), *written, "\n".join(logs).encode()])
        assert tells(everything, words) == []

    def test_no_page_of_anybody_else_changes(self, folders, frozen_clock):
        work_request = WorkRequestFactory(lowest_price=True, published=True)
        firm, rival = bidder_for(work_request), bidder_for(work_request)
        people = {
            "anonymous": None,
            "owner": member_of(work_request.owner),
            "rival": member_of(rival.organisation),
            "operator": MembershipFactory(operator=True).user,
            "regulator": MembershipFactory(regulator=True).user,
        }
        before = {name: seen_by(person, work_request) for name, person in people.items()}

        file_in_every_way(work_request, firm, browser(firm))

        cache.clear()
        assert {name: seen_by(person, work_request) for name, person in people.items()} == before

    def test_at_the_opening_everything_is_told_but_from_where(self, folders, logs, frozen_clock):
        """What the searches above look for can be found at all; address and device stay sealed."""
        work_request = WorkRequestFactory(lowest_price=True, published=True)
        firm = bidder_for(work_request)
        client = browser(firm)
        client.post(
            f"/requests/{work_request.number}/bid/seal/",
            {"price": PRICE, "days": str(DAYS), "declaration": "on"},
        )
        before = rows()

        open_bids(work_request)

        added = b"\0".join(cell for _, cells in rows() - before for cell in cells)
        told = set(tells(added, telling_of(firm)))
        assert {firm.uscc, PRICE} <= told
        assert not {ADDRESS, DEVICE} & told


def seen_by(person, work_request):
    """Every page that could tell, without what is new at every answer."""
    client = Client()
    if person is not None:
        client.force_login(person)
    pages = [
        "/",
        "/requests/",
        f"/requests/{work_request.number}/",
        f"/api/v1/work-requests/{work_request.number}/",
        "/api/v1/work-requests/",
        "/awards/",
        f"/search/?q={work_request.number}",
        "/workbench/",
        "/workbench/requests/",
        "/workbench/bids/",
        "/console/",
        f"/console/requests/{work_request.number}/",
        f"/api/v1/work-requests/{work_request.number}/bids/",
    ]
    return {page: still(client.get(page)) for page in pages}


def still(answer):
    content = answer.content.decode()
    fresh = (
        r'csrf[^"]*"[^>]*value="[^"]+"|nonce="[^"]+"|"X-CSRFToken": ?"[^"]+"|csrf[tT]oken[^,}]*|data-ends-in="[0-9]+"'
    )
    return answer.status_code, re.sub(fresh, "", content)
