"""A flow as a whole: kinds and names, one writer for a claim, an answer that fits into its URL."""

from pathlib import Path

import pytest

from hook.config.load import load
from hook.errors import ConfigError
from hook.testing.hooks import ENVIRON, NOTICE, MakeHook, write_config
from hook.testing.tokens import TENANT_URL
from hook.testing.visitor import Visitor
from tests.support.config_trial import Trial

STEPS = "tenants.kauri.steps"
VERSION = 'version = "2026-11"'
REPORT = (VERSION, f"{VERSION}\nreport = true")
CLAIM = 'claim = "pronouns"'

FIELD = """
[[tenants.kauri.steps.fields]]
claim = "{claim}"
label = "One more"
type = "text"
max_length = 10
"""
FORM = """
[[tenants.kauri.steps]]
kind = "claims_form"
name = "{name}"
title = "More about you"
"""
ESSAY = """
[[tenants.kauri.steps]]
kind = "claims_form"
name = "essay"
title = "Your essay"
[[tenants.kauri.steps.fields]]
claim = "essay"
label = "Essay"
type = "textarea"
max_length = {most}
max_bytes = {most}
"""


def field(claim: str) -> str:
    return FIELD.format(claim=claim)


def form(name: str, claim: str) -> str:
    return FORM.format(name=name) + field(claim)


@pytest.mark.parametrize(
    "kind", ["Terms", "no_such_kind", "no.such.Kind", "os.path", "pathlib.Path"]
)
def test_a_kind_that_is_none_is_refused_with_those_there_are(trial: Trial, kind: str) -> None:
    found = trial.mistakes(('kind = "terms"', f'kind = "{kind}"'))
    assert list(found) == [f"{STEPS}[0].kind"]
    assert all(name in found[f"{STEPS}[0].kind"] for name in ("notice", "terms", "claims_form"))


def test_a_kind_of_ones_own_is_a_dotted_path_to_its_class(trial: Trial) -> None:
    config = trial.load(('kind = "terms"', 'kind = "hook.steps.terms.Terms"'))
    assert [step.name for step in config.tenants["kauri"].flow] == ["terms", "profile"]


@pytest.mark.parametrize(
    "code", ["raise RuntimeError('sentinel')", "def ("], ids=["raises", "does not parse"]
)
def test_a_step_of_ones_own_that_cannot_be_imported_is_a_mistake_like_any_other(
    trial: Trial, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: str
) -> None:
    (tmp_path / "broken_step_of_a_test.py").write_text(code)
    monkeypatch.syspath_prepend(tmp_path)
    found = trial.mistakes(('kind = "terms"', 'kind = "broken_step_of_a_test.Step"'))
    assert list(found) == [f"{STEPS}[0].kind"]


@pytest.mark.parametrize(
    ("name", "words"),
    [("terms", "the name terms is taken"), ("cancel", "the name cancel is taken")],
)
def test_a_step_needs_a_name_of_its_own(trial: Trial, name: str, words: str) -> None:
    found = trial.mistakes(('name = "profile"', f'name = "{name}"'))
    assert words in found[f"{STEPS}[1].name"]
    assert trial.load(('name = "profile"', f'name = "{name}-2"'))


@pytest.mark.parametrize("name", ["About you", "-about", "Profile", "a/b", "", "x" * 42])
def test_a_steps_name_is_fit_for_a_url(trial: Trial, name: str) -> None:
    assert list(trial.mistakes(('name = "profile"', f'name = "{name}"'))) == [f"{STEPS}[1].name"]


def test_the_longest_name_of_a_step_is_accepted(trial: Trial) -> None:
    name = "x" * 41
    flow = trial.load(('name = "profile"', f'name = "{name}"')).tenants["kauri"].flow
    assert flow[1].name == name


@pytest.mark.parametrize(
    ("text", "words"),
    [("other.md", "no such file"), ("# Terms", "Markdown file"), ("terms.html", "Markdown file")],
)
def test_a_text_that_is_no_readable_markdown_file_is_refused(
    trial: Trial, text: str, words: str
) -> None:
    found = trial.mistakes(('"terms.md"', f'"{text}"'))
    assert list(found) == [f"{STEPS}[0].text"]
    assert words in found[f"{STEPS}[0].text"]


@pytest.mark.parametrize("when", ["on_change", "always", "1d", "180d"])
def test_terms_are_asked_again_as_configured(trial: Trial, when: str) -> None:
    flow = trial.load((VERSION, f'{VERSION}\nreaccept = "{when}"')).tenants["kauri"].flow
    assert flow[0].options.reaccept == when


@pytest.mark.parametrize("when", ["6 months", "never", "180", "d", "-1d", "1.5d"])
def test_other_words_for_asking_again_are_refused_with_the_right_ones(
    trial: Trial, when: str
) -> None:
    found = trial.mistakes((VERSION, f'{VERSION}\nreaccept = "{when}"'))
    assert "on_change" in found[f"{STEPS}[0].reaccept"]


def test_two_steps_cannot_write_one_claim(trial: Trial) -> None:
    found = trial.mistakes(more=form("more", "pronouns"))
    assert list(found) == [f"{STEPS}[2]"]
    assert "pronouns" in found[f"{STEPS}[2]"]
    assert "profile" in found[f"{STEPS}[2]"]
    assert trial.load(more=form("more", "pronouns_2"))


def test_a_form_cannot_write_a_claim_that_terms_report(trial: Trial) -> None:
    claim = (CLAIM, 'claim = "terms_version"')
    assert list(trial.mistakes(REPORT, claim)) == [f"{STEPS}[1]"]
    assert trial.load(claim)


@pytest.mark.parametrize(
    ("first", "second"),
    [("address", "address.postal_code"), ("address.postal_code", "address")],
)
def test_a_claim_cannot_stand_inside_the_claim_of_another_step(
    trial: Trial, first: str, second: str
) -> None:
    claim = (CLAIM, f'claim = "{first}"')
    found = trial.mistakes(claim, more=form("more", second))
    assert list(found) == [f"{STEPS}[2]"]
    assert second in found[f"{STEPS}[2]"]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("address.city", "address.postal_code"),
        ("address", "address_2"),
        ("address.city", "address_2.city"),
    ],
)
def test_claims_beside_each_other_are_accepted(trial: Trial, first: str, second: str) -> None:
    claim = (CLAIM, f'claim = "{first}"')
    assert trial.load(claim, more=form("more", second))
    assert trial.load(claim, more=field(second))


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("address", "address"),
        ("address", "address.postal_code"),
        ("address.postal_code", "address"),
    ],
)
def test_two_fields_of_one_form_cannot_write_one_claim_or_one_inside_the_other(
    trial: Trial, first: str, second: str
) -> None:
    claim = (CLAIM, f'claim = "{first}"')
    assert list(trial.mistakes(claim, more=field(second))) == [f"{STEPS}[1]"]


def test_a_field_that_is_only_shown_may_name_a_claim_that_another_writes(trial: Trial) -> None:
    shown = 'from_arrival = "pronouns"\neditable = '
    for more in (field("pronouns") + shown, form("more", "pronouns") + shown):
        assert trial.load(more=f"{more}false")
        assert trial.mistakes(more=f"{more}true")


def test_only_claims_of_the_flow_may_be_persisted(trial: Trial) -> None:
    found = trial.mistakes(("persist  = []", 'persist = ["pronouns", "email"]'))
    assert list(found) == ["tenants.kauri.persist[1]"]
    assert "no step of this flow writes" in found["tenants.kauri.persist[1]"]
    tenant = trial.load(("persist  = []", 'persist = ["pronouns"]')).tenants["kauri"]
    assert tenant.persist == ("pronouns",)


def test_a_claim_inside_an_object_is_persisted_with_the_whole_object(trial: Trial) -> None:
    claim = (CLAIM, 'claim = "address.postal_code"')
    assert trial.load(claim, ("persist  = []", 'persist = ["address"]'))
    inside = ("persist  = []", 'persist = ["address.postal_code"]')
    assert "address" in trial.mistakes(claim, inside)["tenants.kauri.persist[0]"]


def fits(folder: Path, most: int) -> bool:
    """Whether a flow whose only claim takes so many bytes is accepted."""
    try:
        load(write_config(folder, "sqlite:///hook.db", ESSAY.format(most=most)), ENVIRON)
    except ConfigError:
        return False
    return True


@pytest.fixture
def longest(tmp_path: Path) -> int:
    """The most bytes that a flow's only claim may take."""
    good, bad = 1, 1500
    while bad - good > 1:
        middle = (good + bad) // 2
        good, bad = (middle, bad) if fits(tmp_path, middle) else (good, middle)
    return good


def test_a_flow_whose_longest_answer_passes_the_url_is_refused_with_what_to_shorten(
    tmp_path: Path, longest: int
) -> None:
    assert fits(tmp_path, longest)
    path = write_config(tmp_path, "sqlite:///hook.db", ESSAY.format(most=longest + 1))
    with pytest.raises(ConfigError) as caught:
        load(path, ENVIRON)
    (mistake,) = caught.value.mistakes
    assert mistake.key == STEPS
    assert "2000 characters" in mistake.problem
    assert f"essay with {longest + 3} bytes" in mistake.problem


@pytest.mark.parametrize("letter", ["a", "ü", "語", "😀", '"'])
def test_the_longest_answer_of_an_accepted_flow_fits_into_the_url(
    make_hook: MakeHook, longest: int, letter: str
) -> None:
    """With the longest redirectUrl and state that the check allows for."""
    visitor = Visitor(make_hook(ESSAY.format(most=longest)))
    redirect = f"{TENANT_URL}/{'p' * 150}"
    assert visitor.arrive(state="s" * 64, redirectUrl=redirect).step == "essay"
    room_of_a_letter = {"a": 1, "ü": 2, "語": 3, "😀": 4, '"': 2}[letter]
    seen = visitor.send({"essay": letter * (longest // room_of_a_letter)})
    assert seen.page == "leave"
    assert 1_980 <= len(seen.return_url) <= 2_000


def test_fields_that_fit_alone_are_refused_where_they_do_not_fit_together(
    tmp_path: Path, longest: int
) -> None:
    half = ESSAY.format(most=longest // 2)
    other = half.replace('"essay"', '"essay_2"')
    assert load(write_config(tmp_path, "sqlite:///hook.db", half), ENVIRON)
    with pytest.raises(ConfigError, match="2000 characters"):
        load(write_config(tmp_path, "sqlite:///hook.db", half + other), ENVIRON)


def test_persisted_claims_count_towards_the_url(tmp_path: Path, longest: int) -> None:
    path = write_config(tmp_path, "sqlite:///hook.db", ESSAY.format(most=longest))
    override = {"HOOK__TENANTS__KAURI__PERSIST": '["essay"]'}
    with pytest.raises(ConfigError, match="2000 characters"):
        load(path, {**ENVIRON, **override})
    path = write_config(tmp_path, "sqlite:///hook.db", ESSAY.format(most=longest - 20))
    assert load(path, {**ENVIRON, **override})


def test_a_flow_without_claims_always_fits(tmp_path: Path) -> None:
    config = load(write_config(tmp_path, "sqlite:///hook.db", NOTICE), ENVIRON)
    assert [step.kind for step in config.tenants["kauri"].flow] == ["notice"]


def test_the_worked_example_of_the_manual_tells_the_truth(trial: Trial) -> None:
    page = (Path(__file__).resolve().parents[2] / "docs/configuration.md").read_text("utf-8")
    page = page.partition("## Room in the return URL")[2]
    example = page.partition("```toml\n")[2].partition("```")[0]
    said = page.partition("```text\n")[2].partition("\n```")[0]
    assert str(trial.refusal(more=example)) == said
    assert trial.load(more=f"{example}max_length = 50\n")
    assert trial.load(more=f"{example}max_bytes = 200\n")
