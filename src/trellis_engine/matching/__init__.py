"""Matching: from what people stated to the best plan, its proof and its reasons, in whole numbers.
Not here: loading, storing, permissions and wording, which are the product's (``trellis.matching``)."""

from trellis_engine.matching.checking import Certificate, Fault
from trellis_engine.matching.explain import Explanation, explain
from trellis_engine.matching.factors import FACTORS, Factor
from trellis_engine.matching.hashing import hash_inputs, hash_settings
from trellis_engine.matching.people import Participant, Pool, Taxonomy
from trellis_engine.matching.plan import ENGINE_VERSION, Pair, Plan
from trellis_engine.matching.proofs import certificate, verify
from trellis_engine.matching.reasons import (
    FAULT_KEYS,
    GAP_KEYS,
    INPUT_KEYS,
    REASON_KEYS,
    REFUSAL_KEYS,
    UNMATCHED_KEYS,
    InputRefused,
    PinRefused,
    Reason,
    Refusal,
    Unmatched,
)
from trellis_engine.matching.rules import RULES
from trellis_engine.matching.score import Part, parts, score_of, why_not
from trellis_engine.matching.settings import HIGHEST_SCORE, Rule, Settings
from trellis_engine.matching.solve import solve
from trellis_engine.matching.standing import Forcing, cost_of_forcing

__all__ = [
    "ENGINE_VERSION",
    "FACTORS",
    "FAULT_KEYS",
    "GAP_KEYS",
    "HIGHEST_SCORE",
    "INPUT_KEYS",
    "REASON_KEYS",
    "REFUSAL_KEYS",
    "RULES",
    "UNMATCHED_KEYS",
    "Certificate",
    "Explanation",
    "Factor",
    "Fault",
    "Forcing",
    "InputRefused",
    "Pair",
    "Part",
    "Participant",
    "PinRefused",
    "Plan",
    "Pool",
    "Reason",
    "Refusal",
    "Rule",
    "Settings",
    "Taxonomy",
    "Unmatched",
    "certificate",
    "cost_of_forcing",
    "explain",
    "hash_inputs",
    "hash_settings",
    "parts",
    "score_of",
    "solve",
    "verify",
    "why_not",
]
