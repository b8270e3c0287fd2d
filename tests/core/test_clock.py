import re
from pathlib import Path

import pytest
from django.conf import settings
from django.utils.translation import override

from marketplace.core import clock
from marketplace.ui.formats import short_moment
from marketplace.ui.templatetags.market import day, moment, near


class TestTheEndOfADay:
    """24:00 is shown as 24:00 of the day it ends, by every way of showing an instant."""

    @pytest.mark.parametrize(
        ("show", "words"),
        [
            (clock.written, "2026-11-26 24:00"),
            (near, "11-26（周四）24:00"),
            (short_moment, "11-26 24:00"),
            (day, "2026-11-26"),
            (moment, "2026-11-26 24:00:00 北京时间"),
        ],
    )
    def test_belongs_to_the_day_that_it_ends(self, show, words):
        with override("zh-hans"):
            assert show(clock.shanghai("2026-11-27 00:00")) == words

    def test_a_second_later_it_is_the_next_day(self):
        assert clock.written(clock.shanghai("2026-11-27 00:00:01"), seconds=True) == "2026-11-27 00:00:01"


def test_no_module_shows_an_instant_by_itself():
    """A date or a time taken from an instant by hand shows 24:00 as 00:00 of the next day."""
    by_hand = re.compile(r"astimezone\([^)]*SHANGHAI\)(\.date\(\)|\.strftime|:%)|localtime\(|localdate\(")
    ours = {Path("marketplace/core/clock.py"), Path("marketplace/core/calendar.py")}

    found = [
        f"{path}:{number}"
        for package in ("marketplace", "credit", "cms", "search")
        for path in sorted((settings.BASE_DIR / package).rglob("*.py"))
        if path.relative_to(settings.BASE_DIR) not in ours
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if by_hand.search(line)
    ]

    assert found == []
