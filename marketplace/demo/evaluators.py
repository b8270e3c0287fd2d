"""The evaluators of the demo world: people of no firm, who mark what they are drawn for."""

from collections.abc import Mapping

from marketplace.accounts.models import User
from marketplace.tendering import services as tendering
from marketplace.tendering.models import Evaluator, Paper

from . import names, people

#: Fields of competence and employer by number in the pool; the first one is the demo's account.
EVALUATORS = (
    (("environment", "water"), "退休（原环境监测高级工程师）"),
    (("environment", "construction"), "常州无何有大学环境学院"),
    (("environment", "water"), "江苏建木规划研究院"),
    (("environment",), "退休（原环境影响评价专家）"),
    (("environment", "natural_resources"), "常州若木生态研究所"),
    (("water", "natural_resources"), "江苏建木规划研究院"),
    (("water", "construction"), "常州无何有大学水利学院"),
    (("construction", "natural_resources"), "退休（原勘察设计专家）"),
)
REMARKS = (
    "现状调查充分，工程分析与项目实际一致，措施可行。",
    "总体思路清楚，进度安排合理，个别章节依据不足。",
    "重点突出，人员配备能满足要求，质量保证措施具体。",
    "内容较为笼统，针对性不强，监测方案需要细化。",
)


def admit(operator: User) -> list[Evaluator]:
    """The pool as the operator has admitted it."""
    return [
        tendering.admit_evaluator(
            user=people.account("evaluator" if number == 0 else f"evaluator{number + 1}", names.person(number + 31)),
            fields=list(fields),
            employer=employer,
            actor=operator,
        )
        for number, (fields, employer) in enumerate(EVALUATORS)
    ]


def mark(paper: Paper, marks: Mapping[int, int]) -> None:
    """
    Declare, mark and hand in.

    :param marks: by the number under which the proposal is read
    """
    person = paper.seat.evaluator.user
    tendering.declare_no_tie(paper_id=paper.pk, actor=person)
    given = {
        label: (mark, REMARKS[(label + paper.seat.place) % 3 if mark >= 60 else 3]) for label, mark in marks.items()
    }
    tendering.save_marks(paper_id=paper.pk, marks=given, actor=person)
    tendering.hand_in_marks(paper_id=paper.pk, actor=person)
