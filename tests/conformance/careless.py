"""A hook as careful as can be, but for the faults that it is told to have.

A fault has the name of the check that it fails. Without faults it passes them all.
"""

import html
import secrets
import ssl
import threading
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from functools import partial
from http.cookies import SimpleCookie
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qs, quote, urlsplit

from tests.conformance.careless_tokens import Json, Refused, read, sign, unverified

FORM = """<main><h1>Library card</h1><form method="post" action="{path}">
<input type="hidden" name="csrf" value="{csrf}">{more}
<label><input type="checkbox" name="agreed" value="yes" required> I agree</label>
<label>Branch <select name="branch"><option value="">Choose …</option>
<option>north</option><option value="south">South</option></select></label>
<label>Card number <input name="card" required></label>
<button name="answer" value="back" formnovalidate>Back</button>
<button name="answer" value="send">Send</button></form></main>
<p><a href="{path}/cancel">Cancel and go back</a></p>"""
ASK = """<main><form method="post"><button name="go" value="no">Go on</button>
<button name="go" value="yes">Yes, cancel</button></form></main>"""

CANCELLED: Json = {"error": {"message": "cancelled"}}


@dataclass
class Journey:
    """One visitor's way through the form."""

    id: str
    token: str
    payload: Json
    browsers: set[str]
    csrf: str = field(default_factory=lambda: secrets.token_urlsafe(9))
    outcome: Json | None = None
    left: int = 0
    """How often the browser was sent back."""
    lie: Json | None = None
    """A second outcome for once, which a careful hook never has."""

    @property
    def is_cancelled(self) -> bool:
        return self.outcome == CANCELLED


class CarelessHook:
    """Serves the hook on a free port of this machine; a context manager."""

    def __init__(self, *faults: str, tls: ssl.SSLContext | None = None, way: str = "page") -> None:
        self.faults: Collection[str] = set(faults)
        self.way = way
        self.journeys: dict[str, Journey] = {}
        self.requests: list[tuple[str, str]] = []
        self.locked = False
        self.awake = threading.Event()
        self._tls = tls

    def __enter__(self) -> Self:
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Handler, self))
        if self._tls is not None:
            self._server.socket = self._tls.wrap_socket(self._server.socket, server_side=True)
        scheme = "https" if self._tls else "http"
        self.url = f"{scheme}://localhost:{self._server.server_port}/hook"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def wake(self) -> None:
        """End what hangs."""
        self.awake.set()

    def has(self, fault: str) -> bool:
        return fault in self.faults

    def arrive(self, tokens: list[str], browser: str) -> Journey:
        """Open the journey of a token, or find it again. Raises Refused."""
        try:
            payload = read(tokens, self.url, self.faults)
        except Refused:
            if self.has("hangs-at-expired") and unverified(tokens[0])["exp"] < time.time():
                self.awake.wait(60)
            raise
        known = next((j for j in self.journeys.values() if self._is_same(j, payload)), None)
        if known is None:
            return self._open(payload, tokens, browser)
        if browser not in known.browsers:
            return self._elsewhere(known, payload, tokens, browser)
        if known.outcome is not None and self.has("once-same-token"):
            return self._open(payload, tokens, browser)
        if known.outcome is None and self.has("replay-same-browser"):
            raise Refused
        return known

    def _is_same(self, journey: Journey, payload: Json) -> bool:
        sent = journey.payload
        return (sent["iss"], sent["state"]) == (payload["iss"], payload["state"])

    def _open(self, payload: Json, tokens: list[str], browser: str) -> Journey:
        if self.has("good-token") or self.locked:
            self.locked = False
            raise Refused
        journey = Journey(secrets.token_urlsafe(9), "".join(tokens[:1]), payload, {browser})
        if self.has("refuses-at-once"):
            journey.outcome = CANCELLED
        if self.has("asks-nothing"):
            journey.outcome = {"claims": {}}
        self.journeys[journey.id] = journey
        return journey

    def _elsewhere(self, known: Journey, payload: Json, tokens: list[str], browser: str) -> Journey:
        ended = known.outcome is not None
        same = known.token in tokens
        if ended and self.has("once-elsewhere"):
            return self._open({**payload, "state": secrets.token_urlsafe(9)}, tokens, browser)
        if not ended and same and self.has("replay-other-browser"):
            known.browsers.add(browser)
            return known
        if not ended and not same and self.has("replay-same-state"):
            return self._open(payload, tokens, browser)
        raise Refused

    def find(self, journey_id: str, browser: str) -> Journey:
        """Give a journey to the browser that it belongs to. Raises Refused."""
        journey = self.journeys.get(journey_id)
        if journey is None:
            raise Refused
        if browser not in journey.browsers and not self.has("address-alone"):
            self.locked = self.has("good-token-again")
            raise Refused
        return journey

    def end(self, journey: Journey, outcome: Json) -> None:
        """Fix the outcome, once."""
        journey.outcome = journey.outcome or outcome

    def return_url(self, journey: Journey) -> str:
        """Give where the browser goes, with the answer."""
        cancelled = journey.is_cancelled
        answer = self._refusal(journey) if cancelled else self._answer(journey)
        url = str(journey.payload["redirectUrl"]).partition("#")[0]
        if self.has("answer-arrives") and not cancelled:
            url = url.replace("return", "elsewhere")
        glue = "?" if self.has("answer-own-query") and not cancelled else "&" * ("?" in url) or "?"
        return f"{url}{glue}session_token={quote(self._sign(answer, cancelled))}"

    def refusal_url(self, token: str) -> str:
        """Answer a token that was refused, which is right only if the tenant made it."""
        payload = unverified(token)
        answer = self._bare(Journey("", token, payload, set())) | CANCELLED
        return f"{payload['redirectUrl']}?session_token={sign(answer)}"

    def _sign(self, answer: Json, plain: bool = False) -> str:
        if self.has("answer-signature") and not plain:
            return sign(answer, "sha512", "HS512")
        return sign(answer)

    def _refusal(self, journey: Journey) -> Json:
        state = "another" if self.has("refusal-sound") else journey.payload["state"]
        return self._bare(journey) | {"state": state, **(journey.lie or CANCELLED)}

    def _bare(self, journey: Journey) -> Json:
        now = int(time.time())
        sent = journey.payload
        parties = {"iss": self.url, "aud": sent["iss"], "state": sent["state"]}
        return parties | {"iat": now, "exp": now + 60}

    def _answer(self, journey: Journey) -> Json:
        answer = self._bare(journey) | (journey.lie or journey.outcome or {})
        now = answer["iat"]
        claims = answer.get("claims", {})
        changes: dict[str, Json] = {
            "answer-issuer": {"iss": "https://somebody.example"},
            "answer-audience": {"aud": [answer["aud"]]},
            "answer-state": {"state": answer["state"].swapcase()},
            "answer-dates": {"iat": now + 0.5},
            "answer-lifetime": {"exp": now + 3_600},
            "answer-is-now": {"iat": now - 3_600, "exp": now - 3_540},
            "answer-one-outcome": {"error": {"message": "no_card"}},
            "answer-persist": {"claimsToPersist": ["email"]},
            "answer-length": {"claims": {**claims, "card": "7" * 2_000}},
            "arrival-not-echoed": {"claims": {**claims, **journey.payload.get("claims", {})}},
        }
        for name, change in changes.items():
            answer |= change if self.has(name) else {}
        return answer


class _Handler(BaseHTTPRequestHandler):
    timeout = 10

    def __init__(self, hook: CarelessHook, *args: Any) -> None:
        self.hook = hook
        super().__init__(*args)

    def do_GET(self) -> None:
        self._serve(self._get)

    def do_POST(self) -> None:
        self._serve(self._post)

    def do_HEAD(self) -> None:
        self._serve(lambda: self._ahead("head-opens-nothing"))

    def _serve(self, work: Callable[[], None]) -> None:
        jar = SimpleCookie(self.headers.get("Cookie", ""))
        self.browser = jar["browser"].value if "browser" in jar else secrets.token_urlsafe(9)
        self.parts = urlsplit(self.path)
        self.cache_fault = "no-store"
        self.names = [name for name in self.parts.path.split("/") if name][1:]
        self.hook.requests.append((self.command, self.headers.get("User-Agent", "")))
        try:
            work()
        except Refused:
            if self.hook.has("answers-bad-tokens") and self._tokens():
                return self._redirect(self.hook.refusal_url(self._tokens()[0]))
            return self._page(400, "<p>Refused.</p>")

    def _get(self) -> None:
        if "prefetch" in self.headers.get("Sec-Purpose", ""):
            return self._ahead("prefetch-opens-nothing")
        if not self.names:
            return self._arrive()
        journey = self.hook.find(self.names[0], self.browser)
        if self.names[1:] == ["cancel"] and journey.outcome is None:
            return self._page(200, ASK)
        if self.names[1:] == ["cancel"] and self.hook.has("once-cancelled-after"):
            journey.lie = CANCELLED
        return self._show(journey)

    def _ahead(self, fault: str) -> None:
        if self.hook.has(fault):
            self.hook.arrive(self._tokens(), self.browser)
        self._page(403, "")

    def _tokens(self) -> list[str]:
        return parse_qs(self.parts.query).get("session_token", [])

    def _arrive(self) -> None:
        journey = self.hook.arrive(self._tokens(), self.browser)
        if self.hook.has("token-not-in-address"):
            return self._show(journey)
        return self._redirect(f"/hook/{journey.id}")

    def _show(self, journey: Journey) -> None:
        return self._form(journey) if journey.outcome is None else self._leave(journey)

    def _form(self, journey: Journey) -> None:
        more = ""
        if self.hook.has("token-not-in-page"):
            more = f'<input type="hidden" name="token" value="{html.escape(journey.token)}">'
        path = f"/hook/{journey.id}"
        self._page(200, FORM.format(path=path, csrf=journey.csrf, more=more))

    def _post(self) -> None:
        journey = self.hook.find(self.names[0], self.browser)
        form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        sent = {name: values[0] for name, values in form.items()}
        if self.names[1:] == ["cancel"]:
            return self._cancel(journey, sent)
        wanted = {"csrf": journey.csrf, "agreed": "yes", "branch": "north", "answer": "send"}
        if not (wanted.items() <= sent.items() and sent.get("card")):
            return self._form(journey)
        if journey.outcome is not None and self.hook.has("once-sent-again"):
            journey.lie = {"claims": {"card": "another"}}
        outcome: Json = {"claims": {"card": sent["card"]}, "claimsToPersist": ["card"]}
        if self.hook.has("answer-error-text"):
            outcome = {"error": {}}
        if self.hook.has("refuses-everybody"):
            outcome = {"error": {"message": "no_card"}}
        self.hook.end(journey, outcome)
        return self._redirect(f"/hook/{journey.id}")

    def _cancel(self, journey: Journey, sent: dict[str, str]) -> None:
        if sent.get("go") != "yes":
            return self._form(journey)
        if self.hook.has("cancel-comes-back"):
            return self._page(200, "<p>Good bye.</p>")
        self.hook.end(journey, CANCELLED)
        return self._leave(journey)

    def _leave(self, journey: Journey) -> None:
        if self.hook.has("once-reloaded") and journey.left == 1:
            journey.lie = CANCELLED
        url = self.hook.return_url(journey)
        journey.left, journey.lie = journey.left + 1, None
        self.cache_fault = "" if journey.is_cancelled else "answer-no-store"
        shown = html.escape(url)
        if self.hook.way == "redirect":
            return self._redirect(url)
        if self.hook.way == "header":
            return self._page(200, "<p>One moment.</p>", Refresh=f"0; url={url}")
        if self.hook.way == "link":
            return self._page(200, f'<p><a href="{shown}">Go on</a></p>')
        return self._page(
            200, f'<meta http-equiv="refresh" content="0; url={shown}"><p>One moment.</p>'
        )

    def _redirect(self, url: str) -> None:
        self.send_response(303)
        self.send_header("Location", url)
        self._finish("")

    def _page(self, status: int, text: str, **more: str) -> None:
        self.send_response(status)
        for name, value in more.items():
            self.send_header(name, value)
        self._finish(f"<!doctype html><html><title>Library</title>{text}</html>")

    def _finish(self, text: str) -> None:
        headers = {
            "referrer-policy": ("Referrer-Policy", "no-referrer"),
            self.cache_fault: ("Cache-Control", "no-store"),
            "no-framing": ("Content-Security-Policy", "frame-ancestors 'none'"),
        }
        for fault, (name, value) in headers.items():
            if not self.hook.has(fault):
                self.send_header(name, value)
        flags = {
            "cookie-secure": "Secure" if self.hook.url.startswith("https") else "",
            "cookie-http-only": "HttpOnly",
            "cookie-same-site": "SameSite=Lax",
        }
        kept = [flag for fault, flag in flags.items() if flag and not self.hook.has(fault)]
        self.send_header("Set-Cookie", "; ".join((f"browser={self.browser}", "Path=/hook", *kept)))
        self.send_header("Content-Length", str(len(text.encode())))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(text.encode())

    def log_message(self, *args: object) -> None:
        """Say nothing: the address holds a token."""
