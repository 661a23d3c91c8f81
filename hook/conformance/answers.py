"""Checks of the answer: each rule gives a complaint, or nothing where all is well."""

from collections.abc import Callable
from urllib.parse import parse_qsl, urlsplit

from hook.conformance.answer import Answer
from hook.conformance.arrivals import return_url
from hook.conformance.run import PARAMETER, Run
from hook.conformance.urls import tokens_in

LIFETIME_MOST = 60
"""How long an answer lives at most, seconds."""
URL_MOST = 2_000
"""Longest return URL, characters."""
_LEEWAY = 30
# Beyond it, readers of JSON do not agree on what is whole (RFC 8259 section 6).
_WHOLE_MOST = 2**53
_BY_HAND = 600

Rule = Callable[[Run, Answer], str]
"""Takes a run and an answer; gives a complaint, without a word of the answer's own."""


def signature(run: Run, answer: Answer) -> str:
    """HS256 with the secret that the tenant gave (RFC 7515 section 5.2)."""
    genuine = answer.is_genuine(run.target.secret)
    return "" if genuine else "it is not signed with HS256 and the shared secret"


def issuer(run: Run, answer: Answer) -> str:
    """The hook answers as whom the arrival was for."""
    same = answer.payload.get("iss") == run.target.aud
    return "" if same else "iss is not the aud of the arrival"


def audience(run: Run, answer: Answer) -> str:
    """The answer is for whom the arrival was from; as a text, not as a list."""
    same = answer.payload.get("aud") == run.target.iss
    return "" if same else "aud is not the iss of the arrival"


def state(run: Run, answer: Answer) -> str:
    """The state goes back to the letter."""
    return "" if run.knows(answer) else "state is not the one that was sent"


def dates(_: Run, answer: Answer) -> str:
    """Both dates are there, as whole seconds (RFC 7519 sections 4.1.4 and 4.1.6)."""
    return "" if _is_dated(answer) else "iat and exp are not both there as whole numbers"


def lifetime(_: Run, answer: Answer) -> str:
    """An answer is good for a minute."""
    if not _is_dated(answer):
        return ""
    seconds = answer.payload["exp"] - answer.payload["iat"]
    good = 0 < seconds <= LIFETIME_MOST
    return "" if good else f"exp is {seconds} seconds after iat; 1 to {LIFETIME_MOST} are allowed"


def now(_: Run, answer: Answer) -> str:
    """It is now; a person may take some minutes to bring an answer here."""
    if not _is_dated(answer):
        return ""
    patience = 0 if answer.landing is not None else _BY_HAND
    if answer.payload["iat"] > answer.came_at + _LEEWAY:
        return "iat is in the future"
    over = answer.payload["exp"] + _LEEWAY + patience < answer.came_at
    return "exp is in the past" if over else ""


def one_outcome(_: Run, answer: Answer) -> str:
    """Claims or an error, never both, and each an object."""
    outcomes = [answer.payload[name] for name in ("claims", "error") if name in answer.payload]
    if len(outcomes) != 1:
        return "there is not exactly one of claims and error"
    return "" if isinstance(outcomes[0], dict) else "claims or error is not an object"


def error_text(_: Run, answer: Answer) -> str:
    """A refusal says why, in a text."""
    error = answer.payload.get("error", {"message": "none"})
    message = error.get("message") if isinstance(error, dict) else None
    good = isinstance(message, str) and message.strip() != ""
    return "" if good else "error has no text as message"


def persisted(_: Run, answer: Answer) -> str:
    """Only claims of this answer can be stored."""
    names = answer.payload.get("claimsToPersist", [])
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        return "claimsToPersist is not a list of names"
    claims = answer.payload.get("claims", {})
    known = set(claims) if isinstance(claims, dict) else set()
    return "claimsToPersist names what claims does not have" if set(names) - known else ""


def address(run: Run, answer: Answer) -> str:
    """redirectUrl's own query is kept, and one parameter is added."""
    if len(tokens_in(answer.url)) != 1:
        return "there is not exactly one session_token in the address"
    query = parse_qsl(urlsplit(answer.url).query, keep_blank_values=True)
    others = [pair for pair in query if pair[0] != PARAMETER]
    state = answer.state or str(answer.payload.get("state", ""))
    own = parse_qsl(urlsplit(return_url(run.target, state)).query) if run.has_own_query else []
    return "" if others == own else "the query is not that of redirectUrl with one session_token"


def length(_: Run, answer: Answer) -> str:
    """Browsers and gateways cut longer addresses."""
    size = len(answer.url)
    return "" if size <= URL_MOST else f"the address has {size:,} characters"


def kept_nowhere(_: Run, answer: Answer) -> str:
    """The page that sends the browser back has a token in it: nobody may keep or pass it on."""
    if answer.landing is None:
        return ""
    reply = answer.landing.reply
    if 300 <= reply.status < 400:
        return ""
    stored = "no-store" not in ",".join(reply.all("Cache-Control")).lower()
    return "the page with the way back may be stored" if stored else ""


RULES: tuple[Rule, ...] = (
    signature, issuer, audience, state, dates, lifetime, now, one_outcome, error_text, persisted,
    address, length, kept_nowhere,
)  # fmt: skip


def _is_dated(answer: Answer) -> bool:
    found = (answer.payload.get("iat"), answer.payload.get("exp"))
    return all(type(date) is int and abs(date) < _WHOLE_MOST for date in found)
