"""A report as text that a person reads, and as JSON. Names and words only, never a value."""

import textwrap
from collections.abc import Iterator

from hook.conformance.checks import Group, Level, Verdict
from hook.conformance.judging import Report, Result

_TITLES = {
    Group.TOKENS: "Tokens",
    Group.REDIRECTS: "Where the answer may go",
    Group.PAGE: "The first page",
    Group.REPLAY: "The same token again",
    Group.REFUSAL: "A journey that is cancelled",
    Group.ANSWER: "The answer",
    Group.ONCE: "After the end",
}
_MARKS = {
    Verdict.PASSED: "ok  ",
    Verdict.FAILED: "FAIL",
    Verdict.NOT_JUDGED: "?   ",
    Verdict.NOT_CONCERNED: "-   ",
}
_WIDTH, _INDENT = 100, " " * 9


def text(report: Report) -> str:
    """Write a report for a person: by groups, with what to do where something failed."""
    lines = [f"Conformance of {report.url}"]
    for group, title in _TITLES.items():
        results = [result for result in report.results if result.check.group is group]
        if results:
            lines += ["", title, *(line for result in results for line in _lines(result))]
    return "\n".join((*lines, "", *_summary(report), ""))


def members(report: Report) -> dict[str, object]:
    """Write a report as JSON values."""
    return {
        "url": report.url,
        "good": report.is_good,
        "requests": report.requests,
        "counts": {verdict.value: report.count(verdict) for verdict in Verdict},
        "checks": [_check(result) for result in report.results],
    }


def details(result: Result) -> list[str]:
    """Say what a careful hook does, what was sent, what came, and what to do."""
    check = result.check
    lines = [f"A careful hook {check.rule} ({check.source})."]
    if check.sent not in check.rule:
        lines.append(f"Sent: {check.sent}.")
    return [*lines, f"Came: {result.judgement.came}.", f"To do: {check.mend}"]


def printable(text: str) -> str:
    """Leave out what moves a cursor or breaks XML: a page's words may stand in a report."""
    return "".join(sign for sign in text if sign == "\n" or sign.isprintable())


def _lines(result: Result) -> Iterator[str]:
    check, verdict = result.check, result.verdict
    level = "" if verdict is Verdict.PASSED else f" ({check.level})"
    is_note = verdict is Verdict.FAILED and check.level is Level.NOTE
    why = f", {verdict}: {result.judgement.came}" if verdict in _UNFOUND else ""
    head = f"  {'note' if is_note else _MARKS[verdict]}   {check.name}{level}{why}"
    yield from _wrapped(head)
    if verdict is Verdict.FAILED:
        for line in details(result):
            yield from _wrapped(_INDENT + line)


_UNFOUND = (Verdict.NOT_JUDGED, Verdict.NOT_CONCERNED)


def _wrapped(line: str) -> list[str]:
    line = printable(line)
    return textwrap.wrap(
        line, _WIDTH, subsequent_indent=_INDENT, break_on_hyphens=False, break_long_words=False
    )


def _summary(report: Report) -> Iterator[str]:
    counts = ", ".join(f"{report.count(verdict)} {verdict}" for verdict in Verdict)
    yield f"{counts}. {report.requests} requests."
    if report.unproven:
        yield f"{len(report.unproven)} musts were not judged, and not judged is not passed."


def _check(result: Result) -> dict[str, str]:
    check = result.check
    return {
        "name": check.name,
        "group": check.group,
        "level": check.level,
        "verdict": result.verdict,
        "rule": check.rule,
        "source": check.source,
        "sent": check.sent,
        "came": result.judgement.came,
        "mend": check.mend,
    }
