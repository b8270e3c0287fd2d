from .fee_schedules import FeeSchedule, Pricing
from .items import ApprovalMatter, ApprovalStage, Category, ServiceItem
from .legal_basis import LegalBasis
from .qualifications import QualificationType
from .regulations import Regulation
from .sources import Checked, Confidence, DroppedRow, FromFile

__all__ = [
    "ApprovalMatter",
    "ApprovalStage",
    "Category",
    "Checked",
    "Confidence",
    "DroppedRow",
    "FeeSchedule",
    "FromFile",
    "LegalBasis",
    "Pricing",
    "QualificationType",
    "Regulation",
    "ServiceItem",
]
