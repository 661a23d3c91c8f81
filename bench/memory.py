"""Memory of a server's workers, as Linux counts it.

RSS is all of a worker's memory that is in use, shared pages in full; PSS divides each shared page
among the processes that share it; private is what ending this worker would free. The workers are
forked from one loaded app, so they share pages: the sum of PSS over master and workers is what the
server takes in all.
"""

from dataclasses import dataclass
from pathlib import Path

_MEGABYTE = 1_000_000
_PROC = Path("/proc")


@dataclass(frozen=True)
class Memory:
    """Memory of one process, megabytes of 1,000,000 bytes."""

    rss: float
    pss: float
    private: float


def of_process(pid: int) -> Memory:
    """Read the memory of a process."""
    lines = (_PROC / str(pid) / "smaps_rollup").read_text(encoding="ascii").splitlines()[1:]
    size = {line.split(":")[0]: int(line.split()[1]) * 1024 / _MEGABYTE for line in lines}
    return Memory(size["Rss"], size["Pss"], size["Private_Clean"] + size["Private_Dirty"])


def of_workers(master: int) -> list[Memory]:
    """Read the memory of each worker of a gunicorn."""
    children = (_PROC / f"{master}/task/{master}/children").read_text(encoding="ascii")
    return [of_process(int(pid)) for pid in children.split()]


def can_be_read() -> bool:
    """Tell whether this system shows it."""
    return (_PROC / "self/smaps_rollup").is_file()
