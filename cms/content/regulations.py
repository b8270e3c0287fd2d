"""What the editors say about each regulation of the data file: their own words, made of known facts only."""

import json
from functools import cache
from pathlib import Path

FILE = Path(__file__).resolve().parent / "regulations.json"
MARKET_PRICES = "此类服务自 2015-03-01 起实行市场调节价"
MARKET_PRICES_EN = "These services have had market prices since 1 Mar 2015"


@cache
def editorial() -> dict[str, dict[str, str]]:
    """By document number: `summary`, `summary_en`, and `applies_now` (a document number) where another one governs."""
    notes: dict[str, dict[str, str]] = json.loads(FILE.read_text("utf-8"))
    return notes
