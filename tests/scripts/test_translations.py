import subprocess
import sys

import pytest

from scripts import translations
from scripts.translations import ROOT, form, merged, read

HEAD = form({})


def po(**messages):
    """A .po text of one-word messages."""
    return HEAD + "".join(f'\nmsgid "{text}"\nmsgstr "{words}"\n' for text, words in messages.items())


def said(messages):
    return {text: entry.msgstr for (text, _), entry in messages.items()}


def problems_of(text):
    return [problem for entry in read(HEAD + text).values() for problem in translations.problems_of(entry)]


class TestCollecting:
    @pytest.mark.parametrize(
        ("source", "found"),
        [
            ('_("Bid")', ("", "Bid", "")),
            ('gettext_lazy("A " "bid")', ("", "A bid", "")),
            ('pgettext("holder", "Share")', ("holder", "Share", "")),
            ('ngettext_lazy("%(n)s day", "%(n)s days", "n")', ("", "%(n)s day", "%(n)s days")),
            ('npgettext("left", "one", "many", 3)', ("left", "one", "many")),
            ("f\"{text} {_('They won in turn.')}\"", ("", "They won in turn.", "")),
        ],
    )
    def test_python(self, source, found):
        assert list(translations.texts_of_python(source)) == [found]

    def test_python_leaves_out_what_is_no_literal(self):
        assert list(translations.texts_of_python("_(name); pgettext(context, 'Share')")) == []

    @pytest.mark.parametrize(
        ("source", "found"),
        [
            ('<p>{% translate "Bid" %}</p>', ("", "Bid", "")),
            ('{% translate "Share" context "holder" as share %}', ("holder", "Share", "")),
            ("{% blocktranslate trimmed %}\n It's {{ n }} %\n{% endblocktranslate %}", ("", "It's %(n)s %%", "")),
            (
                "{% blocktranslate count n=n %}{{ n }} day{% plural %}{{ n }} days{% endblocktranslate %}",
                ("", "%(n)s day", "%(n)s days"),
            ),
            ('{% button label=_("Send it") %}', ("", "Send it", "")),
            ('{{ name|default:_("Nobody") }}', ("", "Nobody", "")),
        ],
    )
    def test_templates(self, source, found):
        assert list(translations.texts_of_template(source)) == [found]


class TestTheForm:
    def test_is_sorted_and_has_neither_dates_nor_places(self):
        text = HEAD.replace('"Language', '"POT-Creation-Date: 2026-11-24 04:41+0800\\n"\n"Language')
        text += '\n#: cms/views.py:4\nmsgid "b"\nmsgstr "乙"\n\nmsgid "a"\nmsgstr "甲"\n'

        assert form(read(text)) == po(a="甲", b="乙")

    def test_what_is_compiled_has_the_same_bytes_in_any_order(self):
        one, other = po(a="甲", b="乙"), HEAD + po(b="乙", a="甲").removeprefix(HEAD)

        assert translations.compiled(read(one)) == translations.compiled(read(other))

    def test_a_new_text_waits_for_its_translation_and_an_unused_one_goes(self):
        found = translations.with_texts(read(po(a="甲", b="乙")), {("", "a", ""), ("", "c", "")})

        assert said(found) == {"a": "甲", "c": ""}


class TestChecking:
    def test_what_is_committed_is_complete_and_in_its_form(self):
        done = subprocess.run(
            [sys.executable, "scripts/translations.py", "check"], cwd=ROOT, capture_output=True, text=True
        )

        assert (done.returncode, done.stderr) == (0, "")

    @pytest.mark.parametrize(
        ("entry", "problem"),
        [
            ('msgid "Bid"\nmsgstr ""\n', "not translated: Bid"),
            ('#, fuzzy\nmsgid "Bid"\nmsgstr "报价"\n', "not translated: Bid"),
            ('msgid "%(n)s day"\nmsgstr "%(m)s 天"\n', "%(m)s is not in the text: %(n)s day"),
            ('msgid "until {day}"\nmsgstr "截止"\n', "{day} is not in the translation: until {day}"),
        ],
    )
    def test_says_what_is_wrong(self, entry, problem):
        assert problems_of(entry)[0] == problem

    def test_a_plural_may_leave_the_number_to_one_of_its_forms(self):
        assert problems_of('msgid "one day"\nmsgid_plural "%(n)s days"\nmsgstr[0] "%(n)s 天"\n') == []


class TestMerging:
    def test_both_sides_entries_stand_and_deletions_hold(self):
        found, disputed = merged(po(a="甲", b="乙"), po(a="甲", b="乙", c="丙"), po(a="甲子", d="丁"))

        assert said(found) == {"a": "甲子", "c": "丙", "d": "丁"}
        assert disputed == []

    def test_a_text_that_both_changed_is_named_and_ours_stands(self):
        found, disputed = merged(po(a="甲"), po(a="甲一"), po(a="甲二"))

        assert said(found) == {"a": "甲一"}
        assert disputed == ["a"]

    def test_what_one_side_changed_outlives_the_others_deletion(self):
        assert said(merged(po(a="甲"), po(), po(a="甲二"))[0]) == {"a": "甲二"}

    def test_git_gets_the_result_over_our_file(self, tmp_path):
        paths = [tmp_path / name for name in ("base", "ours", "theirs")]
        for path, text in zip(paths, [po(), po(b="乙"), po(a="甲")], strict=True):
            path.write_text(text, encoding="utf-8")

        translations.merge([str(path) for path in paths])

        assert paths[1].read_text(encoding="utf-8") == po(a="甲", b="乙")
