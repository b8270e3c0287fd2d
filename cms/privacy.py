"""
What the market keeps of persons, why, and how long: the rows of the page at /privacy/.

Each row names the models that it speaks of; `tests/cms/test_privacy.py` fails over a model that no row names, and holds
every number to what the market does. What ends by itself says when; all else says that it stays.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.middleware import COOKIE_AGE
from marketplace.accounts.services.members import INVITATION_LASTS
from marketplace.accounts.tasks import ENDED_SESSIONS_EVERY
from marketplace.core.outbox import KEEP_DONE
from marketplace.tendering.policy import TenderingPolicy

Text = str | Promise
#: For how long a tab keeps what was typed (static/js/typed.js).
TYPED_HOURS = 12
#: Of what proves an act, and of who did it.
STAYS = _("It stays: what was done, and by whom, has to be provable.")


@dataclass(frozen=True)
class Kept:
    """
    One kind of thing that is kept of persons.

    :ivar models: by label, whose rows it is
    """

    title: Text
    what: Text
    why: Text
    how_long: Text
    models: tuple[str, ...] = ()


def kept() -> list[Kept]:
    """All of it, with the numbers that hold today."""
    return [row() for row in _ROWS]


def hours(seconds: float) -> int:
    return int(seconds // 3600)


def _account() -> Kept:
    return Kept(
        title=_("Your account"),
        what=_(
            "Your e-mail address, name and language; the password as a hash only; second factors and passkeys; when "
            "you signed up and last signed in, and how the console looks for you."
        ),
        why=_("So that you can sign in, nobody else acts in your name, and what is done can be told to be yours."),
        how_long=_("It stays as long as the market runs: its records name who acted, so accounts are not deleted."),
        models=(
            "accounts.User",
            "account.EmailAddress",
            "account.EmailConfirmation",
            "mfa.Authenticator",
            "wagtailusers.UserProfile",
        ),
    )


def _session() -> Kept:
    return Kept(
        title=_("That you are signed in"),
        what=_(
            "Who is signed in, how and for whom, and codes mailed to you: sealed, so that who reads the database "
            "learns nothing of it. No address, no device."
        ),
        why=_("So that you stay signed in from one page to the next."),
        how_long=_(
            "It ends when you sign out, %(idle)d hours after you last used it, and %(longest)d hours after you signed "
            "in; it is deleted within %(cleared)d hours after that."
        )
        % {
            "idle": hours(settings.SESSION_COOKIE_AGE),
            "longest": hours(settings.SESSION_LONGEST),
            "cleared": hours(ENDED_SESSIONS_EVERY.total_seconds()),
        },
        models=("accounts.StoredSession", "sessions.Session"),
    )


def _members() -> Kept:
    return Kept(
        title=_("For whom you act"),
        what=_(
            "The organisations that you act for, your role and its changes; the e-mail address of whoever was "
            "invited, and by whom; the names, scopes, ends and last days of use of tokens for programs, never the "
            "tokens themselves."
        ),
        why=_("So that only those act for an organisation whom it has named."),
        how_long=_("It stays, also after it has ended. An invitation can be used for %(days)d days.")
        % {"days": INVITATION_LASTS.days},
        models=("accounts.Membership", "accounts.MembershipChange", "accounts.Invitation", "accounts.ProgramToken"),
    )


def _notices() -> Kept:
    return Kept(
        title=_("What you were told"),
        what=_("Notices to you, when you read them, and the e-mails with the same words."),
        why=_("So that it can be shown who was told of a deadline, and when."),
        how_long=_("Notices stay with your account. That a mail was to be sent is deleted %(days)d days after it was.")
        % {"days": KEEP_DONE.days},
        models=("accounts.Notice", "core.DueWork"),
    )


def _companies() -> Kept:
    return Kept(
        title=_("People of companies"),
        what=_(
            "Legal representatives, holders of 25 percent or more with their shares, addresses and telephone numbers; "
            "of intermediaries also practitioners with name and licence number, the licence, and who filed and "
            "checked it. The legal representative is public; practitioners' names are shown to the clients of a "
            "contract only."
        ),
        why=_("So that firms are who they say, hold what the law asks for, and nobody related to an owner bids."),
        how_long=_("It stays, earlier states included: related firms are told by what was recorded on the day."),
        models=(
            "accounts.Organisation",
            "accounts.Holder",
            "accounts.ParticularsRecord",
            "registry.Intermediary",
            "registry.Practitioner",
            "registry.Qualification",
            "registry.Registration",
            "registry.RegistrationCheck",
            "registry.Suspension",
        ),
    )


def _requests() -> Kept:
    return Kept(
        title=_("Requests and their decisions"),
        what=_(
            "Contact and telephone of a request, which are published with it; who wrote, published, asked, answered, "
            "picked, objected, decided or typed a value; which firms were kept out and why; files with the name of "
            "who sent them."
        ),
        why=_("So that anybody can check that a selection went by the rules."),
        how_long=STAYS,
        models=(
            "core.StoredFile",
            "tendering.WorkRequest",
            "tendering.RequestVersion",
            "tendering.Attachment",
            "tendering.Exclusion",
            "tendering.Question",
            "tendering.Opening",
            "tendering.Award",
            "tendering.Objection",
            "tendering.ObjectionEvidence",
            "tendering.DirectConfirmation",
            "tendering.PublicValueEntry",
        ),
    )


def _filings() -> Kept:
    return Kept(
        title=_("Bids, and where they came from"),
        what=_(
            "Before the opening: sealed boxes that name nobody. From the opening on: who filed for which firm, what "
            "and when. The network address and the device stay sealed; signs of collusion compare them without "
            "reading them."
        ),
        why=_("So that bids stay secret until they are opened, and bidders who act together can be found."),
        how_long=_(
            "It stays. Address and device are opened only for a purpose that one regulator states and another one "
            "grants, to these two, within %(days)d working days, and each look is recorded."
        )
        % {"days": TenderingPolicy.current().origin_open_days},
        models=(
            "tendering.Bid",
            "tendering.SealedProposal",
            "tendering.OpenedBid",
            "tendering.CollusionSignal",
            "tendering.OriginRequest",
        ),
    )


def _evaluators() -> Kept:
    return Kept(
        title=_("Evaluators"),
        what=_(
            "Number, name, fields, employer and declared ties of those in the pool; whom they marked, how and when."
        ),
        why=_("So that proposals are marked by people without a tie, whom nobody picked."),
        how_long=STAYS,
        models=(
            "tendering.Evaluator",
            "tendering.EvaluatorTie",
            "tendering.Seat",
            "tendering.Paper",
            "tendering.Mark",
        ),
    )


def _contracts() -> Kept:
    return Kept(
        title=_("Contracts"),
        what=_(
            "The text with both parties' representatives and addresses; who proposed, signed, delivered, accepted, "
            "returned, recorded a payment, rated or replied, when, and with which words."
        ),
        why=_("So that both sides can prove what was agreed and done."),
        how_long=STAYS,
        models=(
            "contracting.Contract",
            "contracting.ContractText",
            "contracting.Signature",
            "contracting.Extension",
            "contracting.Deliverable",
            "contracting.DeliverableFile",
            "contracting.PartStatement",
            "contracting.Payment",
            "contracting.ContractRating",
        ),
    )


def _credit() -> Kept:
    return Kept(
        title=_("Credit of firms"),
        what=_("Events, ratings and steps that a firm's score is made of; who proposed and decided an event, and why."),
        why=_("So that a score of any day can be recomputed. Firms are rated, persons are not."),
        how_long=_("It stays in the record; how long an event is published and counts, its rule says."),
        models=("credit.ConductEvent", "credit.EventStep", "credit.EventEvidence"),
    )


def _trail() -> Kept:
    return Kept(
        title=_("The audit trail"),
        what=_("Of every change: who made it, by name, when, and what was before and after."),
        why=_("So that a change shows who made it, and a line that somebody altered shows too."),
        how_long=_("It stays: its lines are chained by hash, and the database refuses to change or delete one."),
        models=("core.AuditEntry", "core.CalendarChange", "catalogue.DroppedRow"),
    )


def _console() -> Kept:
    return Kept(
        title=_("Work in the console"),
        what=_(
            "Who wrote, changed, approved, commented or uploaded pages, documents and pictures, who reviewed facts of "
            "the law, and when."
        ),
        why=_("So that it is known who answers for what is published."),
        how_long=_("It stays with the pages."),
        models=(
            "catalogue.Regulation",
            "catalogue.ServiceItem",
            "wagtailcore.Page",
            "wagtailcore.Revision",
            "wagtailcore.PageLogEntry",
            "wagtailcore.ModelLogEntry",
            "wagtailcore.Comment",
            "wagtailcore.CommentReply",
            "wagtailcore.PageSubscription",
            "wagtailcore.WorkflowState",
            "wagtailcore.TaskState",
            "wagtailcore.UploadedFile",
            "wagtailcore.APIToken",
            "wagtailadmin.EditingSession",
            "wagtailadmin.FormState",
            "wagtaildocs.Document",
            "wagtailimages.Image",
        ),
    )


def _presses() -> Kept:
    return Kept(
        title=_("That a page was sent"),
        what=_(
            "A keyed hash of person and address, a fingerprint of what was sent, and where it led: nothing readable."
        ),
        why=_("So that pressing twice does a thing once."),
        how_long=_("It stays; nobody can read from it who sent what."),
        models=("core.Effect",),
    )


def _logs() -> Kept:
    return Kept(
        title=_("Logs"),
        what=_(
            "A line for each page: when, which, how it ended. Only of visitors who are not signed in, and nowhere "
            "near a bid or a sign-in, with network address and browser; and the address of who guesses passwords. "
            "Never a name."
        ),
        why=_("So that faults and attacks are found."),
        how_long=_(
            "As long as whoever runs the servers sets; the market deletes none by itself. To slow down guessing, "
            "addresses are also counted in memory for at most an hour."
        ),
    )


def _browser() -> Kept:
    return Kept(
        title=_("In your browser"),
        what=_(
            "Cookies for signing in, against forged forms, and for the organisation that you act for; your choice of "
            "colours; what you have typed and not yet sent, sealed."
        ),
        why=_("So that the pages work. None follows you elsewhere: the pages load nothing from anybody else."),
        how_long=_(
            "Signing in: as above. Against forged forms: a year. The organisation: %(days)d days. What was typed: "
            "%(hours)d hours, and no longer than the tab is open. The colours until you clear them."
        )
        % {"days": timedelta(seconds=COOKIE_AGE).days, "hours": TYPED_HOURS},
    )


_ROWS: tuple[Callable[[], Kept], ...] = (
    _account,
    _session,
    _members,
    _notices,
    _companies,
    _requests,
    _filings,
    _evaluators,
    _contracts,
    _credit,
    _trail,
    _console,
    _presses,
    _logs,
    _browser,
)
