"""Pure functions: a fee, and a score."""

from datetime import date, timedelta
from decimal import Decimal

from credit.models import CreditModel
from credit.rating import Completion, Event, History, Rating, Step, compute
from marketplace.catalogue.models import ServiceItem
from marketplace.catalogue.services import calculate_for_item
from marketplace.core import clock
from marketplace.demo.projects import BASES
from tests.benchmarks.report import Report, Row, median_ms

FEE_MS, STANDING_MS, ROWS = 1, 10, 500


def measure(report: Report) -> None:
    slowest, code = max((_fee(code), code) for code in BASES)
    report.add(
        Row(
            f"fee calculation (the slowest of {len(BASES)} items: {code})",
            f"{slowest:.3f} ms",
            limit=f"≤ {FEE_MS} ms",
            kept=slowest <= FEE_MS,
        )
    )
    today = clock.today()
    model = CreditModel.objects.in_force_on(today).rating_model
    history = _history(today)
    found = median_ms(lambda: compute(history, model, today), 50)
    report.add(
        Row(f"standing from {ROWS} rows", f"{found:.2f} ms", limit=f"≤ {STANDING_MS} ms", kept=found <= STANDING_MS)
    )


def _fee(code: str) -> float:
    item = ServiceItem.objects.select_related("fee_schedule").get(code=code)
    base, coefficients = BASES[code]
    return median_ms(
        lambda: calculate_for_item(item=item, base=Decimal(base), variant=item.fee_variant, coefficients=coefficients),
        200,
    )


def _history(today: date) -> History:
    """200 ratings of 50 clients, 200 steps, 60 completions and 40 events over two years."""
    on = [today - timedelta(days=3 * number % 700) for number in range(200)]
    return History(
        ratings=tuple(
            Rating(contract=f"HT-{n}", client=f"C{n % 50}", on=day, stars=(5, 4, 5, 3 + n % 3, 4))
            for n, day in enumerate(on)
        ),
        steps=tuple(
            Step(
                identifier=f"S{n}",
                contract=f"HT-{n}",
                client=f"C{n % 50}",
                contract_on=day - timedelta(days=40),
                due_on=day,
                kept=n % 9 != 0,
            )
            for n, day in enumerate(on)
        ),
        completions=tuple(Completion(contract=f"HT-{n}", client=f"C{n % 50}", on=on[n]) for n in range(60)),
        events=tuple(
            Event(identifier=f"XY-{n}", points=1 + n % 5, validity_months=12, effective_on=on[n], deduction=n % 3 > 0)
            for n in range(40)
        ),
    )
