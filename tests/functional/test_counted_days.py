"""Every end of a time in working days is known to the recount, or it is written here why it needs none."""

import ast
import re
from pathlib import Path

from django.apps import apps
from django.db import models

from marketplace.core.additions import recounting

ROOT = Path(__file__).parents[2]
OURS = ("marketplace", "credit", "cms", "search")
#: What a field is called that holds the end of a time.
ENDS = re.compile(r"due|until|_by$|ends?_|close_at|expires")
WORKING_DAYS = ("end_of_working_day", "working_day_after")

#: Fields that end a time and stay where they are.
FIXED = {
    "accounts.Invitation.expires_at": "days of the calendar",
    "accounts.ProgramToken.expires_at": "days of the calendar",
    "catalogue.ServiceItem.abolished_until": "a date of the law",
    "contracting.Extension.due_on": "agreed by the parties",
    "contracting.Extension.due_on_before": "agreed by the parties",
    "contracting.Contract.service_ends_on": "agreed by the parties",
    "contracting.Milestone.due_on": "agreed by the parties",
    "credit.CurrentStanding.restricted_until": "days of the calendar",
    "credit.CurrentStanding.warned_until": "days of the calendar",
    "credit.ProcessStep.due_on": "what was due, kept as it was",
    "custody.SigningKey.in_use_until": "the instant at which a key was replaced",
    "tendering.RequestVersion.bids_close_at": "a bid deadline is an instant",
    "tendering.WorkRequest.bids_close_at": "a bid deadline is an instant",
    "tendering.WorkRequest.bids_open_until": "a bid deadline is an instant",
}

#: Who counts working days forward, and what becomes of it when the calendar changes.
COUNTS = {
    "marketplace/contracting/services/accepting.py": "contracting.Deliverable.dispute_due_at",
    "marketplace/contracting/services/completing.py": "contracting.Contract.rating_due_at",
    "marketplace/contracting/services/delivering.py": "contracting.Deliverable.answer_due_at",
    "marketplace/contracting/services/preparing.py": "dates that are proposed",
    "marketplace/contracting/services/rating.py": "contracting.ContractRating.change_due_at",
    "marketplace/contracting/services/terms.py": "the longest time that may be agreed",
    "marketplace/core/additions/recounting.py": "the recount",
    "marketplace/core/calendar.py": "the counting",
    "marketplace/registry/services/registering.py": "registry.Registration.due_at",
    "marketplace/tendering/presentation/timeline.py": "what is expected, worked out for each page",
    "marketplace/tendering/rules/deadlines.py": "bid deadlines, and what is counted back from them when it is read",
    "marketplace/tendering/services/awarding/objecting.py": "tendering.Objection.due_at",
    "marketplace/tendering/services/awarding/picking.py": "tendering.Opening.waits_until",
    "marketplace/tendering/services/awarding/publicity.py": "tendering.Award.publicity_ends_at",
    "marketplace/tendering/services/evaluating/seating.py": "tendering.Paper.due_at",
    "marketplace/tendering/services/openings/typing_public_value.py": "tendering.Opening.waits_until",
    "marketplace/tendering/services/requests/asking.py": "tendering.Question.due_at",
    "marketplace/tendering/services/requests/ending.py": "the days left of clocks that ran before",
    "marketplace/ui/showcase.py": "a sample",
}


def fields_that_end_a_time():
    for model in apps.get_models():
        if model.__module__.split(".")[0] in OURS and not model._meta.label.startswith("core."):
            for field in model._meta.concrete_fields:
                if isinstance(field, models.DateField) and ENDS.search(field.name):
                    yield f"{model._meta.label}.{field.name}"


def modules_that_count():
    for top in OURS:
        for path in sorted((ROOT / top).rglob("*.py")):
            name = str(path.relative_to(ROOT))
            if "/demo/" not in name and any(map(_counts, ast.walk(ast.parse(path.read_text(encoding="utf-8"))))):
                yield name


def _counts(node):
    if not isinstance(node, ast.Call):
        return False
    if isinstance(node.func, ast.Name):
        return node.func.id in WORKING_DAYS
    # A step of a calendar takes a day and a number.
    is_step = isinstance(node.func, ast.Attribute) and node.func.attr == "step" and len(node.args) == 2
    return is_step or (isinstance(node.func, ast.Attribute) and node.func.attr in WORKING_DAYS)


class TestEndsOfTimes:
    def test_each_is_counted_anew_or_fixed(self):
        assert sorted(fields_that_end_a_time()) == sorted([*recounting.fields(), *FIXED])

    def test_whoever_counts_working_days_is_known(self):
        assert list(modules_that_count()) == sorted(COUNTS)

    def test_what_they_store_is_declared(self):
        stored = {what for what in COUNTS.values() if re.fullmatch(r"[a-z]+\.[A-Z]\w+\.\w+", what)}

        assert stored | {"tendering.Award.sign_by"} == set(recounting.fields())
