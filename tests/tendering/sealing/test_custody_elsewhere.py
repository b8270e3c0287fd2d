"""The regulator's custodian as a process of its own; the market with all that it has can neither open nor foresee."""

import hashlib
import os
import re
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings as django_settings
from django.core.management import CommandError, call_command
from nacl.public import PrivateKey, SealedBox

from marketplace.core import audit, clock, outbox
from marketplace.custody import sealing
from marketplace.tendering import services
from marketplace.tendering.models import Bid, Deposit, OpeningWait
from marketplace.tendering.models.bids import Side
from marketplace.tendering.sealing import custodians
from tests.factories.accounts import MembershipFactory
from tests.factories.tendering import WorkRequestFactory, bid, bidder_for

pytestmark = pytest.mark.django_db


@pytest.fixture
def custodian(tmp_path, settings):
    """Starts and stops the process; the market knows where it is and by which key."""
    process = Process(tmp_path / "regulator", tmp_path / "market")
    settings.DATA = tmp_path / "market"
    process.start()
    settings.REGULATOR_CUSTODIAN_URL = process.url
    settings.REGULATOR_CUSTODIAN_KEY = process.key
    yield process
    process.stop()


class Process:
    def __init__(self, folder, market):
        self.folder, self.port = folder, 0
        market_key = custodians.Identity(market / "keys" / "custody-client.key").public_key
        self.env = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"} | {
            "DATA": str(folder / "data"),
            "CUSTODIAN_DATA": str(folder),
            "CUSTODIAN_DATABASE": str(folder / "custodian.sqlite3"),
            "CUSTODIAN_MARKET_KEY": market_key,
            "DJANGO_SETTINGS_MODULE": "marketplace.config.settings.embedded",
        }

    def start(self):
        self.running = subprocess.Popen(
            [sys.executable, "manage.py", "custodian"],
            cwd=django_settings.BASE_DIR,
            env=self.env | {"CUSTODIAN_LISTEN": f"127.0.0.1:{self.port}"},
            stdout=subprocess.PIPE,
            text=True,
        )
        self.key, port = re.search(
            r"custodian ([0-9a-f]{64}) on 127.0.0.1:(\d+)", self.running.stdout.readline()
        ).groups()
        self.port = int(port)
        self.url = f"http://127.0.0.1:{port}"

    def stop(self):
        self.running.kill()
        self.running.wait()
        self.running.stdout.close()

    def says(self, *options):
        command = [sys.executable, "manage.py", "custodian", *options]
        return subprocess.run(
            command, cwd=django_settings.BASE_DIR, env=self.env, check=True, capture_output=True, text=True
        ).stdout


def closing_in(seconds):
    """A published request with three bids, whose deadline comes soon by everybody's clock."""
    begun_at = datetime.now(UTC)
    # The market's clock stands meanwhile: a slow machine must not make the bids late.
    with clock.at(begun_at):
        closes_at = begun_at.replace(microsecond=0) + timedelta(seconds=seconds)
        work_request = WorkRequestFactory(published=True, bids_close_at=closes_at)
        for _ in range(3):
            bid(work_request, bidder_for(work_request))
    return work_request


def pass_until(moment):
    time.sleep(max(0, (moment - datetime.now(UTC)).total_seconds()))


def everything_that_the_market_has(folder):
    """Every 32 bytes that stand in its tables or key files, unwrapped by its own master keys where that goes."""
    cells = [path.read_bytes() for path in Path(folder).rglob("*.key")]
    for model in apps.get_models():
        for row in model.objects.values_list():
            cells += [bytes(cell) for cell in row if isinstance(cell, (bytes, memoryview))]
            cells += [str(cell).encode() for cell in row if not isinstance(cell, (bytes, memoryview))]
    found = {cell for cell in cells if len(cell) == 32}
    for cell in cells:
        found |= {bytes.fromhex(hex_.decode()) for hex_ in re.findall(rb"\b[0-9a-f]{64}\b", cell)}
        for side in Side.values:
            try:
                found.add(sealing.unwrap(side, cell))
            except sealing.DoesNotOpen:
                continue
    return found


class TestTheMarketAlone:
    def test_can_neither_open_a_bid_nor_know_the_seed_before_the_release(self, custodian):
        work_request = closing_in(6)
        commitments = work_request.announcement["commitments"]
        known = everything_that_the_market_has(django_settings.DATA)
        operator_key = sealing.unwrap("operator", bytes(Deposit.objects.get(work_request=work_request).wrapped_key))
        outer = [SealedBox(PrivateKey(operator_key)).decrypt(bytes(row.ciphertext)) for row in Bid.objects.all()]

        opened = [box for box in outer for key in known if opens(box, key)]
        secrets = {side for side, hash_ in commitments.items() for one in known if sha256(one) == hash_}
        with clock.at(work_request.opens_at), pytest.raises(custodians.CustodianRefuses) as refusal:
            services.open_request(request_id=work_request.pk)

        assert len(known) > 10
        assert opened == []
        assert secrets == {"operator"}
        assert str(refusal.value) == str(custodians.STILL_OPEN)
        assert "key_released" not in custodian.says("--audit")

        pass_until(work_request.bids_close_at)
        with clock.at(work_request.opens_at):
            opening = services.open_request(request_id=work_request.pk)

        assert len(opening.transcript["candidates"]) == 3
        assert {side: sha256(bytes.fromhex(one)) for side, one in opening.transcript["secrets"].items()} == commitments
        chain = custodian.says("--audit").splitlines()
        assert [line.split()[2] for line in chain] == ["drawn", "key_released", "secret_released"]
        assert opening.list_hash in chain[2]

    def test_gets_it_for_one_list_only(self, custodian):
        work_request = closing_in(2)
        pass_until(work_request.bids_close_at)
        with clock.at(work_request.opens_at):
            regulator = custodians.custodians()["regulator"]
            regulator.release_key(work_request, ["aa" * 32])

            with pytest.raises(custodians.CustodianRefuses, match=str(custodians.KEY_FOR_ANOTHER)):
                regulator.release_key(work_request, ["bb" * 32])

    def test_keeps_no_half_of_the_regulators(self, custodian):
        work_request = closing_in(60)

        assert [deposit.side for deposit in work_request.deposits.all()] == ["operator"]

    def test_tells_it_a_later_deadline_by_due_work(self, custodian):
        work_request = closing_in(60)
        work_request.bids_close_at += timedelta(days=2)
        work_request.bids_open_until = work_request.bids_close_at
        work_request.save()
        services.requests.publishing.schedule_deadline(work_request)

        outbox.run_due()

        assert work_request.bids_close_at.isoformat() in custodian.says("--audit")


def opens(box, key):
    try:
        SealedBox(PrivateKey(key)).decrypt(box)
    except Exception:  # noqa: BLE001  whatever keeps it closed
        return False
    return True


def sha256(content):
    return hashlib.sha256(content).hexdigest()


class TestAwayOrLost:
    def test_the_opening_waits_says_so_and_goes_on_by_itself(self, custodian, client):
        work_request = closing_in(2)
        custodian.stop()
        pass_until(work_request.bids_close_at)
        with clock.at(work_request.opens_at):
            outbox.run_due()
            page = client.get(f"/en/requests/{work_request.number}/").content.decode()

        wait = OpeningWait.objects.get()
        assert (wait.reason, wait.attempts) == ("away", 1)
        assert "does not answer" in page

        custodian.start()
        with clock.at(wait.next_at):
            outbox.run_due()

        work_request.refresh_from_db()
        assert work_request.status == "publicity"
        assert audit.verify(work_request.audit_matter) is None

    def test_cut_off_between_both_halves_it_goes_on_with_the_frozen_list(self, custodian, monkeypatch):
        work_request = closing_in(2)
        pass_until(work_request.bids_close_at)
        real = custodians.RemoteCustodian.release_secret

        def away(*arguments):
            raise custodians.CustodianUnreachable(custodians.AWAY)

        with clock.at(work_request.opens_at):
            with monkeypatch.context() as cut:
                cut.setattr(custodians.RemoteCustodian, "release_secret", away)
                opening = services.open_request(request_id=work_request.pk)
            frozen = opening.list_hash
            assert (opening.state, real) == ("frozen", custodians.RemoteCustodian.release_secret)
            outbox.run_due()

        opening.refresh_from_db()
        assert (opening.state, opening.list_hash) == ("ranked", frozen)

    def test_nothing_is_published_without_it(self, custodian):
        custodian.stop()

        with pytest.raises(custodians.CustodianUnreachable):
            WorkRequestFactory(published=True)

    def test_its_key_lost_for_good_a_regulator_voids_publicly(self, custodian, client):
        work_request = closing_in(2)
        (custodian.folder / "master.key").write_bytes(os.urandom(32))
        pass_until(work_request.bids_close_at)
        with clock.at(work_request.opens_at):
            outbox.run_due()
            page = client.get(f"/en/requests/{work_request.number}/").content.decode()
            services.void_request(
                request_id=work_request.pk,
                reason="监管方保管的密钥灭失，无法开标。",
                actor=MembershipFactory(regulator=True).user,
            )
            after = client.get(f"/en/requests/{work_request.number}/").content.decode()

        assert OpeningWait.objects.get().reason == "lost"
        assert "a regulator voids the request publicly" in page
        work_request.refresh_from_db()
        assert work_request.status == "voided"
        assert "监管方保管的密钥灭失" in after


class TestWhereTheHalvesLie:
    @pytest.mark.parametrize(
        ("url", "tunnel", "words", "one_machine"),
        [
            ("", False, "Both secrets are kept on one machine", True),
            ("http://127.0.0.1:8900", False, "on the operator's machine", True),
            ("http://127.0.0.1:8900", True, "two machines of two bodies", False),
            ("http://custodian.regulator.example:8900", False, "two machines of two bodies", False),
        ],
    )
    def test_the_pages_say_it(self, client, frozen_clock, settings, url, tunnel, words, one_machine):
        work_request = WorkRequestFactory(published=True)
        if url:
            Deposit.objects.filter(side="regulator").delete()
        settings.REGULATOR_CUSTODIAN_URL, settings.REGULATOR_CUSTODIAN_BY_TUNNEL = url, tunnel

        page = client.get(f"/en/requests/{work_request.number}/").content.decode().replace("&#x27;", "'")

        assert words in page
        assert custodians.on_one_machine() is one_machine

    def test_what_was_drawn_in_the_markets_process_stays_there(self, custodian, settings):
        url, settings.REGULATOR_CUSTODIAN_URL = settings.REGULATOR_CUSTODIAN_URL, ""
        work_request = closing_in(1)
        settings.REGULATOR_CUSTODIAN_URL = url
        pass_until(work_request.bids_close_at)

        with clock.at(work_request.opens_at):
            opening = services.open_request(request_id=work_request.pk)

        assert len(opening.transcript["candidates"]) == 3
        assert custodians.place_of(work_request) is custodians.Place.ONE_PROCESS


class Crash(Exception):
    pass


class TestReplacingTheMasterKey:
    @pytest.fixture
    def kept(self, frozen_clock, settings, tmp_path):
        settings.DATA = tmp_path
        for _ in range(3):
            WorkRequestFactory(published=True)
        return self.opened()

    def opened(self):
        return {
            (one.work_request_id, one.side): (
                sealing.unwrap(one.side, bytes(one.wrapped_key)),
                sealing.unwrap(one.side, bytes(one.wrapped_secret)),
            )
            for one in Deposit.objects.all()
        }

    def test_wraps_the_sides_deposits_anew(self, kept, capsys):
        others = list(Deposit.objects.filter(side="regulator").values("pk", "wrapped_key"))
        old = sealing.key_path("operator-master").read_bytes()

        call_command("rotate_master_key", "operator")

        assert "3 deposits" in capsys.readouterr().out
        assert sealing.key_path("operator-master").read_bytes() != old
        assert list(sealing.key_path("operator-master").parent.glob("*.before")) == []
        assert list(Deposit.objects.filter(side="regulator").values("pk", "wrapped_key")) == others
        assert self.opened() == kept

    @pytest.mark.parametrize("moment", ["wrap", "commit", "forget"])
    def test_cut_off_anywhere_loses_nothing_and_is_finished_by_the_next(self, kept, monkeypatch, moment):
        def crash(*arguments, **more):
            raise Crash

        with monkeypatch.context() as cut:
            if moment == "wrap":
                cut.setattr(sealing.MasterKey, "wrap", crash)
            elif moment == "commit":
                cut.setattr(services.openings.rotating.audit, "record", crash)
            else:
                cut.setattr(sealing.MasterKey, "forget_before", crash)
            with pytest.raises(Crash):
                services.rotate_master_key(side="operator")
        assert self.opened() == kept

        services.rotate_master_key(side="operator")

        assert not sealing.master_key("operator").before.exists()
        assert self.opened() == kept

    def test_the_regulators_elsewhere_is_replaced_there(self, settings):
        settings.REGULATOR_CUSTODIAN_URL = "http://custodian.regulator.example"

        with pytest.raises(CommandError, match="elsewhere"):
            call_command("rotate_master_key", "regulator")
