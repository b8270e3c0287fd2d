"""What the database itself refuses."""

from datetime import date

import pytest
from django.db import IntegrityError

from marketplace.registry.models import Qualification
from tests.factories.registry import (
    IntermediaryFactory,
    OfferFactory,
    PractitionerFactory,
    QualificationFactory,
    RegistrationCheckFactory,
    RegistrationFactory,
    SuspensionFactory,
)


@pytest.mark.django_db
class TestConstraints:
    @pytest.mark.parametrize(
        "make",
        [
            lambda: IntermediaryFactory(listed_at=None),
            lambda: IntermediaryFactory(status="closed"),
            lambda: QualificationFactory(valid_from=date(2026, 2, 1), valid_to=date(2026, 1, 31)),
            lambda: OfferFactory(days=0),
            lambda: OfferFactory(amount=100),
            lambda: OfferFactory(fixed=True, amount=0),
            lambda: OfferFactory(per_unit=True, unit=""),
            lambda: RegistrationFactory(state="filed"),
            lambda: RegistrationFactory(filed=True, state="passed"),
            lambda: RegistrationCheckFactory(verdict="return"),
            lambda: SuspensionFactory(state="decided"),
        ],
    )
    def test_a_row_out_of_the_rules_is_refused(self, make):
        with pytest.raises(IntegrityError):
            make()

    @pytest.mark.parametrize(
        ("factory", "same"),
        [
            (OfferFactory, ("intermediary", "item")),
            (QualificationFactory, ("qualification_type", "number")),
            (PractitionerFactory, ("licence_type", "licence_no")),
            (RegistrationFactory, ("intermediary",)),
            (RegistrationCheckFactory, ("registration", "round", "item")),
            (SuspensionFactory, ("intermediary",)),
        ],
    )
    def test_what_stands_once_is_not_stored_twice(self, factory, same):
        first = factory()

        with pytest.raises(IntegrityError):
            factory(**{name: getattr(first, name) for name in same})

    def test_a_withdrawn_certificate_frees_its_number(self):
        first = QualificationFactory(withdrawn=True)

        second = QualificationFactory(qualification_type=first.qualification_type, number=first.number)

        assert second.pk != first.pk

    def test_who_proposed_a_suspension_cannot_have_decided_it(self):
        suspension = SuspensionFactory()

        with pytest.raises(IntegrityError):
            SuspensionFactory(proposed_by=suspension.proposed_by, decided=True, decided_by=suspension.proposed_by)


class TestValidity:
    @pytest.mark.parametrize(
        ("day", "validity"),
        [
            ("2023-12-31", "future"),
            ("2024-01-01", "valid"),
            ("2028-04-30", "valid"),
            ("2028-05-01", "expiring"),
            ("2028-05-31", "expiring"),
            ("2028-06-01", "expired"),
        ],
    )
    def test_includes_the_last_day_and_30_days_before(self, day, validity):
        row = Qualification(valid_from=date(2024, 1, 1), valid_to=date(2028, 5, 31))

        assert row.validity_on(date.fromisoformat(day)) == validity
