import re
from datetime import timedelta
from pathlib import Path

import pytest
from allauth.account import app_settings as account_settings
from allauth.mfa import app_settings as mfa_settings
from django.apps import apps
from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import connection, models
from django.utils.translation import override

from cms import privacy
from marketplace.accounts import tasks
from marketplace.accounts.middleware import COOKIE_AGE
from marketplace.core import clock, jobs, outbox
from marketplace.core.models import DueWork, MarketPolicy
from tests.factories.accounts import InvitationFactory, OrganisationFactory
from tests.words import words_of

#: Models whose rows say nothing of a person. Whoever adds one that does gives it a row in `cms.privacy` instead.
OF_NOBODY = [
    "auth.Group", "auth.Permission", "contenttypes.ContentType", "taggit.Tag", "taggit.TaggedItem",
    "accounts.District", "catalogue.ApprovalMatter", "catalogue.FeeSchedule", "catalogue.LegalBasis",
    "catalogue.QualificationType",
    "cms.ApprovalByAnother", "cms.FurtherItem", "cms.FurtherSchedule",
    "cms.GuideIndexPage", "cms.GuidePage", "cms.HomePage", "cms.NoticeIndexPage", "cms.NoticePage",
    "cms.RegulationAttachment", "cms.RegulationIndexPage", "cms.RegulationPage", "contracting.Milestone",
    "contracting.PricePart", "core.CalendarDay", "core.ClockReading", "core.Heartbeat", "core.MarketPolicy",
    "core.NumberSequence", "credit.Completion", "credit.CreditModel", "credit.CreditRule", "credit.CurrentStanding",
    "credit.Engagement", "credit.ProcessStep", "credit.Review", "credit.ReviewChange", "custody.SigningKey",
    "registry.Offer", "search.ConsoleEntry", "search.SearchEntry", "tendering.DeadlineMove", "tendering.Deposit",
    "tendering.OpeningWait", "tendering.RequestItem", "wagtailadmin.Admin", "wagtailcore.Collection",
    "wagtailcore.CollectionViewRestriction", "wagtailcore.GroupApprovalTask",
    "wagtailcore.GroupCollectionPermission", "wagtailcore.GroupPagePermission", "wagtailcore.GroupSitePermission",
    "wagtailcore.Locale", "wagtailcore.PageViewRestriction", "wagtailcore.ReferenceIndex", "wagtailcore.Site",
    "wagtailcore.Task", "wagtailcore.Workflow", "wagtailcore.WorkflowContentType", "wagtailcore.WorkflowPage",
    "wagtailcore.WorkflowTask", "wagtailembeds.Embed", "wagtailimages.Rendition", "wagtailredirects.Redirect",
    "wagtailsearch.IndexEntry",
    *(["wagtailsearch.SQLiteFTSIndexEntry"] if connection.vendor == "sqlite" else []),
]  # fmt: skip
#: Fields that are about a person, whatever their model is about.
OF_PERSONS = {
    "actor_name", "address", "contact_name", "contact_phone", "device", "email", "envelope", "legal_representative",
    "phone", "reviewed_by", "signer_name",
}  # fmt: skip


def named():
    return [label for row in privacy.kept() for label in row.models]


@pytest.mark.django_db
class TestEveryModel:
    def test_is_named_once_or_says_nothing_of_persons(self):
        listed = [*named(), *OF_NOBODY]

        assert sorted(listed) == sorted(model._meta.label for model in apps.get_models())

    @pytest.mark.parametrize("label", OF_NOBODY)
    def test_what_is_left_out_has_no_field_of_a_person(self, label):
        fields = apps.get_model(label)._meta.get_fields(include_parents=False)

        of_persons = [
            field.name
            for field in fields
            if not field.auto_created
            and (
                field.name in OF_PERSONS
                or field.related_model is get_user_model()
                or isinstance(field, models.EmailField)
            )
        ]

        assert of_persons == []


@pytest.mark.django_db
class TestNumbers:
    def row(self, title):
        with override("en"):
            return next(row for row in privacy.kept() if row.title == title)

    def said(self, title):
        with override("en"):
            return str(self.row(title).how_long)

    def test_sessions_end_as_the_settings_say_and_are_cleared_by_the_job(self):
        every = {job.name: job.every for job in jobs.declared()}[f"{tasks.__name__}.drop_ended_sessions"]

        assert (
            f"{settings.SESSION_COOKIE_AGE // 3600} hours after you last used it, and "
            f"{settings.SESSION_LONGEST // 3600} hours after you signed in; it is deleted within "
            f"{every // timedelta(hours=1)} hours"
        ) in self.said("That you are signed in")

    def test_mails_are_dropped_after_as_many_days(self, frozen_clock):
        days = int(re.search(r"deleted (\d+) days", self.said("What you were told"))[1])
        outbox.schedule("test.mail", "one", clock.now())
        DueWork.objects.update(done_at=clock.now())

        frozen_clock.advance(days=days)
        assert outbox.prune() == 0
        frozen_clock.advance(seconds=1)
        assert outbox.prune() == 1

    def test_an_invitation_works_as_long(self):
        invitation = InvitationFactory()

        days = round((invitation.expires_at - invitation.created_at) / timedelta(days=1))
        assert f"used for {days} days" in self.said("For whom you act")

    def test_addresses_can_be_looked_at_as_long_as_the_policy_says(self):
        MarketPolicy.objects.create(version="2026.9", effective_on=clock.today(), values={"origin_open_days": 2})

        assert "within 2 working days" in self.said("Bids, and where they came from")

    def test_the_browser_keeps_as_long_as_cookie_and_script_say(self):
        script = (Path(settings.BASE_DIR) / "static" / "js" / "typed.js").read_text("utf-8")

        said = self.said("In your browser")

        assert f"The organisation: {COOKIE_AGE // 86400} days." in said
        assert f"KEPT_FOR = {privacy.TYPED_HOURS} * 3600 * 1000" in script
        assert f"What was typed: {privacy.TYPED_HOURS} hours" in said
        assert 363 <= settings.CSRF_COOKIE_AGE / 86400 <= 366

    def test_addresses_are_counted_for_an_hour_at_most(self):
        limits = ",".join([*account_settings.RATE_LIMITS.values(), *mfa_settings.RATE_LIMITS.values()])
        assert {each.split("/")[1] for each in limits.split(",")} <= {"m", "h", "300s", "30s"}
        rates = settings.REST_FRAMEWORK["DEFAULT_THROTTLE_RATES"].values()
        assert {each.split("/")[1] for each in rates} <= {"min", "hour"}


@pytest.mark.django_db
class TestPage:
    @pytest.mark.parametrize(
        ("prefix", "words"),
        [("", ["隐私说明", "网络地址"]), ("/en", ["Privacy notice", "network address"])],
    )
    def test_says_it_in_both_languages_and_names_the_operator(self, client, prefix, words):
        operator = OrganisationFactory(operator=True, phone="0519-85680000")

        text = words_of(client.get(f"{prefix}/privacy/"))

        assert all(word in text for word in words)
        assert operator.phone in text
        with override("en" if prefix else "zh-hans"):
            assert operator.name in text
            assert all(str(row.title) in text for row in privacy.kept())

    @pytest.mark.parametrize("page", ["/services/", "/accounts/signup/"])
    def test_the_footer_and_signing_up_lead_there(self, client, page):
        html = client.get(page).content.decode()

        assert html.count('href="/privacy/"') == (2 if "signup" in page else 1)

    def test_pages_load_nothing_from_elsewhere(self):
        sources = {
            source
            for each in settings.CONTENT_SECURITY_POLICY["DIRECTIVES"].values()
            for source in each
            if isinstance(source, str)
        }

        assert not [source for source in sources if "." in source or "//" in source]
