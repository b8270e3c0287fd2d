import json
from pathlib import Path

import pytest

from marketplace.tendering import selection

VECTORS = Path(__file__).parents[2] / "vectors" / "selection_vectors.json"
CASES = json.loads(VECTORS.read_text(encoding="utf-8"))["cases"]


def opened(case):
    return selection.Opened(
        announcement=case["announcement"],
        frozen=selection.FrozenList.from_document(case),
        secrets={side: bytes.fromhex(secret) for side, secret in case["secrets"].items()},
        public_money=False,
        public_value=case["public_value"],
        marks=case["marks"],
    )


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
class TestWorkedCase:
    def test_hashes_and_seed_come_out_as_worked(self, case):
        found = opened(case)

        assert selection.announcement_hash(case["announcement"]) == case["announcement_hash"]
        assert found.frozen.list_hash == case["list_hash"]
        assert found.seed.hex() == case["seed"]

    def test_ranking_comes_out_as_worked(self, case):
        outcome = opened(case).outcome()

        assert list(outcome.ranking) == case["ranking"]
        assert outcome.coefficient == case.get("coefficient")
        assert outcome.benchmark == case.get("benchmark")
        assert outcome.totals == case.get("totals")
        assert len(outcome.short_list) == case.get("short", 0)

    def test_transcript_binds_what_was_worked(self, case):
        transcript = selection.document(opened(case), opened_at="2026-12-01T09:01:00Z", code_version="test")

        assert set(transcript) == {
            "version", "number", "announcement", "announcement_hash", "opened_at", "secrets", "public_value",
            "candidates", "ciphertexts", "set_aside", "list_hash", "seed", "coefficient", "marks", "working",
            "ranking", "winner", "reserves", "decided_by", "code_version",
        }  # fmt: skip
        assert transcript["winner"] == case["ranking"][0]
        assert transcript["reserves"] == case["ranking"][1:3]
        assert transcript["candidates"] == case["candidates"]
        assert json.loads(json.dumps(transcript)) == transcript
