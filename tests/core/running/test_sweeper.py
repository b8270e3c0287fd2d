from datetime import timedelta

import pytest

from marketplace.core import jobs
from marketplace.core.jobs import Job, Queue
from marketplace.core.running.sweeper import Rota


def job(name, function, *, seconds):
    return Job(name, function, Queue.PROMPT, timedelta(seconds=seconds))


@pytest.mark.django_db
class TestRota:
    def test_each_job_has_its_turn_at_the_start_and_then_by_its_interval(self):
        done = []
        rota = Rota(
            [
                job("often", lambda: done.append("often"), seconds=5),
                job("seldom", lambda: done.append("seldom"), seconds=60),
            ],
            now=100.0,
        )

        for now in (100.0, 104.9, 105.0, 159.0, 160.0):
            rota.turn(now=now)

        assert done == ["often", "seldom", "often", "often", "seldom"]

    def test_one_that_fails_stops_no_other_and_comes_again_after_a_pause_that_doubles(self):
        done, failed = [], []

        def fail():
            failed.append(1)
            raise ValueError("no luck")

        rota = Rota([job("a", fail, seconds=3600), job("b", lambda: done.append("b"), seconds=3600)], now=0.0)

        for now in (0.0, 4.9, 5.0, 14.9, 15.0):
            rota.turn(now=now)

        assert done == ["b"]
        assert len(failed) == 3


class TestJobs:
    def test_every_periodic_job_of_the_market_stands_once_on_one_queue(self):
        names = {queue: [each.name for each in jobs.periodic(queue)] for queue in Queue}

        assert names == {
            Queue.PROMPT: ["marketplace.core.tasks.run_due_work"],
            Queue.BULK: [
                "cms.tasks.publish_planned",
                "marketplace.accounts.tasks.drop_ended_sessions",
                "marketplace.core.tasks.prune",
                "marketplace.core.tasks.run_bulk_work",
            ],
        }

    def test_nothing_is_sent_where_one_process_does_all(self):
        from marketplace.core import tasks

        with pytest.raises(RuntimeError, match="nobody carries jobs"):
            jobs.send(tasks.run_one, 1, "2026-11-23T02:00:00+00:00")
