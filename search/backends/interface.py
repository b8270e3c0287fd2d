"""What a search backend is asked: the embedded database answers it, and so can a search server."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from marketplace.core.i18n import localized
from search.query import Query


@dataclass(frozen=True)
class Document:
    """
    One public thing as it is indexed.

    :ivar key: names it within its kind
    :ivar codes: its numbers, the first one being the one that finds it before anything else
    :ivar text: everything else by which it is found; never shown
    :ivar url: its page's path in the default language, without a language prefix
    :ivar dated_at: published, listed or in force since; the younger first where all else is equal
    :ivar weight: orders what matches equally well, greater first
    """

    kind: str
    key: str
    title_zh: str
    url: str
    dated_at: datetime
    title_en: str = ""
    subtitle_zh: str = ""
    subtitle_en: str = ""
    codes: tuple[str, ...] = ()
    text: tuple[str, ...] = ()
    weight: int = 0


@dataclass(frozen=True)
class Hit:
    kind: str
    key: str
    title_zh: str
    title_en: str
    subtitle_zh: str
    subtitle_en: str
    url: str

    title = localized("title")
    subtitle = localized("subtitle")


@dataclass(frozen=True)
class Results:
    """
    :ivar counts: how many match, by kind; kinds without any are left out
    :ivar hits: of the kind asked for, the page asked for; of all kinds, the first ones of each
    """

    query: Query
    counts: dict[str, int] = field(default_factory=dict)
    hits: tuple[Hit, ...] = ()

    @property
    def total(self) -> int:
        return sum(self.counts.values())


class SearchBackend(Protocol):
    def index(self, documents: Iterable[Document]) -> int:
        """Add the documents, replacing those of the same kind and key; returns how many."""

    def delete(self, kind: str, keys: Sequence[str]) -> None:
        """Forget what is no longer public; unknown keys are passed over."""

    def keys(self, kind: str) -> set[str]:
        """The keys of a kind that are indexed."""

    def query(self, text: str, *, kind: str = "", page: int = 1, per_page: int = 20) -> Results:
        """What matches all that was typed: best first, exact numbers before titles before the rest."""

    def suggest(self, text: str, *, per_kind: int = 3) -> Results:
        """The best few of each kind while a person still types, without counts."""
