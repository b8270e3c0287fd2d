from .fee_schedules import FeeSchedule, Pricing
from .items import ApprovalMatter, ApprovalStage, Category, LegalBasis, QualificationType, ServiceItem
from .regulations import Regulation

__all__ = [
    "ApprovalMatter",
    "ApprovalStage",
    "Category",
    "FeeSchedule",
    "LegalBasis",
    "Pricing",
    "QualificationType",
    "Regulation",
    "ServiceItem",
]
