"""Columns that hold keys: what the database keeps apart, and what is one to it."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from marketplace.accounts.models import Holder, Organisation
from marketplace.accounts.services.organisations import create_public_body
from marketplace.core import clock, keys
from marketplace.registry.models import Practitioner, Qualification
from tests.factories.accounts import HolderFactory, OrganisationFactory
from tests.factories.registry import PractitionerFactory, QualificationFactory

pytestmark = pytest.mark.django_db


class TestUniqueByKey:
    @pytest.mark.parametrize(
        "number", ["A132000001-1", "a132000001‑1", "Ａ１３２０００００１－１", "A1320\u200b00001-1"]
    )
    def test_a_certificate_stands_once_however_it_is_written(self, number):
        first = QualificationFactory(number="A132000001-1")

        with pytest.raises(IntegrityError), transaction.atomic():
            QualificationFactory(qualification_type=first.qualification_type, number=number)

        assert Qualification.objects.count() == 1

    @pytest.mark.parametrize(
        ("kind", "number"), [("注册测绘师\u2060", "JZ-7"), ("注册 测绘师", "JZ—7"), ("注册测绘师", "jzー7")]
    )
    def test_a_licence_stands_once_however_it_is_written(self, kind, number):
        PractitionerFactory(licence_type="注册测绘师", licence_no="JZ-7")

        with pytest.raises(IntegrityError), transaction.atomic():
            PractitionerFactory(licence_type=kind, licence_no=number)

        assert Practitioner.objects.count() == 1

    def test_a_licence_that_was_given_up_can_stand_again(self):
        given_up = PractitionerFactory(licence_no="JZ-7", withdrawn_at=clock.now() - timedelta(days=1))

        again = PractitionerFactory(licence_type=given_up.licence_type, licence_no="jz-7")

        assert again.licence_key == given_up.licence_key

    def test_a_holder_is_named_once(self):
        holder = HolderFactory(name="阿卜杜拉·买买提")

        with pytest.raises(IntegrityError), transaction.atomic():
            HolderFactory(organisation=holder.organisation, name="阿卜杜拉 买买提")

        assert Holder.objects.count() == 1

    def test_an_authority_is_found_however_its_name_is_written(self):
        first = create_public_body(kind=Organisation.Kind.AUTHORITY, name_zh="常州市（新北）生态环境局")

        again = create_public_body(kind=Organisation.Kind.AUTHORITY, name_zh="常州市(新北)生态\u200b环境局")

        assert again == first

    def test_two_firms_may_have_one_name(self):
        assert OrganisationFactory(name_zh="甲测绘").name_key == OrganisationFactory(name_zh="甲 测绘").name_key


class TestFill:
    def test_rows_without_a_key_get_theirs_and_a_second_of_one_key_its_own(self, capsys):
        holder = HolderFactory(name="甲测绘")
        second = HolderFactory(organisation=holder.organisation, name="乙测绘")
        Holder.objects.filter(pk=second.pk).update(name="甲 测绘", name_key="?")
        Holder.objects.filter(pk=holder.pk).update(name_key="")

        keys.fill(Holder, "name_key", ("organisation_id", "code"))

        assert dict(Holder.objects.values_list("pk", "name_key")) == {
            holder.pk: "甲测绘",
            second.pk: f"甲测绘 {second.pk}",
        }
        assert f"accounts.Holder {second.pk}" in capsys.readouterr().err
