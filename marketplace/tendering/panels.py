"""Sections of tendering on the pages of other apps."""

from . import home  # noqa: F401  (registers the home page's)
