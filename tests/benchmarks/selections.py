"""Draws among ten thousand, and the check of a thousand bids by script and in the browser."""

import hashlib
import hmac
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from urllib.parse import urlsplit

from django.contrib.staticfiles import finders
from django.test import Client
from playwright.sync_api import Page, Route, sync_playwright

from marketplace.config import env
from marketplace.tendering import selection
from marketplace.tendering.selection import Candidate, Ciphertext, FrozenList, Opened
from scripts.install_chromium import system_chromium
from tests.benchmarks.report import Report, Row, median_ms

CANDIDATES, DRAW_MS = 10_000, 300
BIDS, SCRIPT_MS, BROWSER_MS = 1_000, 1_000, 2_000
SEED = hashlib.sha256(b"benchmark").digest()
SECRETS = {side: hashlib.sha256(side.encode()).digest() for side in ("operator", "regulator")}
SITE, PAGE = "http://verify.example", "/en/verify/"
METHODS = ("random_draw", "credit_preferred", "best_proposal")


def measure(report: Report) -> None:
    _draws(report)
    # Before Playwright's loop runs in this thread, which Django takes for asynchronous code.
    html = Client(headers={"host": "localhost"}).get(PAGE).content
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=system_chromium(), args=["--no-sandbox"])
        page = browser.new_page()
        page.route("**/*", lambda route: _serve(route, html))
        page.goto(f"{SITE}{PAGE}")
        for method in METHODS:
            file = Path(folder) / f"{method}.json"
            file.write_bytes(selection.canonical(_transcript(method)))
            _by_script(report, method, file)
            _in_browser(report, method, file, page)
        browser.close()


def _draws(report: Report) -> None:
    for method, what in (("random_draw", "draw"), ("credit_preferred", "weighted draw")):
        frozen = _list(method, CANDIDATES)
        parameters = {"long": CANDIDATES, "short": 5}
        found = median_ms(lambda: selection.select(method, frozen, seed=SEED, parameters=parameters), 5)  # noqa: B023
        # The least that a draw has to do: one HMAC for each, put in order.
        floor = median_ms(lambda: sorted(hmac.digest(SEED, one.encode(), "sha256") for one in frozen.ids), 5)  # noqa: B023
        report.add(
            Row(
                f"{what} among {CANDIDATES:,}",
                f"{found:.0f} ms",
                ratio=f"{found / floor:.1f}",
                limit=f"≤ {DRAW_MS} ms",
                kept=found <= DRAW_MS,
            )
        )


def _by_script(report: Report, method: str, file: Path) -> None:
    def run(*command: str) -> None:
        subprocess.run([sys.executable, *command], check=True, capture_output=True)

    found = median_ms(lambda: run(str(env.ROOT / "verify_selection.py"), str(file)), 5, warm_up=1)
    # A Python that reads the file and ends.
    floor = median_ms(lambda: run("-c", f"import json; json.load(open({str(file)!r}))"), 5, warm_up=1)
    report.add(
        Row(
            f"{method}, {BIDS:,} bids checked by script",
            f"{found:.0f} ms",
            ratio=f"{found / floor:.1f}",
            limit=f"≤ {SCRIPT_MS} ms",
            kept=found <= SCRIPT_MS,
        )
    )


def _in_browser(report: Report, method: str, file: Path, page: Page) -> None:
    """From the press of the button to the verdict, every step drawn."""
    text = file.read_text(encoding="utf-8")
    page.fill("[name=transcript]", text)
    times = []
    for _ in range(3):
        began = time.perf_counter()
        page.click("[data-verify-form] button[type=submit]")
        page.wait_for_selector(".verdict-working", state="detached")
        times.append((time.perf_counter() - began) * 1000)
        if not page.locator(".verdict-right").count():
            raise AssertionError(page.locator("[data-verdict]").inner_text())
    found = sorted(times)[1]
    # The page's own hash of the same text, once.
    floor = page.evaluate(
        """async (text) => {
          const { sha256, utf8 } = await import("/static/js/verify/hashing.js");
          const began = performance.now();
          for (let round = 0; round < 10; round += 1) sha256(utf8(text));
          return (performance.now() - began) / 10;
        }""",
        text,
    )
    report.add(
        Row(
            f"{method}, {BIDS:,} bids checked in the browser",
            f"{found:.0f} ms",
            ratio=f"{found / floor:.1f}",
            limit=f"≤ {BROWSER_MS} ms",
            kept=found <= BROWSER_MS,
        )
    )


def _serve(route: Route, html: bytes) -> None:
    """The site without a server: its page as rendered before, its files from where they lie."""
    path = urlsplit(route.request.url).path
    if path == PAGE:
        route.fulfill(body=html, content_type="text/html; charset=utf-8")
    elif found := finders.find(path.removeprefix("/static/")):
        route.fulfill(path=found)
    else:
        route.fulfill(status=404)


def _list(method: str, count: int) -> FrozenList:
    numbers = [hashlib.sha256(str(number).encode()).digest() for number in range(count)]
    return FrozenList.of(
        [
            Candidate(
                id=f"91320411{number:09d}X",
                days=10 + digest[0] % 30,
                nonce=digest.hex(),
                price=None if method in selection.PRICE_FIXED else f"{100_000 + digest[1] * 100 + digest[2]}.00",
                score=f"{60 + digest[3] % 40}.{digest[4] % 100:02d}" if method in selection.SCORE_LISTED else None,
            )
            for number, digest in enumerate(numbers)
        ],
        [Ciphertext(digest.hex(), "counted") for digest in numbers],
        [],
    )


def _transcript(method: str) -> dict:
    weights = {"price": 40, "time": 10, "proposal": 40, "credit": 10}
    parameters = {
        "credit_preferred": {"long": BIDS, "short": 5},
        "best_proposal": {"weights": weights, "evaluators": 5, "pool": list(range(1, 21))},
    }
    frozen = _list(method, BIDS)
    marks = {one: [70 + place % 20, 80, 75, 78, 82] for place, one in enumerate(frozen.ids)}
    announcement = {
        "bid_keys": dict.fromkeys(SECRETS, "aa" * 32),
        "commitments": {side: selection.commitment(secret) for side, secret in SECRETS.items()},
        "deadline": "2026-12-01T09:00:00Z",
        "limits": {"days": 60, "fewest_bids": 2 if method == "credit_preferred" else 3},
        "method": method,
        "number": "MX-2026-0001",
        "parameters": parameters.get(method, {}),
        "policy": "2026.1",
        "public_value_source": None,
        "published_at": "2026-11-23T01:30:00Z",
        "version": 1,
    }
    opened = Opened(announcement, frozen, SECRETS, marks=marks if method == "best_proposal" else None)
    return json.loads(json.dumps(selection.document(opened, opened_at="2026-12-01T09:01:00Z")))
