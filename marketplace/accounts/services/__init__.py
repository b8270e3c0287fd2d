"""What changes people, organisations and memberships; one function an operation."""

from .members import (
    UnableToAccept,
    UnableToChangeMember,
    UnableToInvite,
    accept_invitation,
    add_member,
    change_role,
    deactivate_member,
    invite_member,
    reactivate_member,
    resend_invitation,
    withdraw_invitation,
)
from .organisations import (
    CodeTaken,
    HolderParticulars,
    Particulars,
    UnableToRecordHolders,
    apply_particulars,
    change_particulars,
    create_organisation,
    create_public_body,
)
from .people import change_profile, create_person
from .tokens import UnableToMakeToken, make_token, revoke_token, use_token

__all__ = [
    "CodeTaken",
    "HolderParticulars",
    "Particulars",
    "UnableToAccept",
    "UnableToChangeMember",
    "UnableToInvite",
    "UnableToMakeToken",
    "UnableToRecordHolders",
    "accept_invitation",
    "add_member",
    "apply_particulars",
    "change_particulars",
    "change_profile",
    "change_role",
    "create_organisation",
    "create_person",
    "create_public_body",
    "deactivate_member",
    "invite_member",
    "make_token",
    "reactivate_member",
    "resend_invitation",
    "revoke_token",
    "use_token",
    "withdraw_invitation",
]
