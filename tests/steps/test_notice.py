"""notice: a title, a text, a Continue button."""

from pathlib import Path

import pytest

from hook.errors import ConfigError
from hook.testing.hooks import NOTICE, PROFILE, MakeHook
from hook.testing.visitor import Visitor


def _read(make_hook: MakeHook, tmp_path: Path, markdown: str) -> str:
    """The page of a notice with this text; the files are read once, at start."""
    text = NOTICE.replace("notice.md", "own.md")
    (tmp_path / "own.md").write_text(markdown, encoding="utf-8")
    return Visitor(make_hook(text)).arrive().html


def test_it_shows_its_title_and_its_text_and_goes_on(make_hook: MakeHook) -> None:
    visitor = Visitor(make_hook(NOTICE + PROFILE))
    page = visitor.arrive()
    assert page.step == "welcome"
    assert "<h1>Welcome</h1>" in page.html
    assert "Kia ora!" in page.text
    assert [c.get("name") for c in page.reader.controls] == [None], "the button alone"
    assert visitor.send().step == "profile"


def test_it_takes_nothing_from_the_visitor(make_hook: MakeHook) -> None:
    visitor = Visitor(make_hook(NOTICE))
    visitor.arrive()
    answer = visitor.send({"html": "mine", "admin": "yes"}).answer
    assert answer["claims"] == {}
    assert answer["claimsToPersist"] == []


def test_it_is_shown_in_every_journey(make_hook: MakeHook) -> None:
    visitor = Visitor(make_hook(NOTICE))
    visitor.arrive()
    visitor.send()
    assert visitor.arrive(state="next").step == "welcome"


def test_its_text_is_markdown_below_the_title(make_hook: MakeHook, tmp_path: Path) -> None:
    html = _read(make_hook, tmp_path, "# Kōrero\n\n- **one**\n- [two](https://kauri.example/)\n")
    assert "<h2>Kōrero</h2>" in html
    assert "<strong>one</strong>" in html
    assert '<a href="https://kauri.example/">two</a>' in html
    assert html.count("<h1>") == 1


@pytest.mark.parametrize(
    "markdown",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "a <b onclick=alert(1)>b</b>",
        "[a](javascript:alert(1))",
        "[a](  java\tscript:alert(1))",
        "[a](data:text/html,<script>alert(1)</script>)",
        "<javascript:alert(1)>",
    ],
)
def test_its_text_never_brings_html_or_a_script(
    make_hook: MakeHook, tmp_path: Path, markdown: str
) -> None:
    html = _read(make_hook, tmp_path, markdown)
    text = html[html.index('<div class="text">') : html.index("<form")]
    for forbidden in ("<script", "<img", "<b ", 'href="java', 'href="data'):
        assert forbidden not in text


def test_its_text_is_no_template(make_hook: MakeHook, tmp_path: Path) -> None:
    assert "{{ 7 * 7 }}" in _read(make_hook, tmp_path, "{{ 7 * 7 }}")


@pytest.mark.parametrize(
    ("option", "problem"),
    [
        ('text = "gone.md"', "there is no such file"),
        ('text = "config.toml"', "ending in .md"),
        ("text = 7", "ending in .md"),
        ('text = "latin.md"', "UTF-8"),
        ("", "missing"),
    ],
)
def test_a_text_that_cannot_be_read_stops_the_start(
    make_hook: MakeHook, tmp_path: Path, option: str, problem: str
) -> None:
    (tmp_path / "latin.md").write_bytes("Kōrero".encode("utf-16"))
    with pytest.raises(ConfigError, match=problem) as refused:
        make_hook(NOTICE.replace('text = "notice.md"', option))
    assert [mistake.key for mistake in refused.value.mistakes] == ["tenants.kauri.steps[0].text"]
