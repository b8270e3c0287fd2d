"""Sections of tendering on the pages of other apps."""

from .presentation import home_page  # noqa: F401  (registers the home page's)
