import pytest

from cms.models import GuidePage
from marketplace.core import clock
from search.backends import get_backend
from search.documents import SOURCES
from search.models import Kind, SearchEntry
from search.services import rebuild, refresh
from tests.factories.accounts import OrganisationFactory
from tests.factories.catalogue import FeeScheduleFactory, RegulationFactory, ServiceItemFactory
from tests.factories.cms import guide_index, notice_page, regulation_page
from tests.factories.registry import IntermediaryFactory, OfferFactory
from tests.factories.tendering import RequestItemFactory, WorkRequestFactory

pytestmark = pytest.mark.django_db


def keys_of(kind):
    return {document.key for document in SOURCES[kind].documents()}


def finds(text, kind=""):
    return [hit.key for hit in get_backend().query(text, kind=kind).hits]


class TestWhatIsPublic:
    def test_only_services_in_the_catalogue(self):
        shown = ServiceItemFactory()
        ServiceItemFactory(closed=True)

        assert keys_of(Kind.SERVICE) == {shown.code}

    def test_only_firms_whose_record_is_open(self):
        shown = [IntermediaryFactory(), IntermediaryFactory(suspended=True), IntermediaryFactory(closed=True)]
        IntermediaryFactory(draft=True)
        IntermediaryFactory(under_review=True)

        assert keys_of(Kind.INTERMEDIARY) == {firm.uscc for firm in shown}

    def test_only_published_requests(self, frozen_clock):
        shown = WorkRequestFactory(published=True)
        WorkRequestFactory()

        assert keys_of(Kind.REQUEST) == {shown.number}

    def test_only_regulations_with_a_published_page(self):
        shown = regulation_page().regulation
        regulation_page(live=False)
        RegulationFactory(document_no="无页面的文件")

        assert keys_of(Kind.REGULATION) == {shown.document_no}

    def test_only_published_notices_and_guides(self):
        shown = notice_page(title="新公告")
        notice_page(title="旧公告").unpublish()
        guide_index()

        assert keys_of(Kind.NOTICE) == {str(shown.pk)}
        assert keys_of(Kind.GUIDE) == {str(pk) for pk in GuidePage.objects.live().values_list("pk", flat=True)}

    def test_notices_and_guides_are_found_by_what_they_say(self):
        page = notice_page(title="停机", body=[("text", "<p>周六凌晨<b>维护</b>数据库</p>")])
        guide_index()
        rebuild()

        assert finds("维护数据库") == [str(page.pk)]
        guide = GuidePage.objects.get(slug="post-a-request")
        assert str(guide.pk) in finds("怎样发布采购需求", Kind.GUIDE)

    def test_a_notice_is_found_once_it_is_published_and_lost_when_it_is_not(self):
        page = notice_page(title="停机通知")
        found = finds("停机通知")
        page.unpublish()

        assert (found, finds("停机通知")) == ([str(page.pk)], [])

    def test_nothing_of_the_bids_is_indexed_before_the_opening(self, frozen_clock):
        work_request = WorkRequestFactory(published=True, bidders=3)
        rebuild()

        assert finds(work_request.number, Kind.REQUEST) == [work_request.number]
        for firm in work_request.firms:
            assert finds(firm.organisation.name_zh, Kind.REQUEST) == finds(firm.uscc, Kind.REQUEST) == []

    def test_persons_are_not_indexed(self, frozen_clock):
        work_request = WorkRequestFactory(published=True, contact_name="甄士隐", contact_phone="13800000000")
        firm = IntermediaryFactory(organisation=OrganisationFactory(intermediary=True, legal_representative="贾雨村"))
        rebuild()

        assert finds("甄士隐") == finds("贾雨村") == finds("13800000000") == []
        assert finds(work_request.number) == [work_request.number]
        assert finds(firm.uscc) == [firm.uscc]


class TestWhatIsFound:
    def test_a_service_by_code_matter_schedule_and_basis(self):
        item = ServiceItemFactory(code="HB-901", name_zh="技术评估")
        item.bases.create(regulation=RegulationFactory(document_no="国务院令第722号"))
        rebuild()

        for words in ("hb901", "HB-9", "环评", "CN-JJG-2002-125", "计价格〔2002〕125号", "722号"):
            assert finds(words, Kind.SERVICE) == ["HB-901"], words

    def test_a_firm_by_name_district_code_and_service(self):
        item = ServiceItemFactory(name_zh="水土保持方案编制", without_standard=True)
        firm = OfferFactory(item=item).intermediary
        rebuild()

        for words in (firm.organisation.name_zh[2:4], firm.uscc[:10], "水保"):
            assert firm.uscc in finds(words, Kind.INTERMEDIARY), words

    def test_a_request_by_number_title_service_and_owner(self, frozen_clock):
        work_request = WorkRequestFactory(published=True, title="电子厂房扩建")
        rebuild()

        for words in (work_request.number, "厂房", "扩建 电子", work_request.owner.name_zh[:6]):
            assert finds(words, Kind.REQUEST) == [work_request.number], words

    def test_a_regulation_by_what_it_governs(self):
        schedule = FeeScheduleFactory()
        ServiceItemFactory(name_zh="房产测绘", fee_schedule=schedule)
        regulation_page(schedule.regulation)
        rebuild()

        assert finds("房测", Kind.REGULATION) == [schedule.regulation.document_no]


class TestKeepingUp:
    def test_refresh_forgets_what_is_no_longer_public(self):
        item = ServiceItemFactory(name_zh="抗震鉴定", without_standard=True)
        refresh(Kind.SERVICE, [item.code])
        item.is_open = False
        item.save()

        refresh(Kind.SERVICE, [item.code])

        assert finds("抗震") == []

    def test_a_rebuild_forgets_what_is_gone_and_tells_how_far_it_is(self):
        item = ServiceItemFactory()
        rebuild()
        ServiceItemFactory()
        item.bases.all().delete()
        item.delete()
        told = []

        counts = rebuild(lambda *progress: told.append(progress))

        assert counts[Kind.SERVICE] == 1
        assert (Kind.SERVICE, 1, 1) in told
        assert SearchEntry.objects.filter(kind=Kind.SERVICE).count() == 1

    def test_publishing_and_withdrawing_a_page_is_followed(self):
        page = regulation_page(RegulationFactory(document_no="国发〔2020〕9号", title_zh="某项规定"))

        assert finds("某项规定") == ["国发〔2020〕9号"]

        page.unpublish()

        assert finds("某项规定") == []

    def test_an_edited_service_is_followed_on_commit(self, django_capture_on_commit_callbacks):
        item = ServiceItemFactory(name_zh="旧名称", without_standard=True)
        with django_capture_on_commit_callbacks(execute=True):
            item.name_zh = "通航论证"
            item.save()

        assert finds("通航") == [item.code]

    def test_a_published_request_is_followed(self, frozen_clock, django_capture_on_commit_callbacks):
        from marketplace.core.events import publish
        from marketplace.tendering.events import RequestPublished

        work_request = WorkRequestFactory(published=True, title="住宅小区测绘")
        with django_capture_on_commit_callbacks(execute=True):
            publish(RequestPublished(work_request.pk))

        assert finds("小区") == [work_request.number]
        assert clock.now() >= work_request.published_at

    def test_a_changed_firm_is_followed(self, django_capture_on_commit_callbacks):
        from marketplace.core.events import publish
        from marketplace.registry.events import IntermediaryListed

        firm = IntermediaryFactory(organisation=OrganisationFactory(intermediary=True, name_zh="常州姑射测绘有限公司"))
        with django_capture_on_commit_callbacks(execute=True):
            publish(IntermediaryListed(firm.pk))

        assert finds("姑射") == [firm.uscc]


class TestQueries:
    @pytest.mark.parametrize("kind", list(Kind))
    def test_documents_of_many_rows_take_a_fixed_number(self, kind, frozen_clock, django_assert_max_num_queries):
        for _ in range(4):
            RequestItemFactory(work_request=WorkRequestFactory(published=True))
            OfferFactory()
            regulation_page(RegulationFactory())
            notice_page()
        guide_index()

        with django_assert_max_num_queries(8):
            assert list(SOURCES[kind].documents())
