import uuid
from dataclasses import asdict
from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from marketplace.contracting.models import Contract, ContractRating, Deliverable, Payment, Signature
from marketplace.contracting.rules.remedies import Remedies
from marketplace.core import clock
from tests.factories.accounts import MembershipFactory
from tests.factories.contracting import (
    STARS,
    ContractFactory,
    PaymentFactory,
    intermediary_of,
    owner_of,
    pdf,
    terms_of,
)
from tests.pressing import press

pytestmark = pytest.mark.django_db


def page(name, contract, *args):
    return "/en" + reverse(f"contracting:{name}", args=[contract.number, *args]).removeprefix("/en")


def terms_post(contract, percents=("30", "70"), **more):
    """What the form of the terms sends."""
    terms = terms_of(contract, percents)
    data = {
        "service_starts_on": terms["starts_on"].isoformat(),
        "service_ends_on": terms["ends_on"].isoformat(),
        **asdict(Remedies()),
        "terms": "",
        "based_on": contract.text_version,
        "milestones-TOTAL_FORMS": 6,
        "milestones-INITIAL_FORMS": 1,
    }
    for number, row in enumerate(terms["milestones"]):
        data |= {
            f"milestones-{number}-title": row.title,
            f"milestones-{number}-percent": row.percent,
            f"milestones-{number}-due_on": row.due_on.isoformat(),
        }
    return data | more


class TestWhoSeesAContract:
    def test_both_parties_readers_included_and_regulators_do(self, frozen_clock, client):
        contract = ContractFactory(signed=True)
        people = [
            owner_of(contract),
            intermediary_of(contract),
            MembershipFactory(organisation=contract.owner, reader=True).user,
            MembershipFactory(regulator=True).user,
        ]

        for person in people:
            client.force_login(person)
            assert client.get(page("contract-detail", contract)).status_code == 200
            assert client.get(page("contract-text", contract)).status_code == 200

    def test_others_get_a_404_everywhere(self, frozen_clock, client):
        contract = ContractFactory(delivered=True)
        deliverable = Deliverable.objects.get()
        names = [
            ("contract-detail",),
            ("contract-text",),
            ("terms-propose",),
            ("sign",),
            ("payment-record",),
            ("rate",),
        ]
        names += [("deliver", 1), ("deliverable-answer", deliverable.pk), ("file", deliverable.files.get().file_id)]
        people = [MembershipFactory().user, MembershipFactory(operator=True).user]
        people.append(MembershipFactory(organisation=contract.owner, left=True).user)

        for person in people:
            client.force_login(person)
            assert {client.get(page(*name[:1], contract, *name[1:])).status_code for name in names} == {404}

    def test_who_is_not_signed_in_is_asked_to(self, frozen_clock, client):
        contract = ContractFactory()

        response = client.get(page("contract-detail", contract))

        assert response.status_code == 302
        assert "login" in response["Location"]

    def test_another_contract_s_parts_are_not_found_under_this_one(self, frozen_clock, client):
        contract, other = ContractFactory(signed=True), ContractFactory(delivered=True)
        deliverable = Deliverable.objects.get()
        payment = PaymentFactory(contract=other)
        client.force_login(owner_of(contract))

        assert client.get(page("deliverable-answer", contract, deliverable.pk)).status_code == 404
        assert client.get(page("file", contract, deliverable.files.get().file_id)).status_code == 404
        assert client.get(page("payment-answer", contract, payment.pk)).status_code == 404
        assert client.get(page("deliver", contract, 9)).status_code == 404

    def test_the_wrong_side_is_told_why_not(self, frozen_clock, client):
        contract = ContractFactory(proposed=True)
        client.force_login(owner_of(contract))

        response = client.get(page("terms-agree", contract))

        assert response.status_code == 403
        assert "Only the intermediary can do this." in response.content.decode()


class TestContractPage:
    def test_it_shows_one_next_step_with_its_clock(self, frozen_clock, client):
        contract = ContractFactory(delivered=True)
        client.force_login(owner_of(contract))

        html = client.get(page("contract-detail", contract)).content.decode()

        assert "Your turn" in html
        assert page("deliverable-answer", contract, Deliverable.objects.get().pk) in html
        assert contract.current_text.sha256[:8] in html

    @pytest.mark.parametrize("stage", ["drafting", "agreed", "delivered", "rated"])
    def test_its_queries_are_counted(self, frozen_clock, client, stage, django_assert_max_num_queries):
        contract = ContractFactory(stage=stage)
        client.force_login(owner_of(contract))
        client.get(page("contract-detail", contract))

        with django_assert_max_num_queries(23):
            client.get(page("contract-detail", contract))

    def test_the_list_takes_the_same_queries_for_one_contract_and_for_three(
        self, frozen_clock, client, django_assert_num_queries
    ):
        first = ContractFactory(signed=True)
        client.force_login(owner_of(first))
        url = "/en" + reverse("contracting:contract-list").removeprefix("/en")
        client.get(url)
        with django_assert_num_queries(9):
            client.get(url)
        ContractFactory(owner=first.owner)
        ContractFactory(completed=True, owner=first.owner)

        with django_assert_num_queries(9):
            response = client.get(url)

        assert len(response.context["page_obj"]) == 3

    def test_the_list_shows_the_present_organisation_s_contracts_only(self, frozen_clock, client):
        mine, _other = ContractFactory(), ContractFactory()
        client.force_login(owner_of(mine))

        response = client.get("/workbench/contracts/", {"state": "drafting", "q": mine.number})

        assert list(response.context["page_obj"]) == [mine]

    def test_an_earlier_version_says_that_it_was_replaced(self, frozen_clock, client):
        contract = ContractFactory(proposed=True)
        client.force_login(owner_of(contract))

        html = client.get(page("contract-text", contract), {"version": 1}).content.decode()

        assert "This version has been replaced." in html
        assert client.get(page("contract-text", contract), {"version": 9}).status_code == 404


class TestTermsPage:
    def test_proposing_through_the_form(self, frozen_clock, client):
        contract = ContractFactory()
        client.force_login(owner_of(contract))
        client.get(page("terms-propose", contract))

        response = client.post(page("terms-propose", contract), terms_post(contract))

        assert response.status_code == 302
        assert [each.amount for each in contract.milestones.all()] == [Decimal("54000.00"), Decimal("126000.00")]

    def test_shares_that_do_not_add_to_100_are_said_and_what_was_typed_stays(self, frozen_clock, client):
        contract = ContractFactory()
        client.force_login(owner_of(contract))

        response = client.post(page("terms-propose", contract), terms_post(contract, ("60", "30")))

        html = response.content.decode()
        assert response.status_code == 422
        assert "The shares add to 90%, they must add to 100%." in html
        assert 'value="60"' in html
        assert Contract.objects.get().text_version == 1

    @pytest.mark.parametrize(
        "change",
        [
            {"milestones-0-percent": "viel"},
            {"milestones-0-percent": "-5"},
            {"milestones-0-percent": "1e400"},
            {"milestones-0-due_on": "2026-02-31"},
            {"service_starts_on": "gestern"},
            {"service_starts_on": "2020-01-01"},
            {"late_permille": ""},
            {"step_back_days": "soon"},
            {"dispute_way": "both"},
            {"dispute_way": "arbitration"},
            {"milestones-TOTAL_FORMS": "x"},
            {"based_on": ""},
        ],
    )
    def test_bad_input_is_answered_at_the_form(self, frozen_clock, client, change):
        contract = ContractFactory()
        client.force_login(owner_of(contract))

        response = client.post(page("terms-propose", contract), terms_post(contract, **change))

        assert response.status_code == 422
        assert Contract.objects.get().text_version == 1

    def test_a_stale_page_is_refused_by_name(self, frozen_clock, client):
        contract = ContractFactory(proposed=True)
        client.force_login(owner_of(contract))

        response = client.post(page("terms-propose", contract), terms_post(contract, based_on=1))

        assert response.status_code == 409
        assert "have changed since you opened this page" in response.content.decode()
        assert Contract.objects.get().text_version == 2

    def test_agreeing_and_asking_for_a_change(self, frozen_clock, client):
        contract = ContractFactory(proposed=True)
        client.force_login(intermediary_of(contract))
        sha256 = client.get(page("terms-agree", contract)).context["form"].initial["sha256"]

        client.post(page("terms-agree", contract), {"sha256": sha256})
        agreed = Contract.objects.get().state
        client.post(page("terms-change", contract), {"wish": "推迟一周"})

        assert (agreed, Contract.objects.get().wish) == ("signing", "推迟一周")


class TestSignPage:
    def test_signing_takes_the_confirmation(self, frozen_clock, client):
        contract = ContractFactory(agreed=True)
        client.force_login(owner_of(contract))
        sha256 = contract.current_text.sha256

        without = client.post(page("sign", contract), {"sha256": sha256})
        signed_without = Signature.objects.exists()
        with_it = client.post(page("sign", contract), {"sha256": sha256, "confirmed": "on"})

        assert (without.status_code, signed_without) == (422, False)
        assert with_it.status_code == 302
        assert Signature.objects.get().party == "owner"

    def test_pressing_twice_signs_once(self, frozen_clock, client):
        contract = ContractFactory(agreed=True)
        client.force_login(owner_of(contract))
        data = {"sha256": contract.current_text.sha256, "confirmed": "on"}
        client.post(page("sign", contract), data)

        again = client.post(page("sign", contract), data)

        assert again.status_code == 409
        assert Signature.objects.count() == 1


class TestDeliveryPages:
    def test_several_files_go_up_and_come_down_again(self, frozen_clock, client):
        contract = ContractFactory(signed=True)
        client.force_login(intermediary_of(contract))
        client.get(page("deliver", contract, 1))

        client.post(page("deliver", contract, 1), {"files": [pdf("一.pdf"), pdf("二.pdf")], "note": "请验收"})

        files = [each.file for each in Deliverable.objects.get().files.all()]
        assert [each.name for each in files] == ["一.pdf", "二.pdf"]
        response = client.get(page("file", contract, files[0].pk))
        assert b"".join(response.streaming_content) == b"%PDF-1.7 report"

    @pytest.mark.parametrize(
        "files", [[], [SimpleUploadedFile("报告.pdf", b"MZ")], [pdf(), SimpleUploadedFile("脚本.sh", b"#!/bin/sh")]]
    )
    def test_missing_or_disguised_files_are_refused_at_the_field(self, frozen_clock, client, files):
        contract = ContractFactory(signed=True)
        client.force_login(intermediary_of(contract))

        response = client.post(page("deliver", contract, 1), {"files": files})

        assert response.status_code == 422
        assert "files" in response.context["form"].errors
        assert not Deliverable.objects.exists()

    def test_an_oversize_file_is_refused_at_the_field(self, frozen_clock, client, settings):
        settings.MAX_UPLOAD_BYTES = 10
        contract = ContractFactory(signed=True)
        client.force_login(intermediary_of(contract))

        response = client.post(page("deliver", contract, 1), {"files": [pdf()]})

        assert response.status_code == 422
        assert not Deliverable.objects.exists()

    def test_a_second_submission_of_the_same_page_is_refused(self, frozen_clock, client):
        contract = ContractFactory(delivered=True)
        client.force_login(intermediary_of(contract))

        response = client.post(page("deliver", contract, 1), {"files": [pdf()]})

        assert response.status_code == 409
        assert Deliverable.objects.count() == 1

    def test_accepting_and_a_stale_return(self, frozen_clock, client):
        contract = ContractFactory(delivered=True)
        pk = Deliverable.objects.get().pk
        client.force_login(owner_of(contract))
        client.get(page("deliverable-answer", contract, pk))

        press(client, page("deliverable-answer", contract, pk))
        stale = client.post(page("deliverable-return", contract, pk), {"reasons": "再看看"})

        assert stale.status_code == 409
        assert Deliverable.objects.get().outcome == "accepted"

    def test_returning_takes_reasons(self, frozen_clock, client):
        contract = ContractFactory(delivered=True)
        pk = Deliverable.objects.get().pk
        client.force_login(owner_of(contract))

        without = client.post(page("deliverable-return", contract, pk), {"reasons": " "})
        client.post(page("deliverable-return", contract, pk), {"reasons": "缺附图"})

        assert without.status_code == 422
        assert Deliverable.objects.get().reasons == "缺附图"

    def test_granting_a_later_date(self, frozen_clock, client):
        contract = ContractFactory(signed=True)
        client.force_login(owner_of(contract))
        due_on = contract.milestones.first().due_on
        client.get(page("extend", contract, 1))

        earlier = client.post(page("extend", contract, 1), {"due_on": "2026-12-01", "reason": "提前"})
        client.post(page("extend", contract, 1), {"due_on": due_on + timedelta(days=7), "reason": "资料晚到"})

        assert (earlier.status_code, "due_on" in earlier.context["form"].errors) == (422, True)
        assert contract.milestones.first().due_on == due_on + timedelta(days=7)


class TestPaymentPages:
    def test_recording_confirming_and_denying(self, frozen_clock, client):
        contract = ContractFactory(signed=True)
        client.force_login(owner_of(contract))
        token = client.get(page("payment-record", contract)).context["form"].initial["token"]
        data = {"token": token, "amount": "54000.00", "paid_on": "2026-11-23", "milestone": "", "note": ""}
        client.post(page("payment-record", contract), data)
        client.post(page("payment-record", contract), data)
        payment = Payment.objects.get()
        other = PaymentFactory(contract=contract)
        client.force_login(intermediary_of(contract))
        client.get(page("payment-answer", contract, payment.pk))

        client.post(page("payment-answer", contract, payment.pk))
        client.post(page("payment-deny", contract, other.pk), {"reason": "未到账"})

        assert sorted(Payment.objects.values_list("state", flat=True)) == ["confirmed", "denied"]

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("amount", "0"),
            ("amount", "-1"),
            ("amount", "99999999999999999999"),
            ("amount", "一万"),
            ("amount", "10.001"),
            ("amount", "200000"),
            ("paid_on", "2027-01-01"),
            ("paid_on", "2026-13-01"),
            ("milestone", "999999"),
            ("milestone", "x"),
        ],
    )
    def test_bad_input_is_answered_at_its_field(self, frozen_clock, client, field, value):
        contract = ContractFactory(signed=True)
        client.force_login(owner_of(contract))
        data = {"token": uuid.uuid4(), "amount": "100.00", "paid_on": "2026-11-23", "milestone": "", field: value}

        response = client.post(page("payment-record", contract), data)

        assert response.status_code == 422
        assert set(response.context["form"].errors) == {field}
        assert not Payment.objects.exists()


class TestRatingPages:
    def test_rating_changing_and_replying(self, frozen_clock, client):
        contract = ContractFactory(completed=True)
        client.force_login(owner_of(contract))
        client.get(page("rate", contract))

        client.post(page("rate", contract), {**STARS, "comment": "好"})
        client.post(page("rating-change", contract), {**STARS, "quality": 3, "comment": "好"})
        client.force_login(intermediary_of(contract))
        client.post(page("rating-reply", contract), {"reply": "谢谢"})

        rating = ContractRating.objects.get()
        assert (rating.quality, rating.changed_at, rating.reply) == (3, clock.now(), "谢谢")

    @pytest.mark.parametrize("value", ["0", "6", "", "five"])
    def test_stars_out_of_range_are_refused_at_their_aspect(self, frozen_clock, client, value):
        contract = ContractFactory(completed=True)
        client.force_login(owner_of(contract))

        response = client.post(page("rate", contract), {**STARS, "attitude": value})

        assert response.status_code == 422
        assert set(response.context["form"].errors) == {"attitude"}
        assert not ContractRating.objects.exists()

    def test_rating_twice_from_two_open_pages_is_refused(self, frozen_clock, client):
        contract = ContractFactory(rated=True)
        client.force_login(owner_of(contract))

        response = client.post(page("rate", contract), dict.fromkeys(STARS, 1))

        assert response.status_code == 409
        assert ContractRating.objects.get().quality == 5

    @pytest.mark.parametrize("name", ["rating-change", "rating-reply"])
    def test_without_a_rating_there_is_nothing_to_change_or_reply_to(self, frozen_clock, client, name):
        contract = ContractFactory(completed=True)
        client.force_login(owner_of(contract))

        assert client.get(page(name, contract)).status_code == 403


class TestVerifyPage:
    def test_anyone_learns_whose_text_a_hash_is(self, frozen_clock, client):
        contract = ContractFactory(signed=True)
        sha256 = contract.current_text.sha256
        grouped = " ".join(sha256[start : start + 8] for start in range(0, 64, 8)).upper()

        for typed in (sha256, grouped):
            html = client.get("/en/contracts/verify/", {"sha256": typed}).content.decode()
            assert f"This is version 2 of contract {contract.number}." in html

    def test_another_hash_is_nobody_s_and_nonsense_is_said_at_the_field(self, frozen_clock, client):
        unknown = client.get("/en/contracts/verify/", {"sha256": "0" * 64})
        nonsense = client.get("/en/contracts/verify/", {"sha256": "abc"})

        assert "No contract of this market" in unknown.content.decode()
        assert (nonsense.status_code, "sha256" in nonsense.context["form"].errors) == (422, True)
