"""What is wrong with a payload, point by point; no database."""

from datetime import date

import pytest

from marketplace.registry.rules import commitments, filing
from marketplace.registry.rules.filing import ItemFacts, Reference

NEEDS = ItemFacts("HB-001", "环境影响报告书编制", 40, "7", "环评信用平台登记", has_standard=True)
FREE = ItemFacts("HB-004", "排污许可申请", None, None, "", has_standard=False)
SHUT = ItemFacts("HB-009", "已停办服务", 10, None, "", has_standard=False, is_open=False)
OWN_CODE = "91320400MA0C8A7B10"


def reference(**changes):
    values = {
        "today": date(2026, 11, 23),
        "districts": frozenset({"320411"}),
        "qualification_types": {"7": "环评信用平台登记"},
        "items": {"HB-001": NEEDS, "HB-004": FREE, "HB-009": SHUT},
    }
    return Reference(**(values | changes))


def payload(**changes):
    values = {
        "particulars": {
            "name_zh": "常州乌有环保咨询有限公司",
            "legal_representative": "李某",
            "district": "320411",
            "address": "太湖东路 9 号",
            "phone": "0519-85680000",
        },
        "holders": {"rows": [holder()]},
        "documents": {"licence": "a", "authorisation": "b", "authorised_person": "周某"},
        "qualifications": {"rows": [certificate()]},
        "practitioners": {"rows": [{"key": "p", "name": "林某", "licence_type": "环评工程师", "licence_no": "BH1"}]},
        "offers": {"rows": [offer()]},
        "commitment": {"agreed": True, "version": commitments.CURRENT},
    }
    return values | changes


def holder(**changes):
    return {"key": "h", "name": "王某", "code": "", "share_percent": "60"} | changes


def certificate(**changes):
    return {
        "key": "q",
        "qualification_type": "7",
        "number": "苏 1",
        "issuer": "生态环境部",
        "valid_from": "2024-01-01",
        "valid_to": "2028-05-31",
    } | changes


def offer(**changes):
    return {"key": "o", "item": "HB-001", "pricing": "fixed", "amount": "156,864.00", "days": "30"} | changes


def points(reference_=None, **changes):
    read = filing.read(payload(**changes), reference_ or reference())
    return [(each.step, each.field, each.row) for each in read.problems]


def test_a_complete_filing_has_no_problem():
    assert points() == []


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"share_percent": "24.99"}, "share_percent"),
        ({"share_percent": "100.01"}, "share_percent"),
        ({"share_percent": "-30"}, "share_percent"),
        ({"share_percent": "half"}, "share_percent"),
        ({"share_percent": "NaN"}, "share_percent"),
        ({"share_percent": ""}, "share_percent"),
        ({"name": ""}, "name"),
        ({"code": "91320400MA0C8A7B1X"}, "code"),
        ({"code": "123"}, "code"),
    ],
)
def test_a_holder_with_a_fault_is_named(change, field):
    assert points(holders={"rows": [holder(**change)]}) == [("holders", field, 0)]


class TestHolders:
    def test_shares_above_100_percent_in_all_are_refused(self):
        rows = [holder(), holder(key="i", name="赵某", share_percent="40.01")]

        assert points(holders={"rows": rows}) == [("holders", "share_percent", 1)]

    def test_shares_of_exactly_100_percent_pass(self):
        assert points(holders={"rows": [holder(), holder(key="i", name="赵某", share_percent="40")]}) == []

    def test_nobody_and_somebody_at_once_is_refused(self):
        assert points(holders={"rows": [holder()], "nobody": True}) == [("holders", "nobody", None)]

    def test_nobody_alone_passes(self):
        assert points(holders={"rows": [], "nobody": True}) == []

    def test_the_same_holder_twice_is_refused(self):
        rows = [holder(share_percent="30"), holder(key="i", share_percent="30")]

        assert points(holders={"rows": rows}) == [("holders", "name", 1)]


class TestAbolishedQualification:
    gone = {"7": date(2021, 6, 30)}

    def test_a_certificate_of_it_is_not_taken(self):
        found = points(reference(abolished=self.gone))

        assert found == [("qualifications", "qualification_type", 0), ("offers", "item", 0)]

    def test_one_that_stands_in_the_record_may_stay(self):
        assert points(reference(abolished=self.gone, held=frozenset({("7", "苏1")}))) == []


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"qualification_type": "8"}, "qualification_type"),
        ({"number": ""}, "number"),
        ({"issuer": ""}, "issuer"),
        ({"valid_from": "2024-13-01"}, "valid_from"),
        ({"valid_from": "0001-01-01"}, "valid_from"),
        ({"valid_to": "9999-12-31"}, "valid_to"),
        ({"valid_from": "2026-12-02", "valid_to": "2026-12-01"}, "valid_to"),
        ({"valid_to": "2026-11-22"}, "valid_to"),
    ],
)
def test_a_certificate_with_a_fault_is_named_and_cannot_carry_a_service(change, field):
    rows = {"rows": [certificate(**change)]}

    assert points(qualifications=rows) == [("qualifications", field, 0), ("offers", "item", 0)]


class TestQualifications:
    def test_the_last_valid_day_may_be_today(self):
        assert points(qualifications={"rows": [certificate(valid_to="2026-11-23")]}) == []

    def test_the_same_number_in_another_spelling_is_the_same_certificate(self):
        rows = {"rows": [certificate(number="Ab 1"), certificate(key="r", number="ａｂ1")]}

        assert points(qualifications=rows) == [("qualifications", "number", 1)]

    def test_giving_up_a_certificate_that_an_offer_needs_is_refused(self):
        offered = reference(offered=frozenset({"HB-001"}))

        assert points(offered, qualifications={"rows": []}, offers={"rows": []}) == [("qualifications", None, None)]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"item": "HB-404"}, "item"),
        ({"item": "HB-009"}, "item"),
        ({"pricing": "barter"}, "pricing"),
        ({"amount": "0"}, "amount"),
        ({"amount": "-1"}, "amount"),
        ({"amount": "100000000.01"}, "amount"),
        ({"amount": "1e400"}, "amount"),
        ({"amount": "1.001"}, "amount"),
        ({"amount": "cheap"}, "amount"),
        ({"pricing": "percent_off", "amount": "100"}, "amount"),
        ({"pricing": "percent_off", "amount": "-0.01"}, "amount"),
        ({"pricing": "per_unit", "unit": ""}, "unit"),
        ({"days": "0"}, "days"),
        ({"days": "41"}, "days"),
        ({"days": "2.5"}, "days"),
        ({"days": "-3"}, "days"),
        ({"item": "HB-004", "pricing": "percent_off", "amount": "5"}, "pricing"),
        ({"item": "HB-004", "days": "1001"}, "days"),
    ],
)
def test_an_offer_with_a_fault_is_named(change, field):
    assert points(offers={"rows": [offer(**change)]}) == [("offers", field, 0)]


class TestOffers:
    @pytest.mark.parametrize("amount", ["0", "99.99"])
    def test_percents_from_0_to_below_100_pass(self, amount):
        assert points(offers={"rows": [offer(pricing="percent_off", amount=amount)]}) == []

    def test_the_standard_time_itself_passes(self):
        assert points(offers={"rows": [offer(days="40")]}) == []

    def test_a_service_offered_twice_is_refused(self):
        assert points(offers={"rows": [offer(), offer(key="p")]}) == [("offers", "item", 1)]

    def test_a_service_without_its_qualification_is_refused(self):
        assert points(qualifications={"rows": []}) == [("offers", "item", 0)]

    def test_a_change_may_add_no_service(self):
        assert points(reference(offered=frozenset({"HB-001"})), offers={"rows": []}) == []


def test_a_commitment_of_an_older_text_is_signed_again():
    assert points(commitment={"agreed": True, "version": "2025.1"}) == [("commitment", "agreed", None)]


def test_a_payload_is_checked_item_by_item():
    assert filing.items_to_check(payload()) == [
        "particulars",
        "holders",
        "documents",
        "qualifications.q",
        "practitioners.p",
        "offers",
        "commitment",
    ]
