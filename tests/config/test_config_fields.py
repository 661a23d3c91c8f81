"""The fields of a claims form: options that belong together, and those that do not."""

import pytest

from tests.support.config_trial import Trial

SELECT = 'type = "select"\nchoices = ["she/her", "he/him", "they/them"]\nrequired = true'
FIELD = "tenants.kauri.steps[1].fields[0]"


def replaced(options: str) -> tuple[str, str]:
    """The change that gives the field of the issue's file other options."""
    return (SELECT, options.replace(" / ", "\n"))


@pytest.mark.parametrize(
    ("good", "bad", "words"),
    [
        ('type = "select" / choices = ["a"]', 'type = "select"', "choices"),
        ('type = "radio" / choices = ["a"]', 'type = "radio" / choices = []', "choices"),
        ('type = "text"', 'type = "text" / choices = ["a"]', "choices"),
        ('type = "url" / max_length = 9', 'type = "tel" / max_length = 9', "max_length"),
        ('type = "email" / min_length = 9', 'type = "tel" / min_length = 9', "min_length"),
        ('type = "text" / max_bytes = 9', 'type = "email" / max_bytes = 9', "max_bytes"),
        ('type = "tel" / pattern = "1+"', 'type = "email" / pattern = "1+"', "pattern"),
        ('type = "text" / from_arrival = "name" / editable = false',
         'type = "text" / editable = false', "from_arrival"),
        ('type = "number" / min = 1', 'type = "text" / min = 1', "number"),
        ('type = "number" / max = 1', 'type = "number" / max = 2026-01-01', "number"),
        ('type = "date" / max = "today"', 'type = "number" / max = "today"', "number"),
        ('type = "date" / min = 2026-01-01', 'type = "date" / min = 2026', "date"),
    ],
)  # fmt: skip
def test_options_of_a_field_that_do_not_go_together_are_refused(
    trial: Trial, good: str, bad: str, words: str
) -> None:
    assert trial.load(replaced(good))
    found = trial.mistakes(replaced(bad))
    assert words in found[FIELD]


@pytest.mark.parametrize(
    ("good", "bad", "option"),
    [
        ('type = "radio" / choices = ["a"]', 'type = "dropdown" / choices = ["a"]', "type"),
        ('type = "text" / pattern = "[a]"', 'type = "text" / pattern = "[a"', "pattern"),
        ('type = "text" / max_length = 1', 'type = "text" / max_length = 0', "max_length"),
        ('type = "text" / min_length = 0', 'type = "text" / min_length = -1', "min_length"),
        ('type = "text" / max_length = 9 / max_bytes = 9',
         'type = "text" / max_length = 9 / max_bytes = 1501', "max_bytes"),
        ('type = "text" / autocomplete = "given-name"',
         'type = "text" / autocomplete = "Given name"', "autocomplete"),
        ('type = "date" / min = "today"', 'type = "date" / min = "tomorrow"', "min"),
        ('type = "date" / min = 2026-01-01', 'type = "date" / min = 2026-01-01T10:00:00', "min"),
        ('type = "text" / required = false', 'type = "text" / required = "perhaps"', "required"),
        ('type = "text" / from_arrival = "name.first"',
         'type = "text" / from_arrival = "name..first"', "from_arrival"),
    ],
)  # fmt: skip
def test_an_option_of_a_field_that_cannot_be_used_is_told_once_with_its_key(
    trial: Trial, good: str, bad: str, option: str
) -> None:
    assert trial.load(replaced(good))
    assert list(trial.mistakes(replaced(bad))) == [f"{FIELD}.{option}"]


@pytest.mark.parametrize(
    ("good", "bad"),
    [
        ('choices = ["1", "2"]', "choices = [1, 2]"),
        ('choices = [{value = "a", label = "A"}]', 'choices = [{value = "a"}]'),
        ('choices = ["a"]', 'choices = [""]'),
    ],
)
def test_a_choice_that_cannot_be_used_is_told_without_the_names_of_our_classes(
    trial: Trial, good: str, bad: str
) -> None:
    assert trial.load(replaced(f'type = "select" / {good}'))
    found = trial.mistakes(replaced(f'type = "select" / {bad}'))
    assert all(key.startswith(f"{FIELD}.choices[") for key in found)
    assert not any("Choice" in key or "str" in key for key in found)


@pytest.mark.parametrize(
    ("good", "bad"),
    [
        ('type = "text" / min_length = 80', 'type = "text" / min_length = 81'),
        ('type = "text" / max_length = 9 / min_length = 9',
         'type = "text" / max_length = 9 / min_length = 10'),
        ('type = "number" / min = 5 / max = 5', 'type = "number" / min = 5 / max = 4'),
        ('type = "date" / min = 2026-01-01 / max = 2026-01-01',
         'type = "date" / min = 2026-01-02 / max = 2026-01-01'),
        ('type = "number" / max = 5', 'type = "number" / max = nan'),
        ('type = "select" / choices = ["a", "b"]', 'type = "select" / choices = ["a", "a"]'),
    ],
)  # fmt: skip
def test_a_field_that_nobody_could_fill_in_is_refused(trial: Trial, good: str, bad: str) -> None:
    assert trial.load(replaced(good))
    assert trial.mistakes(replaced(bad))


def test_a_form_has_between_one_and_thirty_fields(trial: Trial) -> None:
    more = "".join(
        f'[[tenants.kauri.steps.fields]]\nclaim = "c{n}"\nlabel = "L"\ntype = "boolean"\n'
        for n in range(29)
    )
    assert trial.load(more=more)
    one_more = more.replace('"c0"', '"d"', 1).partition(
        '[[tenants.kauri.steps.fields]]\nclaim = "c1"'
    )[0]
    found = trial.mistakes(more=more + one_more)
    assert list(found) == ["tenants.kauri.steps[1].fields"]
    table = '[[tenants.kauri.steps.fields]]\nclaim = "pronouns"\nlabel = "Pronouns"\n'
    assert list(trial.mistakes((table + SELECT, "fields = []"))) == [
        "tenants.kauri.steps[1].fields"
    ]
