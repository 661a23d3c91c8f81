"""What options of steps are made of."""

import re
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, ValidationInfo


class StepOptions(BaseModel):
    """The options of a kind: frozen, unknown keys are refused, values never stand in an error."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, hide_input_in_errors=True, use_attribute_docstrings=True
    )


def matching(pattern: str, sentence: str) -> AfterValidator:
    """Make a check that a text matches a pattern; the sentence says what would be right."""
    compiled = re.compile(pattern)

    def check(text: str) -> str:
        if not compiled.fullmatch(text):
            raise ValueError(sentence)
        return text

    return AfterValidator(check)


_UNITS = {"m": 60, "h": 3_600, "d": 86_400}
Duration = Annotated[
    str, matching(r"([1-9]\d{0,4}[mhd])?", 'use a time such as "30m", "12h" or "7d"')
]
"""A time as an option has it; empty for none."""


def seconds(duration: str) -> int:
    """Give a Duration in seconds; 0 for none."""
    return int(duration[:-1]) * _UNITS[duration[-1]] if duration else 0


def read_text(name: object, info: ValidationInfo) -> str:
    """Read the text file that an option names, beside the configuration file (UTF-8)."""
    folder: Path = (info.context or {})["folder"]
    if not isinstance(name, str) or not name.endswith(".md"):
        raise ValueError("name a Markdown file ending in .md, beside the configuration file")
    try:
        return (folder / name).read_text(encoding="utf-8")
    except FileNotFoundError:
        raise ValueError("there is no such file beside the configuration file") from None
    except (OSError, UnicodeDecodeError):
        raise ValueError("this file cannot be read as UTF-8 text") from None
