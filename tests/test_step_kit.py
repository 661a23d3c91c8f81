"""The step kit from outside: a package of one's own, tested by one import and nothing of ours.

A contract that nothing can break would show nothing: beside the step that keeps it stand steps that
differ from it in one thing.
"""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PATIENCE = 300

STEPS = '''
"""Steps of somebody else; each but the first breaks the contract in one thing."""

import itertools

from hook.steps.base import Done, Page, Stay, Step

_numbers = itertools.count()
TOO_LONG = "Say it in ten letters."


class Good(Step):
    """Ask for a word."""

    kind = "good"
    page = "word.html"

    def writes(self):
        return {"word": 12}

    def show(self, visit):
        return Page(self.page)

    def submit(self, visit, form):
        word = form.one("word")
        if len(word) > 10 or not word.isascii() or not word.isalpha():
            return Stay({"word": TOO_LONG})
        return Done({"word": word})


class ReadsMore(Good):
    """Looks at a claim that it did not declare."""

    def submit(self, visit, form):
        return super().submit(visit, form) if visit.arrival["email"] else Stay()


class WritesMore(Good):
    """Writes a claim that it did not declare."""

    def submit(self, visit, form):
        return Done({"word": form.one("word"), "more": 1})


class StoresMore(Good):
    """Keeps a record that it did not declare."""

    def submit(self, visit, form):
        return Done({"word": form.one("word")}, record={"word": form.one("word")})


class CountsMore(Good):
    """Counts tries, and did not declare that it does."""

    def submit(self, visit, form):
        return super().submit(visit, form) if visit.attempts.spend("word", 5, 60) else Stay()


class TooLarge(Good):
    """Writes more bytes than it declared."""

    def writes(self):
        return {"word": 11}


class Remembers(Good):
    """Keeps a visitor in itself."""

    seen = []

    def submit(self, visit, form):
        self.seen.append(form.one("word"))
        return super().submit(visit, form)


class ShowsAnew(Good):
    """Shows another page each time."""

    def show(self, visit):
        return Page(self.page, {"number": next(_numbers)})


class Unlabelled(Good):
    """Has a field without a label."""

    page = "unlabelled.html"


class Script(Good):
    """Cannot be sent without JavaScript, and does not say so."""

    page = "script.html"
'''
FIELD = """
<label for="word">A word</label>
<input id="word" name="word" value="{{ typed.one('word') if typed is not none }}">
"""
PAGE = '{% extends "step.html" %}{% block fields %}FIELD{% endblock %}'.replace("FIELD", FIELD)
PAGES = {
    "word.html": PAGE,
    "unlabelled.html": re.sub("<label.*</label>", "", PAGE),
    "script.html": PAGE + '{% block actions %}<button type="button">Go</button>{% endblock %}',
}
TESTS = '''
"""Their tests, by one import."""

import pytest

from hook.testing import Example, StepContract


class Contract(StepContract):
    kind = ""

    @pytest.fixture
    def example(self):
        return Example(
            kind=f"outside.{self.kind}",
            good={"word": "kia"},
            bad={"word": "kia ora"},
            largest=({"word": "abcdefghij"},),
        )
'''
CLASS = '\n\nclass Test{kind}(Contract):\n    kind = "{kind}"\n'
#: Which test of the contract finds out.
BROKEN = {
    "ReadsMore": "test_the_good_values_lead_on",
    "WritesMore": "test_the_good_values_lead_on",
    "StoresMore": "test_the_good_values_lead_on",
    "CountsMore": "test_the_good_values_lead_on",
    "TooLarge": "test_its_largest_claims_fit_what_it_declares",
    "Remembers": "test_it_keeps_nothing_of_a_visitor_in_itself",
    "ShowsAnew": "test_to_ask_and_to_show_is_to_change_nothing",
    "Unlabelled": "test_every_control_has_one_label_and_every_id_one_element",
    "Script": "test_its_page_needs_no_javascript_unless_it_says_so",
}


def results_of(folder: Path, *names: str) -> tuple[dict[str, str], str]:
    """Run tests in a folder that is none of ours; what became of each, and all that was said."""
    # Nothing of the hook is there but what can be imported.
    environ = {**os.environ, "PYTHONPATH": f"{folder}{os.pathsep}{ROOT}"}
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-v", "--tb=line", *names],
        cwd=folder, env={**environ, "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True, text=True, check=False, timeout=PATIENCE,
    )  # fmt: skip
    found = re.findall(r"^\S+?::(.+?) (PASSED|FAILED|ERROR|SKIPPED)", ran.stdout, re.M)
    return dict(found), ran.stdout[-3_000:] + ran.stderr[-1_000:]


@pytest.fixture(scope="module")
def outside(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A package of steps with its templates and its tests, somewhere on the disk."""
    folder = tmp_path_factory.mktemp("theirs")
    (folder / "outside/templates").mkdir(parents=True)
    (folder / "outside/__init__.py").write_text(STEPS)
    for name, page in PAGES.items():
        (folder / "outside/templates" / name).write_text(page)
    classes = "".join(CLASS.format(kind=kind) for kind in ("Good", *BROKEN))
    (folder / "test_outside.py").write_text(TESTS + classes)
    return folder


def test_a_step_from_outside_keeps_the_whole_contract(outside: Path) -> None:
    results, said = results_of(outside, "test_outside.py::TestGood")
    assert len(results) > 30, said
    assert set(results.values()) == {"PASSED"}, said


def test_a_step_that_breaks_it_in_one_thing_fails(outside: Path) -> None:
    names = [f"test_outside.py::Test{kind}::{test}" for kind, test in BROKEN.items()]
    results, said = results_of(outside, *names)
    assert results == {f"Test{kind}::{test}": "FAILED" for kind, test in BROKEN.items()}, said


@pytest.mark.parametrize(("name", "kind"), [("age_gate", "AgeGate"), ("sms_code", "SmsCode")])
def test_an_example_can_be_copied_anywhere_and_works_there(
    tmp_path: Path, name: str, kind: str
) -> None:
    shutil.copytree(ROOT / "examples" / name, tmp_path / name)
    tests = tmp_path / name / f"test_{name}.py"
    text = tests.read_text(encoding="utf-8")
    assert f'"examples.{name}.{kind}"' in text
    tests.write_text(text.replace("examples.", ""), encoding="utf-8")
    results, said = results_of(tmp_path, str(tests), "-k", "lead_on or never_skips")
    assert len(results) >= 4, said
    assert set(results.values()) == {"PASSED"}, said
