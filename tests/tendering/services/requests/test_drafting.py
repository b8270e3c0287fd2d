from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction

from marketplace.core import audit, clock
from marketplace.core.failures import SavedElsewhere
from marketplace.core.permissions import Refused
from marketplace.tendering import services
from marketplace.tendering.models import WorkRequest
from marketplace.tendering.services import ExclusionLine, ItemLine, UnableToEdit
from tests.factories.accounts import MembershipFactory, OrganisationFactory
from tests.factories.catalogue import QualificationTypeFactory, ServiceItemFactory
from tests.factories.tendering import AttachmentFactory, WorkRequestFactory, five_pm, member_of
from tests.tendering.unchanged import nothing_changes

pytestmark = pytest.mark.django_db


@pytest.fixture
def draft(frozen_clock):
    return WorkRequestFactory()


def save(draft, actor=None, **values):
    return services.save_draft(request_id=draft.pk, values=values, actor=actor or member_of(draft.owner))


class TestCreateDraft:
    def test_begins_with_the_service_it_was_opened_from(self, frozen_clock):
        owner, item = OrganisationFactory(), ServiceItemFactory()

        draft = services.create_draft(owner=owner, actor=member_of(owner), lines=[ItemLine(item)])

        assert (draft.status, draft.number) == ("draft", "MX-2026-0001")
        assert (draft.title, draft.matter) == (item.name_zh, item.matter)
        assert [row.item for row in draft.request_items.all()] == [item]
        assert [line.action for line in audit.trail("request:MX-2026-0001")] == ["request.created"]

    def test_begins_from_nothing(self, frozen_clock):
        owner = OrganisationFactory()

        draft = services.create_draft(owner=owner, actor=member_of(owner))

        assert (draft.title, draft.items.count()) == ("", 0)

    @pytest.mark.parametrize("kind", ["intermediary", "operator"])
    def test_is_not_for_intermediaries_or_the_operator(self, frozen_clock, kind):
        organisation = OrganisationFactory(**{kind: True})
        actor = member_of(organisation)

        with nothing_changes(), pytest.raises(Refused):
            services.create_draft(owner=organisation, actor=actor)

    def test_is_not_for_strangers(self, frozen_clock):
        owner, stranger = OrganisationFactory(), MembershipFactory().user

        with nothing_changes(), pytest.raises(Refused):
            services.create_draft(owner=owner, actor=stranger)


class TestSaveDraft:
    def test_keeps_what_a_page_sends_and_writes_the_difference(self, draft):
        save(draft, title="新的标题", price_max=Decimal("200000.00"), service_days=35)

        draft.refresh_from_db()
        assert (draft.title, draft.price_max) == ("新的标题", Decimal("200000.00"))
        (line,) = audit.trail(draft.audit_matter)
        assert line.after == {"title": "新的标题", "price_max": "200000.00"}
        assert audit.verify(draft.audit_matter) is None

    def test_writes_project_codes_in_the_national_form(self, draft):
        save(draft, project_code=" ２６０９—320411－89-01-\u200b000001 ")

        draft.refresh_from_db()
        assert (draft.project_code, draft.project_key) == ("2609-320411-89-01-000001",) * 2

    @pytest.mark.parametrize("code", ["2609-1", "2609-320411-89-01-abc", "2609-3204\u041e1-89-01-000001"])
    def test_refuses_a_project_code_of_another_form(self, draft, code):
        with nothing_changes(), pytest.raises(UnableToEdit) as refusal:
            save(draft, project_code=code)

        assert set(refusal.value.field_errors) == {"project_code"}

    def test_a_project_without_code_says_why(self, draft):
        save(draft, project_name="市民\u200b中心 改造", no_code_reason="未立项")

        draft.refresh_from_db()
        assert (draft.project_code, draft.no_code_reason) == ("", "未立项")
        assert draft.project_key == f"{draft.owner_id} 市民中心改造"

    def test_a_code_and_a_reason_for_none_contradict_each_other(self, draft):
        save(draft, no_code_reason="未立项")

        with nothing_changes(), pytest.raises(UnableToEdit) as refusal:
            save(draft, project_code="2609-320411-89-01-000001")

        assert set(refusal.value.field_errors) == {"no_code_reason"}

    def test_the_database_keeps_codes_of_the_form_only(self, draft):
        with pytest.raises(IntegrityError), transaction.atomic():
            WorkRequest.objects.filter(pk=draft.pk).update(project_code="2609-1")

    def test_keeps_the_qualifications_asked_for(self, draft):
        kind = QualificationTypeFactory()

        save(draft, qualifications=[kind])

        assert list(draft.qualifications.all()) == [kind]

    @pytest.mark.parametrize(
        ("values", "field"),
        [
            ({"title": ""}, "title"),
            ({"title": "长" * 121}, "title"),
            ({"price_max": Decimal(0)}, "price_max"),
            ({"price_max": Decimal(-1)}, "price_max"),
            ({"price_max": Decimal(10) ** 17}, "price_max"),
            ({"price_max": "很多"}, "price_max"),
            ({"price_max": Decimal("1.005")}, "price_max"),
            ({"price_min": Decimal(1000)}, "price_min"),
            ({"method": "lowest_price", "price_min": Decimal(190_000)}, "price_min"),
            ({"method": "lowest_price", "price_min": Decimal(0)}, "price_min"),
            ({"method": "lottery"}, "method"),
            ({"method": "best_proposal", "parameters": {}}, "weight_price"),
            ({"method": "direct", "price_min": Decimal(1)}, "price_min"),
            ({"service_days": 0}, "service_days"),
            ({"service_days": -5}, "service_days"),
            ({"service_days": 2001}, "service_days"),
            ({"service_days": "三十"}, "service_days"),
            ({"signing_days": 11}, "signing_days"),
            ({"signing_days": 0}, "signing_days"),
            ({"fund_fiscal": Decimal(50)}, "fund_social"),
            ({"fund_fiscal": Decimal(-10), "fund_social": Decimal(110)}, "fund_fiscal"),
            (
                {"fund_fiscal": Decimal("33.33"), "fund_state": Decimal("33.33"), "fund_social": Decimal("33.33")},
                "fund_social",
            ),
            ({"min_grade": "D"}, "min_grade"),
            ({"bids_close_at": clock.shanghai("2026-11-23 09:59")}, "bids_close_at"),
        ],
    )
    def test_bad_input_is_refused_at_its_field(self, draft, values, field):
        actor = member_of(draft.owner)

        with nothing_changes(), pytest.raises(UnableToEdit) as refusal:
            save(draft, actor, **values)

        assert field in refusal.value.field_errors

    def test_thirds_of_money_are_kept_exactly(self, draft):
        save(draft, fund_fiscal=Decimal("33.33"), fund_state=Decimal("33.33"), fund_social=Decimal("33.34"))

        draft.refresh_from_db()
        assert draft.fund_fiscal + draft.fund_state + draft.fund_social == 100

    def test_a_half_filled_draft_is_kept(self, frozen_clock):
        owner = OrganisationFactory()
        draft = services.create_draft(owner=owner, actor=member_of(owner))

        save(draft, title="只写了标题")

        draft.refresh_from_db()
        assert draft.title == "只写了标题"

    @pytest.mark.parametrize("trait", [{"under_review": True}, {"published": True}])
    def test_a_stale_page_after_the_state_moved_is_refused(self, frozen_clock, trait):
        handed_in = WorkRequestFactory(**trait)

        with nothing_changes(), pytest.raises(Refused):
            save(handed_in, title="迟到的修改")

    def test_a_page_older_than_the_last_save_is_refused(self, draft, frozen_clock):
        shown = draft.edited_at
        frozen_clock.advance(minutes=1)
        save(draft, title="第一人的标题")

        with nothing_changes(), pytest.raises(SavedElsewhere):
            services.save_draft(
                request_id=draft.pk, values={"title": "第二人的标题"}, actor=member_of(draft.owner), edited_at=shown
            )

    def test_strangers_and_readers_are_refused(self, draft):
        reader = MembershipFactory(reader=True, organisation=draft.owner).user

        for actor in (MembershipFactory().user, reader):
            with nothing_changes(), pytest.raises(Refused):
                save(draft, actor, title="别人的标题")


class TestSetItems:
    def test_replaces_the_services(self, draft):
        first, second = ServiceItemFactory(), ServiceItemFactory()

        services.set_items(request_id=draft.pk, lines=[ItemLine(first), ItemLine(second)], actor=member_of(draft.owner))

        assert set(draft.items.all()) == {first, second}

    @pytest.mark.parametrize("base", [Decimal(0), Decimal(-3), Decimal(10) ** 20, "三亿"])
    def test_a_bad_base_is_refused_at_its_line(self, draft, base):
        item, actor = ServiceItemFactory(), member_of(draft.owner)

        with nothing_changes(), pytest.raises(UnableToEdit) as refusal:
            services.set_items(request_id=draft.pk, lines=[ItemLine(item, base=base)], actor=actor)

        assert set(refusal.value.field_errors) == {"items-0-base"}

    def test_a_service_chosen_twice_is_refused(self, draft):
        item, actor = ServiceItemFactory(), member_of(draft.owner)

        with nothing_changes(), pytest.raises(UnableToEdit):
            services.set_items(request_id=draft.pk, lines=[ItemLine(item), ItemLine(item)], actor=actor)

    def test_a_service_that_left_the_catalogue_is_refused(self, draft):
        item, actor = ServiceItemFactory(is_open=False), member_of(draft.owner)

        with nothing_changes(), pytest.raises(UnableToEdit) as refusal:
            services.set_items(request_id=draft.pk, lines=[ItemLine(item)], actor=actor)

        assert set(refusal.value.field_errors) == {"items-0-item"}

    @pytest.mark.parametrize("trait", ["merged", "paid_by_authority"])
    def test_what_an_enterprise_cannot_ask_for_is_refused(self, draft, trait):
        item, actor = ServiceItemFactory(**{trait: True}), member_of(draft.owner)

        with nothing_changes(), pytest.raises(UnableToEdit) as refusal:
            services.set_items(request_id=draft.pk, lines=[ItemLine(item)], actor=actor)

        assert set(refusal.value.field_errors) == {"items-0-item"}


class TestFurtherQualifications:
    @pytest.mark.parametrize("values", [{"ended_on": "2021-06-30"}, {"kind": "notification"}, {"kind": "conditions"}])
    def test_one_that_may_not_be_asked_for_is_refused(self, draft, values):
        kind, actor = QualificationTypeFactory(name_zh="工程造价咨询企业资质", **values), member_of(draft.owner)
        kind.refresh_from_db()

        with nothing_changes(), pytest.raises(UnableToEdit) as refusal:
            save(draft, actor, qualifications=[kind])

        assert set(refusal.value.field_errors) == {"qualifications"}


class TestSetExclusions:
    def line(self, **values):
        return ExclusionLine(
            **{
                "organisation": OrganisationFactory(intermediary=True),
                "ground": "dispute",
                "explanation": "上一合同的验收争议",
            }
            | values
        )

    def test_replaces_the_firms_kept_out(self, draft):
        line = self.line()

        services.set_exclusions(request_id=draft.pk, lines=[line], actor=member_of(draft.owner))
        services.set_exclusions(request_id=draft.pk, lines=[line], actor=member_of(draft.owner))

        assert [row.organisation for row in draft.exclusions.all()] == [line.organisation]

    def test_a_fourth_firm_is_refused(self, draft):
        lines, actor = [self.line() for _ in range(4)], member_of(draft.owner)

        with nothing_changes(), pytest.raises(UnableToEdit) as refusal:
            services.set_exclusions(request_id=draft.pk, lines=lines, actor=actor)

        assert set(refusal.value.field_errors) == {"exclusions"}

    @pytest.mark.parametrize(
        ("values", "field"), [({"ground": "taste"}, "ground"), ({"explanation": "  "}, "explanation")]
    )
    def test_an_unnamed_ground_is_refused(self, draft, values, field):
        line, actor = self.line(**values), member_of(draft.owner)

        with nothing_changes(), pytest.raises(UnableToEdit) as refusal:
            services.set_exclusions(request_id=draft.pk, lines=[line], actor=actor)

        assert set(refusal.value.field_errors) == {f"exclusions-0-{field}"}

    def test_an_enterprise_is_refused(self, draft):
        line, actor = self.line(organisation=OrganisationFactory()), member_of(draft.owner)

        with nothing_changes(), pytest.raises(UnableToEdit):
            services.set_exclusions(request_id=draft.pk, lines=[line], actor=actor)


class TestAttachments:
    def attach(self, draft, name="附件.pdf", content=b"%PDF-1.7 ..."):
        return services.add_attachment(
            request_id=draft.pk, upload=SimpleUploadedFile(name, content), actor=member_of(draft.owner)
        )

    def test_are_stored_with_their_hash(self, draft):
        import hashlib

        attachment = self.attach(draft)

        assert attachment.file.sha256 == hashlib.sha256(b"%PDF-1.7 ...").hexdigest()

    @pytest.mark.parametrize(
        ("name", "content"),
        [
            ("程序.exe", b"MZ"),
            ("伪装.pdf", b"MZ not a pdf"),
            ("空.pdf", b""),
            ("大.pdf", b"%PDF-" + b"x" * (20 * 2**20)),
        ],
    )
    def test_disguised_empty_or_oversize_files_are_refused(self, draft, name, content):
        member_of(draft.owner)

        with nothing_changes(), pytest.raises(UnableToEdit) as refusal:
            self.attach(draft, name, content)

        assert set(refusal.value.field_errors) == {"attachment"}

    def test_of_another_request_cannot_be_removed(self, draft):
        foreign, actor = AttachmentFactory(), member_of(draft.owner)

        with nothing_changes(), pytest.raises(UnableToEdit):
            services.remove_attachment(request_id=draft.pk, attachment_id=foreign.pk, actor=actor)

    def test_come_off_again(self, draft):
        attachment = self.attach(draft)

        services.remove_attachment(request_id=draft.pk, attachment_id=attachment.pk, actor=member_of(draft.owner))

        assert not draft.attachments.exists()


class TestDiscardDraft:
    def test_deletes_it_and_keeps_the_trail(self, draft):
        services.discard_draft(request_id=draft.pk, actor=member_of(draft.owner))

        assert not WorkRequest.objects.exists()
        assert audit.trail(draft.audit_matter)[-1].action == "request.discarded"

    def test_what_was_published_stays(self, frozen_clock):
        published = WorkRequestFactory(published=True)

        with nothing_changes(), pytest.raises(Refused):
            services.discard_draft(request_id=published.pk, actor=member_of(published.owner))


class TestDeadlineOfADraft:
    def test_may_be_saved_for_a_later_day(self, draft):
        save(draft, bids_close_at=five_pm(9) + timedelta(minutes=30))

        draft.refresh_from_db()
        assert draft.bids_close_at == clock.shanghai("2026-12-04 17:30")
