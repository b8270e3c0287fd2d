"""Fail where a text of the source is not translated, or where the compiled messages are older than their source."""

import gettext
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
MESSAGES = ROOT / "locale" / "zh_Hans" / "LC_MESSAGES"
PACKAGES = ("marketplace", "credit", "cms", "search", "templates", "static/js")


def catalogue_of(compiled: bytes) -> dict[str, str]:
    """The messages of a compiled catalogue."""
    with tempfile.NamedTemporaryFile(suffix=".mo") as file:
        file.write(compiled)
        file.seek(0)
        return dict(gettext.GNUTranslations(file)._catalog)  # type: ignore[attr-defined]


def compile_source() -> bytes:
    """What msgfmt makes of the committed source."""
    command = ["msgfmt", "--check-format", "-o", "-", str(MESSAGES / "django.po")]
    return subprocess.run(command, check=True, capture_output=True).stdout


def texts_of_the_source() -> set[str]:
    """Every message that makemessages finds in a copy of the source."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder)
        for name in PACKAGES:
            if (ROOT / name).exists():
                shutil.copytree(ROOT / name, copy / name)
        (copy / "locale").mkdir()
        subprocess.run(
            [sys.executable, "-m", "django", "makemessages", "--locale", "zh_Hans", "--no-wrap", "--no-location"],
            check=True,
            capture_output=True,
            cwd=copy,
        )
        found = copy / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po"
        return set(messages_in(found.read_text(encoding="utf-8")))


def messages_in(text: str) -> dict[str, str]:
    """Message (with its context) → translation, of a .po text; one untranslated or doubtful maps to the empty text."""
    messages = {}
    for entry in text.split("\n\n"):
        if "#~" in entry:
            continue
        fields = {
            name: "".join(re.findall(r'"(.*)"', body))
            for name, body in re.findall(r'^(msgctxt|msgid|msgstr(?:\[0\])?) ((?:".*"\n?)+)', entry, re.MULTILINE)
        }
        if fields.get("msgid"):
            key = "\x04".join(filter(None, (fields.get("msgctxt"), fields["msgid"])))
            is_doubtful = re.search(r"^#,.*\bfuzzy\b", entry, re.MULTILINE)
            messages[key] = "" if is_doubtful else fields.get("msgstr", fields.get("msgstr[0]", ""))
    return messages


def install_gettext() -> None:
    """gettext's tools, from apt where this runs as root."""
    if shutil.which("msgfmt") and shutil.which("xgettext"):
        return
    if not shutil.which("apt-get"):
        sys.exit("gettext is needed for this check: install it with your package manager")
    subprocess.run(["apt-get", "update", "-q"], check=True, stdout=subprocess.DEVNULL)
    subprocess.run(["apt-get", "install", "-y", "-q", "gettext"], check=True, stdout=subprocess.DEVNULL)


def main() -> None:
    install_gettext()
    translated = messages_in((MESSAGES / "django.po").read_text(encoding="utf-8"))
    problems = [f"not translated: {text}" for text, translation in translated.items() if not translation]
    problems += [f"not collected: {text}" for text in sorted(texts_of_the_source() - translated.keys())]
    if catalogue_of(compile_source()) != catalogue_of((MESSAGES / "django.mo").read_bytes()):
        problems.append("django.mo is older than django.po: run make messages")
    if problems:
        sys.exit("\n".join(problems))


if __name__ == "__main__":
    main()
