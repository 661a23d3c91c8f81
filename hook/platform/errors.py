"""Why a tenant did not do what it was asked, in sentences for the person at the terminal."""

from collections.abc import Iterable, Iterator, Mapping
from urllib.parse import urlsplit

from hook import strict_json
from hook.calls import Answer, CallFailed
from hook.texts import visible

_TEXT_MOST = 200
_DETAILS_MOST = 10
_BODY_MOST = 100_000
"""Bytes of a refusal that is read: texts in it are looked for in others, which takes its time."""
_REASONS = {
    "address_refused": "its name leads into a private network, which is allowed for localhost only",
    "name_unknown": "nobody knows that name",
    "unreachable": "nothing answers there",
    "tls": "the connection is not secure: its certificate is for another name, or not trusted here",
    "timeout": "it took too long",
    "redirected": "it sends on to another address, and that is not followed",
    "too_large": "its answer is longer than anything that is expected",
    "malformed": "what it answers makes no sense",
    "not_json": "what it answers makes no sense",
}
_HINTS = {
    401: "Check `client_id`, `client_secret` and `audience`.",
    403: "Does the API client have the role that this needs (admin or issuer)?",
    429: "Wait a minute, then try again.",
}


class PlatformError(Exception):
    """The tenant cannot be asked, or said no; the text is a sentence, and never a value.

    `status` is the answer's, 0 when there was none; `code` is what the answer itself calls it.
    """

    def __init__(self, sentence: str, status: int = 0, code: str = "") -> None:
        super().__init__(sentence)
        self.status = status
        self.code = code


def unreachable(url: str, failed: CallFailed) -> PlatformError:
    """Say why a call of a URL has no answer; takes nothing of it but the host."""
    why = _REASONS.get(failed.reason, "that did not work")
    return PlatformError(f"{_host(url)} cannot be asked: {why}.")


def refused(url: str, answer: Answer, sent: Iterable[str] = ()) -> PlatformError:
    """Say what an answer refuses and why, with the parameters that it names.

    Reads both kinds: code, message and details of the management API, and the members of OAuth (RFC
    6749 section 5.2). A server may echo: no secret that was `sent` is told, and in no message a
    text in the `value` of a detail.
    """
    said = _members(answer.body)
    secrets, details = _forms(sent), _details(said)
    values = secrets | _forms(text for each in details for text in _texts(each.get("value")))
    code = _text(said.get("code"), secrets) or _text(said.get("error"), secrets)
    message = _text(said.get("message"), values) or _text(said.get("error_description"), values)
    words = ", ".join(filter(None, (f"{answer.status} {code}".strip(), message)))
    sentences = [f"{_host(url)} refuses this ({words})."]
    sentences += [_detail(detail, secrets, values) for detail in details]
    sentences.append(_HINTS.get(answer.status, ""))
    return PlatformError(" ".join(filter(None, sentences)), answer.status, code)


def _details(said: Mapping[str, object]) -> list[Mapping[str, object]]:
    details = said.get("details")
    listed = details[:_DETAILS_MOST] if isinstance(details, list) else []
    return [each for each in listed if isinstance(each, Mapping)]


def _detail(detail: Mapping[str, object], secrets: set[str], values: set[str]) -> str:
    message = _text(detail.get("msg"), values)
    param, place = (_text(detail.get(name), secrets) for name in ("param", "location"))
    where = f"{param} ({place})" if param and place else param or place
    return ": ".join(filter(None, (where, message))).rstrip(".") + "." if where or message else ""


def _members(body: bytes) -> dict[str, object]:
    try:
        return strict_json.read_object(body) if len(body) <= _BODY_MOST else {}
    except ValueError:
        return {}


def _texts(value: object) -> Iterator[str]:
    match value:
        case str():
            yield value
        case list():
            yield from (text for each in value for text in _texts(each))
        case Mapping():
            yield from (text for each in value.values() for text in _texts(each))


def _forms(texts: Iterable[str]) -> set[str]:
    """Give texts as they would be seen, alone and within JSON."""
    both = (form for text in texts for form in (text, strict_json.write(text).decode()[1:-1]))
    return set(map(visible, both)) - {""}


def _text(value: object, hidden: Iterable[str]) -> str:
    """Give a text from outside as one line that can do nothing to a terminal."""
    if not isinstance(value, str):
        return ""
    seen = visible(value)
    # The longest first: a shorter one may be its beginning. Cut last: half a secret would be left.
    for each in sorted(hidden, key=len, reverse=True):
        seen = seen.replace(each, "…")
    return seen[:_TEXT_MOST]


def _host(url: str) -> str:
    return urlsplit(url).netloc
