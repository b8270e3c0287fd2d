from typing import Self

from django.db.models import Exists, OuterRef
from wagtail.models import PageQuerySet

from marketplace.catalogue.models import FeeSchedule
from marketplace.catalogue.querysets import status_of


class RegulationPageQuerySet(PageQuerySet):
    def published(self) -> Self:
        """Those that everybody sees, with the document's facts."""
        standards = FeeSchedule.objects.filter(regulation=OuterRef("regulation"))
        pages: Self = self.live().public().defer("body", "body_en")
        pages = pages.annotate(has_standard=Exists(standards), status_today=status_of("regulation__"))
        return pages.select_related("regulation__replaced_by", "regulation__repealed_by")
