from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError

from marketplace.accounts.models import Holder, Membership, Organisation
from marketplace.accounts.services import (
    CodeTaken,
    HolderParticulars,
    Particulars,
    UnableToRecordHolders,
    apply_particulars,
    change_particulars,
    create_organisation,
    create_public_body,
)
from marketplace.core import audit
from marketplace.core.permissions import Refused
from marketplace.core.typed.identifiers import with_check_digits
from tests.factories.accounts import (
    DistrictFactory,
    HolderFactory,
    MembershipFactory,
    OrganisationFactory,
    UserFactory,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]

CODE = with_check_digits("91320411MA765432")


def particulars(**changes):
    values = {"uscc": CODE, "name_zh": "常州海市新材料有限公司", "legal_representative": "李某", "address": "太湖路"}
    return Particulars(**{**values, **changes})


def holder(name="李某", share="60", **changes):
    return HolderParticulars(name=name, share_percent=Decimal(share), **changes)


class TestCreateOrganisation:
    def test_makes_its_creator_the_administrator(self):
        actor = UserFactory()

        organisation = create_organisation(
            actor=actor, kind="enterprise", particulars=particulars(), holders=[holder(), holder("王某", "40")]
        )

        assert Membership.objects.get().role == "administrator"
        assert Membership.objects.get().user == actor
        assert list(organisation.holders.values_list("name", "share_percent")) == [
            ("李某", Decimal("60.00")),
            ("王某", Decimal("40.00")),
        ]

    def test_stores_the_code_compact(self):
        spaced = f" {CODE[:8]} {CODE[8:].lower()} "

        organisation = create_organisation(actor=UserFactory(), kind="enterprise", particulars=particulars(uscc=spaced))

        assert organisation.uscc == CODE

    def test_writes_the_trail(self):
        actor = UserFactory()

        organisation = create_organisation(
            actor=actor, kind="enterprise", particulars=particulars(), holders=[holder(is_state=True)]
        )

        lines = audit.trail(f"organisation:{organisation.pk}")
        assert [(line.action, line.actor) for line in lines] == [("created", actor), ("member added", actor)]
        assert lines[0].after["uscc"] == CODE
        assert lines[0].after["holders"] == [{"name": "李某", "code": "", "share_percent": "60.00", "is_state": True}]

    def test_a_code_that_stands_already_is_refused_however_it_is_typed(self):
        OrganisationFactory(uscc=CODE)
        spaced = f"{CODE[:9]}-{CODE[9:].lower()}"

        with pytest.raises(CodeTaken) as refusal:
            create_organisation(actor=UserFactory(), kind="enterprise", particulars=particulars(uscc=spaced))

        assert set(refusal.value.field_errors) == {"uscc"}
        assert Organisation.objects.count() == 1
        assert not Membership.objects.exists()

    def test_a_wrong_check_digit_is_refused(self):
        wrong = CODE[:-1] + ("0" if CODE[-1] != "0" else "1")

        with pytest.raises(ValidationError):
            create_organisation(actor=UserFactory(), kind="enterprise", particulars=particulars(uscc=wrong))

        assert not Organisation.objects.exists()

    @pytest.mark.parametrize("kind", ["authority", "operator", "other"])
    def test_public_bodies_are_not_made_here(self, kind):
        with pytest.raises(Refused):
            create_organisation(actor=UserFactory(), kind=kind, particulars=particulars())

        assert not Organisation.objects.exists()

    @pytest.mark.parametrize(
        "holders",
        [
            [holder(share="24.99")],
            [holder(share="100.01")],
            [holder(share="-30")],
            [holder(share="60"), holder("王某", "40.01")],
            [holder(share="30"), holder(share="30")],
        ],
        ids=["below 25", "above 100", "negative", "over 100 together", "twice"],
    )
    def test_impossible_holders_are_refused_and_nothing_is_stored(self, holders):
        with pytest.raises(UnableToRecordHolders):
            create_organisation(actor=UserFactory(), kind="enterprise", particulars=particulars(), holders=holders)

        assert not Organisation.objects.exists()
        assert not Holder.objects.exists()


class TestChangeParticulars:
    def test_replaces_particulars_and_holders_but_not_the_code(self):
        membership = MembershipFactory()
        organisation = membership.organisation
        HolderFactory(organisation=organisation)
        code = organisation.uscc

        change_particulars(
            organisation_id=organisation.pk,
            actor=membership.user,
            particulars=particulars(legal_representative="赵某", district=DistrictFactory()),
            holders=[holder("赵某", "100")],
        )

        organisation.refresh_from_db()
        assert (organisation.uscc, organisation.legal_representative) == (code, "赵某")
        assert list(organisation.holders.values_list("name", flat=True)) == ["赵某"]
        line = audit.trail(f"organisation:{organisation.pk}")[-1]
        assert line.action == "changed"
        assert line.after["legal_representative"] == "赵某"
        assert line.before["legal_representative"] != "赵某"

    @pytest.mark.parametrize("role", ["handler", "reader"])
    def test_is_for_administrators(self, role):
        membership = MembershipFactory(role=role)

        with pytest.raises(Refused):
            change_particulars(
                organisation_id=membership.organisation_id,
                actor=membership.user,
                particulars=particulars(name_zh="别的名称"),
                holders=[],
            )

        assert not Organisation.objects.filter(name_zh="别的名称").exists()

    def test_an_intermediary_files_a_change_of_registration_instead(self):
        membership = MembershipFactory(organisation=OrganisationFactory(intermediary=True))

        with pytest.raises(Refused, match="registration"):
            change_particulars(
                organisation_id=membership.organisation_id,
                actor=membership.user,
                particulars=particulars(name_zh="别的名称"),
                holders=[],
            )

        assert not Organisation.objects.filter(name_zh="别的名称").exists()


class TestApplyParticulars:
    def test_writes_what_a_check_has_passed_in_the_name_of_who_checked(self):
        organisation = OrganisationFactory(intermediary=True)
        regulator = UserFactory()

        apply_particulars(
            organisation=organisation,
            actor=regulator,
            particulars=particulars(uscc=organisation.uscc, name_zh="常州乌有环保咨询有限公司"),
            holders=[],
        )

        organisation.refresh_from_db()
        assert organisation.name_zh == "常州乌有环保咨询有限公司"
        assert audit.trail(f"organisation:{organisation.pk}")[-1].actor == regulator


class TestCreatePublicBody:
    def test_a_second_call_takes_the_first_one(self):
        first = create_public_body(kind="authority", name_zh="常州市生态环境局")

        second = create_public_body(kind="authority", name_zh="常州市生态环境局")

        assert first == second
        assert Organisation.objects.count() == 1
