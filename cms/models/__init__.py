from .guides import GuideIndexPage, GuidePage
from .home import HomePage
from .notices import NoticeIndexPage, NoticePage
from .regulations import RegulationAttachment, RegulationIndexPage, RegulationPage

__all__ = [
    "GuideIndexPage",
    "GuidePage",
    "HomePage",
    "NoticeIndexPage",
    "NoticePage",
    "RegulationAttachment",
    "RegulationIndexPage",
    "RegulationPage",
]
