import pytest

from tests.factories.tendering import WorkRequestFactory

pytestmark = pytest.mark.django_db


class TestSmoke:
    def test_it(self, frozen_clock):
        work_request = WorkRequestFactory(awarded=True, bidders=3)
        assert work_request.status == "awarded"
