"""The tutorial in docs/writing-a-step.md: whoever follows its text alone gets a step that works."""

import os
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SKIPPED = shutil.ignore_patterns(".*", "*.db*", "__pycache__")
PATIENCE = 300

_TUTORIAL = re.compile(r"^## A step in an afternoon\n(?P<text>.*?)^## ", re.M | re.S)
_BLOCK = re.compile(
    r"(?:^<!-- (?P<where>.+?): (?P<path>\S+) -->\n)?"
    r"^(?P<fence>```|~~~~)(?P<language>\w*)\n(?P<body>.*?)^(?P=fence)$",
    re.M | re.S,
)
_BEFORE = re.compile(r'before "(?P<line>.+)" in')
#: What a developer types, as it is run here: in this Python, without making an environment anew.
_RUN_AS = {
    "python3 dev.py test": "python3 -m pytest -q -p no:cacheprovider",
    "python3 dev.py lint": "python3 -m ruff check && python3 -m ruff format --check",
    # It runs until somebody stops it; that there is such a verb can be asked.
    "python3 dev.py demo": "python3 dev.py demo --help",
}
#: A visitor, in the copy: with the block of the configuration that the tutorial gives.
_WALK = """
import sys
from pathlib import Path
from hook.testing import Clock, Visitor, hooks_in

folder, block, wrong, right = sys.argv[1:]
with hooks_in(Path(folder), f"sqlite:///{folder}/hook.db", Clock()) as make:
    app = make(block, environ={"DIRECTORY_KEY": "Bearer a-key"})
    visitor = Visitor(app)
    print(visitor.arrive().text)
    print(visitor.send({"number": wrong}).text)
    print(visitor.send({"number": right}).answer["claims"])
"""


@dataclass(frozen=True)
class Listing:
    """A block of the tutorial: where it goes, in words and as a path; commands go nowhere."""

    where: str
    path: str
    language: str
    body: str

    def put(self, folder: Path) -> None:
        """Do with it what the text says."""
        file = folder / self.path
        before = _BEFORE.fullmatch(self.where)
        if self.where == "file":
            file.write_text(self.body, encoding="utf-8")
            return
        text = file.read_text(encoding="utf-8")
        if self.where == "at the end of":
            gap = "\n\n" if self.body.startswith("class ") else "\n"
            file.write_text(f"{text}{gap}{self.body}", encoding="utf-8")
            return
        assert before is not None, f"nobody knows what to do with: {self.where}"
        head, line, rest = text.partition(f"\n{before['line']}\n")
        assert line, f"{self.path} has no line {before['line']}"
        file.write_text(f"{head}\n{self.body}{line}{rest}", encoding="utf-8")


def listings() -> list[Listing]:
    """All blocks of the tutorial, in order."""
    page = (ROOT / "docs/writing-a-step.md").read_text(encoding="utf-8")
    tutorial = _TUTORIAL.search(page)
    assert tutorial is not None
    return [
        Listing(found["where"] or "", found["path"] or "", found["language"], found["body"])
        for found in _BLOCK.finditer(tutorial["text"])
    ]


def run(folder: Path, commands: str) -> subprocess.CompletedProcess[str]:
    """Run commands as they stand, but for what would never end or install something."""
    for typed, ours in _RUN_AS.items():
        commands = re.sub(rf"^{typed}\b(.*)$", rf"{ours}\1", commands, flags=re.M)
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environ = {**os.environ, "PATH": path, "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(
        ["sh", "-e", "-c", commands],
        cwd=folder, env=environ, capture_output=True, text=True, check=False, timeout=PATIENCE,
    )  # fmt: skip


def follow(folder: Path) -> str:
    """Do all that the text says; give what the commands said."""
    said = ""
    for listing in listings():
        if listing.language != "sh":
            listing.put(folder)
        elif "http.server" not in listing.body:
            done = run(folder, listing.body)
            lacks_ruff = "No module named ruff" in done.stderr
            assert done.returncode == 0 or lacks_ruff, done.stdout[-3000:] + done.stderr[-2000:]
            said += done.stdout
        if listing.path == "docs/steps/employee_number.md":
            comment_out(folder / "config.example.toml")
    return said


def comment_out(file: Path) -> None:
    """Put a # before the lines of the block, as the text says."""
    (block,) = (each.body for each in listings() if each.path == file.name)
    lines = block.splitlines(keepends=True)
    commented = [line if line[0] in "#\n" else f"# {line}" for line in lines]
    text = file.read_text(encoding="utf-8")
    assert block in text
    file.write_text(text.replace(block, "".join(commented)), encoding="utf-8")


@contextmanager
def directory(folder: Path) -> Iterator[int]:
    """Start the directory of the tutorial by its own commands, on a port of our own."""
    (commands,) = (each.body for each in listings() if "http.server" in each.body)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    commands = commands.replace(" 7000 ", f" {port} ")
    *prepare, serve = commands.strip().splitlines()
    assert serve.endswith(" &")
    whole = "\n".join([*prepare, f"exec {serve.removesuffix(' &')}"])
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environ = {**os.environ, "PATH": path, "TMPDIR": str(folder), "PYTHONUNBUFFERED": "1"}
    server = subprocess.Popen(
        ["sh", "-e", "-c", whole],
        env=environ, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    )  # fmt: skip
    try:
        assert server.stdout is not None
        assert "Serving HTTP" in server.stdout.readline()
        yield port
    finally:
        server.terminate()
        server.communicate()


@dataclass(frozen=True)
class Followed:
    """A copy of the repository in which somebody has done what the text says."""

    folder: Path
    said: str


@pytest.fixture(scope="module")
def followed(tmp_path_factory: pytest.TempPathFactory) -> Followed:
    folder = tmp_path_factory.mktemp("tutorial") / "hook"
    shutil.copytree(ROOT, folder, ignore=SKIPPED)
    return Followed(folder, follow(folder))


def test_every_listing_says_where_it_goes_or_is_run() -> None:
    found = listings()
    assert len(found) > 10
    assert [each for each in found if bool(each.where) is (each.language == "sh")] == []
    fences = re.findall(r"^(?:```|~~~~)\w+$", "".join(each.body for each in found), re.M)
    assert fences == ["```toml"], "a listing inside a listing that is a page"


def test_whoever_follows_the_text_has_a_step_that_passes_all_tests(followed: Followed) -> None:
    said = followed.said
    assert "wrote hook/steps/employee_number.py" in said
    assert "The configuration is good." in said
    assert "Address of the directory; a slash and the number are put behind it." in said
    (row,) = re.findall(r"^\| Your employee number \(`employee`\) \| .*$", said, re.M)
    cells = ("`name`", "`employee_number`, `employee_unit`", "how many numbers were tried")
    assert all(f"| {cell} |" in row for cell in cells)
    tested = sum(each.body.count("dev.py test") for each in listings())
    assert len(re.findall(r"\d passed", said)) == tested


def test_a_visitor_walks_through_the_step_and_its_directory(
    followed: Followed, tmp_path: Path
) -> None:
    (block,) = (each.body for each in listings() if each.path == "config.example.toml")
    with directory(tmp_path) as port:
        text = block.replace("localhost:7000", f"localhost:{port}")
        assert text != block
        walked = subprocess.run(
            [sys.executable, "-c", _WALK, str(tmp_path), text, "4712", "4711"],
            cwd=followed.folder, capture_output=True, text=True, check=False, timeout=PATIENCE,
        )  # fmt: skip
    assert walked.returncode == 0, walked.stderr[-2000:]
    assert "Four to six digits. It is printed on your staff card." in walked.stdout
    assert "We don’t have this number for your name." in walked.stdout
    assert "{'employee_number': '4711', 'employee_unit': 'Library'}" in walked.stdout
