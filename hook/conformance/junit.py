"""A report as JUnit XML: one test case a check; what was not judged is skipped, never passed."""

from xml.etree import ElementTree

from hook.conformance.checks import Verdict
from hook.conformance.judging import Report, Result, told
from hook.conformance.telling import details, printable

_SKIPPED = (Verdict.NOT_JUDGED, Verdict.NOT_CONCERNED)


def xml(report: Report) -> str:
    """Write a report as JUnit XML."""
    counts = {
        "tests": str(len(report.results)),
        "failures": str(report.count(Verdict.FAILED)),
        "skipped": str(sum(report.count(verdict) for verdict in _SKIPPED)),
        "errors": "0",
    }
    root = ElementTree.Element("testsuites", counts)
    suite = ElementTree.SubElement(root, "testsuite", {"name": "conformance", **counts})
    for result in report.results:
        _add(suite, result)
    ElementTree.indent(root)
    return ElementTree.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def _add(suite: ElementTree.Element, result: Result) -> None:
    check = result.check
    case = ElementTree.SubElement(
        suite, "testcase", {"classname": f"conformance.{check.group}", "name": check.name}
    )
    verdict, came = told(result), printable(result.judgement.came)
    if verdict is Verdict.FAILED:
        failure = ElementTree.SubElement(
            case, "failure", {"message": came, "type": check.level.value}
        )
        failure.text = printable("\n".join(details(result)))
    elif verdict in _SKIPPED:
        ElementTree.SubElement(case, "skipped", {"message": f"{verdict}: {came}"})
    elif came:
        ElementTree.SubElement(case, "system-out").text = came
