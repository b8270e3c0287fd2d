"""What evaluators, and nobody else, see of proposals; and what everybody sees afterwards."""

import re

import pytest
from django.utils import translation

from marketplace.tendering import services
from marketplace.tendering.models import Mark, OpenedBid
from tests.factories.accounts import MembershipFactory
from tests.factories.evaluators import EvaluatorFactory
from tests.factories.tendering import member_of
from tests.tendering.panels import fill, finish, marked, papers, person
from tests.tendering.unchanged import nothing_changes

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _english():
    with translation.override("en"):
        yield


@pytest.fixture
def work_request(frozen_clock):
    found = marked()
    frozen_clock.move_to("2026-12-01 10:00")
    return found


def path(paper, rest=""):
    return f"/en/workbench/evaluations/{paper.pk}/{rest}"


def page(client, url, **more):
    return client.get(url, **more).content.decode()


def names_of(work_request):
    return [word for firm in work_request.firms for word in (firm.organisation.name_zh, firm.uscc)]


class TestLanding:
    def test_an_evaluator_of_no_organisation_finds_duty_and_tab(self, client, work_request):
        paper = papers(work_request)[0]
        client.force_login(person(paper))

        found = page(client, "/en/workbench/")

        assert "Mark the proposals" in found
        assert f'href="{path(paper)}"' in found
        assert 'href="/en/workbench/evaluations/"' in found

    def test_the_own_page_shows_what_waits_and_what_was(self, client, work_request):
        paper = papers(work_request)[0]
        client.force_login(person(paper))
        assert f'href="{path(paper)}"' in page(client, "/en/workbench/evaluations/")
        fill(paper)

        found = page(client, "/en/workbench/evaluations/")

        assert "Nothing is to be marked now" in found
        assert "handed in 1 Dec, 10:00" in found

    def test_who_is_in_the_pool_but_not_drawn_has_an_empty_page(self, client, frozen_clock):
        client.force_login(EvaluatorFactory().user)

        assert "Nothing is to be marked now" in page(client, "/en/workbench/evaluations/")

    def test_a_suspended_request_says_so(self, client, work_request):
        paper = papers(work_request)[0]
        regulator = MembershipFactory(regulator=True).user
        services.suspend_request(request_id=work_request.pk, reason="核查", actor=regulator)
        client.force_login(person(paper))

        assert "The request is suspended; its clocks stand still." in page(client, "/en/workbench/evaluations/")

    def test_others_have_no_such_page(self, client, work_request):
        client.force_login(member_of(work_request.owner))

        assert client.get("/en/workbench/evaluations/").status_code == 403
        assert "/workbench/evaluations/" not in page(client, "/en/workbench/")


class TestRoles:
    @pytest.mark.parametrize("rest", ["", "hand-in/", "tie/", "proposals/1/"])
    def test_a_paper_is_its_evaluator_s_alone(self, client, work_request, rest):
        first, second, _third = papers(work_request)
        others = [
            person(second),
            member_of(work_request.owner),
            member_of(work_request.firms[0].organisation),
            MembershipFactory(operator=True).user,
            MembershipFactory(regulator=True).user,
        ]

        for other in others:
            client.force_login(other)
            assert client.get(path(first, rest)).status_code == 404

    def test_posting_into_another_s_paper_changes_nothing(self, client, work_request):
        first, second, _third = papers(work_request)
        client.force_login(person(second))

        with nothing_changes():
            for rest in ("", "look-over/", "no-tie/", "tie/", "hand-in/"):
                assert client.post(path(first, rest), {"mark_1": 1, "reason": "x"}).status_code == 404

    def test_proposals_open_with_the_declaration_and_not_before(self, client, work_request):
        paper = papers(work_request)[0]
        client.force_login(person(paper))
        assert client.get(path(paper, "proposals/1/")).status_code == 403
        assert "First: have you a tie to this request?" in page(client, path(paper))

        client.post(path(paper, "no-tie/"))

        assert client.get(path(paper, "proposals/1/")).status_code == 200
        assert client.get(path(paper, "proposals/9/")).status_code == 404


class TestBlind:
    def test_no_page_of_the_evaluator_names_bidder_price_or_time(self, client, work_request):
        paper = papers(work_request)[0]
        client.force_login(person(paper))
        pages = [page(client, path(paper))]
        client.post(path(paper, "no-tie/"))
        pages += [page(client, path(paper)), page(client, path(paper, "hand-in/")), page(client, path(paper, "tie/"))]
        pages += [page(client, "/en/workbench/evaluations/"), page(client, "/en/workbench/")]

        secret = [*names_of(work_request), "150,000", "160,000", "170,000"]
        assert [word for word in secret for found in pages if word in found] == []

    def test_a_file_has_a_neutral_name_and_the_bidder_s_content(self, client, work_request):
        paper = papers(work_request)[0]
        client.force_login(person(paper))
        client.post(path(paper, "no-tie/"))
        row = paper.marks.select_related("opened_bid").get(label=2)

        response = client.get(path(paper, "proposals/2/"))

        assert response["Content-Disposition"] == f'attachment; filename="{work_request.number}-proposal-2.pdf"'
        assert b"".join(response) == f"%PDF-1.7 方案 {row.opened_bid.listed_as}".encode()

    def test_all_evaluators_read_the_same_proposal_under_the_same_number(self, work_request):
        given = Mark.objects.values_list("label", "opened_bid").distinct()

        assert len(set(given)) == 3

    def test_until_all_are_in_no_page_tells_who_bid_or_what_was_given(self, client, work_request):
        for paper in papers(work_request)[:2]:
            fill(paper, {firm.uscc: 37 for firm in work_request.firms})
        secret = [*names_of(work_request), "150,000", "170,000", ">37<", work_request.opening.seed[:8]]
        visitors = [None, member_of(work_request.owner), MembershipFactory(operator=True).user]
        visitors += [person(papers(work_request)[0])]

        found = []
        for visitor in visitors:
            if visitor is not None:
                client.force_login(visitor)
            for url in (f"/en/awards/{work_request.number}/", f"/en/requests/{work_request.number}/"):
                answer = page(client, url)
                found += [(url, word) for word in secret if word in answer]
            assert client.get(f"/en/awards/{work_request.number}/transcript/").status_code == 404

        assert found == []


class TestMarking:
    @pytest.fixture
    def paper(self, client, work_request):
        paper = papers(work_request)[0]
        client.force_login(person(paper))
        client.post(path(paper, "no-tie/"))
        paper.refresh_from_db()
        return paper

    def data(self, paper, **changes):
        values = {f"mark_{label}": 80 for label in (1, 2, 3)} | {f"remark_{label}": "完整" for label in (1, 2, 3)}
        return values | {"edited_at": paper.edited_at.isoformat()} | changes

    @pytest.mark.parametrize("mark", ["101", "-1", "eighty", "79.5"])
    def test_a_wrong_mark_is_told_at_its_field(self, client, paper, mark):
        with nothing_changes():
            found = client.post(path(paper), self.data(paper, mark_2=mark))

        assert found.context["form"].errors == {"mark_2": ["Proposal 2: a mark is a whole number from 0 to 100."]}

    def test_a_missing_mark_is_saved_as_missing_and_keeps_it_from_being_handed_in(self, client, paper):
        client.post(path(paper, "look-over/"), self.data(paper, mark_2=""))
        paper.refresh_from_db()

        assert "Every proposal needs a mark and its reason" in page(client, path(paper, "hand-in/"))
        response = client.post(path(paper, "hand-in/"), {"edited_at": paper.edited_at.isoformat()})
        assert response.status_code == 409
        paper.refresh_from_db()
        assert paper.handed_in_at is None

    def test_looked_over_and_handed_in(self, client, paper):
        response = client.post(path(paper, "look-over/"), self.data(paper))
        assert response.url == path(paper, "hand-in/")
        found = page(client, response.url)
        edited_at = re.search(r'name="edited_at" value="([^"]+)"', found)[1]

        client.post(path(paper, "hand-in/"), {"edited_at": edited_at})

        paper.refresh_from_db()
        assert paper.handed_in_at is not None
        assert list(paper.marks.values_list("mark", "remark")) == [(80, "完整")] * 3

    def test_what_was_changed_elsewhere_since_is_not_handed_in(self, client, paper, frozen_clock):
        client.post(path(paper), self.data(paper))
        paper.refresh_from_db()
        seen = paper.edited_at.isoformat()
        frozen_clock.advance(minutes=1)
        services.save_marks(paper_id=paper.pk, marks={1: (10, "改")}, actor=person(paper))

        with nothing_changes():
            response = client.post(path(paper, "hand-in/"), {"edited_at": seen})

        assert response.status_code == 409

    def test_after_handing_in_the_own_marks_can_be_read_and_not_changed(self, client, paper):
        client.post(path(paper), self.data(paper))
        services.hand_in_marks(paper_id=paper.pk, actor=person(paper))

        assert "Handed in" in page(client, path(paper))
        with nothing_changes():
            assert client.post(path(paper), self.data(paper, mark_1="1")).status_code == 403
            assert client.post(path(paper, "hand-in/")).status_code == 403

    def test_a_tie_is_declared_with_its_reason(self, client, paper):
        with nothing_changes():
            assert client.post(path(paper, "tie/"), {"reason": " "}).status_code == 422

        response = client.post(path(paper, "tie/"), {"reason": "认出了编制单位"})

        assert response.url == "/en/workbench/evaluations/"
        paper.seat.refresh_from_db()
        assert paper.seat.state == "replaced"


class TestResult:
    def test_shows_weights_evaluators_marks_parts_and_totals(self, client, work_request):
        first = work_request.firms[0]
        drawn = [paper.seat.number for paper in papers(work_request)]
        opening = finish(work_request, [{first.uscc: 50}, {first.uscc: 60}, {first.uscc: 75}])
        opening = finish(work_request, [{first.uscc: 61}, {first.uscc: 64}, {first.uscc: 67}])
        step = next(one for one in opening.transcript["working"] if one.get("id") == first.uscc and "total" in one)

        found = client.get(f"/en/awards/{work_request.number}/")

        panel = found.context["panel"]
        assert [(aspect, weight) for aspect, weight, _name in panel.parts] == [
            ("price", 40),
            ("time", 10),
            ("proposal", 40),
            ("credit", 10),
        ]
        shown = next(one for one in panel.proposals if one.id == first.uscc)
        assert shown.numbers == drawn
        assert [(row.marks, row.counts) for row in shown.rows] == [([50, 60, 75], False), ([61, 64, 67], True)]
        words = found.content.decode()
        for text in (step["total"], "64.0000", "86.0000", "方案完整。", f"Number {drawn[0]}: 61"):
            assert text in words

    def test_names_no_evaluator(self, client, work_request):
        people = [person(paper).name for paper in papers(work_request)]
        finish(work_request)

        found = page(client, f"/en/awards/{work_request.number}/")

        assert [name for name in people if name in found] == []

    def test_the_request_says_how_it_is_selected(self, client, work_request):
        found = page(client, f"/en/requests/{work_request.number}/")

        assert "price 40%, time 10%, proposal 40%, credit 10%" in found
        assert "3 evaluators are drawn by the seed of the opening from the 5 numbers announced" in " ".join(
            found.split()
        )

    def test_bids_stand_with_their_totals(self, client, work_request):
        finish(work_request)
        opening = work_request.opening

        bids = client.get(f"/en/awards/{work_request.number}/").context["bids"]

        totals = {step["id"]: step["total"] for step in opening.transcript["working"] if step["step"] == "total"}
        assert [bid.total for bid in bids] == [totals[one] for one in opening.transcript["ranking"]]
        assert OpenedBid.objects.filter(rank=1).count() == 1
