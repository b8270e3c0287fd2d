import pytest
from django.conf import settings
from django.core.management import call_command

from marketplace.accounts.models import District, Organisation
from marketplace.catalogue.loading import CatalogueLoader
from marketplace.catalogue.models import FeeSchedule, LegalBasis, Regulation, ServiceItem

pytestmark = pytest.mark.django_db


@pytest.fixture
def loaded():
    return CatalogueLoader(settings.FIXTURES).load()


class TestLoading:
    def test_the_whole_data_file_is_there(self, loaded):
        assert ServiceItem.objects.count() == 48
        assert FeeSchedule.objects.count() == 6
        assert Regulation.objects.count() == 21
        assert District.objects.count() == 7
        assert Organisation.objects.filter(kind="authority").count() == 15

    def test_running_again_changes_nothing(self, loaded):
        again = CatalogueLoader(settings.FIXTURES).load()

        assert sum(loaded.values()) > 0
        assert sum(again.values()) == 0

    def test_what_an_operator_changed_stays(self, loaded):
        ServiceItem.objects.filter(code="HB-001").update(standard_days=30)

        call_command("load_catalogue", verbosity=0)

        assert ServiceItem.objects.get(code="HB-001").standard_days == 30

    def test_overwrite_puts_the_files_values_back(self, loaded):
        ServiceItem.objects.filter(code="HB-001").update(standard_days=30)

        call_command("load_catalogue", "--overwrite", verbosity=0)

        assert ServiceItem.objects.get(code="HB-001").standard_days == 40

    def test_every_item_can_be_shown_in_both_languages(self, loaded):
        for item in ServiceItem.objects.with_facts():
            assert item.name_en, item.code
            assert item.deliverable_en, item.code
            assert item.matter.name_en, item.code
            assert item.authority.name_en, item.code
            assert item.qualification_type is None or item.qualification_type.name_en, item.code

    def test_every_item_rests_on_a_regulation(self, loaded):
        assert not ServiceItem.objects.filter(legal_basis=None).exists()

    def test_the_environmental_report_has_the_five_documents_of_its_page(self, loaded):
        bases = LegalBasis.objects.filter(item__code="HB-001").values_list("regulation__document_no", flat=True)

        assert list(bases) == [
            "国务院令第722号",
            "生态环境部令第9号",
            "生态环境部公告2019年第38号",
            "计价格〔2002〕125号",
            "发改价格〔2015〕299号",
        ]

    def test_each_schedule_knows_its_regulation_and_every_variant_of_an_item_exists(self, loaded):
        assert not FeeSchedule.objects.filter(regulation=None).exists()
        for item in ServiceItem.objects.exclude(fee_schedule=None).select_related("fee_schedule"):
            assert item.fee_variant in item.fee_schedule.rules.variants

    def test_repealed_documents_name_what_ended_them(self, loaded):
        fees = Regulation.objects.get(document_no="计价格〔2002〕125号")
        repair = Regulation.objects.get(document_no="国家发展改革委令第58号")

        assert fees.repealed_by.document_no == "国家发展改革委令第31号"
        assert repair.replaced_by.document_no == "国家发展改革委令第36号"
        assert str(repair.repealed_on) == "2026-04-01"

    def test_a_year_alone_stays_a_year(self, loaded):
        local = Regulation.objects.get(document_no="常政发〔2015〕121号")

        assert (local.issued_on, local.issued_year, local.effective_on) == (None, 2015, None)
