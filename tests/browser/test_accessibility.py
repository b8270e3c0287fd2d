"""
axe finds nothing on any kind of page: both widths, light and dark, signed in and out, the console included.

Each page is loaded once; width and scheme change in place.
"""

from contextlib import closing
from itertools import product

import pytest
from axe_core_python.base import AXE_SCRIPT
from django.urls import reverse

from tests.browser import page_kinds
from tests.browser.conftest import copy_database, database_at
from tests.factories.accounts import PASSWORD

PEOPLE = ("anonymous", "stranger", "owner", "firm", "applicant", "evaluator", "regulator", "operator", "editor")
WIDTHS = (1280, 390)
SCHEMES = ("light", "dark")
#: A scheme changes nothing but colours, so the dark pages are looked at for those alone. Style sheets are not read
#: beforehand: no rule that is on asks for them.
AXE = """
async (scheme) => {
  const passing = document.getAnimations().filter((each) => each.effect.getComputedTiming().iterations !== Infinity);
  await Promise.allSettled(passing.map((each) => each.finished));
  return (await axe.run(document, {resultTypes: ["violations"], preload: false,
  ...(scheme === "dark" ? {runOnly: ["color-contrast"]} : {})})).violations.flatMap(
  (each) => each.nodes.map((node) => `${each.id}: ${node.target} ${node.html.slice(0, 160)} ` +
    (node.any[0]?.data?.contrastRatio ? JSON.stringify(node.any[0].data) : "")));
}
"""
#: What is pressed is 24 pixels high and wide, or keeps so far from others that its circle of 24 touches none; what
#: stands in a line of text is left out (WCAG 2.2, 2.5.8). This axe has no rule for it.
SMALL = """
() => {
  const targets = [...document.querySelectorAll("a[href], button, summary, input, select, textarea")]
    .filter((each) => each.checkVisibility({visibilityProperty: true}) && !each.closest("[inert]"))
    .map((each) => ({each, box: each.getBoundingClientRect()}))
    .filter(({box}) => box.width > 1 && box.height > 1);
  const small = ({box}) => box.width < 23.5 || box.height < 23.5;
  const middle = ({box}) => [box.x + box.width / 2, box.y + box.height / 2];
  const inText = ({each}) => getComputedStyle(each).display === "inline" &&
    each.parentElement.innerText.trim() !== each.innerText.trim();
  const touches = (one, other) => {
    const [x, y] = middle(one);
    if (small(other)) return Math.hypot(x - middle(other)[0], y - middle(other)[1]) < 24;
    const near = (at, from, size) => Math.max(from - at, 0, at - from - size);
    return Math.hypot(near(x, other.box.x, other.box.width), near(y, other.box.y, other.box.height)) < 12;
  };
  return targets.filter((one) => small(one) && !inText(one) &&
    !(one.each.matches("input") && one.each.closest("label")) &&
    targets.some((other) => other !== one && !one.each.contains(other.each) && !other.each.contains(one.each) &&
      !inText(other) && touches(one, other)))
    .map(({each}) => `small: ${each.outerHTML.slice(0, 160)}`);
}
"""
#: Text of the other language without an element around it that says so; what scripts and machines read is no text.
UNMARKED = """
() => {
  const english = document.documentElement.lang.startsWith("en");
  const other = english ? /[\\u4e00-\\u9fff]/ : /[A-Za-z’'][a-z’']+(?:,? [A-Za-z’'][a-z’']+){4,}/;
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const found = [];
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const unread = node.parentElement.closest("script, style, code, pre, template, noscript, textarea");
    if (unread || !other.test(node.data)) continue;
    const language = node.parentElement.closest("[lang]").lang;
    if (language.startsWith("en") === english) found.push(`unmarked: ${node.data.trim().slice(0, 80)}`);
  }
  return found;
}
"""


@pytest.fixture(scope="module")
def world(prepared_database, django_db_blocker, tmp_path_factory):
    """A database with one of everything, and where each kind of page is seen."""
    path = tmp_path_factory.mktemp("kinds") / "kinds.sqlite3"
    copy_database(prepared_database, path)
    with database_at(path, django_db_blocker):
        visits = page_kinds.make()
    return path, visits


@pytest.fixture(scope="module")
def starting_point(world):
    return world[0]


def test_every_kind_of_page_is_looked_at_or_named_with_its_reason(world):
    assert {visit.kind for visit in world[1]} >= page_kinds.kinds_to_visit()
    assert {visit.who for visit in world[1]} == set(PEOPLE)


@pytest.mark.parametrize("who", PEOPLE)
def test_nothing_is_found_on_any_kind_of_page(market, chromium, world, who):
    complaints = []
    visits = [visit for visit in world[1] if visit.who == who]
    for email in dict.fromkeys(visit.email for visit in visits):
        with closing(chromium.new_context(base_url=market, locale="zh-CN", reduced_motion="reduce")) as context:
            page = context.new_page()
            if email:
                sign_in(page, email)
            for visit in visits:
                if visit.email == email:
                    complaints += complaints_about(page, visit)

    assert not complaints, "\n".join(complaints)


def sign_in(page, email):
    page.goto(reverse("account_login"))
    page.locator("#id_login").fill(email)
    page.locator("#id_password").fill(PASSWORD)
    page.locator("main button[type=submit]").first.click()
    page.wait_for_url(lambda address: "/login/" not in address)


def complaints_about(page, visit):
    """What axe says of a page, what is too small to be pressed, what no voice could read right."""
    page.set_viewport_size({"width": WIDTHS[0], "height": 900})
    answer = page.goto(visit.address)
    where = f"{visit.kind} {visit.address}"
    if answer.status != visit.status or ("/login/" in page.url) != ("/login/" in visit.address):
        return [f"{where}: {answer.status} {page.url}"]
    page.evaluate(AXE_SCRIPT)
    found = {}
    for width, scheme in product(WIDTHS, SCHEMES):
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme)
        for line in page.evaluate(AXE, scheme):
            found.setdefault(line, []).append(f"{width} {scheme}")
    # The frame of the console and the pages of its library are not ours to lay out, nor theirs alone to translate.
    looks = (UNMARKED, SMALL) if "/console" not in visit.address else (UNMARKED,) if visit.who != "editor" else ()
    for look in looks:
        found |= {line: [str(width)] for line in page.evaluate(look)}
    if page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
        found[f"sticks out of {width} pixels"] = []
    return [f"{where} ({', '.join(seen)}) {line}" for line, seen in found.items()]
