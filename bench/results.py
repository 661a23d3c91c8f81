"""Numbers to tables: ratios of neighbouring rounds, latencies of all rounds together."""

from collections.abc import Sequence
from itertools import chain
from statistics import median

from bench.load import KINDS, Round


def rate(rounds: Sequence[Round]) -> float:
    """Give the median of journeys in a second."""
    return median(one.rate for one in rounds)


def ratio(rounds: Sequence[Round], base: Sequence[Round]) -> str:
    """Compare each round with its neighbour: the median, then the least and the most."""
    each = [one.rate / other.rate for one, other in zip(rounds, base, strict=True)]
    return f"{median(each):.2f} ({min(each):.2f}–{max(each):.2f})"


def latencies(rounds: Sequence[Round], kinds: Sequence[str] = KINDS) -> list[str]:
    """Give p50, p95 and p99 over all rounds, milliseconds."""
    lists = (one.latencies[kind] for one in rounds for kind in kinds)
    ordered = sorted(chain.from_iterable(lists))
    if not ordered:
        return ["–"] * 3
    last = len(ordered) - 1
    return [f"{ordered[round(last * share)] * 1000:.0f}" for share in (0.5, 0.95, 0.99)]


def table(title: str, heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Lay out a Markdown table whose columns also line up as plain text."""
    widths = [max(map(len, column)) for column in zip(heads, *rows, strict=True)]
    lines = [heads, ["-" * width for width in widths], *rows]
    return "\n".join([f"\n{title}\n", *(_line(cells, widths) for cells in lines)])


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    first = cells[0].ljust(widths[0])
    rest = [cell.rjust(width) for cell, width in zip(cells[1:], widths[1:], strict=True)]
    return f"| {' | '.join([first, *rest])} |"
