import pytest
from django.utils import translation

from marketplace.core.additions import duties, workbench


@pytest.fixture(autouse=True)
def _chinese():
    """A request leaves its language behind; each test begins with the default one."""
    with translation.override("zh-hans"):
        yield


@pytest.fixture
def english(_chinese):
    """Messages as the source has them."""
    with translation.override("en"):
        yield


@pytest.fixture
def registered(monkeypatch):
    """The workbench's registries with nothing in them but this app's tabs and what the test adds."""
    monkeypatch.setattr(duties, "_providers", [])
    monkeypatch.setattr(duties, "_matters", [])
    monkeypatch.setattr(workbench, "_tabs", [tab for tab in workbench._tabs if tab.url_name.startswith("accounts:")])
    return duties
