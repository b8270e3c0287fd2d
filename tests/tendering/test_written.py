"""What an owner writes is kept: by saving, by posting again, and by a new version."""

from datetime import timedelta
from decimal import Decimal

import pytest

from marketplace.core import clock
from marketplace.core.models import MarketPolicy
from marketplace.tendering import services
from marketplace.tendering.models import WorkRequest
from marketplace.tendering.models.written import MARKETS_OWN, OWNERS_FIELDS, OWNERS_LISTS, OWNERS_ROWS
from tests.factories.catalogue import ApprovalMatterFactory, QualificationTypeFactory
from tests.factories.evaluators import EvaluatorFactory
from tests.factories.tendering import AttachmentFactory, ExclusionFactory, WorkRequestFactory, member_of
from tests.tendering.unchanged import nothing_changes

pytestmark = pytest.mark.django_db


def samples():
    """Of every field that the owner writes a value that is not its default."""
    return {
        "title": "环境影响报告书编制",
        "project_name": "年产 2 万吨环氧树脂项目",
        "project_code": "2605-330000-04-01-123456",
        "matter": ApprovalMatterFactory(),
        "government_investment": True,
        "fund_fiscal": Decimal("40.50"),
        "fund_state": Decimal("20.25"),
        "fund_social": Decimal("39.25"),
        "public_project": False,
        "content": "编制报告书并取得批复。",
        "scale": "总投资 3.6 亿元",
        "price_max": Decimal("180000.00"),
        "price_min": Decimal("90000.00"),
        "service_days": 35,
        "signing_days": 7,
        "method": "best_proposal",
        "parameters": {"weights": {"price": 40, "time": 10, "proposal": 40, "credit": 10}, "evaluators": 3},
        "public_value_source": {"source": "福彩 3D", "field": "开奖号码", "format": "三位数字"},
        "min_grade": "B",
        "qualifications_match": "any",
        "practitioner_licence": "环境影响评价工程师",
        "practitioners_needed": 2,
        "requirement_reason": "敏感区域。",
        "contact_name": "周工",
        "contact_phone": "0571-88888888",
        # A project has a code, or a reason for having none.
        "no_code_reason": "",
        # A draft states a deadline or a period, never both.
        "bid_days": None,
        "bids_close_at": (clock.now() + timedelta(days=30)).replace(microsecond=0),
    }


def written(work_request):
    work_request.refresh_from_db()
    return {name: getattr(work_request, name) for name in OWNERS_FIELDS}


class TestEveryField:
    def test_is_the_owner_s_or_the_market_s_own_and_never_both(self):
        everything = {field.name for field in WorkRequest._meta.concrete_fields}

        assert set(OWNERS_FIELDS) | MARKETS_OWN == everything
        assert set(OWNERS_FIELDS) & MARKETS_OWN == set()

    def test_of_many_is_ticked_or_has_rows_of_its_own(self):
        lists = {field.name for field in WorkRequest._meta.many_to_many}

        assert lists == {*OWNERS_LISTS, "items"}
        assert WorkRequest.items.through in OWNERS_ROWS

    def test_of_the_owner_has_a_value_in_these_tests(self, frozen_clock):
        assert samples().keys() == set(OWNERS_FIELDS)


class TestSaving:
    def test_keeps_every_field_and_list(self, frozen_clock):
        MarketPolicy.objects.create(version="2026.9", effective_on="2026-11-01", values={"public_value": True})
        EvaluatorFactory.create_batch(4)
        draft, values = WorkRequestFactory(), samples()
        qualification = QualificationTypeFactory()

        services.save_draft(
            request_id=draft.pk, values=values | {"qualifications": [qualification]}, actor=member_of(draft.owner)
        )

        assert written(draft) == values
        assert list(draft.qualifications.all()) == [qualification]

    def test_an_unknown_field_is_refused_and_nothing_is_saved(self, frozen_clock):
        draft = WorkRequestFactory()

        with nothing_changes(), pytest.raises(TypeError, match="no sclae, status"):
            services.save_draft(
                request_id=draft.pk,
                values={"title": "新题目", "sclae": "大", "status": "published"},
                actor=member_of(draft.owner),
            )


class TestCopying:
    @pytest.fixture
    def full(self, frozen_clock):
        """A published request of which everything is filled in."""
        work_request = WorkRequestFactory(lowest_price=True, published=True)
        WorkRequest.objects.filter(pk=work_request.pk).update(**samples())
        work_request.qualifications.set([QualificationTypeFactory()])
        ExclusionFactory(work_request=work_request)
        AttachmentFactory(work_request=work_request)
        return work_request

    def rows(self, work_request):
        return [
            [
                {field.name: getattr(row, field.name) for field in model._meta.concrete_fields[1:]}
                | {"work_request": None}
                for row in model.objects.filter(work_request=work_request).order_by("pk")
            ]
            for model in OWNERS_ROWS
        ]

    def test_a_new_version_begins_with_everything(self, full):
        draft = services.begin_version(request_id=full.pk, actor=member_of(full.owner))

        assert written(draft) == written(full)
        assert list(draft.qualifications.all()) == list(full.qualifications.all())
        assert self.rows(draft) == self.rows(full)
        assert [len(rows) for rows in self.rows(draft)] == [1, 1, 1]

    def test_posted_again_it_says_everything_but_the_deadline(self, full):
        services.terminate_request(request_id=full.pk, reason="项目暂停。", actor=member_of(full.owner))

        again = services.repost_request(request_id=full.pk, actor=member_of(full.owner))

        assert written(again) == written(full) | {"bids_close_at": None}
        assert list(again.qualifications.all()) == list(full.qualifications.all())
        assert self.rows(again) == self.rows(full)
