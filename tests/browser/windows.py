"""A person's windows: sessions that end on the server, signing in again in this window or in another."""

from contextlib import contextmanager

from marketplace.accounts.models import StoredSession
from marketplace.accounts.session_store import SessionStore
from tests.factories.accounts import PASSWORD


def session_ends():
    """On the server, for everybody, as after its time or where an operator ends it."""
    StoredSession.objects.all().delete()


def session_of(person):
    """What the server holds for the person's window."""
    key = next(each["value"] for each in person.context.cookies() if each["name"] == "sessionid")
    return SessionStore(key)


def dialog(person):
    """The question that stands above the page, once it does."""
    found = person.page.locator("dialog[open]")
    found.wait_for()
    return found


def is_kept(person):
    """What was typed waits in the window."""
    for _ in range(50):
        if person.page.evaluate("() => Object.keys(sessionStorage).some(each => each.startsWith('typed '))"):
            return
        person.page.wait_for_timeout(100)
    raise AssertionError("nothing is kept")


def is_told(person, words):
    """The question above the page says this."""
    person.page.locator("dialog[open]").get_by_text(words).wait_for()


def sign_in(page, user):
    page.locator("[name=login]").fill(user.email)
    page.locator("[name=password]").fill(PASSWORD)
    page.get_by_role("button", name="登录", exact=True).click()


def signs_in_again_elsewhere(person, user):
    """From the dialog, in a new window, which is closed afterwards."""
    with person.page.expect_popup() as opened:
        dialog(person).get_by_role("link", name="重新登录（新窗口）").click()
    window = opened.value
    sign_in(window, user)
    window.get_by_role("heading", name="您已重新登录").wait_for()
    window.wait_for_load_state()
    window.close()


def signs_in_again_here(person, user):
    """From the dialog, in the same window, which comes back to the page."""
    address = person.page.url
    dialog(person).get_by_role("link", name="在此窗口登录").click()
    person.page.wait_for_url("**/accounts/login/**")
    sign_in(person.page, user)
    person.page.wait_for_url(address)


@contextmanager
def asked_before_leaving(person, *, stays=True):
    """The browser's own question whether to leave the page; what was asked is in the list."""
    asked = []

    def answer(question):
        asked.append(question.type)
        question.dismiss() if stays else question.accept()

    person.page.on("dialog", answer)
    yield asked
    person.page.remove_listener("dialog", answer)
