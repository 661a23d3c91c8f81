"""Why a tenant did not do what it was asked, in sentences for the person at the terminal."""

from collections.abc import Mapping
from urllib.parse import urlsplit

from hook import strict_json
from hook.calls import Answer, CallFailed
from hook.texts import visible

_TEXT_MOST = 200
_DETAILS_MOST = 10
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


def refused(url: str, answer: Answer) -> PlatformError:
    """Say what an answer refuses and why, with the parameters that it names.

    Reads both kinds: code, message and details of the management API, and the members of OAuth (RFC
    6749 section 5.2). The `value` of a detail is never told, wherever it stands.
    """
    said = _members(answer.body)
    code = _text(said.get("code")) or _text(said.get("error"))
    message = _text(said.get("message")) or _text(said.get("error_description"))
    words = ", ".join(filter(None, (f"{answer.status} {code}".strip(), message)))
    sentences = [f"{_host(url)} refuses this ({words})."]
    details = said.get("details")
    listed = details[:_DETAILS_MOST] if isinstance(details, list) else []
    sentences += [_detail(detail) for detail in listed if isinstance(detail, Mapping)]
    sentences.append(_HINTS.get(answer.status, ""))
    return PlatformError(" ".join(filter(None, sentences)), answer.status, code)


def _detail(detail: Mapping[str, object]) -> str:
    message, param, place = (_text(detail.get(name)) for name in ("msg", "param", "location"))
    value = detail.get("value")
    if isinstance(value, str) and value:
        message = message.replace(value, "…")
    where = f"{param} ({place})" if param and place else param or place
    return ": ".join(filter(None, (where, message))).rstrip(".") + "." if where or message else ""


def _members(body: bytes) -> dict[str, object]:
    try:
        return strict_json.read_object(body)
    except ValueError:
        return {}


def _text(value: object) -> str:
    """Give a text from outside as one line that can do nothing to a terminal."""
    return visible(value)[:_TEXT_MOST] if isinstance(value, str) else ""


def _host(url: str) -> str:
    return urlsplit(url).netloc
