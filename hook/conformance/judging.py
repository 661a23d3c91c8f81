"""Makes the checks, one after the other, and says what came of each."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from hook.conformance.budget import Spent
from hook.conformance.checks import GOOD_AGAIN, Check, Judgement, Level, Verdict, not_judged
from hook.conformance.given import Unusable
from hook.conformance.run import Run


@dataclass(frozen=True)
class Result:
    """A check and what came of it."""

    check: Check
    judgement: Judgement

    @property
    def verdict(self) -> Verdict:
        """What came of it, in a word."""
        return self.judgement.verdict


@dataclass(frozen=True)
class Report:
    """What came of a run."""

    url: str
    results: tuple[Result, ...]
    requests: int

    @property
    def is_good(self) -> bool:
        """Whether nothing failed, and every must was judged."""
        return not self.count(Verdict.FAILED) and not self.unproven

    @property
    def unproven(self) -> list[str]:
        """The names of musts that could not be judged."""
        return [
            result.check.name
            for result in self.results
            if result.check.level is Level.MUST and result.verdict is Verdict.NOT_JUDGED
        ]

    def count(self, verdict: Verdict) -> int:
        """Count the checks with a verdict; notes count as passed."""
        return sum(told(result) is verdict for result in self.results)


def told(result: Result) -> Verdict:
    """Give the verdict as it is counted: a note never fails."""
    is_note = result.check.level is Level.NOTE and result.verdict is Verdict.FAILED
    return Verdict.PASSED if is_note else result.verdict


def judge(run: Run, checks: Iterable[Check]) -> Report:
    """Make the checks. Raises Unusable when the hook cannot be reached at all."""
    _reach(run)
    results: dict[str, Result] = {}
    for check in checks:
        results[check.name] = Result(check, _find(check, run, results))
    kept = tuple(_with_twin(result, results) for result in results.values())
    return Report(run.target.url, kept, run.budget.used)


def _reach(run: Run) -> None:
    try:
        trouble = "" if run.first.landing.replies else run.first.landing.trouble
    except Spent as spent:
        trouble = str(spent)
    if trouble:
        raise Unusable(f"The hook cannot be judged. What came from {run.target.url}: {trouble}.")


def _find(check: Check, run: Run, results: dict[str, Result]) -> Judgement:
    twin = results.get(check.twin)
    if twin is not None and twin.verdict is not Verdict.PASSED:
        return not_judged(f"{check.twin} did not pass, and this rests on it")
    try:
        return check.judge(run)
    except Spent as spent:
        return not_judged(str(spent))


def _with_twin(result: Result, results: dict[str, Result]) -> Result:
    """Take back a refusal that proves nothing, as good tokens were refused by then, too."""
    again = results.get(GOOD_AGAIN)
    rests = result.check.is_refusal and result.verdict is Verdict.PASSED
    if not rests or (again is not None and again.verdict is Verdict.PASSED):
        return result
    judgement = not_judged(f"{GOOD_AGAIN} did not pass, and this rests on it")
    return replace(result, judgement=judgement)
