from django import forms

from .failures import DomainError


def add_failure(form: forms.BaseForm, failure: DomainError) -> None:
    """Show a refusal of the rules in a form: each message at its field, what has no field here above the form."""
    if not failure.field_errors:
        form.add_error(None, str(failure.message))
    for field, message in failure.field_errors.items():
        form.add_error(field if field in form.fields else None, str(message))
