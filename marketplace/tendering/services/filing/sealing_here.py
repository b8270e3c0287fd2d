"""Sealing on arrival of what came in the clear: before anything is stored, nobody having seen it."""

from dataclasses import dataclass

from django.core.files.uploadedfile import UploadedFile

from marketplace.registry.models import Intermediary

from ...models import WorkRequest
from ...sealing import bids
from ...sealing.bids import Plaintext, SealedBid
from ...sealing.proposals import ProposalFile, SealedFile, seal_file


@dataclass(frozen=True)
class SealedHere:
    """A filing sealed by the market, with the numbers made here that its receipt carries."""

    sealed: SealedBid
    file: SealedFile | None
    nonce: str
    salt: str


def seal_here(
    work_request: WorkRequest,
    intermediary: Intermediary,
    *,
    days: int | None,
    price: str | None,
    proposal: UploadedFile | None = None,
) -> SealedHere:
    """
    Seal a bid, or with neither days nor price a withdrawal.

    :param days: promised working days
    :param price: CNY with two decimals; None where the owner fixes it
    """
    file, binding = None, None
    if proposal is not None:
        proposal.seek(0)
        file, binding = seal_file(ProposalFile(proposal.name or "", proposal.read()))
    plaintext = Plaintext(
        request=work_request.number,
        version=work_request.version,
        uscc=intermediary.uscc,
        days=days,
        price=price,
        nonce=bids.fresh_hex(),
        salt=bids.fresh_hex(),
        proposal=binding,
    )
    sealed = SealedBid(bids.seal(work_request, plaintext.encode()))
    return SealedHere(sealed, file, plaintext.nonce, plaintext.salt)
