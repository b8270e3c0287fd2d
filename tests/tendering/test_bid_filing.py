"""Filing at its edges: what the logs must not tell, and a body without fields."""

import pytest

from tests.factories.tendering import WorkRequestFactory, bidder_for, member_of

pytestmark = pytest.mark.django_db
PERSONAL = ("user_id", "ip", "user_agent")


def lines(caplog):
    return [record.msg for record in caplog.records if isinstance(record.msg, dict)]


@pytest.mark.parametrize("prefix", ["", "/en"])
@pytest.mark.parametrize("page", ["bid/", "bid/withdraw/"])
def test_filing_names_no_person_address_or_device(client, caplog, frozen_clock, page, prefix):
    work_request = WorkRequestFactory(published=True)
    client.force_login(member_of(bidder_for(work_request).organisation))
    caplog.set_level("INFO")

    for method in (client.get, client.post):
        method(
            f"{prefix}/requests/{work_request.number}/{page}",
            headers={"user-agent": "Phone of Zhou"},
            REMOTE_ADDR="203.0.113.7",
        )

    assert len(lines(caplog)) >= 4
    assert not [line for line in lines(caplog) if any(line.get(key) for key in PERSONAL)]
    assert "203.0.113.7" not in caplog.text
    assert "Phone of Zhou" not in caplog.text


def test_an_empty_answer_to_a_draw_leads_to_the_look_over(client, frozen_clock):
    work_request = WorkRequestFactory(published=True)
    client.force_login(member_of(bidder_for(work_request).organisation))

    assert client.post(f"/requests/{work_request.number}/bid/").status_code == 200


def test_other_pages_log_who_asked(client, caplog):
    client.get("/requests/", headers={"user-agent": "Phone of Zhou"})

    assert any(line.get("user_agent") == "Phone of Zhou" for line in lines(caplog))
