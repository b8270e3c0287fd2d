import shutil
from collections import Counter
from datetime import date

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import IntegrityError, transaction

from marketplace.accounts.models import District, Organisation
from marketplace.catalogue.loading import CatalogueLoader
from marketplace.catalogue.models import FeeSchedule, LegalBasis, QualificationType, Regulation, ServiceItem
from marketplace.catalogue.models.sources import facts_of
from marketplace.catalogue.models.trail import record_change
from marketplace.catalogue.services import drop_basis
from marketplace.core import audit, clock
from tests.factories.accounts import UserFactory
from tests.factories.catalogue import ServiceItemFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def loaded():
    return CatalogueLoader(settings.FIXTURES).load()


def correct(entry, **values):
    """What the console does when somebody changes an entry."""
    before = facts_of(entry)
    for name, value in values.items():
        setattr(entry, name, value)
    entry.save()
    record_change(entry=entry, before=before, actor=UserFactory())
    return entry


def bases_of(code, role="required"):
    rows = LegalBasis.objects.filter(item__code=code, role=role)
    return [(row.regulation.document_no, row.article) for row in rows.select_related("regulation")]


class TestLoading:
    def test_the_whole_data_file_is_there(self, loaded):
        assert ServiceItem.objects.count() == 60
        assert FeeSchedule.objects.count() == 6
        assert Regulation.objects.count() == 112
        assert QualificationType.objects.count() == 24
        assert District.objects.count() == 7
        assert Organisation.objects.filter(kind="authority").count() == 15

    def test_running_again_changes_nothing(self, loaded):
        again = CatalogueLoader(settings.FIXTURES)
        again.load()

        assert sum(loaded.values()) > 0
        assert (sum(again.created.values()), sum(again.changed.values())) == (0, 0)
        assert not audit.AuditEntry.objects.filter(matter__startswith="catalogue:").exists()

    def test_every_item_can_be_shown_in_both_languages(self, loaded):
        for item in ServiceItem.objects.with_facts():
            assert item.name_en, item.code
            assert item.deliverable_en, item.code
            assert item.matter.name_en, item.code
            assert item.authority.name_en, item.code
            assert item.qualification_type is None or item.qualification_type.name_en, item.code
            assert item.to_confirm_zh, item.code
            assert item.to_confirm_en, item.code
            assert bool(item.self_made_note_zh) == bool(item.self_made_note_en) == (item.self_made != "no"), item.code
            assert bool(item.abolished_zh) == bool(item.abolished_en), item.code

    def test_every_document_can_be_shown_in_both_languages(self, loaded):
        for regulation in Regulation.objects.all():
            assert regulation.title_en, regulation.document_no
            assert regulation.issuer_en, regulation.document_no
            assert regulation.topic_en, regulation.document_no
            assert bool(regulation.note_zh) == bool(regulation.note_en), regulation.document_no

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


class TestWhatTheLawAsks:
    """Worked facts of the data files of 2026-11-28."""

    def test_services_by_legal_position(self, loaded):
        by_status = {
            status: list(ServiceItem.objects.filter(status=status).values_list("code", flat=True))
            for status in ServiceItem.Status.values
            if status != "active"
        }

        assert ServiceItem.objects.filter(status="active").count() == 41
        assert by_status == {
            "voluntary": ["ZG-010", "HB-007", "ZJ-005", "ZJ-006", "ZJ-007", "ZJ-009"],
            "local": ["ZG-005", "ZG-006"],
            "unconfirmed": ["ZG-001", "JT-002"],
            "authority": ["FZ-004", "FZ-007", "ZG-004", "HB-003", "HB-004", "ZJ-004", "QX-001"],
            "merged": ["SL-007", "RF-001"],
        }

    def test_what_is_part_of_another_service_leads_there(self, loaded):
        leads = ServiceItem.objects.exclude(merged_into=None).values_list("code", "merged_into__code")

        assert dict(leads) == {"SL-007": "SL-001", "RF-001": "ZJ-004"}

    def test_what_depends_on_them_who_may_do_them_and_how_sure_that_is(self, loaded):
        def count(name):
            return Counter(ServiceItem.objects.order_by().values_list(name, flat=True))

        assert count("tie") == {"approval": 38, "supervision": 10, "acceptance": 8, "none": 4}
        assert count("self_made") == {"no": 26, "conditional": 20, "yes": 14}
        assert count("paid_by") == {"applicant": 52, "authority": 8}
        assert count("confidence") == {"medium": 32, "high": 20, "low": 8}

    def test_nothing_counts_as_reviewed(self, loaded):
        assert not ServiceItem.objects.exclude(reviewed_on=None).exists()
        assert not Regulation.objects.exclude(reviewed_on=None).exists()
        assert {item.as_of for item in ServiceItem.objects.all()} == {date(2026, 11, 28)}

    def test_documents_by_status_and_by_how_they_were_checked(self, loaded):
        def count(name):
            return Counter(Regulation.objects.order_by().values_list(name, flat=True))

        with clock.at("2026-11-30 09:00"):
            by_status = Counter(each.status for each in Regulation.objects.all())
            shown = Counter(each.shown_status for each in Regulation.objects.all())
        assert by_status == {"effective": 93, "repealed": 10, "unverified": 7, "expired": 1, "reference": 1}
        assert count("recorded_status") == {"by_dates": 103, "unverified": 7, "expired": 1, "reference": 1}
        assert count("checked") == {"lookup": 56, "memory": 54, "uncertain": 2}
        assert shown["effective-unchecked"] == 43

    def test_the_environmental_report_rests_on_the_code_and_on_what_it_absorbed_by_article(self, loaded):
        eia = "主席令第24号(2018修正) 环境影响评价法"

        assert bases_of("HB-001") == [
            ("主席令(2026) 生态环境法典", ""),
            (eia, "第十六条"),
            (eia, "第十九条"),
            (eia, "第二十条"),
            (eia, "第二十二条"),
            ("国务院令第253号(2017修订)", "第七条"),
            ("国务院令第253号(2017修订)", "第九条"),
            ("生态环境部令第9号", ""),
        ]
        assert bases_of("HB-001", "self_made") == [("主席令(2026) 生态环境法典", ""), (eia, "第十九条")]
        assert bases_of("HB-001", "fee") == [("计价格〔2002〕125号", ""), ("发改价格〔2015〕299号", "")]
        gone = Regulation.objects.get(document_no=eia)
        assert (gone.status_on(date(2026, 8, 14)), gone.status_on(date(2026, 8, 15))) == ("effective", "repealed")
        assert (gone.recorded_status, gone.repealed_on, gone.replaced_by.title_zh) == (
            "by_dates",
            date(2026, 8, 15),
            "中华人民共和国生态环境法典",
        )

    def test_the_business_environment_regulation_is_nobodys_only_basis(self, loaded):
        cited = LegalBasis.objects.filter(regulation__document_no="国务院令第722号", role="required")

        assert sorted(cited.values_list("item__code", "article")) == [
            ("FZ-004", "第四十三条"),
            ("FZ-007", "第四十三条"),
            ("HB-003", "第四十三条"),
            ("HB-004", "第四十三条"),
        ]
        for item in ServiceItem.objects.prefetch_related("bases__regulation"):
            others = [row for row in item.bases.all() if row.regulation.document_no != "国务院令第722号"]
            assert others, item.code

    def test_every_article_has_words_in_both_languages_and_says_how_it_was_checked(self, loaded):
        for row in LegalBasis.objects.select_related("item"):
            assert row.says_zh, row.source_key
            assert row.says_en, row.source_key
            assert bool(row.checked) == bool(row.article), row.source_key
        articles = LegalBasis.objects.exclude(article="").values_list("regulation__document_no", "article", "checked")
        assert Counter(checked for _number, _article, checked in set(articles)) == {"memory": 77, "lookup": 28}

    def test_what_ended_is_not_the_service(self, loaded):
        bidding = ServiceItem.objects.get(code="ZJ-005")

        assert (bidding.abolished_zh, bidding.abolished_until, bidding.since, bidding.is_open) == (
            "工程建设项目招标代理机构资格认定",
            date(2017, 12, 27),
            date(2017, 12, 28),
            True,
        )
        assert ServiceItem.objects.exclude(abolished_until=None).count() == 16

    def test_what_may_be_demanded_of_providers(self, loaded):
        never = QualificationType.objects.exclude(pk__in=QualificationType.objects.demanded(date(2026, 11, 30)))

        assert set(never.values_list("name_zh", "kind", "ended_on")) == {
            ("工程咨询单位备案", "notification", None),
            ("房屋安全鉴定机构备案", "notification", None),
            ("消防技术服务机构登记", "notification", None),
            ("消防技术服务机构从业条件（无许可）", "conditions", None),
            ("人防工程监理资质", "licence", date(2021, 6, 30)),
            ("工程建设项目招标代理机构资格", "licence", date(2017, 12, 27)),
            ("工程造价咨询企业资质", "licence", date(2021, 6, 30)),
            ("地震安全性评价单位资质", "licence", date(2017, 9, 21)),
        }

    def test_a_qualification_exists_on_its_last_day(self, loaded):
        kind = QualificationType.objects.get(name_zh="人防工程监理资质")

        assert (kind.can_be_demanded(date(2021, 6, 30)), kind.can_be_demanded(date(2021, 7, 1))) == (True, False)

    def test_no_service_demands_what_no_longer_exists(self, loaded):
        items = ServiceItem.objects.select_related("qualification_type")

        assert items.get(code="FZ-001").demanded_type is None
        assert items.get(code="ZJ-012").demanded_type is None
        assert items.get(code="RF-002").demanded_type.name_zh == "工程监理资质"
        assert items.get(code="ZG-007").demanded_type.name_zh == "测绘资质"

    def test_new_services_have_no_standard_time(self, loaded):
        without = ServiceItem.objects.filter(standard_days=None).values_list("code", flat=True)

        assert list(without) == [
            "FZ-007", "ZG-010", "ZG-011", "HB-006", "HB-007", "HB-008", "SL-005", "SL-006", "SL-007",
            "ZJ-008", "ZJ-013", "RF-002", "JT-003", "LY-001",
        ]  # fmt: skip


class TestCorrections:
    def test_what_was_corrected_in_the_console_stays_and_the_rest_follows_the_files(self, loaded):
        item = correct(ServiceItem.objects.get(code="HB-001"), standard_days=30)
        ServiceItem.objects.filter(pk=item.pk).update(deliverable_en="Old words")

        call_command("load_catalogue", verbosity=0)

        item.refresh_from_db()
        assert (item.standard_days, item.deliverable_en) == (30, "Environmental impact report")
        assert item.corrected_fields == ["standard_days"]

    def test_what_a_file_changes_leaves_a_line_by_nobody(self, loaded):
        item = ServiceItem.objects.get(code="HB-001")
        ServiceItem.objects.filter(pk=item.pk).update(standard_days=30)

        call_command("load_catalogue", verbosity=0)

        [line] = audit.trail(f"catalogue:serviceitem:{item.pk}")
        assert (line.action, line.actor, line.before, line.after) == (
            "loaded",
            None,
            {"standard_days": "30"},
            {"standard_days": "40"},
        )

    def test_a_document_whose_number_was_filled_in_is_not_made_again(self, loaded):
        code = correct(Regulation.objects.get(document_no="主席令(2026) 生态环境法典"), document_no="主席令第99号")

        call_command("load_catalogue", verbosity=0)

        assert Regulation.objects.count() == 112
        assert Regulation.objects.get(pk=code.pk).document_no == "主席令第99号"
        assert ("主席令第99号", "") in bases_of("HB-001")

    def test_an_article_that_was_filled_in_is_not_made_again(self, loaded):
        basis = LegalBasis.objects.get(item__code="HB-001", regulation__title_zh__contains="法典", role="required")
        correct(basis, article="第九百条")

        call_command("load_catalogue", verbosity=0)

        assert bases_of("HB-001")[0] == ("主席令(2026) 生态环境法典", "第九百条")
        assert len(bases_of("HB-001")) == 8

    def test_an_article_that_was_dropped_never_comes_back(self, loaded):
        basis = LegalBasis.objects.get(item__code="HB-001", article="第二十条")
        drop_basis(basis=basis, actor=UserFactory())

        call_command("load_catalogue", verbosity=0)

        assert "第二十条" not in {article for _number, article in bases_of("HB-001")}
        assert len(bases_of("HB-001")) == 7

    def test_what_a_lawyer_has_reviewed_is_out_of_the_files_reach(self, loaded):
        item = ServiceItem.objects.get(code="HB-001")
        correct(item, reviewed_on=date(2026, 11, 30), reviewed_by="市司法局")
        ServiceItem.objects.filter(pk=item.pk).update(status="voluntary")
        LegalBasis.objects.filter(item=item, article="第二十条").delete()

        call_command("load_catalogue", verbosity=0)

        item.refresh_from_db()
        assert (item.status, item.is_verified) == ("voluntary", True)
        assert len(bases_of("HB-001")) == 7

    def test_an_entry_made_by_hand_keeps_what_was_written(self):
        item = ServiceItemFactory(code="HB-001", standard_days=12)
        record_change(entry=item, before=None, actor=UserFactory())

        call_command("load_catalogue", verbosity=0)

        item.refresh_from_db()
        assert (item.standard_days, item.source_key) == (12, "HB-001")
        assert ServiceItem.objects.filter(code="HB-001").count() == 1

    def test_an_authority_that_was_renamed_is_not_made_again(self, loaded):
        Organisation.objects.filter(name_zh="人民防空办公室").update(name_zh="国防动员办公室")

        call_command("load_catalogue", verbosity=0)

        assert Organisation.objects.filter(kind="authority").count() == 15
        assert ServiceItem.objects.get(code="RF-002").authority.name_zh == "国防动员办公室"

    def test_an_article_that_the_files_no_longer_name_is_taken_away_with_a_line(self, loaded, tmp_path):
        basis = LegalBasis.objects.get(item__code="ZJ-003", article="第四条")
        folder = shutil.copytree(settings.FIXTURES, tmp_path / "files")
        rows = (folder / "service_items.csv").read_text("utf-8")
        (folder / "service_items.csv").write_text(rows.replace(";住房城乡建设部令第18号(2021修正)|第四条", ""), "utf-8")

        CatalogueLoader(folder).load()

        assert not LegalBasis.objects.filter(pk=basis.pk).exists()
        assert [line.action for line in audit.trail(f"catalogue:legalbasis:{basis.pk}")] == ["unloaded"]


class TestConstraints:
    @pytest.mark.parametrize(
        "values",
        [
            {"status": "merged"},
            {"status": "authority"},
            {"paid_by": "authority"},
            {"tie": "none"},
            {"abolished_zh": "某项资质"},
            {"abolished_until": date(2020, 1, 1)},
            {"reviewed_on": date(2026, 11, 30)},
            {"reviewed_by": "市司法局"},
        ],
    )
    def test_what_contradicts_itself_is_not_stored(self, values):
        item = ServiceItemFactory()

        with pytest.raises(IntegrityError), transaction.atomic():
            ServiceItem.objects.filter(pk=item.pk).update(**values)

    def test_a_service_is_no_part_of_itself(self):
        item = ServiceItemFactory()

        with pytest.raises(IntegrityError), transaction.atomic():
            ServiceItem.objects.filter(pk=item.pk).update(status="merged", merged_into=item)
