"""Progress as JSON, and back."""

from typing import Any

from hook.state import Pass, Progress
from hook.steps.factor import Enrol, Proof


def to_plain(progress: Progress) -> dict[str, Any]:
    """Give progress as JSON."""
    return {
        **vars(progress),
        "proofs": [vars(proof) for proof in progress.proofs],
        "held": [vars(enrol) for enrol in progress.held],
        "lent": None if progress.lent is None else vars(progress.lent),
    }


def from_plain(plain: dict[str, Any]) -> Progress:
    """Read progress; what an older hook did not know yet has its default."""
    proofs = (Proof(**{**proof, "amr": tuple(proof["amr"])}) for proof in plain.get("proofs", ()))
    held = (Enrol(**enrol) for enrol in plain.get("held", ()))
    lent = plain.get("lent")
    read = {
        "done": tuple(plain["done"]),
        "unseen": tuple(plain["unseen"]),
        "proofs": tuple(proofs),
        "held": tuple(held),
        "lent": None if lent is None else Pass(**lent),
    }
    return Progress(**{**plain, **read})
