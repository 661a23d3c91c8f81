"""What all steps do alike that ask for a second factor: verify what is enrolled, or enrol it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar, TypedDict

from hook.steps.base import Deny, Done, Form, Need, Outcome, Page, Shown, Stay, Step, Stores, Visit
from hook.steps.factor import Enrol, FactorChange, Forget, Proof, still
from hook.steps.methods import Enrolled, Method, Verified, Wrong
from hook.steps.options import StepOptions
from hook.steps.policy import Policy, SecondFactorOptions, enrolled_here
from hook.steps.recovery import RecoveryMethod, unused
from hook.steps.ways import Member, additions, counted, of_kind, ways

__all__ = ["Member", "SecondFactor", "SecondFactorOptions"]

_CHOOSER = "steps/one_of.html"
_SCRIPT = "hook.js"


@dataclass(frozen=True)
class Plan:
    """Where a visitor stands: verifying, enrolling, or choosing what to enrol (`method` None).

    `proof` is there once they have verified something here: all they still do is a choice.
    """

    methods: tuple[Method, ...]
    method: Method | None
    enrolling: bool
    proof: Proof | None = None
    locked: tuple[Method, ...] = ()

    @property
    def page(self) -> str:
        """Name the page, so that a form says which one it was sent from."""
        kind = self.method.kind if self.method else "choice"
        return f"{'enrol' if self.enrolling else 'verify'} {kind}"


class _Kept(TypedDict):
    factors: tuple[FactorChange, ...]
    forgive: str


class SecondFactor(Step):
    """A step that is done once one factor has counted for this journey."""

    options_model: ClassVar[type[StepOptions]] = SecondFactorOptions
    stores = Stores(
        "what is enrolled, sealed: seeds, public keys, hashes of recovery codes, names, times, and "
        "the e-mail address for notices; and how many guesses were wrong",
        "until the person replaces it or somebody removes it; guesses 30 days",
    )

    def __init__(self, name: str, title: str, options: Any, members: tuple[Member, ...]) -> None:
        super().__init__(name, title, options)
        self.members = members
        self._recovery = RecoveryMethod(options)
        self._policy = Policy(options)

    def factor_kinds(self) -> frozenset[str]:
        """Name the kinds of its methods, and recovery codes."""
        return self.proves() | ({self._recovery.kind} if self.options.recovery else set())

    def proves(self) -> frozenset[str]:
        """Name the kinds of its methods."""
        return frozenset(member.method.kind for member in self.members)

    def writes(self) -> Mapping[str, int]:
        """Name the claims of its report."""
        return self._policy.writes()

    def lasts(self) -> int:
        """Give the time in which one can be set up."""
        return 180

    def applies(self, visit: Visit) -> Need:
        """Ask, unless something was verified recently in an earlier journey."""
        if not self.options.max_age or "proof" in visit.scratch:
            return Need(True, "always")
        usable = (
            factor
            for kind in self.proves() - counted(visit)
            for factor in of_kind(visit, kind)
            if self._policy.counts(factor, visit)
        )
        factor = self._policy.recent(usable, visit.now)
        if factor is None:
            return Need(True, "always")
        (method,) = (m.method for m in self.members if m.method.kind == factor.kind)
        here = enrolled_here(factor.enrolled_at, visit)
        proof = Proof(factor.kind, factor.used_at, here, recent=True, amr=method.amr(factor.data))
        return Need(False, "verified_recently", self._policy.claims(visit, proof), proof)

    def prepare(self, visit: Visit) -> Mapping[str, Any] | None:
        """Make what the method of the moment needs."""
        plan = self._plan(visit)
        if isinstance(plan, Deny) or plan.method is None:
            return None
        made = self._prepare(visit, plan, plan.method)
        return None if made is None else _kept(visit, plan, made)

    def show(self, visit: Visit) -> Shown:
        """Give the page of the method of the moment, or the choice."""
        plan = self._plan(visit)
        if isinstance(plan, Deny):
            return plan
        page = self._page(visit, plan)
        others = [method for method in plan.methods if method != plan.method]
        common = {
            "others": others,
            "enrolling": plan.enrolling,
            "adding": plan.proof is not None,
            "can_add": self._can_add(visit, plan),
            "codes_left": len(unused(visit.factors)),
            "recovered": plan.proof is not None and plan.proof.kind == self._recovery.kind,
            "locked": plan.locked,
            "counts_after": self.options.min_enrolment_age if plan.enrolling else "",
            "add_replaces": self._add_replaces(visit),
            "page": plan.page,
            "replaces": {m.kind for m in plan.methods if m.most == 1 and of_kind(visit, m.kind)},
        }
        return replace(page, values={**page.values, **common}, script=_SCRIPT)

    def submit(self, visit: Visit, form: Form) -> Outcome:
        """Judge what was sent to the page of the moment."""
        plan = self._plan(visit)
        if isinstance(plan, Deny):
            return plan
        if form.one("page") != plan.page:
            # Sent from a page of before: what it has was meant for something else.
            return Stay(reason="page_changed")
        if plan.proof and form.one("skip"):
            return self._done(visit, plan.proof)
        if form.one("use") in {method.kind for method in plan.methods}:
            return Stay(scratch={**visit.scratch, "use": form.one("use")}, reason="another_way")
        if plan.method is None:
            return Stay({"use": "Choose one of these."}, reason="nothing_chosen")
        own = self._own(visit, plan, plan.method)
        if not own.scratch and self._prepare(visit, plan, plan.method) is not None:
            return Stay(reason="not_shown")
        judge = self._enrol if plan.enrolling else self._verify
        return judge(visit, own, plan, plan.method, form)

    def _plan(self, visit: Visit) -> Plan | Deny:
        wanted = visit.scratch.get("use")
        if "proof" in visit.scratch:
            proof = Proof(**{**visit.scratch["proof"], "amr": tuple(visit.scratch["proof"]["amr"])})
            methods = additions(visit, self.members)
            return Plan(methods, _chosen(methods, wanted) or _only(methods), True, proof)
        found = ways(visit, self.members, self._recovery, self._policy)
        if found.refusal:
            return found.refusal
        if found.verify:
            first = _chosen(found.verify, wanted) or found.verify[0]
            return Plan(found.verify, first, False, locked=found.locked)
        return Plan(found.enrol, _chosen(found.enrol, wanted) or _only(found.enrol), True)

    def _add_replaces(self, visit: Visit) -> bool:
        more = additions(visit, self.members)
        return all(method.most == 1 and of_kind(visit, method.kind) for method in more)

    def _can_add(self, visit: Visit, plan: Plan) -> bool:
        # After a recovery code they are asked anyway.
        asks = plan.enrolling or plan.method == self._recovery
        return not asks and bool(additions(visit, self.members))

    def _page(self, visit: Visit, plan: Plan) -> Page:
        if plan.method is None:
            return Page(_CHOOSER)
        own = self._own(visit, plan, plan.method)
        return plan.method.enrolment_page(own) if plan.enrolling else plan.method.page(own)

    def _prepare(self, visit: Visit, plan: Plan, method: Method) -> Mapping[str, Any] | None:
        prepare = method.prepare_enrolment if plan.enrolling else method.prepare
        return prepare(self._own(visit, plan, method))

    def _enrol(self, visit: Visit, own: Visit, plan: Plan, method: Method, form: Form) -> Outcome:
        result = method.enrol(own, form)
        if isinstance(result, Wrong):
            return _stay(visit, plan, result)
        if plan.proof:
            changes = (*still((*visit.proofs, plan.proof)), *result.changes)
            proof = _replaced(plan.proof, result.changes, visit.now)
            return replace(self._done(visit, proof), factors=changes, reason="added")
        changes = self._first(visit, result)
        if self.options.min_enrolment_age:
            # Kept, but too new to count: the next look at this step says so.
            return Stay(factors=changes, reason="enrolled")
        new = _new_id(changes)
        proof = Proof(method.kind, visit.now, True, amr=result.amr, id=new, since=visit.now)
        return replace(self._done(visit, proof), factors=changes, reason="enrolled")

    def _first(self, visit: Visit, result: Enrolled) -> tuple[FactorChange, ...]:
        # Of two journeys at the same point only one may enrol something: the slot has one place. It
        # is named after the kinds that are left: whoever has one is asked for it, and not here.
        slot = " ".join(sorted(self.proves() - counted(visit)))
        # Where a later step asks for a factor there is, that one is proven first. A factor that is
        # too new to count needs no such care, and would never be kept.
        held = visit.owes and not self.options.min_enrolment_age
        return still(visit.proofs) + tuple(
            replace(each, slot=slot, held=held) if isinstance(each, Enrol) else each
            for each in result.changes
        )

    def _own(self, visit: Visit, plan: Plan, method: Method) -> Visit:
        """Give a method its own slice: all its factors to enrol, those that count to verify."""
        factors = tuple(
            factor
            for factor in of_kind(visit, method.kind)
            if plan.enrolling or self._policy.counts(factor, visit)
        )
        return replace(visit, scratch=_slices(visit).get(plan.page, {}), factors=factors)

    def _verify(self, visit: Visit, own: Visit, plan: Plan, method: Method, form: Form) -> Outcome:
        sent = method.read(own, form)
        if isinstance(sent, Wrong):
            return _stay(visit, plan, sent)
        if not visit.attempts.guess(method.lock):
            # Another guess may be right and on its way: the next look at this step tells.
            return Stay(reason="locked")
        result = method.verify(own, sent)
        if isinstance(result, Wrong):
            lock = visit.attempts.lock(method.lock)
            # A lock that closes ends the journey: no other way may be tried around it.
            closed = Deny("factor_locked", lock.until)
            return closed if lock.locked else _stay(visit, plan, result)
        return self._verified(visit, method, result, form.one("add") == "yes")

    def _verified(self, visit: Visit, method: Method, result: Verified, add: bool) -> Outcome:
        use = result.use
        here = enrolled_here(use.since, visit)
        proof = Proof(method.kind, visit.now, here, amr=result.amr, id=use.id, since=use.since)
        kept = _Kept(factors=(use,), forgive=method.lock)
        # Whoever needed a recovery code has lost something: they are offered to replace it.
        if (add or method == self._recovery) and additions(visit, self.members):
            plain = {**vars(proof), "amr": list(proof.amr)}
            return Stay(scratch={"proof": plain}, reason="verified", **kept)
        return replace(self._done(visit, proof), reason="verified", **kept)

    def _done(self, visit: Visit, proof: Proof) -> Done:
        return Done(self._policy.claims(visit, proof), proof=proof, reason="skipped")


def _new_id(changes: tuple[FactorChange, ...]) -> str:
    # One that is held is not there yet: nothing can be asked of it.
    return next((each.id for each in changes if isinstance(each, Enrol) and not each.held), "")


def _replaced(proof: Proof, changes: tuple[FactorChange, ...], now: int) -> Proof:
    """Let a proof name what has taken the place of its factor."""
    if Forget(proof.kind) not in changes:
        return proof
    return replace(proof, id=_new_id(changes), since=now)


def _chosen(methods: tuple[Method, ...], kind: object) -> Method | None:
    return next((method for method in methods if method.kind == kind), None)


def _only(methods: tuple[Method, ...]) -> Method | None:
    return methods[0] if len(methods) == 1 else None


def _slices(visit: Visit) -> Mapping[str, Mapping[str, Any]]:
    slices: Mapping[str, Mapping[str, Any]] = visit.scratch.get("own", {})
    return slices


def _kept(visit: Visit, plan: Plan, own: Mapping[str, Any]) -> dict[str, Any]:
    return {**visit.scratch, "own": {**_slices(visit), plan.page: dict(own)}}


def _stay(visit: Visit, plan: Plan, wrong: Wrong) -> Stay:
    scratch = None if wrong.scratch is None else _kept(visit, plan, wrong.scratch)
    return Stay(wrong.errors, scratch, reason=wrong.reason)
