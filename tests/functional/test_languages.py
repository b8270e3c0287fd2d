"""Every page of ours in English says of each piece of Chinese that it is Chinese."""

import re

import pytest
from bs4 import BeautifulSoup
from django.utils.translation import override

from tests.functional.test_route_roles import address_of, clients, table, things, world

__all__ = ["clients", "things", "world"]

pytestmark = pytest.mark.django_db
HAN = re.compile("[\u4e00-\u9fff]")
#: Whom each page is asked of; the console speaks its reader's language, whatever the address.
READERS = ("anonymous", "owner", "firm", "applicant")


def pages() -> list[str]:
    return [
        route
        for route, answers in table().items()
        if "console" not in route and "pool" not in route and any(answers[reader] == 200 for reader in READERS)
    ]


def unmarked(html: str) -> list[str]:
    """The texts with Chinese whose nearest named language is another."""
    texts = BeautifulSoup(html, "html.parser").find_all(string=HAN)
    read = [text for text in texts if text.parent.name not in {"script", "style", "title"}]
    return [text.strip() for text in read if not text.find_parent(lang=True)["lang"].startswith("zh")]


@pytest.mark.parametrize("route", pages())
def test_marks_its_chinese(route, things, clients):
    reader = next(each for each in READERS if table()[route][each] == 200)
    with override("en"):
        address = address_of(route, things)

    answer = clients[reader].get(address)

    if answer.headers["Content-Type"].startswith("text/html"):
        assert answer.status_code == 200
        assert unmarked(answer.content.decode()) == []
