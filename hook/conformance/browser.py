"""A browser of its own: cookies and redirects, and never a request off the hook's origin."""

from collections.abc import Mapping
from dataclasses import replace
from http.cookiejar import CookieJar, DefaultCookiePolicy
from urllib.parse import urlencode, urlsplit

from hook.conformance import reading
from hook.conformance.budget import Budget
from hook.conformance.landing import Landing
from hook.conformance.page import read_refresh
from hook.conformance.urls import (
    THIS_MACHINE,
    is_at,
    is_same_place,
    joined,
    origin_of,
    tokens_in,
    with_query,
)
from hook.conformance.wire import Asked, NoReply, Reply, ask

HOPS_MOST = 10
"""How many redirects are followed after one request."""
_WAIT_MOST = 5
_REDIRECTS = (301, 302, 303, 307, 308)
_KEEP_METHOD = (307, 308)
_NOWHERE = "nowhere"
_ELSEWHERE = "the way on leads to another site, which is never asked"
_FORM = "application/x-www-form-urlencoded"


class Browser:
    """One browser; another one has other cookies."""

    def __init__(self, url: str, return_url: str, budget: Budget) -> None:
        self._origin, self._return_url, self._budget = origin_of(url), return_url, budget
        parts = urlsplit(url)
        self._written_origin = f"{parts.scheme}://{parts.netloc}"
        # Browsers take Secure cookies of this very machine without TLS, too.
        schemes = ("https", "http") if self._origin[1] in THIS_MACHINE else ("https",)
        self._jar = CookieJar(DefaultCookiePolicy(secure_protocols=schemes))

    def open(
        self, url: str, method: str = "GET", headers: Mapping[str, str] | None = None
    ) -> Landing:
        """Open an address of the hook, and follow where it leads."""
        return self.ask(Asked(url, method, None, headers or {}))

    def send(self, url: str, method: str, pairs: list[tuple[str, str]]) -> Landing:
        """Send a form to an address of the hook, and follow where it leads."""
        if method == "GET":
            return self.open(with_query(url.partition("?")[0], pairs))
        # What browsers send with forms, and careful hooks look at.
        headers = {"Origin": self._written_origin, "Sec-Fetch-Site": "same-origin"}
        return self.ask(Asked(url, "POST", urlencode(pairs), headers | {"Content-Type": _FORM}))

    def ask(self, asked: Asked) -> Landing:
        """Send a request, and follow where it leads; whatever is not the hook's is not asked."""
        if not self.is_own(asked.url):
            return Landing((), trouble=_ELSEWHERE)
        replies: list[Reply] = []
        while len(replies) <= HOPS_MOST:
            try:
                replies.append(ask(asked, self._jar, self._budget.take()))
            except NoReply as error:
                return Landing(tuple(replies), trouble=str(error))
            following = self._next(replies[-1])
            if following is None:
                return Landing(tuple(replies))
            if isinstance(following, str):
                is_back = is_same_place(following, self._return_url)
                return Landing(tuple(replies), left=following, is_back=is_back)
            asked = following
        return Landing(tuple(replies), trouble="redirects without an end")

    def is_own(self, url: str) -> bool:
        """Tell whether an address is the hook's, so that it may be asked."""
        return is_at(url, self._origin) and not is_same_place(url, self._return_url)

    def is_tenants(self, url: str) -> bool:
        """Tell whether an address is the tenant's."""
        return is_at(url, origin_of(self._return_url))

    def _next(self, reply: Reply) -> Asked | str | None:
        """Say what a browser does next: ask again, leave for an address, or stay."""
        target = reply.headers.get("Location")
        if reply.status in _REDIRECTS and target is not None:
            return self._redirected(reply, joined(reply.asked.url, target))
        return self._by_itself(reply) if 200 <= reply.status < 300 else None

    def _redirected(self, reply: Reply, url: str) -> Asked | str:
        if not self.is_own(url):
            return url or _NOWHERE
        if reply.status in _KEEP_METHOD or reply.asked.method != "POST":
            return replace(reply.asked, url=url)
        return Asked(url)

    def _by_itself(self, reply: Reply) -> Asked | str | None:
        """Follow a page that goes on without a click; a link to the tenant counts as that."""
        page, base = reading.read(reply.text), reply.asked.url
        refresh = read_refresh(next(iter(reply.all("Refresh")), page.refresh))
        if refresh is not None and refresh[1]:
            seconds, url = refresh[0], joined(base, refresh[1])
            if self._is_way_back(url):
                return url
            # A later one is for a visitor who has gone away.
            if seconds <= _WAIT_MOST and url != base:
                self._budget.wait(seconds)
                return Asked(url) if self.is_own(url) else url or _NOWHERE
        links = (joined(base, link.target) for link in page.links)
        return next((url for url in links if self._is_way_back(url)), None)

    def _is_way_back(self, url: str) -> bool:
        return is_same_place(url, self._return_url) and bool(tokens_in(url))
