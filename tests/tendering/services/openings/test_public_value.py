"""The public value: announced, awaited, typed twice, and a part of the seed."""

import hashlib
from decimal import Decimal

import pytest
from django.utils import translation

from marketplace.accounts.console import sync_console_access
from marketplace.core import audit, clock, outbox
from marketplace.core.models import MarketPolicy
from marketplace.core.permissions import Refused
from marketplace.tendering import duties, selection, services
from marketplace.tendering.models import Opening, PublicValueEntry
from marketplace.tendering.services import UnableToEdit, UnableToEnter
from tests.factories.accounts import MembershipFactory
from tests.factories.tendering import WorkRequestFactory, member_of, open_bids
from tests.tendering.unchanged import nothing_changes

pytestmark = pytest.mark.django_db

SOURCE = {"source": "中国福利彩票双色球", "field": "当期红球六个号码", "format": "两位数字，空格分隔"}


@pytest.fixture(autouse=True)
def _policy(frozen_clock):
    """A market that uses public values, on Monday, 23 November 2026, 10:00; addresses without a language's part."""
    MarketPolicy.objects.create(version="2026.9", effective_on="2026-11-01", values={"public_value": True})
    with translation.override("zh-hans"):
        yield


@pytest.fixture
def work_request():
    return WorkRequestFactory(lowest_price=True, public_value_source=SOURCE, bidders=3)


@pytest.fixture
def frozen(work_request, frozen_clock):
    """The list is frozen on Monday 2026-11-30 at 17:01; values count from 17:11."""
    frozen_clock.move_to("2026-11-30 17:01")
    opening = open_bids(work_request)
    frozen_clock.move_to("2026-11-30 21:30")
    return opening


@pytest.fixture
def officers():
    people = [MembershipFactory(regulator=True).user, MembershipFactory(operator=True).user]
    for person in people:
        sync_console_access(person)
    return people


def enter(work_request, officer, value="03 07 12 18 25 31", published_at="2026-11-30 21:15"):
    return services.enter_public_value(
        request_id=work_request.pk, value=value, published_at=clock.shanghai(published_at), actor=officer
    )


class TestAnnouncement:
    def test_names_source_field_and_format_in_one_line(self, work_request):
        announced = "中国福利彩票双色球, 当期红球六个号码, 两位数字，空格分隔"

        assert work_request.announcement["public_value_source"] == announced

    def test_is_null_where_none_is_named(self):
        assert WorkRequestFactory(published=True).announcement["public_value_source"] is None

    @pytest.mark.parametrize("missing", ["source", "field", "format"])
    def test_all_three_belong_together(self, missing):
        draft = WorkRequestFactory()

        with nothing_changes(), pytest.raises(UnableToEdit) as refusal:
            services.save_draft(
                request_id=draft.pk, values={"public_value_source": SOURCE | {missing: " "}}, actor=draft.created_by
            )

        assert set(refusal.value.field_errors) == {f"public_value_{missing}"}

    def test_a_market_without_public_values_takes_none(self):
        MarketPolicy.objects.all().delete()
        draft = WorkRequestFactory()

        with nothing_changes(), pytest.raises(UnableToEdit):
            services.save_draft(request_id=draft.pk, values={"public_value_source": SOURCE}, actor=draft.created_by)

    def test_the_drafts_page_saves_them(self, client):
        draft = WorkRequestFactory()
        client.force_login(draft.created_by)
        named = {f"public_value_{name}": value for name, value in SOURCE.items()}

        client.post(
            f"/workbench/requests/{draft.number}/edit/selection/",
            {
                "method": "random_draw",
                "price_max": "180000",
                "signing_days": "10",
                "bids_close_at_0": "2026-12-01",
                "bids_close_at_1": "17:00",
                "edited_at": draft.edited_at.isoformat(),
                **named,
            },
        )

        draft.refresh_from_db()
        assert draft.public_value_source == SOURCE

    def test_the_fields_show_only_where_the_market_uses_them(self, client):
        draft = WorkRequestFactory()
        client.force_login(draft.created_by)
        url = f"/workbench/requests/{draft.number}/edit/selection/"
        with_it = "public_value_source" in client.get(url).content.decode()
        MarketPolicy.objects.all().delete()

        assert (with_it, "public_value_source" in client.get(url).content.decode()) == (True, False)


class TestWaiting:
    def test_the_list_is_frozen_and_no_secret_is_given_up(self, frozen, work_request):
        assert (frozen.state, frozen.secrets, frozen.seed) == ("frozen", None, "")
        assert set(work_request.deposits.values_list("secret_released_for", flat=True)) == {""}
        assert frozen.waits_until == clock.shanghai("2026-12-08 00:00")  # 24:00 of Monday, the fifth working day

    def test_everybody_is_told_with_the_list_hash(self, frozen, work_request, officers):
        notice = member_of(work_request.firms[0].organisation).notices.get(key__contains=":public_value:")

        assert frozen.list_hash in notice.body

    def test_too_few_bids_wait_for_no_value(self):
        work_request = WorkRequestFactory(lowest_price=True, public_money=True, public_value_source=SOURCE, bidders=2)

        opening = open_bids(work_request)

        assert (opening.state, opening.transcript["public_value"]) == ("failed", None)

    def test_the_public_page_shows_source_hash_and_moment(self, frozen, work_request, client):
        content = client.get(f"/en/awards/{work_request.number}/").content.decode()

        assert "The public value is waited for" in content
        assert "中国福利彩票双色球" in content
        assert frozen.list_hash[:8] in content

    def test_it_is_a_duty_of_officers(self, frozen, work_request, officers):
        for officer in officers:
            organisation = officer.memberships.get().organisation
            urls = [duty.url for duty in duties.request_duties(officer, organisation)]
            assert urls == [f"/console/requests/{work_request.number}/public-value/"]


class TestTyping:
    def test_two_equal_entries_draw_with_the_value_in_the_seed(self, frozen, work_request, officers):
        for officer in officers:
            enter(work_request, officer)
        outbox.run_due()

        opening = Opening.objects.get()
        record = opening.transcript
        assert (opening.state, record["public_value"]) == ("ranked", "03 07 12 18 25 31")
        raw = bytes.fromhex(
            record["secrets"]["operator"]
            + record["secrets"]["regulator"]
            + record["announcement_hash"]
            + record["list_hash"]
            + "".join(row["nonce"] for row in record["candidates"])
        )
        value = hashlib.sha256(b"03 07 12 18 25 31").digest()
        assert record["seed"] == hashlib.sha256(raw + value).hexdigest()
        assert record["list_hash"] == frozen.list_hash
        assert work_request.awards.get().price == Decimal("177000.00")

    def test_one_entry_draws_nothing(self, frozen, work_request, officers):
        enter(work_request, officers[0])
        outbox.run_due()

        assert Opening.objects.get().state == "frozen"

    def test_the_same_officer_does_not_count_twice(self, frozen, work_request, officers):
        enter(work_request, officers[0])

        with nothing_changes(), pytest.raises(Refused):
            enter(work_request, officers[0])

    def test_neither_trail_nor_page_tells_the_second_officer_what_the_first_typed(
        self, frozen, work_request, officers, client
    ):
        enter(work_request, officers[0])
        client.force_login(officers[1])

        content = client.get(f"/console/requests/{work_request.number}/public-value/").content.decode()

        assert "03 07 12 18 25 31" not in content
        lines = [line.after for line in audit.trail(work_request.audit_matter) if line.action.startswith("public")]
        assert lines == [{"round": 1, "place": 1}]

    def test_different_entries_are_told_to_both_and_typed_again(self, frozen, work_request, officers):
        enter(work_request, officers[0])
        enter(work_request, officers[1], value="03 07 12 18 25 13")

        assert Opening.objects.get().public_value is None
        for officer in officers:
            assert officer.notices.filter(key__contains=":public_value_differs:1").count() == 1
        (line,) = [line for line in audit.trail(work_request.audit_matter) if line.action == "public_value.differs"]
        assert [entry["value"] for entry in line.after["entries"]] == ["03 07 12 18 25 31", "03 07 12 18 25 13"]
        for officer in officers:
            enter(work_request, officer)
        outbox.run_due()
        assert Opening.objects.get().state == "ranked"
        assert list(PublicValueEntry.objects.values_list("round", "place")) == [(1, 1), (1, 2), (2, 1), (2, 2)]

    def test_blanks_around_it_do_not_count_and_those_within_do(self, frozen, work_request, officers):
        enter(work_request, officers[0], value="  03 07 12 18 25 31 ")
        enter(work_request, officers[1])

        assert Opening.objects.get().public_value == "03 07 12 18 25 31"

    @pytest.mark.parametrize(
        ("value", "published_at", "field"),
        [
            ("", "2026-11-30 21:15", "value"),
            ("  ", "2026-11-30 21:15", "value"),
            ("1" * 201, "2026-11-30 21:15", "value"),
            ("03\n07", "2026-11-30 21:15", "value"),
            ("03 07", "2026-11-30 17:10", "published_at"),
            ("03 07", "2026-11-30 21:31", "published_at"),
        ],
    )
    def test_what_cannot_be_the_value_is_refused(self, frozen, work_request, officers, value, published_at, field):
        with nothing_changes(), pytest.raises(UnableToEnter) as refusal:
            enter(work_request, officers[0], value=value, published_at=published_at)

        assert set(refusal.value.field_errors) == {field}

    def test_exactly_ten_minutes_after_the_freezing_counts(self, frozen, work_request, officers):
        assert enter(work_request, officers[0], published_at="2026-11-30 17:11").place == 1

    def test_owner_bidder_and_strangers_type_nothing(self, frozen, work_request, officers):
        parties = [member_of(work_request.owner), member_of(work_request.firms[0].organisation)]
        own = MembershipFactory(regulator=True).user
        MembershipFactory(organisation=work_request.owner, user=own)

        for actor in (*parties, own):
            with nothing_changes(), pytest.raises(Refused):
                enter(work_request, actor)

    def test_after_the_draw_nothing_more_is_taken(self, frozen, work_request, officers):
        for officer in officers:
            enter(work_request, officer)
        outbox.run_due()

        with nothing_changes(), pytest.raises(Refused):
            enter(work_request, MembershipFactory(regulator=True).user)

    def test_typing_in_the_console_records_it(self, frozen, work_request, officers, client):
        for officer in officers:
            client.force_login(officer)
            answer = client.post(
                f"/console/requests/{work_request.number}/public-value/",
                {"value": "03 07 12 18 25 31", "published_at_0": "2026-11-30", "published_at_1": "21:15"},
            )
            assert answer.status_code == 302

        assert Opening.objects.get().public_value == "03 07 12 18 25 31"


class TestOverdue:
    def test_says_so_and_goes_on_waiting_for_the_next(self, frozen, work_request, officers, frozen_clock):
        frozen_clock.move_to("2026-12-08 00:00")
        outbox.run_due()

        assert Opening.objects.get().state == "frozen"
        assert officers[0].notices.filter(key__contains=":public_value_overdue:").count() == 1
        frozen_clock.move_to("2026-12-09 10:00")
        for officer in officers:
            enter(work_request, officer, published_at="2026-12-08 21:15")
        outbox.run_due()
        assert Opening.objects.get().state == "ranked"

    def test_a_suspended_request_waits_with_its_days(self, frozen, work_request, officers, frozen_clock):
        services.suspend_request(request_id=work_request.pk, reason="核查", actor=officers[0])
        with nothing_changes(), pytest.raises(Refused):
            enter(work_request, officers[1])
        frozen_clock.move_to("2026-12-10 10:00")

        services.resume_request(request_id=work_request.pk, reason="核查完毕", actor=officers[0])
        outbox.run_due()

        # The day of stopping and the five after it.
        assert Opening.objects.get().waits_until == clock.shanghai("2026-12-19 00:00")
        assert enter(work_request, officers[1]).place == 1

    def test_a_voided_request_publishes_list_and_value_as_far_as_known(self, frozen, work_request, officers):
        services.void_request(request_id=work_request.pk, reason="来源停刊", actor=officers[0])

        record = Opening.objects.get().transcript
        assert (record["public_value"], record["list_hash"], record["winner"]) == (None, frozen.list_hash, None)


def test_the_value_alone_changes_who_wins_a_draw():
    work_request = WorkRequestFactory(public_value_source=SOURCE, bidders=6)
    frozen = selection.FrozenList.from_document(open_bids(work_request).frozen)
    from marketplace.tendering.sealing import custodians

    secrets = {}
    with clock.at(work_request.opens_at):
        for side, custodian in custodians.custodians().items():
            secrets[side] = custodian.release_secret(work_request, frozen.list_hash)

    winners = {
        selection.Opened(work_request.announcement, frozen, secrets, public_value=str(number)).outcome().winner
        for number in range(300)
    }

    assert winners == {firm.uscc for firm in work_request.firms}
