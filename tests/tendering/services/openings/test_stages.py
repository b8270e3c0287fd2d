"""The opening as a machine of stages: frozen, drawn, then ranked, failed or voided."""

import json
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from marketplace.core import audit, clock, outbox
from marketplace.core.models import DueWork
from marketplace.custody import sealing
from marketplace.tendering import selection, services
from marketplace.tendering.announcing import announcement
from marketplace.tendering.models import Deposit, Opening
from marketplace.tendering.sealing import custodians
from marketplace.tendering.services.openings import stages
from tests.factories.accounts import MembershipFactory
from tests.factories.tendering import WorkRequestFactory, open_bids
from tests.tendering.unchanged import nothing_changes

pytestmark = pytest.mark.django_db


@pytest.fixture
def auction(frozen_clock):
    return WorkRequestFactory(lowest_price=True, bidders=3)


@pytest.fixture
def regulator(frozen_clock):
    return MembershipFactory(regulator=True).user


@pytest.fixture
def silent(monkeypatch):
    """The regulator's custodian gives up no secret until the list is emptied."""
    down = ["regulator"]
    release = custodians.EmbeddedCustodian.release_secret

    def refuse(self, work_request, list_hash):
        if self.side in down:
            raise custodians.CustodianRefuses("no answer")
        return release(self, work_request, list_hash)

    monkeypatch.setattr(custodians.EmbeddedCustodian, "release_secret", refuse)
    return down


@pytest.fixture
def waiting(monkeypatch):
    """Lowest price waits after the draw, until the list is emptied; for two hours."""
    waits = [True]

    def begin(work_request, opening):
        opening.waits_since = clock.now()
        opening.waits_until = clock.shanghai("2026-12-02 00:00")

    wait = stages.Wait(begin=begin, is_over=lambda work_request, opening: not waits)
    monkeypatch.setitem(stages.AFTER_DRAW, "lowest_price", wait)
    return waits


class TestFrozen:
    def test_what_was_frozen_stays_while_a_custodian_is_silent(self, auction, silent):
        opening = open_bids(auction)

        assert (opening.state, opening.seed, opening.secrets, auction.status) == ("frozen", "", None, "selecting")
        assert opening.list_hash == selection.FrozenList.from_document(opening.frozen).list_hash
        assert opening.opened_bids.filter(fate="counted", rank=None).count() == 3
        assert not auction.awards.exists()

    def test_no_release_of_a_secret_is_kept_from_the_attempt(self, auction, silent):
        open_bids(auction)

        assert set(Deposit.objects.values_list("secret_released_for", flat=True)) == {""}
        (line,) = [line for line in audit.trail(auction.audit_matter) if line.action == "opening.waits"]
        assert line.after == {"reason": "no answer"}

    def test_the_sweep_asks_again_until_it_answers(self, auction, silent, frozen_clock):
        before = open_bids(auction)
        frozen_clock.move_to(auction.opens_at)
        outbox.run_due()
        silent.clear()
        frozen_clock.advance(hours=1)

        outbox.run_due()

        auction.refresh_from_db()
        after = Opening.objects.get()
        assert (after.state, auction.status) == ("ranked", "publicity")
        assert (after.list_hash, after.opened_at) == (before.list_hash, before.opened_at)

    def test_the_page_says_that_the_draw_is_waited_for(self, auction, silent, client):
        opening = open_bids(auction)

        content = client.get(f"/en{reverse('tendering:award-detail', args=[auction.number])}").content.decode()

        assert "The draw is waited for" in content
        assert opening.list_hash[:8] in content

    def test_there_is_no_transcript_yet(self, auction, silent, client):
        open_bids(auction)

        assert client.get(reverse("tendering:transcript", args=[auction.number])).status_code == 404

    def test_the_database_takes_no_draw_without_a_seed(self, auction, silent):
        open_bids(auction)

        with pytest.raises(IntegrityError), transaction.atomic():
            Opening.objects.update(state="drawn")


class TestDrawn:
    def test_seed_and_secrets_are_known_and_nothing_is_ranked(self, auction, waiting):
        opening = open_bids(auction)

        assert (opening.state, opening.transcript, auction.status) == ("drawn", None, "selecting")
        assert opening.secrets.keys() == {"operator", "regulator"}
        assert opening.waits_until == clock.shanghai("2026-12-02 00:00")
        assert DueWork.objects.filter(kind="tendering.resume_opening", done_at=None).count() == 1

    def test_resuming_before_it_is_decided_changes_nothing(self, auction, waiting):
        opening = open_bids(auction)

        with nothing_changes():
            services.resume_opening(opening_id=opening.pk)

    def test_resuming_after_it_ranks_by_the_seed_of_the_draw(self, auction, waiting):
        drawn = open_bids(auction)
        waiting.clear()

        opening = services.resume_opening(opening_id=drawn.pk)

        assert (opening.state, opening.transcript["seed"]) == ("ranked", drawn.seed)
        assert [row.price for row in opening.opened_bids.ranked()] == [
            Decimal("177000.00"),
            Decimal("178000.00"),
            Decimal("179000.00"),
        ]
        assert auction.awards.get().publicity_started_at == clock.now()

    def test_due_work_looks_again_when_the_time_is_over(self, auction, waiting, frozen_clock):
        open_bids(auction)
        waiting.clear()
        frozen_clock.move_to("2026-12-02 00:00")

        outbox.run_due()

        assert Opening.objects.get().state == "ranked"

    def test_a_second_resume_changes_nothing(self, auction, waiting):
        opening = open_bids(auction)
        waiting.clear()
        services.resume_opening(opening_id=opening.pk)

        with nothing_changes():
            services.resume_opening(opening_id=opening.pk)

    def test_too_few_bids_wait_for_nothing(self, frozen_clock, waiting):
        work_request = WorkRequestFactory(lowest_price=True, public_money=True, bidders=2)

        assert open_bids(work_request).state == "failed"

    def test_while_suspended_it_waits_and_then_has_its_days_again(self, auction, waiting, regulator, frozen_clock):
        open_bids(auction)
        frozen_clock.move_to("2026-12-01 10:00")  # the last of its days
        services.suspend_request(request_id=auction.pk, reason="核查", actor=regulator)
        waiting.clear()
        frozen_clock.move_to("2026-12-07 10:00")
        outbox.run_due()
        suspended = Opening.objects.get().state
        waiting.append(True)

        services.resume_request(request_id=auction.pk, reason="核查完毕", actor=regulator)

        opening = Opening.objects.get()
        assert (suspended, opening.state) == ("drawn", "drawn")
        assert opening.waits_until == clock.shanghai("2026-12-09 00:00")  # until the end of Tuesday
        waiting.clear()
        outbox.run_due()
        assert Opening.objects.get().state == "ranked"


class TestVoided:
    def test_a_broken_commitment_publishes_what_was_revealed(self, auction):
        other = sealing.draw_half("regulator")
        Deposit.objects.filter(work_request=auction, side="regulator").update(wrapped_secret=other.wrapped_secret)

        opening = open_bids(auction)

        record = json.loads(announcement.transcript_bytes(opening))
        assert (record["seed"], record["ranking"], record["winner"], record["reserves"]) == (None, [], None, [])
        assert record["secrets"]["regulator"] == sealing.unwrap("regulator", other.wrapped_secret).hex()
        assert record["list_hash"] == opening.list_hash
        assert record["working"] == [{"step": "voided", "reason": "the regulator's secret is not the one committed to"}]
        assert sealing.signature_fits(announcement.transcript_bytes(opening), opening.signature, opening.signing_key)

    def test_a_regulator_who_voids_a_waiting_opening_publishes_its_list(self, auction, silent, regulator):
        open_bids(auction)

        services.void_request(request_id=auction.pk, reason="监管方密钥遗失", actor=regulator)

        opening = Opening.objects.get()
        assert opening.state == "voided"
        assert opening.transcript["secrets"] == {"operator": None, "regulator": None}
        assert opening.transcript["working"] == [{"step": "voided", "reason": "监管方密钥遗失"}]
        assert len(opening.transcript["candidates"]) == 3

    def test_a_finished_opening_keeps_its_transcript(self, auction, regulator):
        before = open_bids(auction)

        services.void_request(request_id=auction.pk, reason="另案查处", actor=regulator)

        after = Opening.objects.get()
        assert (after.state, after.transcript_sha256) == ("ranked", before.transcript_sha256)
