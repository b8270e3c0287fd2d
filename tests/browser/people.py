"""A person at the browser: goes, reads, fills in and presses; every page they see is looked at for its faults."""

import re
from urllib.parse import urlsplit

from axe_core_python.base import AXE_SCRIPT
from django.core import mail
from django.test import Client

from tests.factories.accounts import PASSWORD

WIDE, NARROW = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
PDF = {"mimeType": "application/pdf", "buffer": b"%PDF-1.7\n%%EOF\n"}
AXE = """async () => {
  const passing = document.getAnimations().filter(each => each.effect.getComputedTiming().iterations !== Infinity);
  await Promise.allSettled(passing.map(each => each.finished));
  const found = await axe.run(document, {resultTypes: ["violations"]});
  return found.violations.flatMap(each => each.nodes.map(node => `${each.id}: ${node.html.slice(0, 200)}`));
}"""


class Person:
    """One browser window with its own session."""

    def __init__(self, context):
        self.context = context
        #: What went wrong beside what the test asks: calls outside, errors in the console, missing files.
        self.complaints = []
        self._seen = set()
        context.set_default_timeout(10_000)
        context.route("**/*", self._keep_inside)
        self.page = context.new_page()
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self.complaints.append(f"script: {error}"))
        self.page.on("response", self._check)

    def _keep_inside(self, route):
        if urlsplit(route.request.url).hostname in ("127.0.0.1", None):
            route.continue_()
        else:
            self.complaints.append(f"calls outside: {route.request.url}")
            route.abort()

    def _hear(self, message):
        # What is not a page of its own is noticed by its answer.
        if message.type == "error" and not message.text.startswith("Failed to load resource"):
            self.complaints.append(f"console: {message.text} on {self.page.url}")

    def _check(self, response):
        if response.status >= 400 and not response.request.is_navigation_request():
            self.complaints.append(f"{response.status}: {response.url}")

    # Going about

    def goes_to(self, path):
        response = self.page.goto(path)
        assert response.status == 200, f"{response.status} at {path}"
        self.looks()

    def follows(self, words, *, within="body"):
        """Follow the link of these words."""
        link = self.page.locator(within).get_by_role("link", name=words, exact=isinstance(words, str)).first
        self._arrives_by(link)

    def presses(self, words, *, status=200):
        """Press the button of these words, which leads to a page; to one of 422 where something is to be mended."""
        button = self.page.get_by_role("button", name=words, exact=isinstance(words, str)).locator("visible=true").first
        self._arrives_by(button, status)

    def _arrives_by(self, control, status=200):
        with self.page.expect_navigation() as navigation:
            control.click()
        assert navigation.value.status == status, f"{navigation.value.status}:\n{self.text()}"
        self.looks()

    # Reading

    def reads(self, *words):
        """Each of these stands on the page."""
        text = self.text()
        for each in words:
            assert each in text, f"“{each}” is missing on {self.page.url}:\n{text}"

    def reads_nothing_of(self, *words):
        content = self.page.content()
        for each in words:
            assert each not in content, f"“{each}” stands on {self.page.url}"

    def text(self):
        return re.sub(r"[ \t\xa0]+", " ", self.page.locator("body").inner_text())

    # Filling in

    def fills(self, **values):
        """Each field by its name, `__` for a hyphen: text, a choice's value, True for a box to tick."""
        for name, value in values.items():
            self._fill(name.replace("__", "-"), value)

    def _fill(self, name, value):
        field = self.page.locator(f'[name="{name}"]:not([type=hidden])')
        kind = field.first.evaluate("each => each.type || each.tagName.toLowerCase()")
        if kind == "radio":
            self.page.locator(f'[name="{name}"][value="{value}"]').check()
        elif kind == "checkbox":
            field.set_checked(value)
        elif kind == "file":
            field.set_input_files({"name": value, **PDF})
        elif kind.startswith("select"):
            self._choose(field, value)
        else:
            field.fill(value)

    @staticmethod
    def _choose(field, wanted):
        """By its value, or by a part of the words that stand in the list."""
        for index, option in enumerate(field.locator("option").all()):
            if option.get_attribute("value") == wanted or wanted in option.inner_text():
                field.select_option(index=index)
                return
        raise AssertionError(f"no choice {wanted}")

    # Signing in

    def signs_up(self, *, name, email):
        self.goes_to("/accounts/signup/")
        self.fills(name=name, email=email, password1=PASSWORD, password2=PASSWORD)
        self.presses("注册")
        self.fills(code=re.search(r"^[A-Z0-9-]{6,}$", mail.outbox[-1].body, re.MULTILINE)[0])
        self.presses("确认")

    def signs_in(self, email, *, at="/accounts/login/"):
        self.goes_to(at)
        self.fills(login=email, password=PASSWORD)
        self.presses("登录")

    def is_signed_in_as(self, user):
        """The session cookie of somebody who has signed in before."""
        client = Client()
        client.force_login(user)
        self.context.add_cookies(
            [{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": self.base_url}]
        )

    @property
    def base_url(self):
        return self.context._impl_obj._options["baseURL"]

    # The look of the page

    def looks(self, *, again=False):
        """axe finds nothing at both widths, and nothing sticks out of a phone; a page seen before is left out."""
        page = self.page
        key = (urlsplit(page.url).path, page.locator("h1").first.inner_text() if page.locator("h1").count() else "")
        if key in self._seen and not again:
            return
        self._seen.add(key)
        for size in (NARROW, WIDE):
            page.set_viewport_size(size)
            if size is NARROW:
                width = page.evaluate("document.documentElement.scrollWidth")
                if width > size["width"]:
                    self.complaints.append(f"{width} px wide on a phone: {page.url}")
            page.evaluate(AXE_SCRIPT)
            self.complaints += [f"axe at {size['width']}: {line} on {page.url}" for line in page.evaluate(AXE)]
