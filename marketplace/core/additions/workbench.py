"""Tabs and primary actions of the workbench: each app adds its own in its module `workbench`."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise

Text = str | Promise
Count = Callable[[Any, Any], int]
Shown = Callable[[Any], bool]

#: Stands for a person who belongs to no organisation yet, beside the organisations' own kinds.
NOBODY = "nobody"


@dataclass(frozen=True)
class Tab:
    """One page of the workbench, for organisations of some kinds; `count` of (user, organisation) stands behind it."""

    label: Text
    url_name: str
    kinds: frozenset[str]
    order: int
    count: Count | None = None


@dataclass(frozen=True)
class Action:
    """What an organisation of a kind comes to do; the first primary one is the page's filled button."""

    label: Text
    url_name: str
    kinds: frozenset[str]
    order: int
    is_primary: bool = False


@dataclass(frozen=True)
class PersonalTab:
    """A page of the workbench for some people, whatever they are a member of; `shown` of (user) says for whom."""

    label: Text
    url_name: str
    shown: Shown
    order: int


_tabs: list[Tab] = []
_personal: list[PersonalTab] = []
_actions: list[Action] = []


def tab(label: Text, url_name: str, *, kinds: Iterable[str], order: int, count: Count | None = None) -> None:
    """Add a tab; `url_name` is reversed without arguments, and pages below its address keep it marked."""
    _tabs.append(Tab(label, url_name, frozenset(kinds), order, count))
    _tabs.sort(key=lambda each: each.order)


def personal_tab(label: Text, url_name: str, *, shown: Shown, order: int) -> None:
    """Add a tab for people whom `shown` names; it stands also where they act for no organisation."""
    _personal.append(PersonalTab(label, url_name, shown, order))
    _personal.sort(key=lambda each: each.order)


def action(label: Text, url_name: str, *, kinds: Iterable[str], order: int, primary: bool = False) -> None:
    """Add a button of the workbench's header and of its empty states; `kinds` may hold `NOBODY`."""
    _actions.append(Action(label, url_name, frozenset(kinds), order, primary))
    _actions.sort(key=lambda each: (not each.is_primary, each.order))


def tabs_of(kind: str) -> list[Tab]:
    """The tabs of one kind of organisation, in order."""
    return [each for each in _tabs if kind in each.kinds]


def personal_tabs_of(user: Any) -> list[PersonalTab]:
    """The tabs that a person has on their own account, in order."""
    return [each for each in _personal if each.shown(user)]


def actions_of(kind: str) -> list[Action]:
    """The actions of one kind of organisation, the primary one first."""
    return [each for each in _actions if kind in each.kinds]
