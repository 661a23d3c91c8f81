"""A browser without scripts, over real HTTP: it follows redirects and sends forms."""

from typing import Any
from urllib.parse import urljoin, urlsplit

import requests

from hook.testing.html import Html

HOPS_MOST = 20


class Browser:
    """One browser with its cookies.

    It stops at a page, at the address of a wallet, or at an address that begins with `stops_at`.
    """

    def __init__(self, stops_at: str = "") -> None:
        self._stops_at = stops_at
        self._session = requests.Session()
        # No proxy of the environment: everything is on this machine.
        self._session.trust_env = False
        self.url = ""
        self.status = 0
        self.html = ""

    def open(self, url: str) -> None:
        """Open an address."""
        self._ask("GET", url)

    def send(self, **values: str) -> None:
        """Send the first form of the page, its hidden fields and what is filled in as they are."""
        page = Html(self.html)
        filled = {
            each["name"]: each.get("value", "")
            for each in page.all("input")
            if "name" in each and each.get("type") not in ("checkbox", "radio", "submit")
        }
        target = urljoin(self.url, page.all("form")[0].get("action", "")) or self.url
        parts = urlsplit(self.url)
        origin = f"{parts.scheme}://{parts.netloc}"
        self._ask("POST", target, data=filled | values, headers={"Origin": origin})

    @property
    def main(self) -> dict[str, str]:
        """The attributes of the page's main element, which say which page it is."""
        return Html(self.html).all("main")[0]

    def _ask(self, method: str, url: str, **request: Any) -> None:
        for _ in range(HOPS_MOST):
            self.url = url
            at_end = self._stops_at and url.startswith(self._stops_at)
            if at_end or urlsplit(url).scheme not in ("http", "https"):
                return
            request |= {"allow_redirects": False, "timeout": 20}
            answer = self._session.request(method, url, **request)
            self.status, self.html = answer.status_code, answer.text
            onward = answer.headers.get("Location") or self._refresh()
            if not onward:
                return
            method, url, request = "GET", urljoin(url, onward), {}
        raise AssertionError("redirects without an end")

    def _refresh(self) -> str:
        """Where the page goes on to by itself."""
        for each in Html(self.html).all("meta"):
            if each.get("http-equiv") == "refresh" and "url=" in each["content"]:
                return each["content"].partition("url=")[2]
        return ""
