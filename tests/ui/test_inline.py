import pytest
from django.template import Context, Template


def rendered(source: str, **values: object) -> str:
    return Template(source).render(Context(values))


class TestInline:
    @pytest.mark.parametrize(
        ("source", "expected"),
        [
            ("{% inline %}\n  {{ a }}\n  {{ b }}\n{% endinline %}", "12"),
            ('{% inline %}\n  {{ a }}{{ " " }}\n  {{ b }}\n{% endinline %}', "1 2"),
            (
                "{% inline %}\n  <b>\n    one\n    two\n  </b>\n  <i>three</i>\n{% endinline %}",
                "<b>one two</b><i>three</i>",
            ),
            ("{% inline %}{{ a }} {{ b }}{% endinline %}", "1 2"),
            ("{% inline %}\n  {{ a }}\u3000\n  {{ b }}\n{% endinline %}", "1\u30002"),
        ],
    )
    def test_line_breaks_beside_tags_vanish_and_spaces_stay(self, source, expected):
        assert rendered(source, a=1, b=2) == expected

    def test_attributes_on_lines_of_their_own_stay_apart(self):
        source = '{% inline %}<a\n  {% if a %}\n    class="x"\n  {% endif %}\n  href="/">y</a>{% endinline %}'

        assert rendered(source, a=1).split() == ["<a", 'class="x"', 'href="/">y</a>']

    def test_a_message_keeps_its_text_and_what_stands_behind_is_untouched(self):
        source = (
            "{% load i18n %}{% inline %}\n  {% blocktranslate trimmed %}\n    one\n    two\n  {% endblocktranslate %}\n"
            "{% endinline %}\n\n<p>"
        )

        assert rendered(source) == "one two\n\n<p>"
