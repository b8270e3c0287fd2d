from collections.abc import Sequence
from itertools import groupby
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from marketplace.ui.formats import short_day

from .backends import Results, get_backend
from .highlight import Segment
from .kinds import EVERYTHING, LABELS, scopes
from .models import Kind
from .query import Query
from .selectors import Found, found

PER_PAGE = 20
OF_EACH = 5
DEEPEST_PAGE = 100


class _CountedPaginator(Paginator):
    """Pages of a result whose rows the backend has cut out already."""

    def __init__(self, rows: Sequence[Found], count: int) -> None:
        super().__init__(rows, PER_PAGE)
        self.known_count = count

    @property
    def count(self) -> int:  # type: ignore[override]
        return self.known_count


def results(request: HttpRequest) -> HttpResponse:
    """Everything found, the first of each kind; or one kind, page by page."""
    kind, number = _kind(request), _page(request)
    answer = get_backend().query(
        request.GET.get("q", ""), kind=kind, page=number, per_page=PER_PAGE if kind else OF_EACH
    )
    rows = found(answer.hits, answer.query.phrases)
    page_obj = None
    if kind and answer.counts.get(kind):
        paginator = _CountedPaginator(rows, answer.counts[kind])
        page_obj = paginator.get_page(number)
        page_obj.object_list = rows
    return render(
        request,
        "search/results.html",
        {
            "query": answer.query,
            "kind": kind,
            "kind_label": LABELS[Kind(kind)] if kind else "",
            "total": answer.counts.get(kind, 0) if kind else answer.total,
            "tabs": _tabs(request, answer, kind),
            "groups": _groups(rows, answer.counts),
            "page_obj": page_obj,
            "scopes": scopes(),
        },
    )


def _kind(request: HttpRequest) -> str:
    wanted = request.GET.get("kind") or request.GET.get("scope") or ""
    return wanted if wanted in Kind.values else ""


def _page(request: HttpRequest) -> int:
    text = request.GET.get("page", "1")
    return min(max(int(text), 1), DEEPEST_PAGE) if text.isdecimal() and len(text) < 6 else 1


def _tabs(request: HttpRequest, answer: Results, kind: str) -> list[dict[str, Any]]:
    """Every kind with its number, those without any too: nothing found is an answer as well."""
    counts = [("", EVERYTHING, answer.total)]
    counts += [(str(each), label, answer.counts.get(each, 0)) for each, label in LABELS.items()]
    tabs = []
    for value, label, count in counts:
        query = request.GET.copy()
        for name in ("page", "scope", "kind"):
            query.pop(name, None)
        if value:
            query["kind"] = value
        tabs.append({"label": label, "count": count, "url": f"?{query.urlencode()}", "current": value == kind})
    return tabs


def _groups(rows: Sequence[Found], counts: dict[str, int]) -> list[dict[str, Any]]:
    return [
        {"kind": kind, "label": LABELS[Kind(kind)], "count": counts.get(kind, 0), "rows": list(members)}
        for kind, members in groupby(rows, key=lambda row: row.hit.kind)
    ]


def suggest(request: HttpRequest) -> HttpResponse:
    """What the search box shows while one types: a few of each kind, or more of the kind chosen."""
    kind = _kind(request)
    answer = get_backend().suggest(request.GET.get("q", ""), per_kind=6 if kind else 3)
    hits = [hit for hit in answer.hits if not kind or hit.kind == kind]
    groups = [
        {"title": _group_title(group["label"], answer.query), "options": [_option(row) for row in group["rows"]]}
        for group in _groups(found(hits, answer.query.phrases), {})
    ]
    return render(request, "components/suggestions.html", {"groups": groups})


def _group_title(label: Any, query: Query) -> str:
    if not query.expansions:
        return str(label)
    words = ", ".join(_("“%(short)s” is %(full)s") % {"short": short, "full": full} for short, full in query.expansions)
    return _("%(kind)s, %(words)s") % {"kind": label, "words": words}


def _option(row: Found) -> dict[str, Any]:
    return {"url": row.url, "html": marked(row.title), "note": _note(row)}


def marked(title: Sequence[Segment]) -> SafeString:
    return format_html_join(
        "", "{}", ((format_html("<mark>{}</mark>", piece.text) if piece.matched else piece.text,) for piece in title)
    )


def _note(row: Found) -> str:
    facts = row.facts
    if facts.get("firms"):
        firms = ngettext("%(n)s firm", "%(n)s firms", facts["firms"]) % {"n": facts["firms"]}
        return f"{row.hit.key} · {firms}"
    if facts.get("standing"):
        return f"{facts['standing'].grade} {facts['standing'].score}"
    if facts.get("clock"):
        days = facts["clock"].days_left
        return ngettext("%(n)s working day left", "%(n)s working days left", days) % {"n": days}
    if "regulation" in facts:
        return str(facts["regulation"].status_label)
    if "dated" in facts:
        return short_day(facts["dated"])
    return str(facts.get("status", "" if row.hit.kind == Kind.GUIDE else row.hit.key))
