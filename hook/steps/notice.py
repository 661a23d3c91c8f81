"""notice: a title, a text and a Continue button. The smallest step, the one to copy."""

from typing import Annotated

from pydantic import BeforeValidator

from hook.markdown import to_html
from hook.steps.base import Done, Form, Page, Step, Visit
from hook.steps.options import StepOptions, read_text


class NoticeOptions(StepOptions):
    """The options of a notice."""

    text: Annotated[str, BeforeValidator(read_text)]
    """Markdown file beside the configuration file."""


class Notice(Step):
    """Show a text; the visitor goes on."""

    kind = "notice"
    options_model = NoticeOptions

    def __init__(self, name: str, title: str, options: NoticeOptions) -> None:
        super().__init__(name, title, options)
        self._html = to_html(options.text)

    def show(self, visit: Visit) -> Page:
        """Give the page with the text."""
        return Page("steps/notice.html", {"html": self._html})

    def submit(self, visit: Visit, form: Form) -> Done:
        """Go on."""
        return Done()
