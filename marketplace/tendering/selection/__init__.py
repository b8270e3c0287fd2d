"""
Selection methods and the chance they rest on: pure functions, no database, no clock, no input or output.

The byte-exact specification is in docs/guide/selection.md.
"""

from .best_proposal import ASPECTS, FEWEST_EVALUATORS, needs_second_round
from .canonical import announcement_hash, canonical, commitment, keeps_commitment, sha256_hex
from .chance import Chance, seed_of
from .errors import InvalidSelection
from .frozen_list import Candidate, Ciphertext, FrozenList, SetAside
from .outcome import Outcome
from .selecting import METHODS, OWNER_PICKS, PRICE_FIXED, SCORE_LISTED, fewest_bids, select
from .transcript import SIDES, Opened, document, voided

__all__ = [
    "ASPECTS",
    "FEWEST_EVALUATORS",
    "METHODS",
    "OWNER_PICKS",
    "PRICE_FIXED",
    "SCORE_LISTED",
    "SIDES",
    "Candidate",
    "Chance",
    "Ciphertext",
    "FrozenList",
    "InvalidSelection",
    "Opened",
    "Outcome",
    "SetAside",
    "announcement_hash",
    "canonical",
    "commitment",
    "document",
    "fewest_bids",
    "keeps_commitment",
    "needs_second_round",
    "seed_of",
    "select",
    "sha256_hex",
    "voided",
]
