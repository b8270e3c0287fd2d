"""The script that strangers run agrees with the market, on thousands of selections, and rejects what was changed."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from nacl.signing import SigningKey

import verify_selection
from marketplace.tendering import selection
from tests.tendering.selection.generated import opened, transcript
from tests.tendering.selection.tampering import UNBOUND, changed_in_bound, changed_in_unbound
from tests.tendering.selection.test_vectors import CASES
from tests.tendering.selection.test_vectors import opened as opened_case

SCRIPT = Path(verify_selection.__file__)
SELECTIONS = 5_000
KEY = SigningKey(bytes(range(32)))
#: By method, a small selection with a winner, some with a public value, with bids set aside, with a pick.
EXAMPLES = {
    "direct": 36, "random_draw": 61, "lowest_price": 50, "benchmark_price": 81, "credit_preferred": 40,
    "best_proposal": 71,
}  # fmt: skip
#: A draw with a public value, and a draw and a benchmark with too few bids.
MORE = {"public value": 25, "failed": 97, "failed benchmark": 15}


def as_read(document):
    """As a stranger gets it, from the file."""
    return verify_selection.parse(selection.canonical(document))


def report_on(document):
    return verify_selection.Selection(document).verify()


def said(report, word):
    return [line[14:] for line in report if line.startswith(word)]


class TestAgreement:
    def test_on_thousands_of_generated_selections(self):
        for number in range(SELECTIONS):
            outcome, report = opened(number).outcome(), report_on(as_read(transcript(number)))

            if outcome.benchmark is not None:
                assert said(report, "benchmark")[0].startswith(f"{outcome.benchmark}, {outcome.coefficient} %"), number
            if outcome.totals:
                assert said(report, "total") == [f"{outcome.totals[one]}  {one}" for one in outcome.ranking], number
            if outcome.short_list and outcome.ranking:
                assert sorted(said(report, "short list")[0].split(", ")) == sorted(outcome.short_list), number

    @pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
    def test_on_the_worked_cases(self, case):
        document = selection.document(opened_case(case), opened_at="2026-12-01T09:01:00Z")

        report = report_on(as_read(document))

        assert said(report, "winner")[0].startswith(f"ok, {case['ranking'][0]};")
        assert (document["ranking"], document["seed"]) == (case["ranking"], case["seed"])

    def test_the_canonical_form_is_the_market_s(self):
        odd = {
            "z": '\u20ac"\\\n\t\u0001\u007f\u2028',
            "\ufb33": 1,
            "\U0001f600": [True, None, -5],
            "é": {"b": 2, "a": 1},
        }

        assert verify_selection.canonical(odd) == selection.canonical(odd)


class TestTampering:
    @pytest.mark.parametrize("number", [*EXAMPLES.values(), *MORE.values()])
    def test_a_change_of_anything_bound_is_rejected(self, number):
        genuine = as_read(transcript(number))
        report_on(genuine)

        accepted = []
        for where, changed in changed_in_bound(genuine):
            try:
                report_on(verify_selection.parse(json.dumps(changed).encode()))
            except verify_selection.Differs:
                continue
            except ValueError:  # A number that is not whole is refused while reading.
                continue
            accepted.append(where)

        assert accepted == []

    @pytest.mark.parametrize(("method", "number"), EXAMPLES.items())
    def test_a_change_of_anything_else_breaks_the_signature(self, method, number):
        genuine = as_read(transcript(number))
        signature, key = KEY.sign(selection.canonical(genuine)).signature, bytes(KEY.verify_key)
        assert verify_selection.signature_fits(verify_selection.canonical(genuine), signature, key)
        changed_ones = {where.split("/")[0]: changed for where, changed in changed_in_unbound(genuine)}

        assert changed_ones.keys() == UNBOUND
        for changed in changed_ones.values():
            if not any(type(one) is float for one in _leaves(changed)):
                assert not verify_selection.signature_fits(verify_selection.canonical(changed), signature, key)

    def test_a_signature_by_another_key_or_of_another_form_does_not_fit(self):
        message, key = b"message", bytes(KEY.verify_key)
        signature = KEY.sign(message).signature
        order = 2**252 + 27742317777372353535851937790883648493
        greater = (int.from_bytes(signature[32:], "little") + order).to_bytes(32, "little")

        fits = verify_selection.signature_fits
        assert fits(message, signature, key)
        assert not fits(message, signature, bytes(SigningKey(bytes(32)).verify_key))
        assert not fits(message, signature[:32] + greater, key)
        with pytest.raises(verify_selection.Differs, match="curve"):
            fits(message, b"\xff" * 32 + signature[32:], key)

    def test_the_examples_are_of_every_method_and_of_failed_openings(self):
        found = {method: as_read(transcript(number)) for method, number in EXAMPLES.items()}

        assert {method: one["announcement"]["method"] for method, one in found.items()} == {m: m for m in EXAMPLES}
        assert all(one["winner"] for one in found.values())


def _leaves(value):
    if isinstance(value, dict):
        return [leaf for one in value.values() for leaf in _leaves(one)]
    if isinstance(value, list):
        return [leaf for one in value for leaf in _leaves(one)]
    return [value]


class TestScript:
    @pytest.fixture
    def files(self, tmp_path):
        content = selection.canonical(transcript(EXAMPLES["random_draw"]))
        (tmp_path / "t.json").write_bytes(content)
        (tmp_path / "t.signature.json").write_text(json.dumps({"signature": KEY.sign(content).signature.hex()}))
        return tmp_path

    def run(self, folder, *arguments):
        # Isolated and without site-packages: the standard library alone.
        command = [sys.executable, "-I", "-S", str(SCRIPT), *arguments]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
        assert done.stderr == ""
        return done.returncode, done.stdout.splitlines()

    def test_reports_step_by_step_and_ends_with_zero(self, files):
        code, lines = self.run(files, "t.json", "--signature", "t.signature.json", "--key", bytes(KEY.verify_key).hex())

        words = [line.split()[0] for line in lines]
        assert (code, words) == (
            0,
            ["announcement", "commitment", "commitment", "list", "received", "seed", "ranking", "winner", "signature",
             "MATCHES:"],
        )  # fmt: skip

    def test_names_the_first_thing_that_differs_and_ends_with_one(self, files):
        changed = json.loads((files / "t.json").read_text()) | {"winner": "91320411000000001M"}
        (files / "t.json").write_text(json.dumps(changed, indent=2))

        code, lines = self.run(files, "t.json")

        assert (code, lines[0], lines[1]) == (1, "DIFFERS: winner", "  published:  '91320411000000001M'")

    @pytest.mark.parametrize(
        ("content", "word"),
        [
            (b"", "Expecting value"), (b"[]", "not a transcript"), (b"{}", "keys of the transcript"),
            (b'{"a":1,"a":2}', "twice"), (b"\xff", "utf-8"), (b"1.5", "1.5"), (b"NaN", "NaN"),
            (b"[" * 100_000, "recursion"),
        ],
    )  # fmt: skip
    def test_a_file_of_another_form_is_named_without_a_traceback(self, files, content, word):
        (files / "t.json").write_bytes(content)

        code, lines = self.run(files, "t.json")

        assert code == 1
        assert lines[0].startswith("DIFFERS: ")
        assert word in "\n".join(lines)

    def test_a_missing_file_and_a_wrong_key_end_with_one(self, files):
        assert self.run(files, "nothing.json")[0] == 1
        assert self.run(files, "t.json", "--signature", "t.signature.json", "--key", "00" * 32)[0] == 1
        assert self.run(files, "t.json", "--signature", "t.signature.json")[0] == 1
        assert self.run(files, "t.json", "--key", bytes(KEY.verify_key).hex())[0] == 1

    def test_is_short_and_needs_nothing_of_the_market(self):
        source = SCRIPT.read_text(encoding="utf-8")
        imported = {line.split()[1] for line in source.splitlines() if line.startswith(("import ", "from "))}

        assert len(source.splitlines()) < 300
        assert imported == {"argparse", "fractions", "hashlib", "hmac", "json", "re"}


class TestVoided:
    def document(self, revealed):
        found = opened(EXAMPLES["random_draw"])
        return as_read(
            selection.voided(
                found.announcement,
                found.frozen,
                revealed=revealed(found),
                public_value=None,
                reason="a reason",
                opened_at="2026-12-01T09:01:00Z",
            )
        )

    def secrets(self, found):
        return {side: secret.hex() for side, secret in found.secrets.items()}

    def test_a_lost_or_broken_secret_voids_rightly(self):
        lost = self.document(lambda found: {"operator": self.secrets(found)["operator"]})
        broken = self.document(lambda found: self.secrets(found) | {"regulator": "00" * 32})

        for one in (lost, broken):
            report = report_on(one)
            assert (one["seed"], one["winner"]) == (None, None)
            assert "NOT KEPT, the regulator's" in said(report, "commitment")[1]
            assert said(report, "voided") == ['[{"reason":"a reason","step":"voided"}]']

    def test_voided_by_a_decision_the_seed_still_follows(self):
        one = self.document(self.secrets)

        assert one["seed"] == opened(EXAMPLES["random_draw"]).seed.hex()
        assert said(report_on(one), "voided") == ['[{"reason":"a reason","step":"voided"}]']

    def test_a_seed_cannot_be_left_out_of_one_that_was_not_voided(self):
        failed = as_read(transcript(MORE["failed"]))
        assert failed["ranking"] == []

        with pytest.raises(verify_selection.Differs, match="seed"):
            report_on(failed | {"seed": None})
