from django.contrib.auth.password_validation import MinimumLengthValidator
from django.utils.translation import gettext as _


class LengthValidator(MinimumLengthValidator):
    """The framework's rule in our words: of its own, Django 5.2 ships no Chinese."""

    def get_error_message(self) -> str:
        return _("This password is too short. It needs at least %(count)s characters.") % {"count": self.min_length}
