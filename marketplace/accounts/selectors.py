"""What the workbench's first page shows: it spans all apps through their registries."""

from dataclasses import dataclass, field
from functools import cached_property

from marketplace.core.additions import workbench
from marketplace.core.additions.duties import Duty, Matter, duties_of, matters_of
from marketplace.core.calendar import Colour

from . import permissions
from .models import Notice, Organisation, User

SHOWN_MATTERS = 6
SHOWN_HISTORY = 3
SHOWN_NOTICES = 4


@dataclass
class Workbench:
    """A person's work in the organisation that they act in now, or in none."""

    user: User
    organisation: Organisation | None
    duties: list[Duty] = field(init=False, default_factory=list)
    current: list[Matter] = field(init=False, default_factory=list)
    past: list[Matter] = field(init=False, default_factory=list)

    def __post_init__(self) -> None:
        self.duties = duties_of(self.user, self.organisation)
        if self.organisation:
            self.current, self.past = matters_of(self.user, self.organisation)

    @property
    def overdue(self) -> int:
        """How many duties are past their deadline."""
        return sum(duty.clock is not None and duty.clock.colour == Colour.RED for duty in self.duties)

    @property
    def shown_matters(self) -> list[Matter]:
        return self.current[:SHOWN_MATTERS]

    @property
    def shown_history(self) -> list[Matter]:
        return self.past[:SHOWN_HISTORY]

    @cached_property
    def notices(self) -> list[Notice]:
        return list(Notice.objects.visible_to(self.user)[:SHOWN_NOTICES])

    @cached_property
    def can_act(self) -> permissions.Decision:
        """Whether the person acts for the organisation; a reader sees all and has no buttons."""
        if self.organisation is None:
            return permissions.yes()
        return permissions.acts_for(self.user, self.organisation)

    @property
    def kind(self) -> str:
        return self.organisation.kind if self.organisation else workbench.NOBODY
