"""terms: a text the visitor accepts or declines; what was accepted is recorded per subject."""

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import BeforeValidator

from hook.markdown import to_html
from hook.steps.base import Deny, Done, Form, Need, Outcome, Page, Stay, Step, Stores, Visit
from hook.steps.options import StepOptions, matching, read_text

_DAY = 86_400
_TIMESTAMP_BYTES = len('"2026-11-22T00:00:00Z"')


class TermsOptions(StepOptions):
    """The options of terms."""

    text: Annotated[str, BeforeValidator(read_text)]
    """Markdown file beside the configuration file."""
    version: Annotated[
        str, matching(r"[\x21-\x7e]{1,40}", "use up to 40 ASCII characters without spaces")
    ]
    """What you call this text; up to 40 printable ASCII characters."""
    reaccept: Annotated[
        str,
        matching(
            r"on_change|always|[1-9]\d{0,4}d",
            'use "on_change", "always" or a number of days such as "180d"',
        ),
    ] = "on_change"
    """When to ask again: "on_change", "always" or "180d" (a number of days). A changed text always
    asks again."""
    report: bool = False
    """Put terms_version and terms_accepted_at into the answer's claims."""


class Terms(Step):
    """Ask for the terms; remember version, hash, locale and time of what was accepted."""

    kind = "terms"
    options_model = TermsOptions
    stores = Stores(
        "version, SHA-256 of the text, locale and time of the last acceptance",
        "until the record is removed",
    )

    def __init__(self, name: str, title: str, options: TermsOptions) -> None:
        super().__init__(name, title, options)
        self._html = to_html(options.text)
        self._sha256 = hashlib.sha256(options.text.encode()).hexdigest()

    def writes(self) -> Mapping[str, int]:
        """Name the two claims of a report."""
        if not self.options.report:
            return {}
        version_bytes = 2 * len(self.options.version) + 2
        return {"terms_version": version_bytes, "terms_accepted_at": _TIMESTAMP_BYTES}

    def applies(self, visit: Visit) -> Need:
        """Ask when nothing was accepted, when it changed, or when it is too old."""
        record = visit.records.get(self.name)
        reason = self._reason(record, visit.now)
        if record is None or reason != "already_accepted":
            return Need(True, reason)
        return Need(False, reason, self._claims(record))

    def show(self, visit: Visit) -> Page:
        """Give the page with the text."""
        return Page("steps/terms.html", {"html": self._html, "version": self.options.version})

    def submit(self, visit: Visit, form: Form) -> Outcome:
        """Accept or decline; anything else asks again."""
        match form.all("answer"):
            case ("accept",):
                record = self._record(visit)
                return Done(self._claims(record), record, "accepted")
            case ("decline",):
                return Deny("terms_declined")
            case _:
                return Stay({"answer": "Choose whether you accept these terms."})

    def _reason(self, record: Mapping[str, Any] | None, now: int) -> str:
        if record is None:
            return "never_accepted"
        if record["version"] != self.options.version or record["sha256"] != self._sha256:
            return "text_changed"
        reaccept = self.options.reaccept
        if reaccept == "always":
            return "always"
        if reaccept != "on_change" and now - record["at"] >= int(reaccept[:-1]) * _DAY:
            return "too_old"
        return "already_accepted"

    def _record(self, visit: Visit) -> dict[str, Any]:
        return {
            "version": self.options.version,
            "sha256": self._sha256,
            "locale": visit.locale,
            "at": visit.now,
        }

    def _claims(self, record: Mapping[str, Any]) -> dict[str, Any]:
        if not self.options.report:
            return {}
        at = datetime.fromtimestamp(record["at"], UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        return {"terms_version": record["version"], "terms_accepted_at": at}
