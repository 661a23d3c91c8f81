"""What must hold across a tenant: one writer for a claim, an answer that fits into its URL."""

from collections.abc import Iterable, Mapping

from hook.claims import nest, overlap
from hook.errors import Mistake
from hook.refusals import ANSWER_CODES, COMPLETED
from hook.steps.base import Step
from hook.tenant import Flow, Tenant
from hook.tokens import URL_MOST, Sender, answer_body, room

# The path of redirectUrl and the length of state are not published; these are generous. Where an
# arrival needs more, the journey still knows how much room is left.
_REDIRECT_PATH_MOST = 150
_STATE_MOST = 64


def check_flow(key: str, flow: Iterable[tuple[int, Step]]) -> list[Mistake]:
    """Find claims that two steps write; takes the steps with their numbers."""
    mistakes: list[Mistake] = []
    writers: dict[str, str] = {}
    for number, step in flow:
        for path in step.writes():
            # A step of one's own may overlap with itself.
            for other in {**writers, **dict.fromkeys(set(step.writes()) - {path}, step.name)}:
                if overlap(path, other):
                    by = writers.get(other, step.name)
                    problem = f"the claim {path} is written already by the step {by}"
                    mistakes.append(Mistake(f"{key}.steps[{number}]", problem))
        writers |= dict.fromkeys(step.writes(), step.name)
    return mistakes


def check_mail(key: str, tenant: Tenant) -> list[Mistake]:
    """Find the steps that would send mails where no mail server is configured."""
    problem = "this step sends mails, and there is no mail server; add [smtp]"
    return [
        Mistake(f"{key}.steps[{number}]", problem)
        for number, step in enumerate(tenant.flow)
        if step.sends_mail
    ]


def check_tenant(key: str, tenant: Tenant) -> list[Mistake]:
    """Find the mistakes that show only when the whole tenant is known, its flow without any."""
    return [
        *_unwritten(key, tenant),
        *_persisted(key, tenant),
        *_reflected(key, tenant),
        *_too_long(key, tenant),
        *_counted_twice(key, tenant.flow),
        *_passed_by(key, tenant.flow),
        *_same_codes(key, tenant.flow),
        *_never_given(key, tenant.flow),
        *_unknown_asked(key, tenant.flow),
        *_own_url(key, tenant),
    ]


def check_secrets(tenants: Mapping[str, Tenant]) -> list[Mistake]:
    """Find peers that could sign as a tenant, or as another peer."""
    owners = {secret: slug for slug, tenant in tenants.items() for secret in tenant.secrets}
    mistakes = []
    for slug, tenant in tenants.items():
        for number, step in enumerate(tenant.flow):
            peer = getattr(step.options, "url", "")
            own = [each.get_secret_value() for each in getattr(step.options, "secrets", ())]
            if any(owners.setdefault(secret, peer) != peer for secret in own):
                problem = "this secret is used already; give each peer one of its own"
                mistakes.append(Mistake(f"tenants.{slug}.steps[{number}].secrets", problem))
    return mistakes


def _most_bytes(flow: Flow) -> Mapping[str, int]:
    return {path: size for step in flow for path, size in step.writes().items()}


def _counted_twice(key: str, flow: Flow) -> Iterable[Mistake]:
    """Find steps for which no factor may be left, whatever visitors chose before (T21)."""
    for number, step in enumerate(flow):
        sharing = [before for before in flow[:number] if before.proves() & step.proves()]
        if step.proves() and len(step.proves()) <= len(sharing):
            problem = "each factor counts once in a journey, and none may be left for this step; "
            yield Mistake(f"{key}.steps[{number}]", problem + "put steps with fewer choices first")


def _passed_by(key: str, flow: Flow) -> Iterable[Mistake]:
    """Find what would let visitors pass one of several steps that ask, and set up the other."""
    asking = [number for number, step in enumerate(flow) if step.proves()]
    for number in asking if len(asking) > 1 else ():
        step = flow[number]
        ways = {"max_age": getattr(step.options, "max_age", ""), "when": step.when}
        for option in (name for name, given in ways.items() if given):
            problem = "only where one step of the flow asks for a second factor"
            yield Mistake(f"{key}.steps[{number}].{option}", problem)


def _same_codes(key: str, flow: Flow) -> Iterable[Mistake]:
    taken = {*ANSWER_CODES, COMPLETED}
    for number, step in enumerate(flow):
        for code in sorted(taken & set(step.denies())):
            yield Mistake(f"{key}.steps[{number}]", f"the code {code} has another meaning already")
        taken |= set(step.denies())


def _never_given(key: str, flow: Flow) -> Iterable[Mistake]:
    for number, step in enumerate(flow):
        gives = step.factor_kinds() and not step.proves()
        asked = [at for at, other in enumerate(flow) if other.proves()]
        if gives and (not asked or number < max(asked)):
            # Codes that one factor opens must not open the next.
            problem = "put this after all steps that ask for a second factor, and have one"
            yield Mistake(f"{key}.steps[{number}]", problem)
        elif gives and not any(step.factor_kinds() & flow[at].factor_kinds() for at in asked):
            problem = "no step takes what this one gives; set recovery = true in one of them"
            yield Mistake(f"{key}.steps[{number}]", problem)


def _unknown_asked(key: str, flow: Flow) -> Iterable[Mistake]:
    """Find conditions about steps and claims that do not come before them."""
    for number, step in enumerate(flow):
        before = flow[:number]
        claims = {path for each in before for path in each.writes()}
        for name, condition in step.conditions().items():
            where = f"{key}.steps[{number}].{name}"
            for asked in sorted(condition.steps() - {each.name for each in before}):
                yield Mistake(where, f"no step before this one has the name {asked}")
            for asked in sorted(condition.claims() - claims):
                yield Mistake(where, f"no step before this one writes the claim {asked}")
        asked_by_conditions = Step.uses(step)
        for used in sorted(step.uses() - asked_by_conditions - claims):
            problem = f"no step before this one writes the claim {used}, which it uses"
            yield Mistake(f"{key}.steps[{number}]", problem)


def _own_url(key: str, tenant: Tenant) -> Iterable[Mistake]:
    # What is sent there would be its own answer.
    for number, step in enumerate(tenant.flow):
        if getattr(step.options, "url", None) in tenant.audiences:
            yield Mistake(f"{key}.steps[{number}].url", "this is the hook's own URL")


def _unwritten(key: str, tenant: Tenant) -> Iterable[Mistake]:
    written = {path.partition(".")[0] for path in _most_bytes(tenant.flow)}
    for number, name in enumerate(tenant.persist):
        if name not in written:
            whole = name.partition(".")[0]
            problem = "no step of this flow writes this claim"
            if whole in written:
                problem = f"only whole claims can be persisted; write {whole}"
            yield Mistake(f"{key}.persist[{number}]", problem)


def _persisted(key: str, tenant: Tenant) -> Iterable[Mistake]:
    if tenant.persist and not tenant.policy.persists:
        problem = tenant.policy.forbids("that anything is persisted; take this out")
        yield Mistake(f"{key}.persist", problem)


def _reflected(key: str, tenant: Tenant) -> Iterable[Mistake]:
    # An answer carries iss = the hook; accepted as an arrival, it could be sent back in (T8).
    if set(tenant.issuers) & set(tenant.audiences):
        yield Mistake(f"{key}.issuers", "a tenant's URL cannot be the hook's own URL")


def _too_long(key: str, tenant: Tenant) -> Iterable[Mistake]:
    sizes = _most_bytes(tenant.flow)
    # A placeholder of one byte stands for each value: what is left must hold the values.
    claims = nest(dict.fromkeys(sizes, 0))
    body = answer_body(claims, tenant.persist, None)
    longest = max((*tenant.issuers, *tenant.audiences, *tenant.return_origins), key=len)
    sender = Sender(
        longest, longest, "s" * _STATE_MOST, longest + "/" + "p" * _REDIRECT_PATH_MOST, ""
    )
    over = sum(sizes.values()) - len(sizes) - room(sender, body)
    if over > 0:
        biggest = max(sizes, key=lambda path: sizes[path])
        yield Mistake(
            f"{key}.steps",
            f"the longest possible answer passes {URL_MOST} characters by {over * 4 // 3}; "
            f"shorten fields (max_length, max_bytes), first {biggest} with {sizes[biggest]} bytes",
        )
