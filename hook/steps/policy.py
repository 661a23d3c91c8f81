"""What an issuer demands of a second factor, and what is reported of it. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import model_validator

from hook.steps.base import Visit
from hook.steps.factor import Factor, Proof
from hook.steps.options import Duration, StepOptions, matching, seconds
from hook.strict_json import write

Report = Literal["amr", "acr", "auth_time", "enrolled_in_this_flow"]
_AMR_BYTES = len('["hwk","swk","user","otp","mfa"]')
_TIME_BYTES = len("9999999999")


class SecondFactorOptions(StepOptions):
    """The options that every step has which asks for a second factor."""

    recovery: bool = True
    """Whether a recovery code does as well, for whoever has some."""
    require_prior_enrolment: bool = False
    """Refuse whoever has nothing enrolled yet, instead of letting them set it up here."""
    min_enrolment_age: Duration = ""
    """How long ago a factor must have been enrolled to count, such as "7d"; empty: no matter."""
    max_age: Duration = ""
    """Ask nothing of whoever confirmed in an earlier journey so recently; empty: always ask."""
    report: tuple[Report, ...] = ()
    """Claims to put into the answer: amr, acr, auth_time, enrolled_in_this_flow; default none."""
    acr: Annotated[
        str, matching(r"[\x21-\x7e]{0,120}", "use up to 120 ASCII characters without spaces")
    ] = ""
    """What to report as acr when the factor was enrolled before this journey."""

    @model_validator(mode="after")
    def _acr_is_reported(self) -> "SecondFactorOptions":
        if bool(self.acr) != ("acr" in self.report):
            raise ValueError('acr needs both: its text, and "acr" in report')
        return self


@dataclass(frozen=True)
class Policy:
    """The options of a step, as questions about the factors of a visit."""

    options: SecondFactorOptions

    def counts(self, factor: Factor, visit: Visit) -> bool:
        """Tell whether a factor was enrolled long enough ago."""
        prior = not self.options.require_prior_enrolment or not enrolled_here(
            factor.enrolled_at, visit
        )
        return prior and self.counts_from(factor) <= visit.now

    def counts_from(self, factor: Factor) -> int:
        """Give when a factor begins to count, in seconds since 1970."""
        return factor.enrolled_at + seconds(self.options.min_enrolment_age)

    def recent(self, factors: Iterable[Factor], now: int) -> Factor | None:
        """Find the factor that was verified last, if that is recent enough to ask nothing."""
        since = now - seconds(self.options.max_age)
        found = [each for each in factors if since < each.used_at <= now]
        return max(found, key=lambda each: each.used_at, default=None)

    def writes(self) -> dict[str, int]:
        """Name the claims of a report, each with the most bytes of its JSON."""
        sizes = {
            "amr": _AMR_BYTES,
            "acr": len(write(self.options.acr)),
            "auth_time": _TIME_BYTES,
            "enrolled_in_this_flow": len("false"),
        }
        return {name: sizes[name] for name in self.options.report}

    def claims(self, visit: Visit, proof: Proof) -> Mapping[str, Any]:
        """Give the claims of a report: about this proof, and all that counted before it."""
        proofs = (*visit.proofs, proof)
        before = [each for each in proofs if not each.enrolled]
        amr = sorted({value for each in proofs for value in each.amr})
        claims = {
            # The login before the hook and a factor from before this journey make two.
            "amr": [*amr, "mfa"] if before else amr,
            "auth_time": proof.at,
            "enrolled_in_this_flow": proof.enrolled,
        }
        if not proof.enrolled:
            claims["acr"] = self.options.acr
        return {name: claims[name] for name in self.options.report if name in claims}


def enrolled_here(enrolled_at: int, visit: Visit) -> bool:
    """Tell whether a factor of that time was enrolled since this journey began."""
    return enrolled_at >= visit.began
