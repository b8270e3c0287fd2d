"""What a document is on a day follows from its dates, in Python and in the database alike."""

import importlib
from datetime import date, timedelta
from itertools import product

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from marketplace.catalogue.models import Regulation
from marketplace.catalogue.states import status_on
from tests.factories.catalogue import RegulationFactory

pytestmark = pytest.mark.django_db

DAY = date(2026, 11, 30)
BEFORE, AFTER = DAY - timedelta(days=1), DAY + timedelta(days=1)


class TestStatus:
    @pytest.mark.parametrize(
        ("recorded", "effective_on", "repealed_on", "status"),
        [
            ("by_dates", BEFORE, None, "effective"),
            ("by_dates", None, None, "effective"),
            ("by_dates", DAY, None, "effective"),
            ("by_dates", AFTER, None, "upcoming"),
            ("by_dates", BEFORE, AFTER, "effective"),
            ("by_dates", BEFORE, DAY, "repealed"),
            ("expired", BEFORE, None, "expired"),
            ("expired", BEFORE, AFTER, "effective"),
            ("expired", BEFORE, DAY, "expired"),
            ("unverified", AFTER, None, "unverified"),
            ("unverified", BEFORE, DAY, "repealed"),
            ("reference", None, None, "reference"),
        ],
    )
    def test_follows_from_the_dates(self, recorded, effective_on, repealed_on, status):
        assert status_on(DAY, recorded=recorded, effective_on=effective_on, repealed_on=repealed_on) == status

    def test_turns_at_midnight_of_the_markets_day(self, frozen_clock):
        regulation = RegulationFactory(repealed=True, repealed_on=date(2026, 12, 1))

        frozen_clock.move_to("2026-11-30 23:59")
        eve = (regulation.status, regulation.in_force, regulation.has_ended)
        frozen_clock.move_to("2026-12-01 00:00")

        assert eve == ("effective", True, False)
        assert (regulation.status, regulation.in_force, regulation.has_ended) == ("repealed", False, True)

    def test_the_database_says_the_same(self):
        decree = RegulationFactory()
        days = (None, BEFORE, DAY, AFTER)
        for recorded, effective_on, repealed_on in product(Regulation.Recorded.values, days, days):
            RegulationFactory(
                recorded_status=recorded,
                effective_on=effective_on,
                repealed_on=repealed_on,
                repealed_by=decree if repealed_on and recorded != "expired" else None,
            )

        found = {each.pk: each.status_then for each in Regulation.objects.with_status(DAY)}

        assert len(found) == 65
        assert found == {each.pk: each.status_on(DAY) for each in Regulation.objects.all()}

    def test_amended_is_in_force_and_says_so_once_it_was_looked_up(self):
        amended = RegulationFactory(amended_by="国务院令第700号")

        assert (amended.status, amended.shown_status) == ("effective", "effective-amended")
        amended.checked = "memory"
        assert amended.shown_status == "effective-unchecked"


class TestRepeal:
    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"repealed_on": DAY}, "repealed_by"),
            ({"repealed_by": True}, "repealed_on"),
            ({"repealed_on": DAY, "repealed_by": True, "recorded_status": "expired"}, "repealed_by"),
            ({"repealed_on": date(2015, 2, 28), "repealed_by": True}, "repealed_on"),
        ],
    )
    def test_has_a_day_and_its_document_or_is_refused_at_the_field(self, changes, field):
        if "repealed_by" in changes:
            changes = changes | {"repealed_by": RegulationFactory()}
        regulation = RegulationFactory()
        for name, value in changes.items():
            setattr(regulation, name, value)

        with pytest.raises(ValidationError) as refused:
            regulation.full_clean()

        assert list(refused.value.error_dict) == [field]

    def test_is_not_by_the_document_itself(self):
        regulation = RegulationFactory()
        regulation.repealed_on, regulation.repealed_by = DAY, regulation

        with pytest.raises(ValidationError, match=r"itself|本身"):
            regulation.full_clean()

    @pytest.mark.parametrize(
        "values", [{"repealed_on": DAY}, {"recorded_status": "expired", "repealed_on": DAY, "repealed_by": True}]
    )
    def test_without_both_is_not_stored(self, values):
        regulation = RegulationFactory()
        if "repealed_by" in values:
            values = values | {"repealed_by": RegulationFactory()}

        with pytest.raises(IntegrityError), transaction.atomic():
            Regulation.objects.filter(pk=regulation.pk).update(**values)


class TestUpdatingAMarket:
    def test_what_was_chosen_by_hand_follows_from_the_dates_or_is_not_verified(self):
        effective = RegulationFactory(recorded_status="effective", corrected_fields=["status", "title_zh"])
        repealed = RegulationFactory(repealed=True, recorded_status="repealed")
        unexplained = RegulationFactory(recorded_status="repealed", note_zh="原注。")
        update = importlib.import_module("marketplace.catalogue.migrations.0006_what_ended_is_named")

        update.follow_the_dates(apps, None)
        update.rename_corrections(apps, None)

        for each in (effective, repealed, unexplained):
            each.refresh_from_db()
        assert (effective.recorded_status, repealed.recorded_status) == ("by_dates", "by_dates")
        assert effective.corrected_fields == [
            "effective_on", "recorded_status", "repealed_by", "repealed_on", "title_zh"
        ]  # fmt: skip
        assert unexplained.recorded_status == "unverified"
        assert unexplained.note_zh == "记为已废止，未注明日期或废止文件。原注。"
