import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from marketplace.tendering import selection


class Command(BaseCommand):
    help = "Select by cases in a file of the form of selection_vectors.json, and print the results as a JSON list."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", metavar="FILE", type=Path, help='{"cases": […]}, a list of cases, or one case')

    def handle(self, *args: Any, **options: Any) -> None:
        results = []
        for place, case in enumerate(_cases_in(options["file"]), start=1):
            try:
                results.append(_result_of(case))
            except KeyError as missing:
                raise CommandError(f"case {_name_of(case, place)}: {missing} is missing") from None
            except (selection.InvalidSelection, ValueError, TypeError, AttributeError) as failure:
                raise CommandError(f"case {_name_of(case, place)}: {failure}") from None
        self.stdout.write(json.dumps(results, ensure_ascii=False, indent=2))


def _cases_in(path: Path) -> list[Any]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except OSError as failure:
        raise CommandError(f"{path} cannot be read: {failure.strerror}") from None
    except (ValueError, RecursionError) as failure:
        raise CommandError(f"{path} is not JSON in UTF-8: {failure}") from None
    if isinstance(content, dict):
        content = content.get("cases", [content])
    if not isinstance(content, list) or not content:
        raise CommandError(f"{path} holds no cases")
    return content


def _name_of(case: Any, place: int) -> str:
    name = case.get("name") if isinstance(case, dict) else None
    return f"{place} ({name})" if name else str(place)


def _result_of(case: dict[str, Any]) -> dict[str, Any]:
    frozen = {"ciphertexts": [], "set_aside": []} | {
        key: case[key] for key in ("candidates", "ciphertexts", "set_aside") if key in case
    }
    secrets = {side: bytes.fromhex(secret) for side, secret in (case["secrets"] or {}).items() if secret is not None}
    pick = case.get("pick")
    opened = selection.Opened(
        announcement=case["announcement"],
        frozen=selection.FrozenList.from_document(frozen),
        secrets=secrets or None,
        public_value=case.get("public_value"),
        marks=case.get("marks"),
        pick=pick,
        reason=case.get("reason") or "picked" if pick is not None else "",
    )
    outcome = opened.outcome()
    found: dict[str, Any] = {
        "announcement_hash": selection.announcement_hash(case["announcement"]),
        "list_hash": opened.frozen.list_hash,
        "seed": opened.seed.hex() if opened.seed is not None else None,
        "ranking": list(outcome.ranking),
    }
    extra = {"coefficient": outcome.coefficient, "benchmark": outcome.benchmark, "totals": outcome.totals}
    return found | {key: value for key, value in extra.items() if value is not None}
