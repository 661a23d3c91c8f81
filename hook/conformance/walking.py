"""Walks a journey as a patient visitor does, form by form, within bounds."""

from dataclasses import dataclass

from hook.conformance.browser import Browser
from hook.conformance.filling import CANCEL, cancelling, fill, needs_person, onward
from hook.conformance.landing import Landing
from hook.conformance.page import Control, Form, shown
from hook.conformance.target import Fields
from hook.conformance.urls import joined
from hook.conformance.wire import Asked

PAGES_MOST = 30
"""How many pages are walked through."""


@dataclass(frozen=True)
class Walked:
    """How far a walk came: off the hook, or stuck."""

    landing: Landing
    stuck: str = ""
    """Where and why it went no further."""
    form: Asked | None = None
    """The last form that was sent."""
    page: Landing | None = None
    """The page of that form."""


@dataclass(frozen=True)
class Walker:
    """One visitor with one browser, and what they type."""

    browser: Browser
    given: Fields

    def walk(self, landing: Landing) -> Walked:
        """Go on from a page until the browser leaves the hook."""
        form: Asked | None = None
        page: Landing | None = None
        for _ in range(PAGES_MOST):
            if landing.left:
                return Walked(landing, self._astray(landing), form, page)
            if why := self._obstacle(landing):
                return Walked(landing, _at(landing, why), form, page)
            page, landing = landing, self._go_on(landing)
            form = _sent(landing) or form
            if not landing.left and _is_unmoved(page, landing):
                return Walked(landing, _at(page, _came(landing)), form, page)
        return Walked(landing, _at(landing, f"it was page {PAGES_MOST}"), form, page)

    def cancel(self, landing: Landing) -> Walked:
        """End the journey from a page by its link or button that cancels, if there is one."""
        after = self._press_cancel(landing)
        if after is None:
            return Walked(landing, "the first page has no link or button with the word “cancel”")
        for _ in range(PAGES_MOST):
            if after.left:
                return Walked(after)
            following = self._confirm(after)
            if following is None:
                break
            after = following
        return Walked(after, "cancelling did not lead back to redirectUrl")

    def _confirm(self, landing: Landing) -> Landing | None:
        form = landing.page.main_form if landing.is_page else None
        if form is None:
            return None
        button = cancelling(form) or onward(form, {})
        ours = self.browser.is_own(_action(landing, form, button))
        return self._send(landing, form, button, eager=False) if ours else None

    def _press_cancel(self, landing: Landing) -> Landing | None:
        if not landing.is_page:
            return None
        for form in landing.page.forms:
            button = cancelling(form)
            if button is not None and self.browser.is_own(_action(landing, form, button)):
                return self._send(landing, form, button, eager=False)
        links = [link.target for link in landing.page.links if CANCEL.search(link.text)]
        urls = [joined(landing.url, target) for target in links]
        url = next((url for url in urls if self.browser.is_own(url)), None)
        return self.browser.open(url) if url is not None else None

    def _astray(self, landing: Landing) -> str:
        is_home = self.browser.is_tenants(landing.left)
        return "" if is_home else "the walk ended where the journey goes on at another site"

    def _obstacle(self, landing: Landing) -> str:
        if not landing.is_page:
            return landing.words
        form = landing.page.main_form
        if form is None:
            return "it has no form"
        if needs_person(form, self.given):
            return "it asks for what only a person has"
        ours = self.browser.is_own(_action(landing, form, onward(form, self.given)))
        return "" if ours else "its form leads to another site"

    def _go_on(self, landing: Landing) -> Landing:
        form = landing.page.main_form
        assert form is not None  # noqa: S101 - for the types; `_obstacle` has looked
        button = onward(form, self.given)
        after = self._send(landing, form, button, eager=False)
        wants_more = after.is_refused or (after.is_page and _is_unmoved(landing, after))
        if not wants_more:
            return after
        # What comes back wants more than it says.
        fresh = after.page.main_form
        return self._send(landing, fresh or form, button, eager=True)

    def _send(self, landing: Landing, form: Form, button: Control | None, eager: bool) -> Landing:
        pairs = fill(form, self.given, eager, button)
        return self.browser.send(_action(landing, form, button), form.method, pairs)


def _action(landing: Landing, form: Form, button: Control | None) -> str:
    own = button.attributes.get("formaction", "") if button is not None else ""
    return joined(landing.url, own or form.attributes.get("action", "") or landing.url)


def _sent(landing: Landing) -> Asked | None:
    return landing.replies[0].asked if landing.replies else None


def _is_unmoved(before: Landing, after: Landing) -> bool:
    return not after.is_page or after.page.look == before.page.look


def _came(landing: Landing) -> str:
    return "its form came back" if landing.is_page else landing.words


def _at(landing: Landing, why: str) -> str:
    """Name the page where a walk ends, by its title and its fields, and nothing else of it."""
    if not landing.replies or landing.trouble:
        return why
    form = landing.page.main_form
    fields = shown(", ".join(form.asked)) if form and form.asked else "none"
    return f"the walk ended at the page “{landing.page.name}” (fields: {fields}): {why}"
