"""A best-proposal request whose evaluators mark, for the tests of everything around it."""

from decimal import Decimal

from marketplace.tendering import services
from marketplace.tendering.models import Paper
from tests.factories.evaluators import EvaluatorFactory
from tests.factories.tendering import WorkRequestFactory, bid, bidder_for, open_bids, proposal_file


def published(evaluators=5, **values):
    """A request with so many evaluators in its pool."""
    EvaluatorFactory.create_batch(evaluators)
    return WorkRequestFactory(best_proposal=True, published=True, **values)


def marked(bids=3, evaluators=5, **values):
    """A request at the stage in which its drawn evaluators mark; `request.firms` are its bidders."""
    work_request = published(evaluators, **values)
    work_request.firms = []
    for number in range(bids):
        firm = bidder_for(work_request)
        bid(
            work_request,
            firm,
            price=Decimal(150_000 + 10_000 * number),
            days=35 - number,
            proposal=proposal_file(f"方案 {firm.uscc}"),
        )
        work_request.firms.append(firm)
    work_request.panel_opening = open_bids(work_request)
    return work_request


def papers(work_request):
    """The open papers in the order of the draw."""
    return list(
        Paper.objects.filter(seat__opening__work_request=work_request)
        .open()
        .select_related("seat__evaluator__user", "seat__opening")
        .order_by("seat__place")
    )


def person(paper):
    return paper.seat.evaluator.user


def fill(paper, marks=None, *, hand_in=True):
    """
    Declare, mark and hand in; 80 unless given.

    :param marks: by firm's code
    """
    services.declare_no_tie(paper_id=paper.pk, actor=person(paper))
    rows = {row.label: row.opened_bid.listed_as for row in paper.marks.select_related("opened_bid")}
    given = {label: ((marks or {}).get(code, 80), "方案完整。") for label, code in rows.items()}
    services.save_marks(paper_id=paper.pk, marks=given, actor=person(paper))
    if hand_in:
        services.hand_in_marks(paper_id=paper.pk, actor=person(paper))


def finish(work_request, *rounds):
    """All papers of a round handed in, a table of marks by evaluator's place a round."""
    for table in rounds or ([{}, {}, {}],):
        for paper, marks in zip(papers(work_request), table, strict=True):
            fill(paper, marks)
    work_request.refresh_from_db()
    return work_request.opening
