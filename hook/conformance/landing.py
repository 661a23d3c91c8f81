"""Where a request led, and how that is said in words."""

from dataclasses import dataclass
from functools import cached_property
from http import HTTPStatus

from hook.conformance import reading
from hook.conformance.page import Page
from hook.conformance.wire import Reply


@dataclass(frozen=True)
class Landing:
    """Where a request led: to a page, off the hook, or nowhere."""

    replies: tuple[Reply, ...]
    left: str = ""
    """The address that the browser was sent to, off the hook."""
    is_back: bool = False
    """Whether that is redirectUrl."""
    trouble: str = ""
    """What came instead of an answer."""

    @property
    def reply(self) -> Reply:
        """The last answer."""
        return self.replies[-1]

    @property
    def url(self) -> str:
        """The address that the browser shows."""
        return self.reply.asked.url

    @property
    def status(self) -> int:
        """The status of the page that is shown; 0 where none is."""
        return 0 if self.left or self.trouble else self.reply.status

    @property
    def is_page(self) -> bool:
        """Whether a page came that a visitor can use."""
        return 200 <= self.status < 300

    @property
    def is_refused(self) -> bool:
        """Whether the hook said no, in the words of HTTP: a status of 400 to 499."""
        return 400 <= self.status < 500

    @cached_property
    def page(self) -> Page:
        """The page that is shown."""
        return reading.read(self.reply.text)

    @property
    def words(self) -> str:
        """What came back, without a word of the hook's own."""
        if self.trouble:
            return self.trouble
        if self.left:
            return "the browser was sent " + ("back" if self.is_back else "to another site")
        return f"a page with status {self.status}{_phrase(self.status)}"


def _phrase(status: int) -> str:
    try:
        return f" ({HTTPStatus(status).phrase})"
    except ValueError:
        return ""
