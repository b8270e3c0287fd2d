"""Light and dark by the same tokens: every text readable on its ground in both, and no colour beside the tokens."""

import re
from pathlib import Path

import pytest
from django.conf import settings

CSS = Path(settings.BASE_DIR) / "static" / "css"
TOKENS = (CSS / "tokens.css").read_text()
#: Print is black on white, the console's sheet fills Wagtail's own variables; bars and codes are dark, QR codes light.
LITERALS = {".grade-letter", ".qr", ".on-dark", ".btn-on-dark", ".top-bar", ".code-box"}
PAIRS = [
    *((text, ground) for text in ("ink", "muted", "mid", "primary", "primary-dark") for ground in ("paper", "ground")),
    *((text, "paper") for text in ("success-text", "warning-text", "danger-text", "danger", "private")),
    *((f"{kind}-text", f"{kind}-soft") for kind in ("success", "warning", "danger")),
    *((f"grade-{letter}-text", "paper") for letter in ("aaa", "aa", "a", "b", "c", "d")),
    *(("on-fill", fill) for fill in ("primary", "primary-dark", "danger", "success")),
    *(("primary", "primary-soft"), ("mid", "ground-2"), ("private", "private-soft")),
]


def block(after: str) -> dict[str, str]:
    found = re.search(re.escape(after) + r"[^{]*\{(.*?)\n\s*\}", TOKENS, re.DOTALL)
    return dict(re.findall(r"--([\w-]+):\s*(.*?);", found[1], re.DOTALL))


LIGHT = block(":root")
BY_DEVICE = block(':root:not([data-scheme="light"], .w-theme-light)')
BY_SWITCH = block(':root[data-scheme="dark"]')


def luminance(colour: str) -> float:
    colour = colour.lstrip("#")
    if len(colour) == 3:
        colour = "".join(2 * each for each in colour)
    parts = (int(colour[at : at + 2], 16) / 255 for at in (0, 2, 4))
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(scheme: dict[str, str], text: str, ground: str) -> float:
    def value(name: str) -> str:
        found = re.fullmatch(r"var\(--([\w-]+)\)", scheme[name])
        return value(found[1]) if found else scheme[name]

    lighter, darker = sorted((luminance(value(text)), luminance(value(ground))), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize(("text", "ground"), PAIRS)
@pytest.mark.parametrize("scheme", [LIGHT, LIGHT | BY_SWITCH], ids=["light", "dark"])
def test_text_stands_out_from_its_ground(scheme, text, ground):
    assert contrast(scheme, text, ground) >= 4.5


def test_the_device_and_the_switch_ask_for_the_same_dark():
    assert BY_DEVICE == BY_SWITCH
    assert BY_SWITCH.keys() <= LIGHT.keys()


def test_colours_stand_in_the_tokens_alone():
    found = set()
    for sheet in CSS.glob("*.css"):
        if sheet.name in {"tokens.css", "print.css", "console.css"}:
            continue
        for selector, rule in re.findall(r"([^{}]+)\{([^{}]*)\}", sheet.read_text()):
            if re.search(r"#[0-9a-fA-F]{3,8}\b", rule) and not any(each in selector for each in LITERALS):
                found.add(f"{sheet.name} {selector.strip()}")

    assert found == set()


def test_no_template_names_a_colour():
    templates = Path(settings.BASE_DIR) / "templates"
    found = {
        str(file.relative_to(templates))
        for file in templates.rglob("*.html")
        if re.search(r'(?:fill|stroke)="#', file.read_text()) and file.name != "logo.html"
    }

    assert found == set()
