"""What stands on many pages is drawn by one component, so that a state has one look."""

import re
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from django.conf import settings
from django.template import Context, Template
from django.utils.translation import override

TEMPLATES = Path(settings.BASE_DIR) / "templates"
#: What a request asks for, and the letters of the model itself; the showcase invents its own.
ASKED_FOR = {"work_request.needed_grade", "letter.value", "letter"}


def pages() -> dict[str, str]:
    files = (file for file in TEMPLATES.rglob("*.html") if "core/components" not in str(file))
    return {str(file.relative_to(TEMPLATES)): file.read_text() for file in files}


def places(pattern: str) -> set[tuple[str, str]]:
    return {(name, found) for name, text in pages().items() for found in re.findall(pattern, text)}


class TestAGrade:
    def test_of_a_firm_is_drawn_with_its_provisional_mark_everywhere(self):
        assert {what for _name, what in places(r"{% grade ([\w.]+)")} <= ASKED_FOR

    @pytest.mark.parametrize(("provisional", "marks"), [(True, 1), (False, 0)])
    def test_says_whether_it_is_provisional_whatever_records_it(self, provisional, marks):
        recorded = {"grade": "A", "score": "86.00", "provisional": provisional}

        html = Template("{% load ui %}{% standing recorded tags=False %}").render(
            Context({"recorded": recorded_as(recorded)})
        )

        assert html.count("grade-provisional") == marks
        assert ">86.00<" in html


def recorded_as(values: dict) -> object:
    return type("Recorded", (), values)()


class TestWhatStandsBesideAGrade:
    @pytest.mark.parametrize(
        ("values", "words"),
        [
            ({}, []),
            ({"provisional": True}, ["暂定等级"]),
            ({"grade": "AAA"}, ["红名单"]),
            ({"warned": True}, ["警示，至 2026-12-01"]),
            ({"warned": True, "restricted": True}, ["限制报名至 2027-01-01"]),
        ],
    )
    def test_is_said_by_one_component(self, values, words):
        recorded = {"grade": "A", "provisional": False, "warned": False, "restricted": False}
        days = {"warned_until": date(2026, 12, 1), "restricted_until": date(2027, 1, 1)}

        with override("zh-hans"):
            html = Template("{% load ui %}{% standing_tags recorded %}").render(
                Context({"recorded": recorded_as(recorded | days | values)})
            )

        assert re.findall(r"</svg>([^<]+)</span>", html) == words

    def test_no_template_says_it_by_itself(self):
        assert {name for name, _what in places(r"standing\.(provisional|warned_until)\b")} == {
            # Sentences about the mark: how it ends, and that a warned firm is still shown.
            "credit/partials/standing_figure.html",
            "tendering/partials/item_firms.html",
        }


class TestWords:
    @pytest.mark.parametrize(
        ("what", "by_hand", "left"),
        [
            # A sentence takes names and words as its parameters.
            (
                "party",
                r"{{ ((?:[\w.]+\.)(?:firm|owner|intermediary|organisation)(?:\.name)?) }}",
                {"card.intermediary.name"},
            ),
            ("method", r"(?:{{|tag) (?:[\w.]*work_request)(\.get_method_display)", set()),
            ("price share", r"{{ ([\w.]*share)\|ratio }}", set()),
        ],
    )
    def test_are_written_by_their_component(self, what, by_hand, left):
        assert {found for _name, found in places(by_hand)} == left

    def test_of_a_price_share_are_one_decimal_or_a_dash(self):
        html = Template("{% load ui %}{% price_share some %} {% price_share none %}{% price_share none True %}").render(
            Context({"some": Decimal("0.8604"), "none": None})
        )

        assert html == "86.0% —"


class TestOtherMarks:
    @pytest.mark.parametrize(
        ("mark", "drawn_by"),
        [
            (r'class="[^"]*\b(grade-letter)\b', set()),
            (r'class="[^"]*\b(clock-text)\b', {"components/clock.html"}),
            (r'class="[^"]*\b(ruler-value)\b', {"components/ruler.html"}),
        ],
    )
    def test_are_drawn_by_nothing_but_their_component(self, mark, drawn_by):
        assert {name for name, _found in places(mark)} == drawn_by
