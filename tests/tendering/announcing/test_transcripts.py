"""A transcript in the hands of strangers: the file, its signature, its schema, the script, and the commands."""

import hashlib
import json
import re
from io import BytesIO, StringIO, TextIOWrapper
from pathlib import Path

import jsonschema
import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.urls import reverse

import verify_selection
from marketplace.custody import sealing
from marketplace.tendering import selection
from marketplace.tendering.models import Opening
from marketplace.tendering.services.openings import stages
from tests.factories.accounts import MembershipFactory
from tests.factories.tendering import WorkRequestFactory
from tests.tendering.selection.generated import transcript
from tests.tendering.selection.test_vectors import CASES, VECTORS

SCHEMA_URL = "/schemas/transcript-1.json"


def url(number, part=""):
    return f"/api/v1/work-requests/{number}/transcript/{part}"


@pytest.fixture
def opened(db, frozen_clock):
    return WorkRequestFactory(bidders=3, lowest_price=True, opened=True)


@pytest.fixture
def waiting(db, frozen_clock, monkeypatch):
    """Drawn, and waiting for a decision: bids and seed are known, the result is not."""
    wait = stages.Wait(begin=lambda work_request, opening: None, is_over=lambda work_request, opening: False)
    monkeypatch.setitem(stages.AFTER_DRAW, "lowest_price", wait)
    return WorkRequestFactory(bidders=3, lowest_price=True, opened=True)


class TestApi:
    def test_gives_the_signed_bytes_with_signature_and_key(self, client, opened):
        answer = client.get(url(opened.number))

        assert (answer.status_code, answer["Content-Type"]) == (200, "application/json")
        assert hashlib.sha256(answer.content).hexdigest() == opened.opening.transcript_sha256
        assert sealing.signature_fits(answer.content, answer["Mingxuan-Signature"], answer["Mingxuan-Signing-Key"])
        verify_selection.Selection(verify_selection.parse(answer.content)).verify()

    def test_gives_the_signature_beside_the_file(self, client, opened):
        answer = client.get(url(opened.number, "signature/"))

        assert answer.json() == {
            "number": opened.number,
            "algorithm": "Ed25519",
            "sha256": opened.opening.transcript_sha256,
            "signature": opened.opening.signature,
            "key": opened.opening.signing_key,
        }

    @pytest.mark.parametrize("part", ["", "signature/"])
    @pytest.mark.parametrize("role", [None, "owner", "regulator", "operator"])
    def test_is_there_for_nobody_before_the_result(self, client, waiting, part, role):
        if role is not None:
            values = {"organisation": waiting.owner} if role == "owner" else {role: True}
            client.force_login(MembershipFactory(**values).user)
        sealed = WorkRequestFactory(bidders=1)

        assert waiting.opening.seed
        for number in (waiting.number, sealed.number, "MX-2026-9999"):
            answer = client.get(url(number, part))
            assert (answer.status_code, answer["Content-Type"]) == (404, "application/problem+json")

    def test_stands_in_the_published_description(self, client, db):
        paths = json.loads(client.get("/api/v1/schema/?format=json").content)["paths"]

        found = paths["/api/v1/work-requests/{number}/transcript/"]["get"]
        assert [*found["responses"]["200"]["content"]] == ["application/json"]
        assert found["responses"]["404"]["description"].startswith("There is no such request, or its selection")
        assert "/api/v1/work-requests/{number}/transcript/signature/" in paths


class TestPages:
    def test_the_page_carries_what_it_needs_and_no_number_of_its_own(self, client, opened):
        content = client.get(reverse("tendering:verify", args=[opened.number])).content.decode()

        assert f'data-transcript="{url(opened.number)}"' in content
        assert f'data-signature="{url(opened.number, "signature/")}"' in content
        assert json.dumps(opened.firms[0].name)[1:-1] in content
        assert opened.opening.seed not in content

    @pytest.mark.parametrize("bidders", [2, 6])
    def test_the_page_has_a_fixed_number_of_queries(
        self, client, frozen_clock, db, django_assert_max_num_queries, bidders
    ):
        work_request = WorkRequestFactory(bidders=bidders, lowest_price=True, opened=True)

        with django_assert_max_num_queries(6):
            client.get(reverse("tendering:verify", args=[work_request.number]))

    def test_there_is_none_before_the_result(self, client, waiting):
        assert client.get(reverse("tendering:verify", args=[waiting.number])).status_code == 404

    def test_both_pages_show_the_hash_of_the_script_that_they_serve(self, client, opened):
        script = client.get("/verify/verify_selection.py")

        assert script.content == (settings.BASE_DIR / "verify_selection.py").read_bytes()
        digest = hashlib.sha256(script.content).hexdigest()
        for page in (reverse("tendering:verify", args=[opened.number]), reverse("tendering:verify-any")):
            shown = re.sub(r"</span><span>", "", client.get(page).content.decode())
            assert digest in shown

    def test_the_result_leads_to_the_page(self, client, opened):
        content = client.get(reverse("tendering:award-detail", args=[opened.number])).content.decode()

        assert f'href="/awards/{opened.number}/verify/"' in content


class TestSchema:
    @pytest.fixture
    def validator(self, client, db):
        answer = client.get(SCHEMA_URL)
        assert answer["Content-Type"] == "application/schema+json"
        schema = json.loads(answer.content)
        jsonschema.Draft202012Validator.check_schema(schema)
        return jsonschema.Draft202012Validator(schema)

    def test_fits_generated_selections_of_all_methods(self, validator):
        for number in range(300):
            document = json.loads(selection.canonical(transcript(number)))

            assert [each.message for each in validator.iter_errors(document)] == [], number

    def test_fits_what_the_market_publishes(self, validator, opened, frozen_clock):
        WorkRequestFactory(bidders=2, opened=True)
        WorkRequestFactory(public_money=True, bidders=1, opened=True)

        states = []
        for opening in Opening.objects.published():
            validator.validate(opening.transcript)
            states.append(opening.state)
        assert sorted(states) == ["failed", "ranked", "ranked"]

    def test_fits_a_voided_one(self, validator, frozen_clock, monkeypatch, db):
        work_request = WorkRequestFactory(bidders=2)
        monkeypatch.setattr(
            "marketplace.tendering.sealing.custodians.EmbeddedCustodian.release_secret", lambda *arguments: b"x" * 32
        )
        from tests.factories.tendering import open_bids

        opening = open_bids(work_request)

        assert (opening.state, opening.transcript["seed"]) == ("voided", None)
        validator.validate(opening.transcript)
        verify_selection.Selection(json.loads(json.dumps(opening.transcript))).verify()

    @pytest.mark.parametrize(
        "change",
        [
            {"seed": "AB" * 32},
            {"version": 0},
            {"coefficient": 96},
            {"marks": {"91320411000000001M": [80, 80, 80]}},
            {"more": 1},
            {"decided_by": {"by": "owner"}},
            {"secrets": None},
            {"set_aside": [{"id": None, "reason": ""}]},
        ],
    )
    def test_refuses_another_form(self, validator, change):
        document = json.loads(selection.canonical(transcript(61)))
        assert validator.is_valid(document)

        assert not validator.is_valid(document | change)


class TestExport:
    def run(self, *arguments):
        raw = BytesIO()
        out = TextIOWrapper(raw, encoding="ascii", newline="\r\n")
        call_command("export_transcript", *arguments, stdout=out)
        out.flush()
        return raw.getvalue()

    def test_writes_exactly_the_signed_bytes(self, opened):
        content = self.run(opened.number)

        assert hashlib.sha256(content).hexdigest() == opened.opening.transcript_sha256
        signature = self.run(opened.number, "--signature").decode().strip()
        assert sealing.signature_fits(content, signature, self.run(opened.number, "--key").decode().strip())

    def test_there_is_nothing_before_the_result(self, waiting):
        for number in (waiting.number, "MX-2026-9999"):
            with pytest.raises(CommandError, match=f"{number} has no published transcript"):
                self.run(number)


class TestComputeSelection:
    def run(self, path):
        out = StringIO()
        call_command("compute_selection", str(path), stdout=out)
        return json.loads(out.getvalue())

    def expected(self, case):
        keys = ("announcement_hash", "list_hash", "seed", "ranking", "coefficient", "benchmark", "totals")
        return {key: case[key] for key in keys if key in case}

    def test_prints_the_results_of_the_worked_cases(self):
        assert self.run(VECTORS) == [self.expected(case) for case in CASES]

    def test_takes_inputs_alone_as_a_list_or_one_case(self, tmp_path):
        inputs = [
            {key: case[key] for key in case if key not in self.expected(case) and key != "name"} for case in CASES
        ]
        (tmp_path / "list.json").write_text(json.dumps(inputs))
        (tmp_path / "one.json").write_text(json.dumps(inputs[3]))

        assert self.run(tmp_path / "list.json") == [self.expected(case) for case in CASES]
        assert self.run(tmp_path / "one.json") == [self.expected(CASES[3])]

    def test_takes_a_direct_selection_with_its_pick(self, tmp_path):
        document = transcript(36)
        case = {key: document[key] for key in ("announcement", "candidates", "secrets")}
        (tmp_path / "direct.json").write_text(json.dumps(case | {"pick": document["winner"], "reason": "a reason"}))

        (found,) = self.run(tmp_path / "direct.json")

        assert (found["seed"], found["ranking"]) == (None, document["ranking"])

    @pytest.mark.parametrize(
        ("content", "message"),
        [
            (b"{", "not JSON"),
            (b"\xff\xfe", "not JSON in UTF-8"),
            (b"[]", "holds no cases"),
            (b"3", "holds no cases"),
            (b'{"cases": [3]}', "case 1: "),
            (b"[{}]", "case 1: 'secrets' is missing"),
            (b'[{"secrets": null, "announcement": {}}]', "case 1: "),
        ],
    )
    def test_a_bad_file_is_named(self, tmp_path, content, message):
        (tmp_path / "bad.json").write_bytes(content)

        with pytest.raises(CommandError, match=re.escape(message)):
            self.run(tmp_path / "bad.json")

    @pytest.mark.parametrize(
        ("change", "message"),
        [
            ({"secrets": {"operator": "00" * 32, "regulator": "00" * 32}}, "not the one committed to"),
            ({"secrets": {"operator": "zz", "regulator": "00" * 32}}, "hexadecimal"),
            ({"candidates": [{"id": "x"}]}, "not a frozen list"),
            ({"public_value": "0427189"}, "public value"),
            ({"marks": {}}, "only proposals are marked"),
        ],
    )
    def test_a_bad_case_is_named_with_what_is_wrong(self, tmp_path, change, message):
        (tmp_path / "bad.json").write_text(json.dumps([CASES[0] | change]))

        with pytest.raises(CommandError, match=rf"case 1 \(random draw of three\): .*{message}"):
            self.run(tmp_path / "bad.json")

    def test_a_missing_file_is_named(self, tmp_path):
        with pytest.raises(CommandError, match="cannot be read"):
            self.run(Path(tmp_path / "nothing.json"))
