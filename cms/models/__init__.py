from .approvals import ApprovalByAnother
from .guides import GuideIndexPage, GuidePage
from .home import HomePage
from .notices import NoticeIndexPage, NoticePage
from .regulations import RegulationAttachment, RegulationIndexPage, RegulationPage

__all__ = [
    "ApprovalByAnother",
    "GuideIndexPage",
    "GuidePage",
    "HomePage",
    "NoticeIndexPage",
    "NoticePage",
    "RegulationAttachment",
    "RegulationIndexPage",
    "RegulationPage",
]
