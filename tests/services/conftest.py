import os
from pathlib import Path

import pytest

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items):
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker("services")


@pytest.fixture
def database_url():
    """PostgreSQL's address, or a skip that says what is missing."""
    address = os.environ.get("DATABASE_URL", "")
    if not address.startswith("postgres"):
        pytest.skip("needs PostgreSQL: set DATABASE_URL")
    return address


@pytest.fixture
def redis_url():
    address = os.environ.get("REDIS_URL", "")
    if not address.startswith("redis"):
        pytest.skip("needs Redis: set REDIS_URL")
    return address
