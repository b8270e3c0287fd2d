"""Signs of collusion: the pure rules to the number, and what an opening makes of them for regulators only."""

import zipfile
from datetime import datetime, timedelta
from decimal import Decimal
from io import BytesIO

import pytest
from django.urls import reverse
from django.utils import translation

from marketplace.accounts.console import sync_console_access
from marketplace.core import audit, clock, outbox
from marketplace.tendering.models import CollusionSignal
from marketplace.tendering.presentation.signal_words import words_for
from marketplace.tendering.rules import collusion, proposal_text
from marketplace.tendering.rules.collusion import BidSeen, Round, Signal
from marketplace.tendering.services.openings.signalling import find_signals
from tests.factories.accounts import MembershipFactory
from tests.factories.tendering import WorkRequestFactory, bid, bidder_for, member_of, open_bids


def bids(*rows, **same):
    """A bid for each mapping; the firm is its number unless given."""
    return [BidSeen(**{"id": number, "firm": number, **same, **row}) for number, row in enumerate(rows, start=1)]


def priced(*prices):
    return bids(*[{"price": Decimal(price)} for price in prices])


class TestNetworkAndDevice:
    def test_one_address(self):
        found = collusion.shared_networks(
            bids({"address": "a", "network": "n"}, {"address": "a", "network": "n"}, {"address": "b", "network": "m"})
        )

        assert found == [Signal("address", (1, 2), {"firms": 2})]

    def test_one_network_with_several_addresses(self):
        found = collusion.shared_networks(
            bids({"address": "a", "network": "n"}, {"address": "b", "network": "n"}, {"address": "c", "network": "m"})
        )

        assert found == [Signal("network", (1, 2), {"firms": 2, "addresses": 2})]

    def test_one_firm_that_filed_twice_is_none(self):
        assert collusion.shared_networks(bids({"firm": 1}, {"firm": 1}, address="a", network="n")) == []

    def test_what_is_no_address_is_none(self):
        assert collusion.shared_networks(bids({}, {}, address="unknown")) == []

    @pytest.mark.parametrize(("others", "found"), [(2, 1), (1, 0)])
    def test_a_device_that_more_than_half_have_says_nothing(self, others, found):
        rows = [{"device": "odd"}] * 2 + [{"device": f"device {n}"} for n in range(others)]

        assert len(collusion.shared_devices(bids(*rows))) == found


class TestPrices:
    def test_equal_ones(self):
        assert collusion.equal_prices(priced("100", "100.00", "90")) == [
            Signal("equal_prices", (1, 2), {"firms": 2, "price": "100"})
        ]

    def test_equal_steps(self):
        assert collusion.equal_steps(priced("102000", "100000", "101000", "250000")) == [
            Signal("steps", (2, 3, 1), {"count": 3, "of": 4, "step": "1000", "from": "100000"})
        ]

    def test_a_fen_beside_the_step_is_none(self):
        assert collusion.equal_steps(priced("100000", "101000", "102000.01")) == []

    def test_among_many_three_in_a_row_are_chance_and_five_are_not(self):
        scattered = [str(200_000 + n * n * 7) for n in range(20)]

        assert collusion.equal_steps(priced("100", "200", "300", *scattered)) == []
        (found,) = collusion.equal_steps(priced("100", "200", "300", "400", "500", *scattered))
        assert found.seen == {"count": 5, "of": 25, "step": "100", "from": "100"}

    def test_two_rows_are_two_signals(self):
        found = collusion.equal_steps(priced("100", "200", "300", "1000", "1050", "1100"))

        assert [signal.bids for signal in found] == [(1, 2, 3), (4, 5, 6)]

    def test_equal_ratios_to_the_fen(self):
        assert collusion.equal_ratios(priced("100000.00", "98000.00", "96040.00")) == [
            Signal("ratios", (3, 2, 1), {"count": 3, "of": 3, "step": "1.0204", "from": "96040.00"})
        ]

    def test_a_fen_beside_the_ratio_is_none(self):
        assert collusion.equal_ratios(priced("100000.00", "98000.00", "96040.02")) == []

    def test_the_same_fen(self):
        assert collusion.equal_endings(priced("100.37", "250.37", "300.37", "400.10", "500.00")) == [
            Signal("endings", (1, 2, 3), {"firms": 3, "ending": "37", "of": 4})
        ]

    def test_whole_yuan_say_nothing(self):
        assert collusion.equal_endings(priced("100", "200", "300")) == []

    def test_prices_of_a_draw_say_nothing(self):
        assert collusion.signals_of(bids({}, {}, {})) == []


START = datetime(2026, 1, 1)


def rounds(*results):
    """Openings of "ab…" (who bid) with "a" (who won)."""
    return [
        Round(START + timedelta(days=number), frozenset(bidders), winner or None)
        for number, (bidders, winner) in enumerate(results)
    ]


class TestPairs:
    pair = staticmethod(lambda: bids({"firm": "a"}, {"firm": "b"}))

    def test_always_together_and_in_turn(self):
        assert collusion.pairs_in_turn(self.pair(), rounds(("abc", "a"), ("ab", "b"), ("abd", "a"))) == [
            Signal("pair", (1, 2), {"together": 3, "first": 2, "second": 1, "in_turn": True})
        ]

    def test_not_in_turn(self):
        (found,) = collusion.pairs_in_turn(self.pair(), rounds(("ab", "a"), ("ab", "a"), ("ab", "b"), ("abc", "c")))

        assert found.seen == {"together": 4, "first": 2, "second": 1, "in_turn": False}

    @pytest.mark.parametrize(
        "results",
        [
            [("ab", "a"), ("ab", "b")],  # two openings are chance
            [("ab", "a"), ("ab", "b"), ("ab", "a"), ("ac", "a")],  # one bid without the other
            [("ab", "a"), ("ab", "a"), ("ab", "a")],  # only one ever won
            [("ab", ""), ("abc", "c"), ("ab", "")],
        ],
    )
    def test_none(self, results):
        assert collusion.pairs_in_turn(self.pair(), rounds(*results)) == []


LONG = "本项目的现状监测点位按照导则要求在厂界四周及敏感点共布设十二个，连续监测七天，每天四次"
SAME = [f"{LONG}第{n}段" for n in range(4)]


def docx(text="", author=""):
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        paragraphs = "".join(f"<w:p><w:r><w:t>{line}</w:t></w:r></w:p>" for line in text.split("\n"))
        archive.writestr("word/document.xml", f"<w:document><w:body>{paragraphs}</w:body></w:document>")
        archive.writestr("docProps/core.xml", f"<cp:lastModifiedBy>{author}</cp:lastModifiedBy>")
    return stream.getvalue()


class TestText:
    def test_passages_of_a_text_and_of_a_docx_are_the_same(self):
        text = "\n".join(["一、概述", *SAME])

        assert proposal_text.passages_of(text.encode(), "方案.TXT") == frozenset(SAME)
        assert proposal_text.passages_of(text.encode("gb18030"), "方案.txt") == frozenset(SAME)
        assert proposal_text.passages_of(docx(text), "方案.docx") == frozenset(SAME)

    def test_the_author_stands_in_the_properties(self):
        assert proposal_text.author_of(docx(author="李某"), "方案.docx") == "李某"

    @pytest.mark.parametrize("content", [b"", b"PK\x03\x04 broken", b"%PDF-1.7"])
    def test_what_cannot_be_read_says_nothing(self, content):
        assert proposal_text.passages_of(content, "方案.docx") == frozenset()
        assert proposal_text.author_of(content, "方案.docx") == ""
        assert proposal_text.passages_of(content, "方案.pdf") == frozenset()

    def test_one_damaged_within_does_not_keep_the_others_from_being_compared(self):
        stream = BytesIO()
        with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("word/document.xml", LONG)
        whole = stream.getvalue()
        begin = whole.index(b"word/document.xml") + len(b"word/document.xml")
        damaged = whole[:begin] + b"\xff" + whole[begin + 1 :]

        assert proposal_text.passages_of(damaged, "方案.docx") == frozenset()

    def test_a_nul_that_no_database_takes_is_left_out(self):
        assert proposal_text.author_of(docx(author="李\0某"), "方案.docx") == "李某"
        assert proposal_text.passages_of(f"{LONG}\0".encode(), "方案.txt") == frozenset([LONG])

    def test_a_file_that_unpacks_to_more_than_20_mb_is_not_read(self, monkeypatch):
        monkeypatch.setattr(proposal_text, "LARGEST", 100)

        assert proposal_text.passages_of(docx("\n".join(SAME)), "方案.docx") == frozenset()

    def test_shared_passages_are_counted_and_the_longest_shown(self):
        one, other = frozenset(SAME), frozenset([*SAME[:3], SAME[0] + "更长"])

        found = collusion.shared_passages(bids({"passages": one}, {"passages": other}, {"passages": frozenset()}))

        assert found == [Signal("passages", (1, 2), {"passages": 3, "of": 4, "example": SAME[2]})]

    def test_what_the_request_says_may_be_repeated(self):
        same = frozenset(SAME)

        assert collusion.shared_passages(bids({"passages": same}, {"passages": same}), boilerplate=SAME[:2]) == []

    def test_what_most_write_says_nothing(self):
        rows = [{"passages": frozenset(SAME)}] * 3 + [{"passages": frozenset()}]

        assert collusion.shared_passages(bids(*rows)) == []

    def test_the_same_file_and_author(self):
        found = collusion.signals_of(bids({}, {}, file_sha256="ab" * 32, author="李某"))

        assert [signal.kind for signal in found] == ["file", "author"]


def look_through(work_request):
    """Open the bids, and let the due work of that day run."""
    open_bids(work_request)
    with clock.at(work_request.opens_at):
        outbox.run_due()


@pytest.fixture
def work_request(frozen_clock):
    """Three firms, two of them from one address, with prices in equal steps."""
    work_request = WorkRequestFactory(lowest_price=True, published=True)
    for price, address in (("150000", "192.0.2.7"), ("151000", "192.0.2.7"), ("152000", "198.51.100.9")):
        bid(work_request, bidder_for(work_request), price=Decimal(price), address=address, device=f"device {price}")
    return work_request


@pytest.mark.django_db
class TestAfterTheOpening:
    def test_are_found_as_due_work(self, work_request):
        look_through(work_request)

        first, second = CollusionSignal.objects.all()
        ranked = list(work_request.opening.opened_bids.ranked().values_list("pk", flat=True))
        assert (first.kind, first.bids, first.seen) == ("address", ranked[:2], {"firms": 2})
        assert (second.kind, second.bids) == ("steps", ranked)
        assert second.seen == {"count": 3, "of": 3, "step": "1000.00", "from": "150000.00"}

    def test_a_second_look_finds_nothing_new(self, work_request):
        look_through(work_request)

        assert len(find_signals(request_id=work_request.pk)) == CollusionSignal.objects.count() == 2

    def test_nothing_of_it_stands_in_the_requests_own_trail(self, work_request):
        look_through(work_request)

        assert not any("signal" in line.action for line in audit.trail(work_request.audit_matter))

    def test_nothing_follows_by_itself(self, work_request):
        look_through(work_request)

        work_request.refresh_from_db()
        assert work_request.status == "publicity"
        assert set(work_request.opening.opened_bids.values_list("fate", flat=True)) == {"counted"}

    def test_before_it_there_is_nothing_to_look_through(self, work_request):
        assert find_signals(request_id=work_request.pk) == []
        assert audit.trail(f"signals:{work_request.number}") == []

    def test_of_a_failed_opening_too(self, frozen_clock):
        work_request = WorkRequestFactory(lowest_price=True, public_money=True, published=True)
        for _ in range(2):
            bid(work_request, bidder_for(work_request), price=Decimal(1000), address="192.0.2.7")
        look_through(work_request)

        assert work_request.status == "failed"
        assert [signal.kind for signal in CollusionSignal.objects.all()] == ["address", "equal_prices"]

    def test_the_words_hold_the_numbers(self, work_request):
        look_through(work_request)

        with translation.override("en"):
            assert [words_for(signal) for signal in CollusionSignal.objects.all()] == [
                "2 firms filed from one address.",
                "3 of 3 prices lie ¥1,000.00 apart, each from the next, from ¥150,000.00 on.",
            ]


@pytest.mark.parametrize("kind", CollusionSignal.Kind.values)
def test_every_kind_has_its_words(kind):
    seen = {
        "firms": 2, "of": 3, "count": 3, "addresses": 2,
        "sha256": "s", "author": "x", "passages": 3, "example": "e", "price": "1.00", "step": "1.00", "from": "2.00",
        "ending": "37", "together": 3, "first": 2, "second": 1, "in_turn": True,
    }  # fmt: skip

    for language in ("en", "zh-hans"):
        with translation.override(language):
            assert "%(" not in words_for(CollusionSignal(kind=kind, bids=[], seen=seen))


@pytest.mark.django_db
class TestWhoSeesThem:
    @pytest.fixture(autouse=True)
    def opened(self, work_request):
        look_through(work_request)

    def console(self, client, user, work_request):
        sync_console_access(user)
        client.force_login(user)
        with translation.override("en"):
            return client.get(reverse("tendering_console:signals", args=[work_request.number]))

    def test_a_regulator(self, work_request, client):
        shown = self.console(client, MembershipFactory(regulator=True).user, work_request).content.decode()

        assert "2 家机构从同一地址提交。" in shown
        assert "192.0.2.7" not in shown
        for row in work_request.opening.opened_bids.all():
            assert row.intermediary.name in shown
            assert f"#bid-{row.pk}" in shown

    def test_the_consoles_first_page_leads_there_for_regulators_only(self, work_request, client):
        address = reverse("tendering_console:signals", args=[work_request.number])
        for trait, leads in (("regulator", True), ("operator", False)):
            user = MembershipFactory(**{trait: True}).user
            sync_console_access(user)
            client.force_login(user)
            assert (address in client.get(reverse("tendering_console:index")).content.decode()) is leads

    def test_nobody_else(self, work_request, client):
        people = [
            MembershipFactory(operator=True).user,
            member_of(work_request.owner),
            member_of(work_request.opening.opened_bids.first().intermediary.organisation),
        ]
        for person in people:
            response = self.console(client, person, work_request)
            assert response.status_code in (302, 403)

    def test_no_regulator_who_belongs_to_a_party(self, work_request, client):
        user = MembershipFactory(regulator=True).user
        MembershipFactory(organisation=work_request.owner, user=user)

        assert self.console(client, user, work_request).status_code in (302, 403)

    def test_no_public_page_or_api(self, work_request, client):
        for address in (
            reverse("tendering:award-detail", args=[work_request.number]),
            reverse("tendering:transcript", args=[work_request.number]),
            f"/api/v1/awards/{work_request.number}/",
            f"/api/v1/work-requests/{work_request.number}/",
        ):
            shown = client.get(address).content.decode()
            assert "192.0.2.7" not in shown
            assert "signal" not in shown.lower().replace("signals-", "")


@pytest.mark.django_db
def test_turns_are_counted_over_the_openings_of_the_past(frozen_clock):
    first = WorkRequestFactory(lowest_price=True, published=True)
    one, other = bidder_for(first), bidder_for(first)
    for number in range(3):
        work_request = first if number == 0 else WorkRequestFactory(lowest_price=True, published=True)
        prices = ("150000", "151700") if number % 2 else ("151700", "150000")
        for firm, price in zip((one, other), prices, strict=True):
            bid(work_request, firm, price=Decimal(price), address=f"192.0.{firm.pk}.1")
        look_through(work_request)

    (found,) = CollusionSignal.objects.all()
    assert (found.opening, found.kind) == (work_request.opening, "pair")
    assert found.seen == {"together": 3, "first": 1, "second": 2, "in_turn": True}
