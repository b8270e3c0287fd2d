"""
The market behind a real server, and a browser that may not leave it.

Every test gets a copy of one prepared database file (catalogue, credit model, pages), which the server's threads open
like the test does: what a test leaves behind goes with the file. A flush, as with `live_server`, would also take what
migrations have written.
"""

import os
import sqlite3
from contextlib import closing, contextmanager
from io import StringIO

import pytest
from django.conf import settings
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.core.management import call_command
from django.db import connection
from django.test.testcases import LiveServerThread
from django.utils.translation import override

from marketplace.core import clock
from scripts.install_chromium import system_chromium
from tests.browser.people import Person

MONDAY_MORNING = "2026-11-23 10:00"


def pytest_collection_modifyitems(items):
    here = os.path.dirname(__file__)
    for item in items:
        if str(item.path).startswith(here):
            item.add_marker(pytest.mark.browser)


def copy_database(source, target):
    """A consistent copy of an SQLite file, its write-ahead log included."""
    with closing(sqlite3.connect(source)) as old, closing(sqlite3.connect(target)) as new:
        old.backup(new)


class _Database:
    """Points this process's default connection, in every thread, at a file."""

    def __init__(self):
        self._own = connection.settings_dict["NAME"]

    def use(self, path):
        connection.close()
        connection.settings_dict["NAME"] = str(path)

    def put_back(self):
        self.use(self._own)


@contextmanager
def database_at(path, blocker):
    """This process's default connection, in every thread, at a file, on the Monday morning."""
    own = connection.settings_dict["NAME"]

    def use(name):
        connection.close()
        connection.settings_dict["NAME"] = str(name)

    with blocker.unblock(), clock.at(MONDAY_MORNING), override(settings.LANGUAGE_CODE):
        use(path)
        try:
            yield
        finally:
            use(own)


def _test_database():
    """The file of the test database; pytest-django makes none where no test of the session has its mark."""
    if str(connection.settings_dict["NAME"]) != str(connection.settings_dict["TEST"]["NAME"]):
        connection.creation.create_test_db(verbosity=0, autoclobber=True, keepdb=True)
    connection.close()
    return connection.settings_dict["NAME"]


@pytest.fixture(scope="session")
def prepared_database(django_db_setup, django_db_blocker, tmp_path_factory):
    """The market before anybody has come: catalogue, credit model and pages."""
    if connection.vendor != "sqlite":
        pytest.skip("the browser tests copy SQLite files")
    path = tmp_path_factory.mktemp("market") / "prepared.sqlite3"
    with django_db_blocker.unblock():
        copy_database(_test_database(), path)
    with database_at(path, django_db_blocker):
        for command in ("load_catalogue", "load_credit_model", "load_pages", "rebuild_search_index"):
            call_command(command, verbosity=0, stdout=StringIO())
    return path


@pytest.fixture(scope="session")
def starting_point(prepared_database):
    """The database that a test's market begins with; a module may put a world of its own here."""
    return prepared_database


@pytest.fixture(scope="session")
def server():
    """The site on a free port, its threads on whichever database is in use."""
    thread = LiveServerThread("127.0.0.1", StaticFilesHandler)
    thread.daemon = True
    thread.start()
    thread.is_ready.wait()
    if thread.error:
        raise thread.error
    yield f"http://127.0.0.1:{thread.port}"
    thread.terminate()


@pytest.fixture(scope="module")
def chromium():
    """A browser as long as a file of tests lasts: the loop that Playwright leaves in the thread goes with it."""
    from playwright.sync_api import sync_playwright

    # Playwright's loop runs in this thread, which Django takes for asynchronous code.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=system_chromium(), args=["--no-sandbox"])
        yield browser
        browser.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def market(starting_point, django_db_blocker, server, tmp_path, settings):
    """The market's address, with a database of its own."""
    settings.MEDIA_ROOT = tmp_path / "uploads"
    path = tmp_path / "market.sqlite3"
    copy_database(starting_point, path)
    with database_at(path, django_db_blocker):
        yield server


@pytest.fixture
def somebody(market, chromium):
    """Opens a browser window for one person: `somebody()` reads Chinese, `somebody("en-US")` English."""
    opened = []

    def open_for(locale="zh-CN"):
        person = Person(chromium.new_context(locale=locale, base_url=market, viewport={"width": 1280, "height": 900}))
        opened.append(person)
        return person

    yield open_for
    for person in opened:
        person.context.close()
    complaints = [line for person in opened for line in person.complaints]
    assert not complaints, "\n".join(complaints)
