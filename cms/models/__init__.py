from .approvals import ApprovalByAnother
from .guides import GuideIndexPage, GuidePage
from .home import HomePage
from .notices import NoticeIndexPage, NoticePage
from .regulations import FurtherItem, FurtherSchedule, RegulationAttachment, RegulationIndexPage, RegulationPage

__all__ = [
    "ApprovalByAnother",
    "FurtherItem",
    "FurtherSchedule",
    "GuideIndexPage",
    "GuidePage",
    "HomePage",
    "NoticeIndexPage",
    "NoticePage",
    "RegulationAttachment",
    "RegulationIndexPage",
    "RegulationPage",
]
