"""What a project's public money has gone to without a competition, and whether more of it may."""

from decimal import Decimal

from marketplace.core import clock
from marketplace.core.failures import Text
from marketplace.registry.models import Intermediary

from ..choices import Method
from ..models import Award, DirectConfirmation, WorkRequest
from ..policy import TenderingPolicy
from ..rules import direct_selection
from ..rules.direct_selection import AwardedDirectly
from ..states import LIVE_AWARD


def limit_problem(work_request: WorkRequest, policy: TenderingPolicy) -> Text | None:
    """Why public money cannot be spent by direct selection at all, before anybody is picked; None where it can."""
    if not work_request.has_public_money or is_confirmed(work_request):
        return None
    return direct_selection.limit_problem(work_request.price_max, limit=policy.direct_limit_cny)


def sum_problem(
    work_request: WorkRequest, intermediary: Intermediary, price: Decimal, policy: TenderingPolicy
) -> Text | None:
    """Why this firm can get no more of the project's public money by direct selection; None where it can."""
    if not work_request.has_public_money or is_confirmed(work_request):
        return None
    spent = spent_directly(work_request, intermediary)
    return direct_selection.sum_problem(spent, price, limit=policy.direct_limit_cny)


def spent_directly(work_request: WorkRequest, intermediary: Intermediary) -> Decimal:
    """CNY that a firm was awarded directly in the project within 12 months before today."""
    awards = Award.objects.filter(
        intermediary=intermediary,
        work_request__method=Method.DIRECT,
        work_request__project_key=work_request.project_key,
        state__in=LIVE_AWARD,
    ).exclude(work_request=work_request)
    awarded = [AwardedDirectly(award.price, award.publicity_started_at) for award in awards]
    return direct_selection.spent_within_window(awarded, clock.today())


def is_confirmed(work_request: WorkRequest) -> bool:
    """Whether a regulator has allowed direct selection after two failures, of the request as it stands now."""
    return DirectConfirmation.objects.filter(
        work_request=work_request, is_allowed=True, edited_at=work_request.edited_at
    ).exists()
