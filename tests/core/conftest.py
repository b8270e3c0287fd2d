import pytest
from django.utils.module_loading import autodiscover_modules


@pytest.fixture(autouse=True, scope="session")
def _jobs():
    """Every app's jobs, as a worker's process knows them."""
    autodiscover_modules("tasks")
