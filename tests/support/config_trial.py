"""Tries configurations: the issue's own file, changed in one place at a time."""

import base64
import hashlib
from dataclasses import dataclass
from pathlib import Path

import pytest

from hook.config.load import load
from hook.errors import ConfigError
from hook.tenant import Config
from hook.testing.hooks import ENVIRON

Change = tuple[str, str]

# As the issue has it, to the letter: this file must go on loading.
ISSUE = (Path(__file__).parent / "issue.toml").read_text(encoding="utf-8")

RAW = hashlib.sha256(b"a tenant's secret").digest()
SECRET = base64.b64encode(RAW).decode()


@dataclass
class Trial:
    """A folder with a configuration in it, and the environment that it is read with."""

    folder: Path

    def load(self, *changes: Change, more: str = "", **environ: str) -> Config:
        """Load the issue's file with texts in it changed, more at its end, and variables set."""
        return load(self.write(*changes, more=more), {**ENVIRON, **environ})

    def write(self, *changes: Change, more: str = "") -> Path:
        """Write the file; each text to change must be there."""
        text = ISSUE
        for old, new in changes:
            assert old in text
            text = text.replace(old, new, 1)
        (self.folder / "terms.md").write_text("Be *kind*.\n", encoding="utf-8")
        (self.folder / "notice.md").write_text("Kia ora!\n", encoding="utf-8")
        path = self.folder / "config.toml"
        path.write_text(text + more, encoding="utf-8")
        return path

    def refusal(self, *changes: Change, more: str = "", **environ: str) -> ConfigError:
        """Load what cannot be used, and give the error."""
        with pytest.raises(ConfigError) as caught:
            self.load(*changes, more=more, **environ)
        return caught.value

    def mistakes(self, *changes: Change, more: str = "", **environ: str) -> dict[str, str]:
        """Load what cannot be used, and give what is said of each key."""
        found: dict[str, str] = {}
        for mistake in self.refusal(*changes, more=more, **environ).mistakes:
            assert mistake.key not in found, f"{mistake.key} is told twice"
            found[mistake.key] = mistake.problem
        return found
