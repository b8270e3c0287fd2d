"""Questions about a request, and the answers that everybody gets."""

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.models import User
from marketplace.core import audit, calendar, clock
from marketplace.core.failures import DomainError
from marketplace.core.permissions import require
from marketplace.registry.models import Intermediary

from ... import notices, permissions
from ...facts import bidders
from ...failures import joined
from ...models import Question, WorkRequest
from ...policy import TenderingPolicy
from .notifying_eligible import schedule_telling

LONGEST_QUESTION = 2000
LONGEST_ANSWER = 4000


class UnableToAsk(DomainError):
    code = "unable-to-ask"


class UnableToAnswer(DomainError):
    code = "unable-to-answer"


@transaction.atomic
def ask_question(*, request_id: int, intermediary: Intermediary, text: str, actor: User) -> Question:
    """
    Ask; the question is published without the asker's name, and the owner's clock starts.

    While it stands unanswered the bids stay open two working days longer (`WorkRequest.open_until`).

    :raises Refused: if the time is over, or the actor may not ask for the firm
    :raises UnableToAsk: with every unmet condition, past the limit of questions, or without a text
    """
    work_request = WorkRequest.objects.locked().select_related("owner").get(pk=request_id)
    require(permissions.can_ask(actor, work_request, intermediary))
    now = clock.now()
    rules = TenderingPolicy.of(work_request.policy_version)
    if problems := bidders.problems_of(intermediary, work_request, at=now):
        raise UnableToAsk(joined([problem.text for problem in problems]))
    if work_request.questions.filter(asker=intermediary).count() >= rules.questions_per_firm:
        raise UnableToAsk(
            _("Your company has asked %(most)d questions, the most that are taken.")
            % {"most": rules.questions_per_firm}
        )
    text = _checked(text, LONGEST_QUESTION, UnableToAsk, "text")
    question = Question.objects.create(
        work_request=work_request,
        number=work_request.questions.count() + 1,
        asker=intermediary,
        asked_by=actor,
        asked_at=now,
        due_at=calendar.end_of_working_day(clock.date_of(now), rules.answer_days),
        text=text,
    )
    work_request.bids_open_until = work_request.open_until(clock.database_now())
    work_request.save()
    # The trail of a request is read by its owner: it names the question, never the asker.
    audit.record(
        matter=work_request.audit_matter, action="question.asked", actor=None, after={"number": question.number}
    )
    notices.tell(
        [work_request.owner],
        work_request,
        occasion=f"question:{question.number}",
        subject=_("%(number)s: a question waits for your answer"),
        body=_("%(title)s: %(text)s"),
        text=text,
        at=notices.page("tendering:question-answer", work_request.number, question.number),
        turn=f"question:{question.number}",
    )
    return question


@transaction.atomic
def answer_question(*, question_id: int, answer: str, actor: User) -> Question:
    """
    Answer to everybody.

    :raises Refused: if the bids have closed, or the actor does not act for the owner
    :raises UnableToAnswer: if it is answered already, or without a text
    """
    request_id = Question.objects.values_list("work_request", flat=True).get(pk=question_id)
    work_request = WorkRequest.objects.locked().select_related("owner").get(pk=request_id)
    require(permissions.can_answer(actor, work_request))
    question = Question.objects.select_related("asker__organisation").get(pk=question_id)
    if question.is_answered:
        raise UnableToAnswer(_("This question has been answered."))
    question.answer = _checked(answer, LONGEST_ANSWER, UnableToAnswer, "answer")
    question.answered_at, question.answered_by = clock.now(), actor
    question.save()
    if work_request.bids_close_at is not None and question.answered_at < work_request.bids_close_at:
        work_request.bids_open_until = work_request.open_until(clock.database_now())
        work_request.save()
    audit.record(
        matter=work_request.audit_matter,
        action="question.answered",
        actor=actor,
        after={"number": question.number, "answer": question.answer},
    )
    notices.settle(work_request, f"question:{question.number}")
    notices.tell(
        [question.asker.organisation],
        work_request,
        occasion=f"answer:{question.number}",
        subject=_("%(number)s: your question was answered"),
        body=_("%(title)s: %(text)s"),
        text=question.answer,
    )
    # The asker has been told; the same occasion reaches it once.
    schedule_telling(
        work_request,
        notices.ABOUT_ANSWER,
        occasion=f"answer:{question.number}",
        question=question.number,
        text=question.answer,
    )
    return question


def _checked(text: str, longest: int, failure: type[DomainError], field: str) -> str:
    text = text.strip()
    if not text:
        raise failure(_("Write something."), {field: _("Write something.")})
    if len(text) > longest:
        message = _("At most %(most)d characters.") % {"most": longest}
        raise failure(message, {field: message})
    return text
