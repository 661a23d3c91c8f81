"""Checks of the first page that a good token leads to, and of the way there."""

import re
from collections.abc import Callable, Iterable

from hook.conformance import jose
from hook.conformance.checks import (
    Check,
    Group,
    Judgement,
    Level,
    failed,
    not_concerned,
    passed,
    unless,
)
from hook.conformance.run import Run, Visit

MUST, SHOULD = Level.MUST, Level.SHOULD
_SENT = "a good token, in a new browser"
_TIGHT = {
    "no-referrer",
    "same-origin",
    "origin",
    "strict-origin",
    "strict-origin-when-cross-origin",
}
_LOOSE = {"unsafe-url", "no-referrer-when-downgrade", "origin-when-cross-origin"}
_CLEAN = "Keep what the token says on the server, and redirect (303) to an address without it."
_PREFETCH = {"Sec-Purpose": "prefetch", "Purpose": "prefetch"}
_NO_PAGE = "the journey was over without a page"
_FRAMES = re.compile(r"frame-ancestors\s+'(none|self)'\s*(;|,|$)", re.I)


def _on_page(judge: Callable[[Visit], Judgement]) -> Callable[[Run], Judgement]:
    def with_page(run: Run) -> Judgement:
        return judge(run.first) if run.first.landing.is_page else not_concerned(_NO_PAGE)

    return with_page


def _address(visit: Visit) -> Judgement:
    shown = visit.landing.url
    held = jose.is_in(visit.token, shown)
    return unless("the address of the page still has the token" if held else "")


def _text(visit: Visit) -> Judgement:
    text = visit.landing.reply.text
    return unless("the page has the token in it" if jose.is_in(visit.token, text) else "")


def _referrer(visit: Visit) -> Judgement:
    header = ",".join(visit.landing.reply.all("Referrer-Policy"))
    words = [word.strip().lower() for word in (header or visit.landing.page.referrer).split(",")]
    # The last one that browsers know is the one that counts.
    known = [word for word in words if word in _TIGHT | _LOOSE]
    if not known:
        return failed("no policy is set")
    return unless("" if known[-1] in _TIGHT else f"the policy is {known[-1]}")


def _cache(visit: Visit) -> Judgement:
    value = ",".join(visit.landing.reply.all("Cache-Control")).lower()
    return unless("" if "no-store" in value else "the page may be stored")


def _framing(visit: Visit) -> Judgement:
    reply = visit.landing.reply
    policy = ", ".join(reply.all("Content-Security-Policy"))
    old = {value.strip().lower() for value in reply.all("X-Frame-Options")}
    closed = _FRAMES.search(policy) or old & {"deny", "sameorigin"}
    return unless("" if closed else "any site may show the page in a frame")


def _cookies(run: Run) -> list[dict[str, str]]:
    replies = run.first.landing.replies
    return [_attributes(line) for reply in replies for line in reply.all("Set-Cookie")]


def _attributes(line: str) -> dict[str, str]:
    pairs = (part.partition("=") for part in line.split(";")[1:])
    return {name.strip().lower(): value.strip().lower() for name, _, value in pairs}


def _every_cookie(
    holds: Callable[[dict[str, str]], bool], complaint: str
) -> Callable[[Run], Judgement]:
    def judge(run: Run) -> Judgement:
        cookies = _cookies(run)
        if not cookies:
            return not_concerned("no cookie is set on the way to the first page")
        return _count(map(holds, cookies), complaint)

    return judge


def _count(good: Iterable[bool], complaint: str) -> Judgement:
    verdicts = list(good)
    bad = verdicts.count(False)
    return failed(f"{bad} of {len(verdicts)} cookies {complaint}") if bad else passed()


def _secure(run: Run) -> Judgement:
    if not run.target.is_https:
        return not_concerned("the hook is not on https")
    return _every_cookie(lambda cookie: "secure" in cookie, "without Secure")(run)


def _opens_nothing(method: str, headers: dict[str, str]) -> Callable[[Run], Judgement]:
    def judge(run: Run) -> Judgement:
        token = run.make.token()
        run.arrive(token, method=method, headers=headers)
        after = run.arrive(token)
        came = f"{after.words}, when the visitor came after it"
        return passed() if run.accepts(after) else failed(came)

    return judge


def _page(
    name: str, source: str, rule: str, mend: str, judge: Callable[[Run], Judgement],
    sent: str = _SENT, level: Level = SHOULD,
) -> Check:  # fmt: skip
    return Check(name, Group.PAGE, level, source, rule, sent, mend, judge)


CHECKS = (
    _page(
        "token-not-in-address", "OWASP ASVS 14.2.1",
        "shows its first page at an address without the token", _CLEAN, _on_page(_address),
    ),
    _page(
        "token-not-in-page", "OWASP ASVS 14.2.1",
        "has the token nowhere in its first page", _CLEAN, _on_page(_text),
    ),
    _page(
        "referrer-policy", "OWASP ASVS 3.4.5",
        "tells no other site the addresses of its pages",
        "Send Referrer-Policy: no-referrer, at least where an address has a token.",
        _on_page(_referrer),
    ),
    _page(
        "no-store", "OWASP ASVS 14.3.2", "lets nobody store its pages",
        "Send Cache-Control: no-store with every page of a journey.", _on_page(_cache),
    ),
    _page(
        "no-framing", "OWASP ASVS 3.4.6", "refuses to be shown in a frame",
        "Send Content-Security-Policy: frame-ancestors 'none'.", _on_page(_framing),
    ),
    _page(
        "cookie-secure", "OWASP ASVS 3.3.1", "sets cookies for https only",
        "Set every cookie with Secure.", _secure, level=MUST,
    ),
    _page(
        "cookie-http-only", "OWASP ASVS 3.3.4", "hides its cookies from scripts",
        "Set every cookie with HttpOnly.",
        _every_cookie(lambda cookie: "httponly" in cookie, "without HttpOnly"),
    ),
    _page(
        "cookie-same-site", "OWASP ASVS 3.3.2", "sets cookies with SameSite=Lax",
        "Set SameSite=Lax: Strict loses the visitor who comes from the tenant, None is open.",
        _every_cookie(lambda cookie: cookie.get("samesite") == "lax", "without SameSite=Lax"),
    ),
    _page(
        "head-opens-nothing", "OWASP ASVS 3.5.3", "uses up no token for a HEAD request",
        "Open journeys with GET only, as link scanners send HEAD first.",
        _opens_nothing("HEAD", {}),
        "a good token with HEAD, then with GET from another browser",
    ),
    _page(
        "prefetch-opens-nothing", "OWASP ASVS 3.5.3",
        "uses up no token when a browser loads ahead of the visitor",
        "Refuse requests with Sec-Purpose or Purpose: prefetch.",
        _opens_nothing("GET", _PREFETCH),
        "a good token marked as prefetch, then from another browser as usual",
    ),
)  # fmt: skip
