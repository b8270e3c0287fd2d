"""The public page of one firm."""

import pytest

from marketplace.registry import services
from tests.factories.accounts import DistrictFactory, MembershipFactory
from tests.factories.credit import CreditModelFactory, CurrentStandingFactory
from tests.factories.registry import (
    IntermediaryFactory,
    OfferFactory,
    PractitionerFactory,
    QualificationFactory,
    RegistrationFactory,
    SuspensionFactory,
)
from tests.registry import filings

pytestmark = pytest.mark.django_db


def url(firm):
    return f"/en/intermediaries/{firm.uscc}/"


class TestProfile:
    def test_shows_offers_qualifications_and_how_many_practitioners_without_names(self, client, frozen_clock):
        CreditModelFactory()
        firm = IntermediaryFactory()
        CurrentStandingFactory(organisation=firm.organisation, score="92.76", grade="AA")
        OfferFactory(intermediary=firm, item__name_en="Environmental impact report")
        QualificationFactory(intermediary=firm, expiring=True)
        QualificationFactory(intermediary=firm, number="旧证", withdrawn=True)
        PractitionerFactory.create_batch(2, intermediary=firm, name="林某", licence_type="环境影响评价工程师")

        page = client.get(url(firm)).content.decode()

        for words in ("Environmental impact report", "86.0%", "Expires within 30 days", "2 people", "92.76"):
            assert words in page
        assert f"/intermediaries/{firm.uscc}/credit/" in page
        assert "林某" not in page
        assert "旧证" not in page

    def test_keeps_the_verified_state_while_a_change_is_checked(self, client):
        firm, person, _ = filings.passed()
        change = services.start_change(intermediary_id=firm.pk, actor=person)
        data = change.payload["particulars"] | {"address": "新地址"}
        services.save_step(registration_id=change.pk, step="particulars", data=data, actor=person)

        page = client.get(url(firm)).content.decode()

        assert "太湖东路 9 号" in page
        assert "新地址" not in page

    def test_a_suspension_is_published_with_its_reason(self, client, frozen_clock):
        firm = IntermediaryFactory()
        SuspensionFactory(intermediary=firm, decided=True, reason="人员与登记不符")
        proposed = IntermediaryFactory()
        SuspensionFactory(intermediary=proposed, reason="尚未决定")

        assert "人员与登记不符" in client.get(url(firm)).content.decode()
        assert "尚未决定" not in client.get(url(proposed)).content.decode()

    def test_a_closed_record_stays_public_as_closed(self, client):
        assert "Left the market on" in client.get(url(IntermediaryFactory(closed=True))).content.decode()

    def test_what_was_never_listed_is_seen_by_its_own_people_and_regulators_only(self, client):
        firm = IntermediaryFactory(under_review=True)

        assert client.get(url(firm)).status_code == 404
        for user, status in (
            (MembershipFactory().user, 404),
            (MembershipFactory(organisation=firm.organisation, reader=True).user, 200),
            (filings.regulator(), 200),
        ):
            client.force_login(user)
            assert client.get(url(firm)).status_code == status

    def test_an_unknown_code_is_not_found(self, client):
        assert client.get("/intermediaries/nothing/").status_code == 404

    def test_takes_at_most_12_queries(self, client, django_assert_max_num_queries):
        CreditModelFactory()
        firm = IntermediaryFactory(organisation__district=DistrictFactory())
        CurrentStandingFactory(organisation=firm.organisation)
        OfferFactory.create_batch(5, intermediary=firm)
        QualificationFactory.create_batch(5, intermediary=firm)
        RegistrationFactory(change=True, intermediary=firm)

        with django_assert_max_num_queries(12):
            client.get(url(firm))
