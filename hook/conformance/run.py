"""One run against one hook: what was sent so far and what came, each found out once."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from hook.conformance.answer import Answer
from hook.conformance.arrivals import Maker, is_state
from hook.conformance.browser import Browser
from hook.conformance.budget import Budget
from hook.conformance.by_hand import ByHand
from hook.conformance.jose import part
from hook.conformance.landing import Landing
from hook.conformance.target import Target
from hook.conformance.urls import with_query
from hook.conformance.walking import Walked, Walker

PARAMETER = "session_token"
# What is shorter stands in any text.
_SHORTEST = 4


@dataclass(frozen=True)
class Visit:
    """One arrival in one browser."""

    browser: Browser
    token: str
    landing: Landing

    @property
    def state(self) -> str:
        """The state that was sent."""
        return _state_of(self.token)


@dataclass(frozen=True)
class Journey:
    """A visit that was walked as far as it went."""

    visit: Visit
    walked: Walked


class Run:
    """What is known of the hook so far."""

    def __init__(self, target: Target, budget: Budget, hand: ByHand | None = None) -> None:
        self.target, self.budget, self.hand = target, budget, hand or ByHand()
        self.make = Maker(target)

    def browser(self) -> Browser:
        """Take a browser that has never been at the hook."""
        return Browser(self.target.url, self.target.return_url, self.budget)

    def arrive(
        self,
        *tokens: str,
        browser: Browser | None = None,
        method: str = "GET",
        headers: Mapping[str, str] | None = None,
    ) -> Landing:
        """Come to the hook with these tokens, in a browser of its own unless one is given."""
        url = with_query(self.target.url, [(PARAMETER, token) for token in tokens])
        return (browser or self.browser()).open(url, method, headers)

    def visit(self, own_query: bool = False) -> Visit:
        """Come with a good token in a browser of its own."""
        browser, token = self.browser(), self.make.journey(own_query)
        return Visit(browser, token, self.arrive(token, browser=browser))

    def accepts(self, landing: Landing) -> bool:
        """Tell whether a token was accepted: a page to use, or at once an answer with claims."""
        return landing.is_page or (landing.is_back and not self.is_refusal(landing))

    def is_refusal(self, landing: Landing) -> bool:
        """Tell whether the browser was sent back with a signed refusal."""
        answer = Answer(landing.left, "")
        refused = landing.is_back and "error" in answer.payload
        return refused and answer.is_genuine(self.target.secret)

    @cached_property
    def first(self) -> Visit:
        """The first visit, with a good token."""
        return self.visit()

    @cached_property
    def has_own_query(self) -> bool:
        """Whether redirectUrl may have a query of its own; else journeys go without."""
        return self.accepts(self.visit(own_query=True).landing)

    @cached_property
    def journey(self) -> Journey:
        """A journey that is walked to its end."""
        # Cancel first: what the walk leaves behind may shorten the next journey to nothing.
        _ = self.cancelled
        visit = self.visit(self.has_own_query)
        walker = Walker(visit.browser, self.target.fields)
        return Journey(visit, walker.walk(visit.landing))

    @cached_property
    def cancelled(self) -> Journey:
        """A journey that is cancelled at its first page."""
        visit = self.visit(self.has_own_query)
        return Journey(visit, Walker(visit.browser, self.target.fields).cancel(visit.landing))

    @cached_property
    def answer(self) -> Answer | None:
        """The answer of a walk, or the one that a person brought."""
        if self.hand.answer_url:
            return Answer(self.hand.answer_url, "")
        walked = self.journey.walked
        if not walked.stuck:
            return Answer(walked.landing.left, self.journey.visit.state, walked.landing)
        return self._waited_for()

    @cached_property
    def refusal(self) -> Answer | None:
        """The answer of a journey that was cancelled."""
        if self.hand.cancel_url:
            return Answer(self.hand.cancel_url, "")
        walked = self.cancelled.walked
        if walked.stuck:
            return None
        return Answer(walked.landing.left, self.cancelled.visit.state, walked.landing)

    def link(self, token: str = "") -> str:
        """Make a link with this or a good token, for a person's browser."""
        sent = token or self.make.journey(self.has_own_query)
        return with_query(self.target.url, [(PARAMETER, sent)])

    def masked(self, text: str) -> str:
        """Take out of a text what came from a claim or a field, should a page show it."""
        claims = (str(value) for value in self.target.claims.values())
        typed = (value for values in self.target.fields.values() for value in values)
        for value in (*claims, *typed):
            text = text.replace(value, "…") if len(value) >= _SHORTEST else text
        return text

    def knows(self, answer: Answer) -> bool:
        """Tell whether an answer has the state that was sent, to the letter."""
        found = answer.payload.get("state")
        if answer.state:
            return bool(found == answer.state)
        return is_state(self.target.secret, found)

    def _waited_for(self) -> Answer | None:
        if self.hand.wait is None:
            return None
        token = self.make.journey(self.has_own_query)
        state = _state_of(token)
        url = self.hand.wait(
            self.link(token), lambda url: self.knows(Answer(url, state)), self.budget.left()
        )
        return Answer(url, state) if url else None


def _state_of(token: str) -> str:
    return str(part(token, 1)["state"])
