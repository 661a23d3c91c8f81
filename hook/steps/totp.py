"""totp: a code from an authenticator app (RFC 6238)."""

from collections.abc import Mapping
from typing import Any

from hook import qr
from hook.factors import totp
from hook.factors.numbers import read_code
from hook.steps.base import Form, Page, Visit
from hook.steps.factor import Enrol, FactorChange, Forget, Use
from hook.steps.methods import Enrolled, Method, Verified, Wrong
from hook.steps.second_factor import Member, SecondFactor, SecondFactorOptions

# One id for all: the row's key makes a second active seed impossible.
_ID = "app"
_NOT_A_CODE = "Type the six digits that the app shows."
_WRONG = (
    "That code isn’t right. Type the one that the app shows now. If it stays wrong, let your phone "
    "set its clock by itself."
)
_USED = "This code was used already, or is older than one that was. Wait for the next one."


class TotpMethod(Method):
    """Six digits, a new code every thirty seconds, each good once."""

    kind = "totp"
    lock = "code"
    title = "Authenticator app"
    called = "an authenticator app"
    hint = "An app on your phone shows a new code every thirty seconds."

    def prepare_enrolment(self, visit: Visit) -> Mapping[str, Any] | None:
        """Make a seed; it is active only once a code of it was typed."""
        return None if "seed" in visit.scratch else {"seed": totp.new_seed()}

    def enrolment_page(self, visit: Visit) -> Page:
        """Show the seed as QR code, as link and as text."""
        seed = visit.scratch["seed"]
        uri = totp.uri(seed, visit.tenant_name, visit.person)
        values = {
            "uri": uri,
            "qr": qr.svg(uri, "QR code for the authenticator app"),
            "key": totp.grouped(seed),
        }
        return Page("steps/totp_enrol.html", values)

    def enrol(self, visit: Visit, form: Form) -> Enrolled | Wrong:
        """Take the seed once a code shows that the app has it; that code counts as used."""
        code = self.read(visit, form)
        if isinstance(code, Wrong):
            return code
        seed = visit.scratch["seed"]
        step = totp.matching_step(seed, code, visit.now, 0)
        if step is None:
            return Wrong({"code": _WRONG}, "wrong_code")
        old: tuple[FactorChange, ...] = (Forget(self.kind),) if visit.factors else ()
        return Enrolled((*old, Enrol(self.kind, _ID, {"seed": seed}, mark=step)), self.amr({}))

    def page(self, visit: Visit) -> Page:
        """Ask for a code."""
        return Page("steps/totp.html")

    def read(self, visit: Visit, form: Form) -> str | Wrong:
        """Read six digits."""
        code = read_code(form.one("code"), totp.DIGITS)
        return Wrong({"code": _NOT_A_CODE}, "not_a_code") if code is None else code

    def verify(self, visit: Visit, sent: str) -> Verified | Wrong:
        """Find the time step of the code; an earlier one than last time does not count."""
        (factor,) = visit.factors
        seed = factor.data["seed"]
        step = totp.matching_step(seed, sent, visit.now, factor.mark)
        if step is not None:
            return Verified(Use(self.kind, factor.id, step, factor.enrolled_at), self.amr({}))
        if totp.matching_step(seed, sent, visit.now, 0) is not None:
            return Wrong({"code": _USED}, "used_code")
        return Wrong({"code": _WRONG}, "wrong_code")

    def amr(self, data: Mapping[str, Any]) -> tuple[str, ...]:
        """Give “otp”."""
        return ("otp",)


class Totp(SecondFactor):
    """Ask for a code from an app; whoever has none sets one up."""

    kind = "totp"

    def __init__(self, name: str, title: str, options: SecondFactorOptions) -> None:
        super().__init__(name, title, options, (Member(TotpMethod(options)),))
