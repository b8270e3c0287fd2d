import secrets
from typing import Any

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from django.db.models.functions import Lower
from django.utils.functional import cached_property
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _

from marketplace.core import appendonly, clock
from marketplace.core.i18n import localized
from marketplace.core.keys import KeyField
from marketplace.core.typed.identifiers import validate_uscc

from .choices import ACTING, WITHOUT_CODE, MembershipRole, OrganisationKind, TokenScope
from .querysets import (
    InvitationQuerySet,
    MembershipQuerySet,
    NoticeQuerySet,
    OrganisationQuerySet,
    ProgramTokenQuerySet,
)


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)


class User(AbstractBaseUser, PermissionsMixin):
    """A person, who signs in by e-mail and acts for the organisations that they are a member of."""

    class Language(models.TextChoices):
        CHINESE = "zh-hans", _("Chinese")
        ENGLISH = "en", _("English")

    email = models.EmailField(_("e-mail"), unique=True)
    name = models.CharField(_("name"), max_length=100)
    language = models.CharField(_("language"), max_length=10, choices=Language, default=Language.CHINESE)
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False)
    date_joined = models.DateTimeField(default=clock.now)

    objects = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        constraints = [models.UniqueConstraint(Lower("email"), name="user_email_once")]

    def __str__(self) -> str:
        return self.name or self.email

    @cached_property
    def acting_kinds(self) -> frozenset[str]:
        """The kinds of the organisations that the person acts for, read once for all menus and panels of a page."""
        acting = Membership.objects.of(self).acting()
        return frozenset(acting.values_list("organisation__kind", flat=True))

    def get_full_name(self) -> str:
        return str(self)

    def get_short_name(self) -> str:
        return str(self)


class District(models.Model):
    """The city or one of its districts, by its administrative division code (GB/T 2260)."""

    code = models.CharField(max_length=6, primary_key=True)
    name_zh = models.CharField(max_length=50)
    name_en = models.CharField(max_length=80)
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="districts")

    name = localized("name")

    class Meta:
        ordering = ("code",)

    def __str__(self) -> str:
        return self.name


class Organisation(models.Model):
    """A party of the market; its code is stored compact (GB 32100-2015)."""

    Kind = OrganisationKind

    kind = models.CharField(max_length=20, choices=OrganisationKind)
    uscc = models.CharField(
        _("unified social credit code"),
        max_length=18,
        unique=True,
        null=True,
        blank=True,
        validators=[validate_uscc],
    )
    name_zh = models.CharField(_("name"), max_length=150)
    name_key = KeyField("name_zh", db_index=True)
    name_en = models.CharField(_("English name"), max_length=200, blank=True)
    legal_representative = models.CharField(_("legal representative"), max_length=100, blank=True)
    address = models.CharField(_("address"), max_length=200, blank=True)
    district = models.ForeignKey(District, null=True, blank=True, on_delete=models.PROTECT, verbose_name=_("district"))
    phone = models.CharField(_("telephone"), max_length=40, blank=True)
    created_at = models.DateTimeField(default=clock.now, editable=False)

    name = localized("name")
    objects = OrganisationQuerySet.as_manager()

    class Meta:
        verbose_name = _("organisation")
        verbose_name_plural = _("organisations")
        ordering = ("pk",)
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind__in=WITHOUT_CODE) | models.Q(uscc__isnull=False),
                name="organisation_firms_have_a_code",
            ),
            models.UniqueConstraint(
                fields=("kind", "name_key"),
                condition=models.Q(kind__in=("authority", "operator")),
                name="organisation_public_body_once",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Holder(models.Model):
    """Who holds 25 % or more of a firm."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="holders")
    name = models.CharField(_("name"), max_length=150)
    name_key = KeyField("name", person=True)
    code = models.CharField(_("code of a company that holds"), max_length=18, blank=True)
    share_percent = models.DecimalField(_("share in percent"), max_digits=5, decimal_places=2)
    is_state = models.BooleanField(_("a state holder"), default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=("organisation", "name_key", "code"), name="holder_once"),
            models.CheckConstraint(
                condition=models.Q(share_percent__gte=25, share_percent__lte=100), name="holder_share_25_to_100"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.share_percent}%"


@appendonly.register
class ParticularsRecord(models.Model):
    """
    Who stood behind a firm from an instant on, as it was recorded then (after its check, where one is needed).

    The first change of a firm writes what held before it too; a firm without rows has never changed.
    """

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="particulars_records")
    recorded_at = models.DateTimeField()
    name = models.CharField(max_length=150)
    legal_representative = models.CharField(max_length=100, blank=True)
    #: [{"name", "code", "share_percent", "is_state"}], the share as text.
    holders = models.JSONField(default=list)

    class Meta:
        ordering = ("recorded_at", "pk")
        indexes = [models.Index(fields=("organisation", "recorded_at"), name="particulars_record_at")]

    def __str__(self) -> str:
        return f"{self.organisation_id} {self.recorded_at:%Y-%m-%d %H:%M}"


class Membership(models.Model):
    """A person in an organisation, and what they may do there."""

    Role = MembershipRole

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=20, choices=MembershipRole)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(default=clock.now, editable=False)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=("user", "organisation"), name="membership_once")]

    def __str__(self) -> str:
        return f"{self.user} · {self.organisation}"

    @property
    def acts(self) -> bool:
        """Whether the person may act for the organisation, or only looks."""
        return self.is_active and self.role in ACTING


@appendonly.register
class MembershipChange(models.Model):
    """That a person left an organisation or came back, so that who belonged to it at an instant stays answerable."""

    membership = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="changes")
    is_active = models.BooleanField()
    recorded_at = models.DateTimeField()

    class Meta:
        ordering = ("recorded_at", "pk")

    def __str__(self) -> str:
        return f"{self.membership_id} {self.is_active}"


def invitation_token() -> str:
    return secrets.token_urlsafe(32)


class Invitation(models.Model):
    """An invitation by e-mail to join an organisation; the link's token works once, until it expires."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="invitations")
    email = models.EmailField()
    role = models.CharField(max_length=20, choices=MembershipRole)
    token = models.CharField(max_length=64, unique=True, default=invitation_token)
    invited_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=clock.now, editable=False)
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        ordering = ("pk",)
        constraints = [
            models.UniqueConstraint(
                "organisation",
                Lower("email"),
                condition=models.Q(accepted_at=None, withdrawn_at=None),
                name="invitation_open_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.email} → {self.organisation}"

    @property
    def has_expired(self) -> bool:
        return clock.now() >= self.expires_at


class Notice(models.Model):
    """
    A notice to a person, mostly one of an organisation's, shown on the site and mailed; both languages are kept.

    One that says whose turn it is names what waits (`turn`), and is settled when that has been done, by whomever.
    """

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="notices")
    organisation = models.ForeignKey(Organisation, null=True, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=200)
    turn = models.CharField(max_length=150, blank=True)
    title_zh = models.CharField(max_length=200)
    title_en = models.CharField(max_length=200, blank=True)
    body_zh = models.TextField()
    body_en = models.TextField(blank=True)
    url = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField(default=clock.now)
    read_at = models.DateTimeField(null=True, blank=True)
    settled_at = models.DateTimeField(null=True, blank=True)

    title = localized("title")
    body = localized("body")

    objects = NoticeQuerySet.as_manager()

    class Meta:
        ordering = ("-created_at", "-pk")
        constraints = [models.UniqueConstraint(fields=("user", "key"), name="notice_once")]
        indexes = [
            models.Index(fields=("user", "-created_at")),
            models.Index(
                fields=("turn",), condition=~models.Q(turn="") & models.Q(settled_at=None), name="notice_that_waits"
            ),
        ]

    def __str__(self) -> str:
        return self.title


class StoredSession(AbstractBaseSession):
    """A browser's session as `session_store` keeps it: its key hashed, its content sealed."""

    session_key = models.CharField(max_length=64, primary_key=True)

    class Meta(AbstractBaseSession.Meta):
        abstract = False

    @classmethod
    def get_session_store_class(cls) -> Any:
        return import_string(f"{settings.SESSION_ENGINE}.SessionStore")


class ProgramToken(models.Model):
    """
    A key that a person gives to a program of theirs, to act for one organisation within its scopes until its day.

    Only the SHA-256 is kept, so whoever reads the table can use none; being random (256 bits) it needs no salt.
    """

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="program_tokens")
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(_("name"), max_length=60)
    #: Its first characters, to be told apart by.
    start = models.CharField(max_length=12)
    digest = models.CharField(max_length=64, unique=True)
    scopes = models.JSONField()
    created_at = models.DateTimeField(default=clock.now, editable=False)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    #: The day, never the minute, and not of filing: held against a nameless bid's arrival it would name the bidder.
    last_used_on = models.DateField(null=True, blank=True)

    objects = ProgramTokenQuerySet.as_manager()

    class Meta:
        ordering = ("-pk",)

    def __str__(self) -> str:
        return f"{self.name} {self.start}…"

    @property
    def is_live(self) -> bool:
        return self.revoked_at is None and clock.now() < self.expires_at

    @property
    def scope_labels(self) -> list[str]:
        return [str(TokenScope(scope).label) for scope in self.scopes]
