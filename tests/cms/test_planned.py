from datetime import timedelta

import pytest
from django.utils import timezone
from wagtail.models import Page

from cms import publishing, tasks
from cms.models import NoticePage
from tests.factories.cms import site

pytestmark = pytest.mark.django_db


@pytest.fixture
def index():
    site()
    return Page.objects.get(slug="notices")


def notice(index, title="停机公告", **fields):
    return index.add_child(instance=NoticePage(title=title, title_en="Maintenance", slug=title, **fields))


def planned(page):
    """The page with a version that goes live an hour ago, as the editor's screen plans it."""
    soon = timezone.now() + timedelta(hours=1)
    page.go_live_at = soon
    revision = page.save_revision()
    revision.publish()
    earlier = timezone.now() - timedelta(hours=1)
    content = {**revision.content, "go_live_at": earlier.isoformat()}
    type(revision).objects.filter(pk=revision.pk).update(approved_go_live_at=earlier, content=content)
    return page


class TestPlannedPages:
    def test_go_live_when_their_time_has_come(self, index, client):
        page = planned(notice(index, live=False))
        assert client.get(page.url).status_code == 404

        assert tasks.publish_planned() == 1

        page.refresh_from_db()
        assert page.live
        assert client.get(page.url).status_code == 200

    def test_wait_until_then(self, index):
        page = notice(index, live=False)
        page.go_live_at = timezone.now() + timedelta(hours=1)
        page.save_revision().publish()

        assert tasks.publish_planned() == 0

        page.refresh_from_db()
        assert not page.live

    def test_leave_when_they_expire(self, index, client):
        page = notice(index, expire_at=timezone.now() - timedelta(minutes=1))

        assert tasks.publish_planned() == 1

        page.refresh_from_db()
        assert (page.live, page.expired) == (False, True)
        assert client.get(page.url).status_code == 404

    def test_are_done_once(self, index):
        planned(notice(index, live=False))
        tasks.publish_planned()

        assert tasks.publish_planned() == 0

    def test_one_that_cannot_be_published_keeps_no_other_waiting(self, index, monkeypatch):
        first, second = planned(notice(index, "first", live=False)), planned(notice(index, "second", live=False))
        real = publishing.Revision.publish

        def fail_for_the_first(self, **options):
            if self.object_id == str(first.pk):
                raise ValueError("the page does not fit")
            return real(self, **options)

        monkeypatch.setattr(publishing.Revision, "publish", fail_for_the_first)

        assert tasks.publish_planned() == 1

        second.refresh_from_db()
        assert second.live
