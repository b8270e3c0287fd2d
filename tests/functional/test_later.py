"""Everything that a screen offers to do later, or names a day for, and what does it then."""

import importlib
import inspect
import pkgutil

import pytest
from django import forms
from django.utils.module_loading import autodiscover_modules
from wagtail.models import get_page_models
from wagtail.snippets.models import get_snippet_models

from marketplace.core import jobs, outbox

HOUSES = ("marketplace", "credit", "cms", "search")
#: Not asked when it comes: it tells when something was, or only a page shows it.
PAST, SHOWN = "tells what was", "is shown only"
#: Asked whenever somebody looks: no job may be late for it.
READ = "counts by the day of whoever reads it"

#: A field of a screen, and the kind of due work or the job that does it when it comes; or why none is needed.
LATER = {
    "tendering.SelectionForm.bids_close_at": "tendering.deadline",
    "tendering.PublicValueForm.published_at": PAST,
    "contracting.TermsForm.service_starts_on": "contracting.start_service",
    "contracting.TermsForm.service_ends_on": SHOWN,
    "contracting.MilestoneForm.due_on": "contracting.delivery_due",
    "contracting.ExtendForm.due_on": "contracting.delivery_due",
    "contracting.PaymentForm.paid_on": PAST,
    "credit.DayForm.on": READ,
    "credit.ProposalForm.happened_on": PAST,
    "registry.QualificationForm.valid_from": READ,
    "registry.QualificationForm.valid_to": READ,
    "registry.PractitionerForm.valid_to": READ,
    "catalogue.FeeSchedule.effective_from": READ,
    "catalogue.FeeSchedule.effective_to": READ,
    "catalogue.QualificationType.ended_on": READ,
    "catalogue.Regulation.issued_on": PAST,
    "catalogue.Regulation.effective_on": READ,
    "catalogue.Regulation.repealed_on": READ,
    "catalogue.Regulation.as_of": PAST,
    "catalogue.Regulation.go_live_at": "cms.tasks.publish_planned",
    "catalogue.Regulation.reviewed_on": PAST,
    "catalogue.ServiceItem.abolished_until": SHOWN,
    "catalogue.ServiceItem.as_of": PAST,
    "catalogue.ServiceItem.reviewed_on": PAST,
    "catalogue.ServiceItem.since": SHOWN,
    "cms.NoticePage.issued_on": SHOWN,
    "wagtail.Page.go_live_at": "cms.tasks.publish_planned",
    "wagtail.Page.expire_at": "cms.tasks.publish_planned",
}
FIELDS = (forms.DateField, forms.DateTimeField, forms.SplitDateTimeField)
WIDGETS = (forms.DateInput, forms.DateTimeInput)


def forms_of_ours():
    for house in HOUSES:
        package = importlib.import_module(house)
        for info in pkgutil.walk_packages(package.__path__, f"{house}."):
            if not {"migrations", "settings", "demo", "development_urls", "celery"} & set(info.name.split(".")):
                module = importlib.import_module(info.name)
                for _, form in inspect.getmembers(module, inspect.isclass):
                    if issubclass(form, forms.BaseForm) and form.__module__ == module.__name__:
                        yield form


def is_moment(field):
    return isinstance(field, FIELDS) or isinstance(field.widget, WIDGETS)


def app_of(module):
    parts = module.split(".")
    return parts[1] if parts[0] == "marketplace" else parts[0]


def offered():
    """Every date and moment that a form of ours, a page's editor or a catalogue's form asks for."""
    found = set()
    for form in forms_of_ours():
        for name, field in getattr(form, "base_fields", {}).items():
            if is_moment(field):
                found.add(f"{app_of(form.__module__)}.{form.__name__}.{name}")
    for model in get_snippet_models():
        if app_of(model.__module__) in ("catalogue", "credit", "cms", "registry", "tendering"):
            names = model.snippet_viewset.get_edit_handler().get_form_class().base_fields
            found |= {f"{app_of(model.__module__)}.{model.__name__}.{n}" for n, f in names.items() if is_moment(f)}
    for model in get_page_models():
        if app_of(model.__module__) == "cms":
            names = model.get_edit_handler().get_form_class().base_fields
            for name, field in names.items():
                if is_moment(field):
                    of_page = name in ("go_live_at", "expire_at")
                    found.add(f"wagtail.Page.{name}" if of_page else f"cms.{model.__name__}.{name}")
    return found


def test_every_day_that_a_screen_asks_for_has_its_line():
    assert offered() == set(LATER)


@pytest.mark.parametrize("field", [field for field, how in LATER.items() if "." in how])
def test_what_is_offered_for_later_is_done_by_something(field):
    autodiscover_modules("tasks")

    assert LATER[field] in {*outbox.kinds(), *(each.name for each in jobs.declared() if each.every)}
