"""The page components (docs/guide/design.md shows each with an example; /components/ shows each in every state)."""

from django import template

from .. import addresses, figures, formats, forms, lists, marks, messages, navigation, sharing, stages

register = template.Library()
for part in (formats, marks, stages, figures, messages, addresses, navigation, lists, forms, sharing):
    register.tags.update(part.register.tags)
    register.filters.update(part.register.filters)

short_day = formats.short_day
short_moment = formats.short_moment
