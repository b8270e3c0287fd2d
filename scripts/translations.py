"""
The translations, without gettext's tools: collect the texts of the source, compile, check, and merge two branches.

The source of the messages has one form (sorted, no dates, no places), so that branches meet only where they touch the
same text, and what is compiled has the same bytes on every machine.
"""

import argparse
import ast
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import polib
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po"
COMPILED = SOURCE.with_suffix(".mo")
PACKAGES = ("marketplace", "credit", "cms", "search", "templates")
HEADER = {
    "Language": "zh_Hans",
    "Content-Type": "text/plain; charset=UTF-8",
    "Content-Transfer-Encoding": "8bit",
    "Plural-Forms": "nplurals=1; plural=0;",
}

#: What each function of gettext takes first, as GNU gettext's keywords: c a context, s a text, p its plural.
ARGUMENTS = {"gettext": "s", "ngettext": "sp", "pgettext": "cs", "npgettext": "csp"}
FUNCTIONS = {
    "_": "s",
    "gettext_noop": "s",
    **ARGUMENTS,
    **{f"{name}_lazy": arguments for name, arguments in ARGUMENTS.items()},
}
LITERAL = r"""u?(?:"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')"""
#: A call in what Django makes of a template.
CALL = re.compile(rf"\b({'|'.join(FUNCTIONS)})\(\s*({LITERAL}(?:\s*,\s*{LITERAL})*)", re.DOTALL)
PERCENT = re.compile(r"%\(\w+\)[a-zA-Z]")
BRACE = re.compile(r"\{\w*\}")

#: Context (empty where there is none), text and plural (likewise).
Text = tuple[str, str, str]
#: A message's name: text and context.
Key = tuple[str, str]


def _text(function: str, values: Iterable[str]) -> Text:
    given = dict(zip(FUNCTIONS[function], values, strict=False))
    return given.get("c", ""), given["s"], given.get("p", "")


def texts_of_python(source: str) -> Iterator[Text]:
    """The texts that calls with literal arguments name."""
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call):
            continue
        name = getattr(node.func, "id", getattr(node.func, "attr", ""))
        if name not in FUNCTIONS:
            continue
        values = [
            argument.value for argument in node.args[: len(FUNCTIONS[name])] if isinstance(argument, ast.Constant)
        ]
        if len(values) == len(FUNCTIONS[name]) and all(isinstance(value, str) for value in values):
            yield _text(name, values)


def texts_of_template(source: str) -> Iterator[Text]:
    for function, literals in CALL.findall(templatize(source)):
        yield _text(function, ast.literal_eval(f"[{literals}]"))


def texts_of_the_source(root: Path = ROOT) -> set[Text]:
    found: set[Text] = set()
    for package in PACKAGES:
        for path in (root / package).rglob("*"):
            if path.suffix == ".py":
                found |= set(texts_of_python(path.read_text(encoding="utf-8")))
            elif path.suffix in (".html", ".txt"):
                found |= set(texts_of_template(path.read_text(encoding="utf-8")))
    return {text for text in found if text[1]}


def key_of(entry: polib.POEntry) -> Key:
    return entry.msgid, entry.msgctxt or ""


def translation_of(entry: polib.POEntry | None) -> tuple[str, ...] | None:
    """What an entry says, to compare by; None where there is no entry."""
    if entry is None:
        return None
    return (entry.msgid_plural, *entry.msgstr_plural.values()) if entry.msgid_plural else (entry.msgstr,)


def read(text: str) -> dict[Key, polib.POEntry]:
    """The messages of a .po text; those that are no longer used are left out."""
    return {key_of(entry): entry for entry in polib.pofile(text) if not entry.obsolete}


def catalogue(messages: dict[Key, polib.POEntry]) -> polib.POFile:
    file = polib.POFile(wrapwidth=0)
    file.metadata = HEADER
    for _, entry in sorted(messages.items()):
        entry.occurrences, entry.comment, entry.linenum = [], "", None
        doubtful = [flag for flag in entry.flags if flag == "fuzzy"]
        percent = ["python-format"] if PERCENT.search(entry.msgid) else []
        entry.flags = [*doubtful, *percent]
        file.append(entry)
    return file


def form(messages: dict[Key, polib.POEntry]) -> str:
    """The one form of a .po text: sorted by text and context, without dates and places."""
    # polib begins with an empty comment.
    return f"{catalogue(messages)}".removeprefix("#\n").rstrip("\n") + "\n"


def compiled(messages: dict[Key, polib.POEntry]) -> bytes:
    return catalogue(messages).to_binary()


def with_texts(messages: dict[Key, polib.POEntry], texts: Iterable[Text]) -> dict[Key, polib.POEntry]:
    """The messages of exactly these texts; what is new waits for its translation."""
    found = {}
    for context, text, plural in sorted(texts):
        entry = messages.get((text, context))
        # A text that is used with and without a plural is one message, as in gettext.
        if entry is None or (plural and not entry.msgid_plural):
            empty = {0: ""} if plural else {}
            entry = polib.POEntry(msgid=text, msgctxt=context or None, msgid_plural=plural, msgstr_plural=empty)
        found[text, context] = entry
    return found


def placeholders(text: str) -> set[str]:
    return set(PERCENT.findall(text)) | set(BRACE.findall(text))


def problems_of(entry: polib.POEntry) -> Iterator[str]:
    translations = list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]
    if not all(translations) or entry.fuzzy:
        yield f"not translated: {entry.msgid}"
        return
    allowed = placeholders(entry.msgid) | placeholders(entry.msgid_plural)
    for translation in translations:
        # A singular may say "one" where the plural has a number; a name that nobody fills in breaks the page.
        if unknown := placeholders(translation) - allowed:
            yield f"{', '.join(sorted(unknown))} is not in the text: {entry.msgid}"
        if not entry.msgid_plural and (missing := allowed - placeholders(translation)):
            yield f"{', '.join(sorted(missing))} is not in the translation: {entry.msgid}"


def problems() -> list[str]:
    """Why the committed translations are not good as they are."""
    text = SOURCE.read_text(encoding="utf-8")
    messages = read(text)
    found = [problem for entry in messages.values() for problem in problems_of(entry)]
    used = {(text, context) for context, text, _ in texts_of_the_source()}
    found += [f"not collected: {text}" for text, _ in sorted(used - messages.keys())]
    found += [f"no longer used: {text}" for text, _ in sorted(messages.keys() - used)]
    if text != form(messages):
        found.append("django.po is not in its form (sorted, no dates, no places): run make messages")
    if COMPILED.read_bytes() != compiled(messages):
        found.append("django.mo is not what django.po says: run make messages")
    return found


def write(messages: dict[Key, polib.POEntry]) -> None:
    SOURCE.write_text(form(messages), encoding="utf-8")
    COMPILED.write_bytes(compiled(messages))


def merged(base: str, ours: str, theirs: str) -> tuple[dict[Key, polib.POEntry], list[str]]:
    """Both sides' messages, and the texts that both translated anew, each in another way (ours stands)."""
    before, one, other = read(base), read(ours), read(theirs)
    found, disputed = {}, []
    for key in one.keys() | other.keys():
        mine, yours = one.get(key), other.get(key)
        was, now, then = (translation_of(entry) for entry in (before.get(key), mine, yours))
        chosen = yours if now == was or (mine is None and then != was) else mine
        if chosen is not None:
            found[key] = chosen
        if mine is not None and yours is not None and len({was, now, then}) == 3:
            disputed.append(key[0])
    return found, sorted(disputed)


def merge(paths: list[str]) -> None:
    """As git's merge driver: the result is written over the second file; fails where both sides changed one text."""
    base, ours, theirs = (Path(path) for path in paths)
    found, disputed = merged(*(path.read_text(encoding="utf-8") for path in (base, ours, theirs)))
    ours.write_text(form(found), encoding="utf-8")
    if disputed:
        sys.exit("\n".join(f"translated on both sides: {text}" for text in disputed))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("act", choices=["update", "compile", "check", "merge"])
    parser.add_argument("files", nargs="*", help="of merge: base, ours, theirs")
    asked = parser.parse_args()
    if asked.act == "merge":
        merge(asked.files)
    elif asked.act == "check":
        if found := problems():
            sys.exit("\n".join(found))
    else:
        messages = read(SOURCE.read_text(encoding="utf-8"))
        write(with_texts(messages, texts_of_the_source()) if asked.act == "update" else messages)


if __name__ == "__main__":
    main()
