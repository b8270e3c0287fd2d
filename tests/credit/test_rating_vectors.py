from datetime import date
from decimal import ROUND_HALF_UP, Decimal, localcontext

import pytest

from credit.rating import compute
from tests.credit.histories import CASES, MODEL, history_of_case

TWENTY_DECIMALS = Decimal("1e-20")


@pytest.fixture(params=range(len(CASES)), ids=lambda number: f"case-{number}")
def case(request):
    return CASES[request.param]


class TestWorkedHistories:
    def test_every_part_agrees_to_the_last_digit(self, case):
        standing = compute(history_of_case(case), MODEL, date.fromisoformat(case["as_of"]))

        found = {
            "score": str(standing.score),
            "grade": standing.grade.value,
            "restricted": standing.restricted,
            "warned": standing.warned,
        } | {
            component.code: str(component.value.quantize(TWENTY_DECIMALS, rounding=ROUND_HALF_UP))
            for component in standing.components
        }

        assert found == case["standing"]

    def test_the_rows_give_the_components_and_the_components_the_score(self, case):
        standing = compute(history_of_case(case), MODEL, date.fromisoformat(case["as_of"]))

        with localcontext(prec=60):
            for component in standing.components:
                weights = sum(row.weight for row in component.rows)
                total = sum(row.weight * row.value for row in component.rows)
                worked = total if component.code == "conduct" else total / weights
                assert abs(worked - component.value) < TWENTY_DECIMALS
            weighted = sum(component.weight * component.value for component in standing.components)
            assert weighted.quantize(Decimal("0.01"), rounding=ROUND_HALF_UP) == standing.score

    def test_the_effects_of_the_rows_add_up_to_the_distance_from_the_start(self, case):
        standing = compute(history_of_case(case), MODEL, date.fromisoformat(case["as_of"]))

        with localcontext(prec=60):
            effects = sum(row.effect for component in standing.components for row in component.rows)

            assert abs(standing.exact - MODEL.start - effects) < TWENTY_DECIMALS
