"""The verification page: it agrees with the market, rejects what was changed, and says so in words."""

import json

import pytest

from marketplace.core import clock
from marketplace.core.models import MarketPolicy
from marketplace.tendering import selection
from marketplace.tendering.models import Opening
from tests.browser.conftest import copy_database, database_at
from tests.factories.tendering import WorkRequestFactory, bid, bidder_for, open_bids
from tests.tendering.selection.generated import opened, transcript
from tests.tendering.selection.tampering import changed_in_bound, changed_in_unbound
from tests.tendering.selection.test_agreement import EXAMPLES, MORE, SELECTIONS
from tests.tendering.selection.test_vectors import CASES
from tests.tendering.selection.test_vectors import opened as opened_case

#: The request whose policy withholds the bidders' names.
NAMELESS = "不公布名称的采购需求"
#: Sent to the page at a time.
BATCH = 500
RECOMPUTE = """async (texts) => {
  const { recompute } = await import("/static/js/verify/recompute.js");
  return texts.map((text) => {
    const { found, difference } = recompute(text);
    if (difference) return difference;
    const { ranking, coefficient, benchmark, choice, rows } = found.order;
    const totals = Object.fromEntries(rows.filter((row) => row.total).map((row) => [row.id, row.total]));
    return { ranking, coefficient, benchmark: benchmark ?? null, choice: choice ?? [], totals };
  });
}"""


@pytest.fixture(scope="module")
def starting_point(prepared_database, django_db_blocker, tmp_path_factory):
    """A lowest price with a replaced bid, and a draw that failed."""
    path = tmp_path_factory.mktemp("verification") / "world.sqlite3"
    copy_database(prepared_database, path)
    with database_at(path, django_db_blocker):
        ranked = WorkRequestFactory(lowest_price=True, bidders=4)
        bid(ranked, ranked.firms[0], price=ranked.price_max - 3000)
        open_bids(ranked)
        failed = WorkRequestFactory(public_money=True, bidders=2)
        bidder_for(failed)
        open_bids(failed)
        MarketPolicy.objects.create(
            version="nameless", effective_on=clock.today(), values={"publish_bidder_names": False}
        )
        open_bids(WorkRequestFactory(bidders=3, title=NAMELESS))
    return path


@pytest.fixture
def reader(somebody):
    return somebody("en-US")


@pytest.fixture
def page(reader):
    reader.goes_to("/en/verify/")
    return reader.page


def recomputed(page, texts):
    return [
        found
        for start in range(0, len(texts), BATCH)
        for found in page.evaluate(RECOMPUTE, texts[start : start + BATCH])
    ]


class TestAgreement:
    def test_on_thousands_of_generated_selections(self, page):
        found = recomputed(page, [selection.canonical(transcript(number)).decode() for number in range(SELECTIONS)])

        for number, one in enumerate(found):
            outcome = opened(number).outcome()
            assert one == {
                "ranking": list(outcome.ranking),
                "coefficient": outcome.coefficient,
                "benchmark": outcome.benchmark,
                "totals": dict(outcome.totals or {}),
                "choice": one.get("choice"),
            }, number
            if outcome.short_list and outcome.ranking:
                assert sorted(one["choice"]) == sorted(outcome.short_list), number

    def test_on_the_worked_cases(self, page):
        documents = [selection.document(opened_case(case), opened_at="2026-12-01T09:01:00Z") for case in CASES]

        found = recomputed(page, [selection.canonical(one).decode() for one in documents])

        assert [one["ranking"] for one in found] == [case["ranking"] for case in CASES]
        assert [one["benchmark"] for one in found] == [case.get("benchmark") for case in CASES]
        assert [one["totals"] for one in found] == [case.get("totals", {}) for case in CASES]

    def test_the_canonical_form_is_the_market_s(self, page):
        odd = {
            "z": '\u20ac"\\\n\t\u0001\u007f\u2028',
            "\ufb33": 1,
            "\U0001f600": [True, None, -5],
            "__proto__": {"b": 2},
        }

        written = page.evaluate(
            """async (text) => {
              const { canonical, parse } = await import("/static/js/verify/strict-json.js");
              return new TextDecoder().decode(canonical(parse(text)));
            }""",
            json.dumps(odd, indent=2),
        )

        assert written.encode() == selection.canonical(odd)


class TestTampering:
    @pytest.mark.parametrize("number", [*EXAMPLES.values(), *MORE.values()])
    def test_a_change_of_anything_bound_is_rejected(self, page, number):
        genuine = json.loads(selection.canonical(transcript(number)))
        changes = list(changed_in_bound(genuine))

        found = recomputed(page, [json.dumps(genuine), *(json.dumps(changed) for _, changed in changes)])

        assert "ranking" in found[0]
        accepted = [where for (where, _), one in zip(changes, found[1:], strict=True) if "what" not in one]
        assert len(changes) > 200
        assert accepted == []

    @pytest.mark.parametrize(
        "text",
        ["", "[]", "{}", "null", '{"a":1,"a":2}', "1.5", "[1e3]", "[NaN]", "[01]", '["\\ud800"]', "[" * 50_000, "{}x",
         "'a'", "[9007199254740993]", '{"version":1,}'],
    )  # fmt: skip
    def test_a_text_of_another_form_is_rejected(self, page, text):
        (found,) = recomputed(page, [text])

        assert "what" in found


class TestPage:
    def published(self, state):
        return Opening.objects.select_related("work_request").exclude(work_request__title=NAMELESS).get(state=state)

    def test_a_result_is_recomputed_at_once_and_is_right(self, reader, market):
        number = self.published("ranked").work_request.number
        reader.goes_to(f"/en/awards/{number}/")
        reader.follows("Check this selection")
        reader.page.get_by_text("it is right.").wait_for()

        reader.reads(
            "nothing was sent to the server", "Bids received: 5. Counted: 4, replaced by their own firm: 1",
            "The lowest price comes first", "¥176,000.00", "Did the market sign this very file?",
        )  # fmt: skip
        assert reader.page.locator(".verify-step.is-match").count() == 7
        reader.looks(again=True)

    def test_a_failed_request_is_shown_to_have_had_to_fail(self, reader, market):
        number = self.published("failed").work_request.number

        reader.goes_to(f"/en/awards/{number}/verify/")

        reader.page.get_by_text("the request had to fail, with 2 of 3 bids needed").wait_for()

    def test_a_winner_without_a_published_name_is_proved_by_its_salt(self, reader, market):
        opening = Opening.objects.select_related("work_request").get(work_request__title=NAMELESS)
        winner = opening.opened_bids.select_related("intermediary__organisation").get(rank=1)
        reader.goes_to(f"/en/awards/{opening.work_request.number}/verify/")
        reader.page.get_by_text("it is right.").wait_for()

        reader.reads("Names are not published here", winner.intermediary.uscc, winner.intermediary.name)
        assert reader.page.locator(".verify-step.is-match").count() == 7

    def test_a_changed_transcript_is_red_and_names_the_step(self, reader, market):
        changed = self.published("ranked").transcript
        changed["candidates"][0]["price"] = "1.00"
        reader.goes_to("/en/verify/")

        reader.fills(transcript=json.dumps(changed))
        reader.page.get_by_role("button", name="Check", exact=True).click()

        reader.page.get_by_text("Step 3 differs").wait_for()
        reader.reads("It is not right", "Hash of the list (list_hash)", "Published", "Recomputed", "to the regulator")
        reader.looks(again=True)

    def test_a_change_of_what_no_hash_binds_breaks_the_signature(self, reader, market):
        opening = self.published("ranked")
        # One change for each key that no hash binds; where it does not change the result, the signature tells.
        changes = {where.split("/")[0]: changed for where, changed in changed_in_unbound(opening.transcript)}
        assert changes.keys() == {"opened_at", "working", "marks", "decided_by", "code_version"}
        reader.goes_to("/en/verify/")
        reader.page.get_by_text("Check the market's signature too").click()
        reader.fills(signature=opening.signature, key=opening.signing_key)

        for changed in [
            opening.transcript,
            {**opening.transcript, "opened_at": "2026-11-30T09:05:00Z"},
            *changes.values(),
        ]:
            reader.fills(transcript=json.dumps(changed))
            reader.page.get_by_role("button", name="Check", exact=True).click()
            verdict = reader.page.locator(".verdict-right, .verdict-wrong")
            verdict.wait_for()
            assert ("It is right" in verdict.inner_text()) == (changed == opening.transcript)

    def test_a_voided_selection_fits_together_and_says_why(self, reader, market):
        found = opened(EXAMPLES["random_draw"])
        kept = {side: secret.hex() for side, secret in found.secrets.items()}
        values = {"public_value": None, "reason": "a reason", "opened_at": "2026-12-01T09:01:00Z"}
        by_decision = selection.voided(found.announcement, found.frozen, revealed=kept, **values)
        lost = selection.voided(found.announcement, found.frozen, revealed={"operator": kept["operator"]}, **values)
        reader.goes_to("/en/verify/")

        for document, words in ((by_decision, "Seed"), (lost, "lost")):
            reader.fills(transcript=json.dumps(document))
            reader.page.get_by_role("button", name="Check", exact=True).click()
            reader.page.get_by_role("heading", name="It fits together").wait_for()
            reader.reads("was voided and has no winner", "Reason: a reason", words)
        (changed,) = recomputed(reader.page, [json.dumps(by_decision | {"seed": None})])
        assert changed["what"] == "seed"

    def test_a_file_that_is_no_transcript_is_said_to_be_none(self, reader, market):
        reader.goes_to("/en/verify/")

        reader.fills(transcript="Dear Sir,")
        reader.page.get_by_role("button", name="Check", exact=True).click()

        reader.page.get_by_text("This is not a whole transcript").wait_for()
        reader.reads("Is it a transcript?", "line 1, character 1: Dear Sir,")

    def test_a_bidder_finds_its_own_bid_by_its_receipt(self, reader, market):
        opening = self.published("ranked")
        record = opening.transcript
        counted = opening.opened_bids.select_related("bid").get(rank=2)
        receipt = {
            "request": record["number"], "sha256": counted.bid.sha256, "nonce": counted.nonce,
            "announcement_hash": record["announcement_hash"],
        }  # fmt: skip
        reader.goes_to(f"/en/awards/{record['number']}/verify/")
        reader.page.get_by_text("it is right.").wait_for()

        def shown(content):
            file = {"name": "r.json", "mimeType": "application/json", "buffer": json.dumps(content).encode()}
            reader.page.locator("[data-receipt]").set_input_files(file)
            answer = reader.page.locator("[data-receipt-answer]")
            answer.filter(has_text=".").wait_for()
            return answer.inner_text()

        assert shown(receipt) == (
            "Your bid is in the list. What became of it: it counted. Your random number is part of the seed, and your "
            "place is 2. Your receipt names the same announcement hash."
        )

        answers = {
            "left out": receipt | {"sha256": "0" * 64, "nonce": None},
            "This receipt is not for": receipt | {"request": "MX-2020-0001"},
            "another announcement hash": receipt | {"announcement_hash": "0" * 64},
            "it holds no hash": {"request": record["number"]},
        }
        for words, content in answers.items():
            reader.page.locator("[data-receipt-answer]").evaluate("each => { each.textContent = ''; }")
            assert words in shown(content)

    def test_the_page_is_in_chinese_too(self, somebody, market):
        reader = somebody()
        reader.goes_to(f"/awards/{self.published('ranked').work_request.number}/verify/")

        reader.page.get_by_text("结果正确").wait_for()
        reader.reads("核验一致", "共收到 5 份密文", "没有向服务器发送任何内容")
