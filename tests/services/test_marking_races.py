"""Marks handed in, and places lost, at the same moment; SQLite ignores row locks, so PostgreSQL shows it."""

import os

import pytest

from marketplace.core import audit
from marketplace.tendering import services
from marketplace.tendering.models import Paper
from tests.services.racing import at_once
from tests.tendering.panels import fill, marked, papers, person

pytestmark = [
    pytest.mark.services,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        not os.environ.get("DATABASE_URL", "").startswith("postgres"),
        reason="races on marks need PostgreSQL: set DATABASE_URL",
    ),
]


def handing_in(paper):
    actor = person(paper)
    return lambda: services.hand_in_marks(paper_id=paper.pk, actor=actor)


class TestHandingInAtOnce:
    def test_the_same_paper_twice_is_handed_in_once(self, frozen_clock):
        work_request = marked()
        paper = papers(work_request)[0]
        fill(paper, hand_in=False)

        done, refusals = at_once(*[handing_in(paper)] * 4)

        assert (len(done), len(refusals)) == (1, 3)
        trail = [entry.action for entry in audit.trail(work_request.audit_matter)]
        assert trail.count("evaluator.handed_in") == 1

    def test_the_last_papers_of_all_make_one_ranking(self, frozen_clock):
        work_request = marked()
        waiting = papers(work_request)
        for paper in waiting:
            fill(paper, hand_in=False)

        done, refusals = at_once(*[handing_in(paper) for paper in waiting])

        work_request.refresh_from_db()
        assert (len(done), refusals, work_request.status) == (3, [], "publicity")
        assert work_request.awards.count() == 1

    def test_the_last_papers_of_all_make_one_second_round(self, frozen_clock):
        work_request = marked()
        apart = work_request.firms[0].uscc
        waiting = papers(work_request)
        for paper, mark in zip(waiting, (10, 50, 90), strict=True):
            fill(paper, {apart: mark}, hand_in=False)

        at_once(*[handing_in(paper) for paper in waiting])

        assert Paper.objects.filter(position=2).count() == 3


class TestLateAndHandedIn:
    def test_a_paper_handed_in_while_its_place_is_lost_counts_or_is_refused(self, frozen_clock):
        work_request = marked()
        late, *others = papers(work_request)
        fill(late, hand_in=False)
        for paper in others:
            fill(paper)
        frozen_clock.move_to("2026-12-04 00:00")

        at_once(handing_in(late), lambda: services.replace_late_evaluators(request_id=work_request.pk))

        late.refresh_from_db()
        late.seat.refresh_from_db()
        assert (late.handed_in_at is None, late.seat.state) == (True, "replaced")
        assert len(papers(work_request)) == 1
