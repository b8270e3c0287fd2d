"""Bidders' names withheld by the announced policy (RULES, Frozen list)."""

import hashlib
import json
import re
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import translation

from marketplace.core import clock
from marketplace.core.models import MarketPolicy
from marketplace.tendering.models import OpenedBid
from marketplace.tendering.sealing.bids import hashed_id
from tests.factories.accounts import MembershipFactory
from tests.factories.tendering import ExclusionFactory, WorkRequestFactory, bid, bidder_for, member_of, open_bids

pytestmark = pytest.mark.django_db

SALT = "00" * 31 + "ff"
USCC = "91320411MA0000001A"


def test_the_id_hashes_the_salts_bytes_and_the_code():
    assert hashed_id(SALT, USCC) == hashlib.sha256(b"\x00" * 31 + b"\xff" + b"91320411MA0000001A").hexdigest()


@pytest.fixture
def scene(frozen_clock):
    """Three firms that count and one that is set aside, under a policy that withholds their names."""
    MarketPolicy.objects.create(version="nameless", effective_on=clock.today(), values={"publish_bidder_names": False})
    work_request = WorkRequestFactory(lowest_price=True, published=True)
    firms = [bidder_for(work_request) for _ in range(4)]
    for number, firm in enumerate(firms):
        bid(work_request, firm, price=Decimal(100_000 + number))
    ExclusionFactory(work_request=work_request, organisation=firms[3].organisation)
    open_bids(work_request)
    return work_request, firms


def test_the_transcript_names_nobody_and_the_winner_proves_itself(scene):
    work_request, firms = scene
    transcript = work_request.opening.transcript
    written = json.dumps(transcript, ensure_ascii=False)

    for firm in firms:
        assert firm.uscc not in written
        assert firm.name not in written
    winner = work_request.awards.get().opened_bid
    assert transcript["winner"] == hashlib.sha256(bytes.fromhex(winner.salt) + firms[0].uscc.encode()).hexdigest()
    assert [row.intermediary for row in work_request.opening.opened_bids.ranked()] == firms[:3]
    assert [row["id"] for row in transcript["candidates"]] == sorted(transcript["ranking"])
    aside = OpenedBid.objects.get(fate="set_aside")
    assert transcript["set_aside"] == [{"id": hashed_id(aside.salt, firms[3].uscc), "reason": "not_excluded"}]


def page(client, work_request):
    with translation.override("en"):
        return client.get(reverse("tendering:award-detail", args=[work_request.number])).content.decode()


def grouped(salt):
    return "".join(f"<span>{salt[start : start + 8]}</span>" for start in range(0, 64, 8))


def test_the_page_names_the_winner_only_and_publishes_its_salt(scene, client):
    work_request, firms = scene

    shown = page(client, work_request)

    assert firms[0].name in re.sub(r"<[^>]+>", "", shown)
    salts = {pk: grouped(salt) for pk, salt in OpenedBid.objects.values_list("intermediary", "salt")}
    assert salts[firms[0].pk] in shown
    for firm in firms[1:]:
        assert firm.name not in shown
        assert firm.uscc not in shown
        assert salts[firm.pk] not in shown


def test_a_bidder_recognises_itself(scene, client):
    work_request, firms = scene
    client.force_login(member_of(firms[1].organisation))

    shown = page(client, work_request)

    assert firms[1].uscc in shown
    assert "Your firm" in shown
    assert firms[2].uscc not in shown


def test_the_owner_learns_no_names_and_the_regulator_all(scene, client):
    work_request, firms = scene
    client.force_login(member_of(work_request.owner))
    assert firms[1].uscc not in page(client, work_request)

    client.force_login(MembershipFactory(regulator=True).user)
    assert all(firm.uscc in page(client, work_request) for firm in firms)


def test_the_api_gives_the_winners_salt(scene, client):
    work_request, _firms = scene

    award = client.get(f"/api/v1/awards/{work_request.number}/").json()

    assert hashed_id(award["salt"], award["uscc"]) == award["listed_as"] == work_request.opening.transcript["winner"]


def test_by_default_names_are_the_ids_and_no_salt_is_kept(frozen_clock):
    work_request = WorkRequestFactory(bidders=1, opened=True)

    (row,) = OpenedBid.objects.all()
    assert (row.listed_as, row.salt) == (work_request.firms[0].uscc, "")


def test_the_policy_announced_counts_not_the_one_in_force_later(frozen_clock):
    work_request = WorkRequestFactory(published=True)
    firm = bidder_for(work_request)
    bid(work_request, firm)
    MarketPolicy.objects.create(version="later", effective_on=clock.today(), values={"publish_bidder_names": False})

    open_bids(work_request)

    assert work_request.opening.transcript["winner"] == firm.uscc


def test_the_verification_page_names_the_winner_alone_and_carries_its_salt(client, scene):
    work_request, firms = scene

    content = client.get(reverse("tendering:verify", args=[work_request.number])).content.decode()

    def carried(name):
        return json.loads(
            content.split(f'<script id="verify-{name}" type="application/json">')[1].split("</script>")[0]
        )

    winner = work_request.awards.get().opened_bid
    assert carried("names") == {winner.listed_as: firms[0].name}
    assert carried("salts") == {winner.listed_as: {"salt": winner.salt, "uscc": firms[0].uscc}}
    for firm in firms[1:]:
        assert firm.uscc not in content
