"""Filing at its edges: what the logs must not tell, and a body without fields."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from marketplace.tendering.models import SealedProposal
from tests.factories.evaluators import EvaluatorFactory
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


@pytest.mark.parametrize(
    "page", ["/requests/{}/", "/en/requests/{}/", "/requests/{}/ask/", "/api/v1/work-requests/{}/"]
)
def test_the_pages_around_a_filing_name_nobody_either(client, caplog, frozen_clock, page):
    work_request = WorkRequestFactory(published=True)
    client.force_login(member_of(bidder_for(work_request).organisation))
    caplog.set_level("INFO")

    client.get(page.format(work_request.number), headers={"user-agent": "Phone of Zhou"}, REMOTE_ADDR="203.0.113.7")

    assert len(lines(caplog)) >= 2
    assert not [line for line in lines(caplog) if any(line.get(key) for key in PERSONAL)]


def test_a_proposal_in_the_clear_touches_no_disk_before_it_is_sealed(client, frozen_clock, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    settings.FILE_UPLOAD_TEMP_DIR = str(tmp_path / "none")
    EvaluatorFactory.create_batch(4)
    contest = WorkRequestFactory(best_proposal=True, published=True)
    firm = bidder_for(contest)
    client.force_login(member_of(firm.organisation))
    upload = SimpleUploadedFile("方案.pdf", b"%PDF-1.7 " + b"x" * 4_000_000, content_type="application/pdf")

    answer = client.post(
        f"/api/v1/work-requests/{contest.number}/bids/", {"days": 10, "price": "100000.00", "proposal": upload}
    )

    assert answer.status_code == 201
    assert SealedProposal.objects.get().size > 4_000_000


def test_an_empty_answer_to_a_draw_leads_to_the_look_over(client, frozen_clock):
    work_request = WorkRequestFactory(published=True)
    client.force_login(member_of(bidder_for(work_request).organisation))

    assert client.post(f"/requests/{work_request.number}/bid/").status_code == 200


def test_other_pages_log_who_asked(client, caplog):
    client.get("/requests/", headers={"user-agent": "Phone of Zhou"})

    assert any(line.get("user_agent") == "Phone of Zhou" for line in lines(caplog))
