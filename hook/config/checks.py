"""What must hold across a tenant: one writer for a claim, an answer that fits into its URL."""

from collections.abc import Iterable, Mapping

from hook.claims import nest, overlap
from hook.errors import Mistake
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
            for other in writers:
                if overlap(path, other):
                    problem = f"the claim {path} is written already by the step {writers[other]}"
                    mistakes.append(Mistake(f"{key}.steps[{number}]", problem))
        writers |= dict.fromkeys(step.writes(), step.name)
    return mistakes


def check_tenant(key: str, tenant: Tenant) -> list[Mistake]:
    """Find the mistakes that show only when the whole tenant is known, its flow without any."""
    return [*_unwritten(key, tenant), *_reflected(key, tenant), *_too_long(key, tenant)]


def _most_bytes(flow: Flow) -> Mapping[str, int]:
    return {path: size for step in flow for path, size in step.writes().items()}


def _unwritten(key: str, tenant: Tenant) -> Iterable[Mistake]:
    written = {path.partition(".")[0] for path in _most_bytes(tenant.flow)}
    for number, name in enumerate(tenant.persist):
        if name not in written:
            whole = name.partition(".")[0]
            problem = "no step of this flow writes this claim"
            if whole in written:
                problem = f"only whole claims can be persisted; write {whole}"
            yield Mistake(f"{key}.persist[{number}]", problem)


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
