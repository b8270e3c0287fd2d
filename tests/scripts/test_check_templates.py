import re
from pathlib import Path

import pytest
from django.template import Context, Template

from scripts.check_templates import MOST, WIDTH, format_source

LONG = "word " * 22 + "end"
TEMPLATES = Path(__file__).resolve().parents[2] / "templates"


def spaces_as_seen(html: str) -> str:
    """The text with one space for many, and none at the edges of paragraphs, items and cells."""
    html = re.sub(r"\s*(</?(?:p|li|ul|td|tr|div)\b[^>]*>)\s*", r"\1", re.sub(r"\s+", " ", html))
    return re.sub(r"(<li><a[^>]*>) ", r"\1", html.replace(" >", ">")).strip()


class TestLongLines:
    @pytest.mark.parametrize(
        "source",
        [
            f"<p>{{% if a %}}{LONG}{{% else %}}nothing{{% endif %}}</p>",
            f"<p>{{% if a %}}{LONG}{{% endif %}}<b>2</b>, {{{{ a }}}}{{% if b %}}{LONG}{{% else %}}!{{% endif %}}</p>",
            f'<ul>{{% for each in a %}}<li><a href="/{{{{ each }}}}">{LONG}</a>{{{{ each }}}}</li>{{% endfor %}}</ul>',
            f"<p><b>{LONG}</b>{{% if a %}}<i>{LONG}</i>{{% else %}}{LONG}{{% endif %}}.</p>",
            f'<p>1<a class="x y" href="/" title="{LONG}" data-a="{LONG}"{{% if a %}} hidden{{% endif %}}>2</a>3</p>',
            f'{{% load i18n %}}<p>1{{% translate "{LONG}" %}}{{% if a %}} {{% translate "{LONG}" %}}{{% endif %}}2</p>',
        ],
    )
    @pytest.mark.parametrize("values", [{"a": "12", "b": 1}, {"a": "", "b": 0}])
    def test_are_broken_and_what_is_seen_stays(self, source, values):
        after = format_source(source)

        assert max(map(len, after.splitlines())) <= MOST
        context = Context(values)
        assert spaces_as_seen(Template(after).render(context)) == spaces_as_seen(Template(source).render(context))

    def test_a_second_time_changes_nothing(self):
        after = format_source(f"<p>a{{% if a %}}<b>{LONG}</b>{{% else %}}<i>{LONG}</i>{{% endif %}}c</p>")

        assert format_source(after) == after

    @pytest.mark.parametrize(
        "source",
        [
            f"<pre>{LONG}  {LONG}</pre>",
            f"<script>{LONG} {LONG}</script>",
            f"{{% load i18n %}}{{% blocktranslate %}}{LONG} {LONG}{{% endblocktranslate %}}",
            f"{{{{ a|default:'{LONG} {LONG}' }}}}",
        ],
    )
    def test_what_may_not_be_broken_is_left_to_a_person(self, source):
        assert format_source(source) == source

    def test_a_cell_that_may_be_empty_stays_empty(self):
        source = f'<table><tr><td class="x">{{% if a %}}<b>{LONG}</b>{{% endif %}}</td></tr></table>'

        after = format_source(source)

        assert after != source
        assert '<td class="x"></td>' in Template(after).render(Context({"a": ""}))


def test_short_lines_stay_as_they_were_written():
    source = "<p>one</p> <p>\n   two   </p>\n<ul><li>{% if a %} x {% endif %}</li></ul>\n"

    assert format_source(source) == source


def test_no_template_of_ours_breaks_the_rule():
    long = {
        f"{file.relative_to(TEMPLATES)}:{number}"
        for file in TEMPLATES.rglob("*.html")
        for number, line in enumerate(file.read_text().splitlines(), 1)
        if len(line) > MOST
    }

    assert WIDTH < MOST < 140
    assert long == set()
