"""Proposal files at the opening: found by the hash in the bid, opened with its key, and held to the market's checks."""

from collections.abc import Mapping

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile

from marketplace.core import files
from marketplace.core.models import StoredFile

from ...models import SealedProposal, WorkRequest
from ...sealing.bids import Plaintext
from ...sealing.proposals import ProposalFile, UnfitProposal, open_file


def sealed_ones(work_request: WorkRequest) -> dict[str, SealedProposal]:
    """A request's sealed files by their hashes."""
    return {row.sha256: row for row in SealedProposal.objects.filter(work_request=work_request)}


def reason_against(bid: Plaintext, sealed: Mapping[str, SealedProposal]) -> str:
    """Why a bid for a request that asks for proposals is set aside, or nothing; one file is in memory at a time."""
    if bid.proposal is None:
        return "proposal_missing"
    try:
        files.check(_upload(_open(bid, sealed)))
    except (UnfitProposal, ValidationError):
        return "proposal_does_not_open"
    return ""


def store(bid: Plaintext, sealed: Mapping[str, SealedProposal]) -> StoredFile:
    """
    The opened file, stored as nobody's: evaluators read without names.

    :raises UnfitProposal: if it does not open; `reason_against` has told
    """
    return files.store(_upload(_open(bid, sealed)), actor=None)


def _open(bid: Plaintext, sealed: Mapping[str, SealedProposal]) -> ProposalFile:
    binding = bid.proposal or {}
    row = sealed.get(binding.get("sha256", ""))
    if row is None:
        raise UnfitProposal("not handed in")
    try:
        with row.file.open("rb") as file:
            content = file.read()
    except FileNotFoundError as error:
        raise UnfitProposal("lost") from error
    return open_file(content, binding["key"])


def _upload(file: ProposalFile) -> SimpleUploadedFile:
    return SimpleUploadedFile(file.name, file.content)
