"""The list of an opening as it was frozen, and all that its result is computed from."""

from collections.abc import Mapping

from .. import selection
from ..models import Opening, WorkRequest


def frozen_of(opening: Opening) -> selection.FrozenList:
    return selection.FrozenList.from_document(opening.frozen or {})


def opened_of(
    work_request: WorkRequest, opening: Opening, secrets: Mapping[str, bytes] | None = None
) -> selection.Opened:
    """What the result is computed from; the secrets are the opening's own once it is drawn."""
    if secrets is None and opening.secrets is not None:
        secrets = {side: bytes.fromhex(secret) for side, secret in opening.secrets.items()}
    return selection.Opened(
        announcement=work_request.announcement or {},
        frozen=frozen_of(opening),
        secrets=secrets,
        public_money=work_request.has_public_money,
        public_value=opening.public_value,
        marks=opening.marks,
        panel=opening.panel or (),
        pick=opening.pick or None,
        reason=opening.pick_reason,
    )
