from dataclasses import dataclass

from marketplace.core.policy import Numbers


@dataclass(frozen=True)
class PagesPolicy(Numbers):
    """The (policy) numbers of pages."""

    page_approval_days: int = 2
