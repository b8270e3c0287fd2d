"""Sections of tendering on the pages of other apps."""

from .presentation import home_page, service_page  # noqa: F401  (register the sections of their pages)
