"""flask conformance: drives any interaction hook from outside, and says how careful it is."""

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from hook.cli.parts import refuse
from hook.conformance import catalogue, given, junit, telling
from hook.conformance.budget import Budget
from hook.conformance.by_hand import ByHand
from hook.conformance.checks import Check
from hook.conformance.given import Unusable
from hook.conformance.judging import Report, judge
from hook.conformance.listening import listening
from hook.conformance.run import Run
from hook.conformance.target import Target

FAILED = 1
"""Exit status when something failed, or a must could not be judged."""
_BROUGHT = "-|file:PATH|URL"
_PASTED = "It holds a token: rather paste it (-) or keep it in a file."
_LINK = "Open this in a browser within ten minutes, go to the end, and copy the address there:"
_file = click.Path(dir_okay=False)


def _list_checks(context: click.Context, _: click.Parameter, wanted: bool) -> None:
    if wanted and not context.resilient_parsing:
        for check in catalogue.ALL:
            click.echo(f"{check.group:<11} {check.name:<29} {check.level:<7} {check.rule}")
        context.exit()


@click.command("conformance")
@click.argument("url")
@click.option("--secret", required=True, metavar="env:NAME|file:PATH", help="The shared secret.")
@click.option("--iss", required=True, metavar="URL", help="The tenant's URL.")
@click.option("--aud", metavar="URL", help="What tokens have as aud; the hook URL unless given.")
@click.option("--claims", "claims_file", metavar="FILE", help="Claims of the arrival, as JSON.")
@click.option("--claim", "claims", multiple=True, metavar="NAME=VALUE", help="One such claim.")
@click.option("--field", "fields", multiple=True, metavar="NAME=VALUE", help="For the forms.")
@click.option("--only", multiple=True, metavar="NAME", help="This check or group; repeatable.")
@click.option("--timeout", default=300, show_default=True, type=click.IntRange(1, 3_600),
              help="How long the whole run may take, seconds.")  # fmt: skip
@click.option("--answer-url", default="", metavar=_BROUGHT,
              help=f"Where your browser ended, after all steps. {_PASTED}")  # fmt: skip
@click.option("--cancel-url", default="", metavar=_BROUGHT,
              help=f"Where your browser ended, after you cancelled. {_PASTED}")  # fmt: skip
@click.option("--listen", is_flag=True, help="Wait for your browser at --iss.")
@click.option("--link", is_flag=True, help="Print a link to open in your browser, and end.")
@click.option("--report", type=_file, help="Write the report into this file, too.")
@click.option("--junit", "junit_file", type=_file, help="Write JUnit XML into this file.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
@click.option("--list", is_flag=True, is_eager=True, expose_value=False, callback=_list_checks,
              help="List all checks.")  # fmt: skip
def conformance(
    url: str,
    secret: str,
    iss: str,
    aud: str | None,
    claims_file: str | None,
    claims: tuple[str, ...],
    fields: tuple[str, ...],
    only: tuple[str, ...],
    timeout: int,
    answer_url: str,
    cancel_url: str,
    listen: bool,
    link: bool,
    report: str | None,
    junit_file: str | None,
    as_json: bool,
) -> None:
    """Judge the interaction hook at URL from outside, in whatever language it is written."""
    try:
        target = Target(
            given.hook_url(url),
            given.address(iss, "--iss"),
            url if aud is None else aud,
            given.secret(secret, os.environ),
            given.claims(claims_file, claims),
            given.fields(fields),
        )
        checks = _chosen(only)
        with _hand(target, answer_url, cancel_url, listen) as hand:
            run = Run(target, Budget(timeout), hand)
            if link:
                click.echo(_LINK, err=True)
                click.echo(run.link())
                return
            done = judge(run, checks)
        _write(done, report, junit_file)
    except Unusable as error:
        refuse(str(error))
    click.echo(json.dumps(telling.members(done), indent=2) if as_json else telling.text(done))
    sys.exit(0 if done.is_good else FAILED)


def _chosen(names: tuple[str, ...]) -> tuple[Check, ...]:
    try:
        return catalogue.chosen(names)
    except KeyError:
        raise Unusable("--only: there is no such check or group; see --list.") from None


@contextmanager
def _hand(target: Target, answer_url: str, cancel_url: str, listen: bool) -> Iterator[ByHand]:
    brought = (
        given.brought(answer_url, "--answer-url", sys.stdin),
        given.brought(cancel_url, "--cancel-url", sys.stdin),
    )
    if not listen:
        yield ByHand(*brought)
        return
    with listening(target.iss, _show) as wait:
        yield ByHand(*brought, wait)


def _show(link: str) -> None:
    click.echo(f"Open this in a browser, and go to the end:\n{link}", err=True)


def _write(report: Report, text_file: str | None, junit_file: str | None) -> None:
    for path, content in ((text_file, telling.text(report)), (junit_file, junit.xml(report))):
        try:
            if path is not None:
                Path(path).write_text(content, encoding="utf-8")
        except OSError:
            raise Unusable(f"{path} cannot be written.") from None
