from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction

from marketplace.core import clock, heartbeats
from marketplace.core.heartbeats import Gap
from marketplace.core.models import DueWork, Heartbeat
from marketplace.core.running.sweeper import Heart

START = clock.shanghai("2026-11-23 10:00")


def seconds(*values):
    return [START + timedelta(seconds=value) for value in values]


class TestGaps:
    def test_exactly_90_seconds_are_none(self):
        assert heartbeats.gaps(seconds(0, 90, 180)) == []

    def test_a_microsecond_more_is_one_in_full(self):
        later = START + timedelta(seconds=90, microseconds=1)

        assert heartbeats.gaps([START, later]) == [Gap(START, later)]

    def test_without_two_rows_there_is_none(self):
        assert heartbeats.gaps([]) == heartbeats.gaps([START]) == []


@pytest.mark.django_db
class TestBeat:
    def test_the_first_one_ends_no_gap(self, frozen_clock):
        assert heartbeats.beat() is None
        assert list(Heartbeat.objects.values_list("at", flat=True)) == [START]

    def test_tells_of_the_gap_that_it_ends(self, frozen_clock):
        heartbeats.beat()
        frozen_clock.advance(seconds=91)

        gap = heartbeats.beat()

        assert gap == Gap(*seconds(0, 91))
        assert gap.seconds == 91
        (told,) = DueWork.objects.filter(payload__event="marketplace.core.heartbeats.OutageEnded")
        assert told.payload["data"] == {"start": "2026-11-23T02:00:00+00:00", "end": "2026-11-23T02:01:31+00:00"}

    def test_after_90_seconds_tells_nobody(self, frozen_clock):
        heartbeats.beat()
        frozen_clock.advance(seconds=90)

        assert heartbeats.beat() is None
        assert not DueWork.objects.exists()

    def test_twice_in_an_instant_is_one_row(self, frozen_clock):
        heartbeats.beat()
        heartbeats.beat()

        assert Heartbeat.objects.count() == 1

    def test_rows_stay(self, frozen_clock):
        heartbeats.beat()

        with pytest.raises(DatabaseError), transaction.atomic():
            Heartbeat.objects.all().delete()


@pytest.mark.django_db
class TestSettle:
    def test_writes_nothing_where_there_was_never_a_row(self, frozen_clock):
        heartbeats.settle(START - timedelta(minutes=1))

        assert not Heartbeat.objects.exists()

    def test_writes_one_where_none_is_as_late_as_the_moment(self, frozen_clock):
        heartbeats.beat()
        frozen_clock.advance(seconds=40)

        heartbeats.settle(START + timedelta(seconds=20))
        heartbeats.settle(START + timedelta(seconds=20))

        assert list(Heartbeat.objects.order_by("at").values_list("at", flat=True)) == seconds(0, 40)

    def test_a_moment_ahead_waits(self, frozen_clock):
        heartbeats.beat()
        frozen_clock.advance(seconds=40)

        heartbeats.settle(START + timedelta(seconds=41))

        assert Heartbeat.objects.count() == 1


@pytest.mark.django_db
def test_around_has_the_rows_on_both_sides(frozen_clock):
    Heartbeat.objects.bulk_create(Heartbeat(at=at) for at in seconds(-60, -30, 0, 30, 60, 90, 120))

    assert heartbeats.around(*seconds(-10, 70)) == seconds(-30, 0, 30, 60, 90)
    assert heartbeats.around(*seconds(0, 60)) == seconds(0, 30, 60, 90)
    assert heartbeats.around(*seconds(-90, -70)) == seconds(-60)


@pytest.mark.django_db
class TestHeart:
    def test_beats_every_30_seconds(self, frozen_clock):
        assert Heart().beat() == 30
        assert Heartbeat.objects.count() == 1

    def test_tries_again_soon_where_the_database_takes_none(self, frozen_clock, monkeypatch):
        def refuse():
            raise DatabaseError("database is locked")

        monkeypatch.setattr(heartbeats, "beat", refuse)

        assert Heart().beat() == 5

    def test_leaves_what_follows_from_a_gap_to_the_sweep(self, frozen_clock, django_capture_on_commit_callbacks):
        heartbeats.beat()
        frozen_clock.advance(minutes=20)

        with django_capture_on_commit_callbacks(execute=True):
            heartbeats.beat()

        assert DueWork.objects.get(kind="event").done_at is None
