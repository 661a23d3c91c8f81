"""The method behind every factor page: a code that was saved for when nothing else is at hand."""

import hmac
from collections.abc import Mapping
from typing import Any

from hook.factors import recovery
from hook.steps.base import Form, Page, Visit
from hook.steps.factor import Factor, Use
from hook.steps.methods import Method, Verified, Wrong

KIND = "recovery_codes"
_NOT_A_CODE = "Type one of your recovery codes: sixteen letters and digits in four groups."
_WRONG = "That is none of your recovery codes, or it was used before. Each works once."


def unused(factors: tuple[Factor, ...]) -> tuple[Factor, ...]:
    """Give the recovery codes that are left."""
    return tuple(factor for factor in factors if factor.kind == KIND and not factor.mark)


class RecoveryMethod(Method):
    """One of ten codes, each good once. They are made by the step recovery_codes, not here."""

    kind = KIND
    # The same lock as other codes that are typed: no second set of guesses by the back door.
    lock = "code"
    backup = True
    title = "Recovery code"
    called = "a recovery code"
    hint = "One of the codes that you saved."

    def page(self, visit: Visit) -> Page:
        """Ask for a code."""
        return Page("steps/recovery.html")

    def read(self, visit: Visit, form: Form) -> str | Wrong:
        """Read a code in whatever spelling."""
        code = recovery.read_code(form.one("code"))
        return Wrong({"code": _NOT_A_CODE}, "not_a_code") if code is None else code

    def verify(self, visit: Visit, sent: str) -> Verified | Wrong:
        """Compare with every code that is left; a set has one salt."""
        left = unused(visit.factors)
        digests = {
            salt: recovery.digest(sent, bytes.fromhex(salt)).hex()
            for salt in {factor.data["salt"] for factor in left}
        }
        for factor in left:
            if hmac.compare_digest(digests[factor.data["salt"]], factor.data["digest"]):
                return Verified(Use(KIND, factor.id, 1, factor.enrolled_at), self.amr({}))
        return Wrong({"code": _WRONG}, "wrong_code")

    def amr(self, data: Mapping[str, Any]) -> tuple[str, ...]:
        """Give “otp”: a password for one time."""
        return ("otp",)
