"""The long lists are read in the order of an index: the database's own plan says so."""

import pytest
from django.db import connection

from marketplace.tendering.models import Award, WorkRequest

pytestmark = pytest.mark.django_db

NEWEST = 20
LISTS = {
    "awards, newest first": lambda: Award.objects.live().order_by("-publicity_started_at", "-pk")[:NEWEST],
    "openings, newest first": lambda: WorkRequest.objects.opened().order_by("-opening__opened_at")[:NEWEST],
}


def plan_of(rows):
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            # A table of no rows is read whole and sorted, whatever indexes it has.
            cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off")
            cursor.execute("SET LOCAL enable_bitmapscan = off; SET LOCAL enable_hashjoin = off")
    return rows.explain()


@pytest.mark.parametrize("name", LISTS)
def test_nothing_is_sorted_for_a_page(name):
    plan = plan_of(LISTS[name]())

    assert "TEMP B-TREE" not in plan
    assert "Sort" not in plan
