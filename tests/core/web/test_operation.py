from types import SimpleNamespace

import pytest
from django import forms
from django.contrib.auth.models import AnonymousUser
from django.contrib.messages.storage.base import BaseStorage
from django.http import HttpResponse
from django.test import RequestFactory

from marketplace.core.failures import DomainError
from marketplace.core.models import Effect
from marketplace.core.permissions import Refused, no, yes
from marketplace.core.web import operation


class Said(BaseStorage):
    def _get(self, *args, **kwargs):
        return [], True

    def _store(self, messages, response, *args, **kwargs):
        return []


class NoteForm(forms.Form):
    text = forms.CharField(error_messages={"required": "Write something."})


pytestmark = pytest.mark.django_db


class Noting:
    """A service that notes or refuses, and what an operation says of its surroundings."""

    form_class = NoteForm
    done = "Noted."
    template_name = "note.html"
    partial_name = "partials/note.html"
    answer = yes()
    failure = None
    noted: list

    def decision(self):
        return self.answer

    def operate(self, form):
        if self.failure:
            raise self.failure
        self.noted.append(form.cleaned_data["text"])

    def place(self, result):
        return "/notes/"


class Note(Noting, operation.Operation):
    pass


class Button(Noting, operation.Press):
    def back(self):
        return "/board/"


class Decide(Noting, operation.ConsoleOperation):
    may_enter = yes()

    def entry(self):
        return self.may_enter

    def heading(self):
        return "Decide"

    def crumbs(self):
        return []


@pytest.fixture
def send(monkeypatch):
    """Send a request to a view; the answer says what was shown, said and noted."""

    def render(request, template, context, status):
        response = HttpResponse(status=status)
        response.template, response.form = template, context["form"]
        response.refusal = context.get("refusal")
        response.context = context
        return response

    def send(view, data=None, user=None, headers=None, **attributes):
        make = RequestFactory().get if data is None else RequestFactory().post
        request = make("/notes/new/", data, headers=headers)
        request.user = user or SimpleNamespace(is_authenticated=True, pk=1)
        request._messages = Said(request)
        noted = []
        answer = type(view.__name__, (view,), {"noted": noted, **attributes}).as_view()(request)
        answer.said = [str(each) for each in request._messages._queued_messages]
        answer.noted = noted
        return answer

    monkeypatch.setattr(operation, "render", render)
    return send


class TestOperation:
    def test_it_shows_an_empty_form(self, send):
        answer = send(Note)

        assert (answer.status_code, answer.template, answer.form.is_bound) == (200, "note.html", False)

    def test_it_asks_its_service_once_says_so_and_leads_on(self, send):
        answer = send(Note, {"text": "A"})

        assert (answer.status_code, answer.url) == (302, "/notes/")
        assert (answer.noted, answer.said) == (["A"], ["Noted."])

    def test_what_does_not_fit_is_422_with_what_was_typed(self, send):
        answer = send(Note, {"text": "", "more": "B"})

        assert (answer.status_code, answer.noted, answer.said) == (422, [], [])
        assert list(answer.form.errors) == ["text"]
        assert answer.form.data["more"] == "B"

    def test_a_refusal_about_a_field_stands_at_the_field(self, send):
        failure = DomainError("No.", {"text": "Too short.", "elsewhere": "Too late."})

        answer = send(Note, {"text": "A"}, failure=failure)

        assert answer.status_code == 422
        assert answer.form.errors == {"text": ["Too short."], "__all__": ["Too late."]}

    def test_a_refusal_about_the_state_stands_above_the_form_with_its_own_status(self, send):
        answer = send(Note, {"text": "A"}, failure=DomainError("The time is over."))

        assert (answer.status_code, answer.form.errors) == (409, {"__all__": ["The time is over."]})
        assert answer.said == []

    @pytest.mark.parametrize("data", [None, {"text": ""}])
    def test_who_may_not_is_told_why_not(self, send, data):
        with pytest.raises(Refused, match="Not yours"):
            send(Note, data, answer=no("Not yours."))

    def test_who_is_not_signed_in_is_led_to_it(self, send):
        answer = send(Note, {"text": "A"}, user=AnonymousUser())

        assert (answer.status_code, answer.noted) == (302, [])
        assert "login" in answer.url

    def test_htmx_gets_the_partial_alone(self, send):
        answer = send(Note, {"text": ""}, headers={"HX-Request": "true"})

        assert (answer.status_code, answer.template) == (422, "partials/note.html")


class TestPress:
    def test_it_takes_presses_only(self, send):
        assert send(Button).status_code == 405

    def test_done_is_said_on_the_page_that_follows(self, send):
        answer = send(Button, {"text": "A"})

        assert (answer.url, answer.noted, answer.said) == ("/notes/", ["A"], ["Noted."])

    @pytest.mark.parametrize(
        ("failure", "words"),
        [
            (DomainError("Too late."), ["Too late."]),
            (DomainError("No.", {"text": "Too short.", "x": "Too late."}), ["Too short.", "Too late."]),
        ],
    )
    def test_a_refusal_is_said_on_the_page_of_the_button(self, send, failure, words):
        answer = send(Button, {"text": "A"}, failure=failure)

        assert (answer.status_code, answer.url, answer.said) == (302, "/board/", words)

    def test_what_does_not_fit_is_said_there_too(self, send):
        answer = send(Button, {"text": ""})

        assert (answer.url, answer.noted, answer.said) == ("/board/", [], ["Write something."])


class TestConsoleOperation:
    def test_who_does_not_work_here_is_refused_before_anything_is_looked_up(self, send):
        with pytest.raises(Refused, match="Only regulators"):
            send(Decide, may_enter=no("Only regulators work here."))

    def test_who_may_not_act_reads_why_in_the_form_s_place(self, send):
        answer = send(Decide, answer=no("You proposed it."))

        assert (answer.status_code, answer.form, answer.refusal.reason) == (200, None, "You proposed it.")

    def test_who_may_not_act_cannot_send_either(self, send):
        with pytest.raises(Refused, match="You proposed it"):
            send(Decide, {"text": ""}, answer=no("You proposed it."))


class TestOneEffect:
    """A page that carries its number does once what is sent once, twice, or from two tabs."""

    @pytest.fixture
    def person(self):
        return SimpleNamespace(is_authenticated=True, pk=7)

    def test_a_page_carries_the_next_number(self, send, person):
        assert send(Note, user=person).context["once"] == 1

        send(Note, {"text": "A", "once": "1"}, user=person)

        assert send(Note, user=person).context["once"] == 2

    def test_a_second_press_leads_to_the_first_s_result(self, send, person):
        first = send(Note, {"text": "A", "once": "1"}, user=person)
        second = send(Note, {"text": "A", "once": "1"}, user=person)

        assert (first.noted, second.noted) == (["A"], [])
        assert (second.status_code, second.url) == (302, "/notes/")
        assert len(second.said) == 1
        assert Effect.objects.count() == 1

    def test_another_text_from_the_same_page_is_kept_and_a_press_away(self, send, person):
        send(Note, {"text": "A", "once": "1"}, user=person)

        other = send(Note, {"text": "B", "once": "1"}, user=person)
        again = send(Note, {"text": "B", "once": str(other.context["once"])}, user=person)

        assert (other.status_code, other.noted, other.form.data["text"]) == (409, [], "B")
        assert again.noted == ["B"]

    def test_a_refusal_takes_no_number(self, send, person):
        send(Note, {"text": "A", "once": "1"}, user=person, failure=DomainError("No."))

        assert send(Note, {"text": "A", "once": "1"}, user=person).noted == ["A"]

    def test_numbers_are_a_person_s_own(self, send, person):
        send(Note, {"text": "A", "once": "1"}, user=person)

        assert send(Note, {"text": "A", "once": "1"}, user=SimpleNamespace(is_authenticated=True, pk=8)).noted == ["A"]

    @pytest.mark.parametrize("number", ["", "x", "-1", "９", "9" * 30])
    def test_what_is_no_number_counts_as_none(self, send, person, number):
        assert send(Note, {"text": "A", "once": number}, user=person).noted == ["A"]
        assert not Effect.objects.exists()

    def test_where_a_row_may_tell_nothing_none_is_written(self, send, person):
        send(Note, {"text": "A", "once": "1"}, user=person, counts_once=False)

        assert not Effect.objects.exists()


class TestAnActThatCannotBeUndone:
    WORDS = {"act": "Void", "asks": "It cannot be undone."}

    def test_is_asked_for_once_in_its_own_words(self, send):
        asked = send(Note, {"text": "A"}, **self.WORDS)
        done = send(Note, {"text": "A", "asked": asked.context["asked"]}, **self.WORDS)

        assert (asked.status_code, asked.noted) == (200, [])
        assert (asked.context["act"], asked.context["asking"]) == ("Void", "It cannot be undone.")
        assert done.noted == ["A"]

    def test_what_was_changed_since_is_asked_for_again(self, send):
        asked = send(Note, {"text": "A"}, **self.WORDS)

        other = send(Note, {"text": "B", "asked": asked.context["asked"]}, **self.WORDS)

        assert (other.noted, other.context["asking"]) == ([], "It cannot be undone.")

    def test_who_may_not_is_not_asked_but_refused_by_the_service(self, send):
        failure = DomainError("It has been decided.")

        answer = send(Note, {"text": "A"}, answer=no("Not yours."), failure=failure, **self.WORDS)

        assert (answer.status_code, answer.context["asking"]) == (409, "")
