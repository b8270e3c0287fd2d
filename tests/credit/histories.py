"""Pure histories for the tests of the rating."""

import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from credit.rating import Event, History, Rating, RatingModel, Step

ROOT = Path(__file__).resolve().parents[2]
MODEL = RatingModel.from_definition(json.loads((ROOT / "fixtures/credit_model.json").read_text()))
CASES: list[dict[str, Any]] = json.loads((ROOT / "tests/vectors/credit_vectors.json").read_text())["cases"]


def rating(contract: str, on: date, *, client: str = "C1", stars: int = 5, **fields: Any) -> Rating:
    return Rating(contract=contract, client=client, on=on, stars=(stars,) * 5, **fields)


def deduction(points: int, effective_on: date, *, months: int = 12, **fields: Any) -> Event:
    identifier = fields.pop("identifier", f"XY-{effective_on}-{points}")
    return Event(identifier=identifier, points=points, validity_months=months, effective_on=effective_on, **fields)


def step(contract: str, contract_on: date, *, days: int = 0, client: str = "C1", kept: bool = True, **fields: Any):
    return Step(
        identifier=f"{contract}-{days}",
        contract=contract,
        client=client,
        contract_on=contract_on,
        due_on=contract_on + timedelta(days=days),
        kept=kept,
        **fields,
    )


def history_of_case(case: dict[str, Any]) -> History:
    parsed = date.fromisoformat
    return History(
        ratings=tuple(
            Rating(
                contract=row["contract"],
                client=row["client"],
                on=parsed(row["on"]),
                stars=tuple(row["stars"]),
                related=row["related"],
            )
            for row in case["ratings"]
        ),
        events=tuple(
            Event(
                identifier=f"E{number:03}",
                points=row["points"],
                validity_months=row["validity_months"],
                effective_on=parsed(row["effective_on"]),
                deduction=row["direction"] == "deduct",
                ended_on=row["ended_on"] and parsed(row["ended_on"]),
            )
            for number, row in enumerate(case["events"])
        ),
        steps=tuple(
            Step(
                identifier=f"S{number:03}",
                contract=row["contract"],
                client=row["client"],
                contract_on=parsed(row["contract_on"]),
                due_on=parsed(row["due_on"]),
                kept=row["kept"],
                own=row["own"],
            )
            for number, row in enumerate(case["steps"])
        ),
    )
