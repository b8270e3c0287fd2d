"""
The one key by which codes, numbers of certificates and licences, project codes and names are compared.

Pure, by RULES, Comparing. What is locked, counted or summed goes by `key_of`; what people see is `visible`.
"""

import re
import unicodedata

#: Characters that show nothing, which Unicode does not all class as format or control: the grapheme joiner, Hangul and
#: Khmer fillers, the Braille blank, and the variation selectors.
BLANK = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\ufff0-\ufff8\U000e0000-\U000e0fff]"
)
INVISIBLE_CATEGORIES = ("Cc", "Cf")
DASHES = str.maketrans(dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63\uff0d", "-"))
DOTS = "\u00b7\u2022\u2027\u22c5\u30fb\uff65"
DOT = "\u00b7"
BRACKETS = str.maketrans(dict.fromkeys("\u3014\u3010\u3016[", "(") | dict.fromkeys("\u3015\u3011\u3017]", ")"))
#: A class of the characters that count as Chinese; planes 2 and 3 hold nothing else, assigned yet or not.
HAN = "\u2e80-\u2fd5\u3005\u3007\u303b\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003fffd"

_LONG_SOUND = re.compile("(?<=[0-9A-Za-z])\u30fc(?=[0-9A-Za-z])")
_DOTS_BETWEEN = re.compile(f"(?<=[{HAN}])[{DOTS}]+(?=[{HAN}])")
_CIRCLES_BETWEEN = re.compile(f"(?<=[{HAN}])\u25cb+(?=[{HAN}])")
_IS_HAN = re.compile(f"[{HAN}]")


class ForeignLetter(ValueError):
    """A letter (or a digit of another script) that is neither Latin nor Chinese; such look like ones that are."""

    def __init__(self, letter: str) -> None:
        super().__init__(f"{unicodedata.name(letter, '?')} is neither Latin nor Chinese")
        self.letter = letter


def key_of(text: str, *, person: bool = False) -> str:
    """
    The key of a text: two texts are the same thing exactly where their keys are equal.

    :param person: a person's name, where a dot between Chinese characters may be there or not
    :raises ForeignLetter: where a letter is neither Latin nor Chinese
    """
    key = folded(text, person=person)
    for letter in key:
        if not _is_known(letter):
            raise ForeignLetter(letter)
    return key


def folded(text: str, *, person: bool = False) -> str:
    """The key without its refusal: for what is looked for, and for what was stored before it was refused."""
    # Taken out of the way twice: what stood apart by an invisible character may now be one letter.
    for _time in range(2):
        text = unicodedata.normalize("NFKC", _without_invisible(text))
    text = "".join(text.split())
    text = _LONG_SOUND.sub("-", text.translate(DASHES))
    text = _DOTS_BETWEEN.sub("" if person else lambda run: DOT * len(run[0]), text)
    text = _CIRCLES_BETWEEN.sub(lambda run: "\u3007" * len(run[0]), text)
    return unicodedata.normalize("NFKC", text.translate(BRACKETS).upper())


def visible(text: str) -> str:
    """What was typed, in one line, without what nobody sees: this is stored and shown."""
    return " ".join(_without_invisible(text).split())


def _without_invisible(text: str) -> str:
    shown = (
        character
        for character in BLANK.sub("", text)
        if character.isspace() or unicodedata.category(character) not in INVISIBLE_CATEGORIES
    )
    return "".join(shown)


def _is_known(character: str) -> bool:
    if character.isascii() or _IS_HAN.match(character):
        return True
    category = unicodedata.category(character)
    if category == "Nd" or category.startswith("C"):
        # Digits of other scripts look like letters and digits of this one; what is not assigned looks like nothing.
        return False
    return not category.startswith("L") or unicodedata.name(character, "").startswith("LATIN ")
