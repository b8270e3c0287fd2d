"""What stands on many pages is drawn by one component, so that a state has one look."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.template import Context, Template

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
