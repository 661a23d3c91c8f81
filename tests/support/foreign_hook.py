"""A hook of another team, written from docs/protocol.md alone: it shares no code with ours."""

import base64
import hmac
import html
import json
import secrets
import threading
import time
from collections.abc import Callable, Collection
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Literal, Self
from urllib.parse import parse_qs, urlsplit

# What a bad hook may do in its answers. Faults of a claim show only where claims are sent; with
# "same_answer_twice", leaving once more gives the first URL again instead of a ValueError.
TokenFault = Literal["wrong_secret", "wrong_state", "wrong_iss", "wrong_aud", "expired", "alg_none"]
ClaimFault = Literal["extra_claims", "large_claim", "object_claim", "claims_and_error", "neither"]
Fault = TokenFault | ClaimFault | Literal["no_token", "same_answer_twice"]

LEEWAY, ANSWER_LIFETIME, MAX_BODY = 30, 60, 65_536  # seconds, seconds, bytes
HEAD = '<!doctype html><html lang="en"><title>Library card</title>'
FORM = """<form method="post" action="{path}">
<input type="hidden" name="visit" value="{visit}">
<label>Library card number <input type="text" name="card"></label>
<button name="answer" value="ok">Send</button>
<button name="answer" value="refuse">I have no card</button>
</form>"""


class ForeignHook:
    """A hook of another team: asks for a library card number and answers."""

    def __init__(
        self,
        secret: str,
        audience_path: str = "/cards",
        *,
        accepts_issuers: Collection[str] = (),
        faults: Collection[Fault] = (),
    ) -> None:
        """Take what the platform shows; all but the path may be set later, as attributes."""
        self.secret = secret
        self.path = audience_path
        self.url = f"http://localhost{audience_path}"  # gets its port in __enter__
        self.accepts_issuers = set(accepts_issuers)
        self.faults = set(faults)
        self.seen: list[dict[str, Any]] = []
        self._visits: dict[str, dict[str, Any]] = {}
        self._answers: dict[str, str] = {}

    def __enter__(self) -> Self:
        """Listen on a free port of 127.0.0.1."""
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Handler, self))
        self.url = f"http://localhost:{self._server.server_port}{self.path}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))
        self._thread.start()
        return self

    def __exit__(self, *exc: object) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def arrive(self, url_with_token: str) -> str:
        """Begin a visit: its one-time id, or a ValueError that says why not."""
        tokens = parse_qs(urlsplit(url_with_token).query).get("session_token", [])
        _require(len(tokens) == 1, "The address must carry one session token.")
        payload = _open(tokens[0], base64.b64decode(self.secret, validate=True))
        _require(_text(payload, "iss") in self.accepts_issuers, "The issuer is not known here.")
        _require(payload.get("aud") in (self.url, [self.url]), "The token is for another hook.")
        _check_dates(payload, time.time())
        _require(_text(payload, "state") != "", "The token has no state.")
        _require(_is_url(_text(payload, "redirectUrl")), "The token has no address to go back to.")
        visit = secrets.token_urlsafe(16)
        self._visits[visit] = payload
        self.seen.append(payload)
        return visit

    def leave(self, visit: str, card: str | None) -> str:
        """End a visit: the return URL, with a refusal where there is no card."""
        if "same_answer_twice" in self.faults and visit in self._answers:
            return self._answers[visit]
        payload = self._visits.pop(visit, {})
        _require(payload != {}, "This visit is over or was never begun.")
        url = str(payload["redirectUrl"])
        if "no_token" not in self.faults:
            token = self._sign(self._answer(payload, card))
            url += f"{'&' if '?' in url else '?'}session_token={token}"
        self._answers[visit] = url
        return url

    def _answer(self, payload: dict[str, Any], card: str | None) -> dict[str, Any]:
        now = int(time.time()) - (3600 if "expired" in self.faults else 0)
        answer = {
            "iss": self._or_wrong("wrong_iss", self.url),
            "aud": self._or_wrong("wrong_aud", payload["iss"]),
            "iat": now,
            "exp": now + ANSWER_LIFETIME,
            "state": self._or_wrong("wrong_state", payload["state"]),
        }
        return answer | self._outcome(card)

    def _or_wrong(self, fault: Fault, right: str) -> str:
        return f"https://wrong.example/{secrets.token_hex(4)}" if fault in self.faults else right

    def _outcome(self, card: str | None) -> dict[str, Any]:
        error = {"error": {"message": "no_card"}}
        if "neither" in self.faults:
            return {}
        if "claims_and_error" in self.faults:
            return self._claims(card or "0") | error
        return error if card is None else self._claims(card)

    def _claims(self, card: str) -> dict[str, Any]:
        value: Any = "9" * 5000 if "large_claim" in self.faults else card
        if "object_claim" in self.faults:
            value = {"number": value}
        extra = {"is_admin": True} if "extra_claims" in self.faults else {}
        return {"claims": {"library_card": value} | extra, "claimsToPersist": []}

    def _sign(self, payload: dict[str, Any]) -> str:
        unsigned = "alg_none" in self.faults
        header = {"alg": "none" if unsigned else "HS256", "typ": "JWT"}
        text = ".".join(_to_base64url(json.dumps(part).encode()) for part in (header, payload))
        wrong = "wrong_secret" in self.faults
        key = secrets.token_bytes(32) if wrong else base64.b64decode(self.secret)
        mac = b"" if unsigned else hmac.digest(key, text.encode(), "sha256")
        return f"{text}.{_to_base64url(mac)}"


class _Handler(BaseHTTPRequestHandler):
    timeout = 10  # browsers open connections that they may never use

    def __init__(self, hook: ForeignHook, *args: Any) -> None:
        self.hook = hook
        super().__init__(*args)

    def do_GET(self) -> None:
        self._reply(self._arrive)

    def do_POST(self) -> None:
        self._reply(self._leave)

    def _arrive(self) -> tuple[int, str]:
        visit = self.hook.arrive(self.path)
        return 200, FORM.format(path=html.escape(self.hook.path), visit=visit)

    def _leave(self) -> tuple[int, str]:
        length = self.headers.get("Content-Length", "")
        _require(length.isdecimal() and int(length) <= MAX_BODY, "The form is too large.")
        form = parse_qs(self.rfile.read(int(length)).decode())
        visit, card, answer = (form.get(name, [""])[0] for name in ("visit", "card", "answer"))
        _require(answer in ("ok", "refuse"), "Please use one of the buttons.")
        _require(card != "" or answer == "refuse", "Please go back and type your card number.")
        return 302, self.hook.leave(visit, card if answer == "ok" else None)

    def _reply(self, work: Callable[[], tuple[int, str]]) -> None:
        try:
            _require(urlsplit(self.path).path == self.hook.path, "There is nothing here.")
            status, text = work()
        except ValueError as error:
            status, text = 400, f"<p>{html.escape(str(error))}</p>"
        content = b"" if status == 302 else f"{HEAD}<main>{text}</main></html>".encode()
        self.send_response(status)
        if status == 302:
            self.send_header("Location", text)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *args: object) -> None:
        """Say nothing: the address holds a token."""


def _open(token: str, key: bytes) -> dict[str, Any]:
    _require(token.count(".") == 2, "The token does not have three parts.")
    signed = token.rpartition(".")[0]
    try:
        padded = (part + "=" * (-len(part) % 4) for part in token.split("."))
        head, body, mac = (base64.b64decode(part, b"-_", validate=True) for part in padded)
        header, payload = json.loads(head), json.loads(body)
    except (ValueError, RecursionError) as error:
        raise ValueError("The token cannot be read.") from error
    sound = isinstance(header, dict) and "crit" not in header
    _require(sound and header.get("alg") == "HS256", "The token is not plain HS256.")
    right = hmac.digest(key, signed.encode(), "sha256")
    _require(hmac.compare_digest(mac, right), "The signature is wrong.")
    return payload if isinstance(payload, dict) else {}


def _check_dates(payload: dict[str, Any], now: float) -> None:
    dates = [payload[name] for name in ("exp", "iat") if name in payload]
    _require(all(type(date) in (int, float) for date in dates), "A date is not a number.")
    _require(payload.get("exp", now) > now - LEEWAY, "The token is too old.")
    _require(payload.get("iat", now) <= now + LEEWAY, "The token is from the future.")


def _to_base64url(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def _text(payload: dict[str, Any], name: str) -> str:
    value = payload.get(name)
    return value if isinstance(value, str) else ""


def _is_url(text: str) -> bool:
    parts = urlsplit(text)
    clean = text.isascii() and text.isprintable() and " " not in text
    return clean and parts.scheme in ("http", "https") and bool(parts.hostname)


def _require(fulfilled: bool, reason: str) -> None:
    if not fulfilled:
        raise ValueError(reason)
