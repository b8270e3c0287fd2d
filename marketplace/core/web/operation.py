"""
The one shape of every page that asks one service: a view an operation, no refusal caught anywhere else.

    class EndRequest(Operation):
        template_name, form_class = "tendering/request_end.html", ReasonForm
        done = gettext_lazy("The request has ended.")

        def visible(self):
            return WorkRequest.objects.visible_to(self.request.user)

        def decision(self):
            return permissions.can_end(self.request.user, self.subject)

        def operate(self, form):
            services.end_request(request_id=self.subject.pk, actor=self.request.user, **form.cleaned_data)

Its address names what `visible()` is looked up by: `<str:number>/end/`. A button without a page is a `Press`, a page
of the console a `ConsoleOperation`. An app with several operations on one thing gives them a base of its own.
"""

from functools import cached_property
from typing import Any, Protocol

from django import forms
from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render, resolve_url
from django.utils.translation import gettext as _
from django.views.generic import View

from ..failures import DomainError, Text
from ..models import Effect
from ..permissions import Decision, require, yes
from . import once
from .forms import add_failure


class HasPage(Protocol):
    def get_absolute_url(self) -> str: ...


#: Where to go: an address, the name of a route, or something that has a page.
Place = str | HasPage


class Operation(LoginRequiredMixin, View):
    """
    A form, one service call, and on to the page that shows what came of it.

    What does not fit the form, or what the rules refuse, is shown at its field or above the form, which keeps what
    was filled in: 422 where something typed is to be mended, the refusal's own status (409) where it is about the
    state, 403 where the person may not, 404 where they may not even see.
    """

    http_method_names = ["get", "head", "post"]
    request: Any
    template_name: str
    #: What htmx gets in the page's place: the same template's partial.
    partial_name = ""
    form_class: Any = forms.Form
    #: What is said when it is done; `words` where they depend on what came of it.
    done: Text = ""
    #: Whether pressing twice, a second tab and loading again do it once; not where a row may tell nobody's ways.
    counts_once = True
    #: Of an act that cannot be undone: its name, and what is asked before it is done.
    act: Text = ""
    asks: Text = ""
    #: What is being asked, while it is.
    asking: Text = ""

    @cached_property
    def subject(self) -> Any:
        """What the operation is about; what the person may not see is not found."""
        return get_object_or_404(self.visible(), **self.looked_up_by())

    def looked_up_by(self) -> dict[str, Any]:
        """The parts of the address that name the subject."""
        return self.kwargs

    def visible(self) -> QuerySet[Any]:
        """The rows that the person may see, with all that the page shows of one."""
        raise NotImplementedError

    def decision(self) -> Decision:
        """Whether this person may do it now, or why not: the predicate that the service asks too."""
        return yes()

    def operate(self, form: Any) -> Any:
        """The one service call."""
        raise NotImplementedError

    def words(self, result: Any) -> Text:
        return self.done

    def place(self, result: Any) -> Place:
        """Where the person goes when it is done."""
        return self.subject

    def initial(self) -> dict[str, Any]:
        return {}

    def form_arguments(self) -> dict[str, Any]:
        return {}

    def surroundings(self) -> dict[str, Any]:
        """What every page of its kind shows; given by the base of an app's operations."""
        return {}

    def context(self) -> dict[str, Any]:
        """What this page shows beside the form."""
        return {}

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        require(self.decision())
        return self.page(self.empty_form())

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        sent = once.sent(request, self.numbered_at()) if self.counts_once else None
        # Before anything is looked up: what the first press did may have taken the subject away.
        if sent and (earlier := sent.earlier()) and earlier.content == sent.content:
            return self.repeat(earlier)
        form = self.filled_form()
        if not self.is_valid(form):
            require(self.decision())
            return self.page(form, status=422)
        # Who may not is not asked: the service refuses in its own words.
        if not self.is_confirmed() and (question := self.asks_first(form)) and self.decision():
            self.asking = question
            return self.page(form)
        return self.attempt(form, sent)

    def attempt(self, form: Any, sent: once.Sent | None = None) -> HttpResponse:
        """Do it, under its number where the page carried one; the one place that a refusal of the rules is caught."""
        try:
            result = self.operate_once(form, sent) if sent else self.operate(form)
        except DomainError as failure:
            return self.refuse(form, failure)
        except once.AlreadySent as repeated:
            return self.repeat(repeated.earlier) if repeated.is_same else self.other(form)
        return self.respond(result)

    def numbered_at(self) -> str:
        """The address at which the page's effects are numbered; one for all buttons of a page."""
        return self.request.path

    @transaction.atomic
    def operate_once(self, form: Any, sent: once.Sent) -> Any:
        effect = sent.begin()
        result = self.operate(form)
        place: Any = self.place(result)
        effect.place = resolve_url(place)
        effect.save()
        return result

    def repeat(self, earlier: Effect) -> HttpResponse:
        """The same page sent again: on to what its first sending led to."""
        messages.info(self.request, _("This had been sent already; it was done once."))
        return redirect(earlier.place)

    def other(self, form: Any) -> HttpResponse:
        """Something else from a page that was sent before, such as one gone back to: kept, and a press away."""
        words = _("Something else was sent from this page before, and it counts. Press again to send this too.")
        form.add_error(None, words)
        return self.page(form, status=409)

    def is_confirmed(self) -> bool:
        """Whether the question has been answered, for what is sent now."""
        answered = self.request.POST.get(once.ASKED)
        return bool(answered) and answered == once.content_of(self.request)

    def asks_first(self, form: Any) -> Text:
        """What is asked before it is done, in the act's own words; empty where nothing is."""
        return self.asks

    def empty_form(self) -> Any:
        return self.make_form()

    def filled_form(self) -> Any:
        return self.make_form(self.request.POST, self.request.FILES)

    def make_form(self, *given: Any) -> Any:
        return self.form_class(*given, initial=self.initial(), **self.form_arguments())

    def is_valid(self, form: Any) -> bool:
        """Whether everything that was sent has its shape; a page with a formset asks both."""
        return bool(form.is_valid())

    def respond(self, result: Any) -> HttpResponse:
        if words := self.words(result):
            messages.success(self.request, str(words))
        return redirect(self.place(result))

    def refuse(self, form: Any, failure: DomainError) -> HttpResponse:
        """The page again with the refusal at its fields, or above the form where it is about the state."""
        add_failure(form, failure)
        return self.page(form, status=422 if failure.field_errors else failure.status)

    def page(self, form: Any, status: int = 200) -> HttpResponse:
        context = {"form": form, **self.carried(), **self.surroundings(), **self.context()}
        return render(self.request, self.template(), context, status=status)

    def carried(self) -> dict[str, Any]:
        """For `components/operation.html`: the page's number, and the question while it is asked."""
        asked = once.content_of(self.request) if self.asking else ""
        number = once.next_number(self.request, self.numbered_at()) if self.counts_once else None
        return {"once": number, "asking": self.asking, "asked": asked, "act": self.act}

    def template(self) -> str:
        is_partial = self.partial_name and self.request.headers.get("HX-Request")
        return self.partial_name if is_partial else self.template_name


class Press(Operation):
    """
    A button on another's page; what is refused is said there, where the person is led back to.

    `operate` gets the valid form where there is one (a role chosen beside the button).
    """

    http_method_names = ["post"]

    def refuse(self, form: Any, failure: DomainError) -> HttpResponse:
        for text in (failure.field_errors or {"": failure.message}).values():
            messages.error(self.request, str(text))
        return redirect(self.back())

    def back(self) -> Place:
        """The page that the button is on."""
        return self.subject

    def page(self, form: Any, status: int = 200) -> HttpResponse:
        """What came with the button does not fit: that is said there too."""
        for texts in form.errors.values():
            messages.error(self.request, " ".join(texts))
        return redirect(self.back())


class ConsoleOperation(Operation):
    """A page of the console: everybody who works there reads it, and who may not act reads why instead of the form."""

    icon = "doc-full"
    #: What the page says in the form's place.
    refusal: Decision | None = None

    def entry(self) -> Decision:
        """Whether the person works here at all; asked before anything is looked up."""
        raise NotImplementedError

    def heading(self) -> Text:
        raise NotImplementedError

    def crumbs(self) -> list[dict[str, str]]:
        raise NotImplementedError

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        require(self.entry())
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.refusal = self.decision()
        return self.page(self.empty_form() if self.refusal else None)

    def surroundings(self) -> dict[str, Any]:
        return {
            "breadcrumbs_items": self.crumbs(),
            "header_title": self.heading(),
            "header_icon": self.icon,
            "refusal": self.refusal,
        }
