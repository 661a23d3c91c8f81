"""recovery_codes: ten codes to save, each good once where a second factor is asked for."""

import secrets
from collections.abc import Mapping, Sequence
from typing import Any

from hook.factors import recovery
from hook.steps.base import Done, Form, Need, Outcome, Page, Stay, Step, Stores, Visit
from hook.steps.factor import Enrol, Forget, still
from hook.steps.recovery import KIND, unused
from hook.steps.ways import has_verified

FEW = 3
"""With so many codes left, or fewer, the visitor is warned and may have new ones."""


class RecoveryCodes(Step):
    """Give codes to whoever has confirmed with a second factor in this journey and has few left."""

    kind = KIND
    stores = Stores(
        "salted scrypt hashes of ten codes, sealed, and when they were made and used",
        "until they are replaced or somebody removes them",
    )

    def factor_kinds(self) -> frozenset[str]:
        """Name recovery codes."""
        return frozenset({KIND})

    def applies(self, visit: Visit) -> Need:
        """Give codes only to whoever proved something in this journey: they open the same doors."""
        if not has_verified(visit):
            return Need(False, "nothing_verified")
        left = len(unused(visit.factors))
        if left > FEW:
            return Need(False, "enough_left")
        return Need(True, "few_left" if left else "none_left")

    def prepare(self, visit: Visit) -> Mapping[str, Any] | None:
        """Make the codes; they are good once the visitor says that they are saved."""
        if "codes" in visit.scratch or not self._makes(visit):
            return None
        return {**visit.scratch, "codes": list(recovery.new_codes())}

    def show(self, visit: Visit) -> Page:
        """Show the codes, or how many are left."""
        if self._makes(visit):
            values = {"codes": visit.scratch["codes"], "can_keep": bool(unused(visit.factors))}
            return Page("steps/recovery_codes.html", values, script="hook.js")
        return Page("steps/recovery_codes_few.html", {"codes_left": len(unused(visit.factors))})

    def submit(self, visit: Visit, form: Form) -> Outcome:
        """Keep the hashes of the codes that were shown, in place of those that are left."""
        if form.one("answer") == "keep" and unused(visit.factors):
            return Done(reason="codes_kept")
        if not self._makes(visit):
            return self._choose(form)
        if "codes" not in visit.scratch:
            return Stay(reason="not_shown")
        if form.one("saved") != "yes":
            return Stay({"saved": "Save the codes first, then tick this box."}, reason="not_saved")
        codes = _enrol(visit.scratch["codes"])
        # Codes for what the help desk has removed meanwhile would outlive it.
        return Done(factors=(*still(visit.proofs), Forget(KIND), *codes), reason="codes_made")

    def _choose(self, form: Form) -> Outcome:
        if form.one("answer") == "make":
            return Stay(scratch={"make": True}, reason="codes_wanted")
        return Stay({"answer": "Choose one of these."}, reason="nothing_chosen")

    def _makes(self, visit: Visit) -> bool:
        return bool(visit.scratch.get("make")) or not unused(visit.factors)


def _enrol(codes: Sequence[str]) -> tuple[Enrol, ...]:
    salt = recovery.new_salt()
    return tuple(
        # The first holds the place of the set: of two that are made at once, one is kept.
        Enrol(
            KIND,
            secrets.token_hex(8),
            {"salt": salt.hex(), "digest": recovery.digest(code, salt).hex()},
            slot=None if number else KIND,
        )
        for number, code in enumerate(codes)
    )
