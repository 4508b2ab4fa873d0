"""`benchmark`: our default beside the libraries a shop could install."""

from pathlib import Path

import click

from recsys.cli.bar import Bar
from recsys.cli.context import Command, json_option, require_shop
from recsys.cli.option_types import DAY
from recsys.cli.output import print_json, print_notes, print_table
from recsys.errors import InputError
from recsys.settings import Settings


@click.command(cls=Command)
@click.option("--cut", type=DAY, metavar="DAY", help="First day of the test window; without it chosen.")
@click.option("--end", type=DAY, metavar="DAY", help="Day after the test window; without it the end of the data.")
@click.option("--only", multiple=True, metavar="NAME", help="Run only this peer; may be given again.")
@click.option("--no-peers", is_flag=True, help="Run only our own references; nothing is installed.")
@click.option("--trials", type=click.IntRange(1), default=8, show_default=True, help="Settings tried per model.")
@click.option("--seconds", type=click.FloatRange(0), help="Instead of a number of trials: seconds of trying per model.")
@click.option("--seeds", type=click.IntRange(1), default=3, show_default=True, help="Fits of what depends on chance.")
@click.option(
    "--timeout", type=click.FloatRange(1), default=3600, show_default=True, help="Longest time of one peer, seconds."
)
@click.option("--keep-environments", is_flag=True, help="Leave the peers' environments in the shop for the next time.")
@click.option("--markdown", type=click.Path(dir_okay=False, path_type=Path), help="Write the tables to a file, too.")
@json_option
@click.pass_obj
def benchmark(
    settings: Settings,
    cut: str | None,
    end: str | None,
    only: tuple[str, ...],
    no_peers: bool,
    trials: int,
    seconds: float | None,
    seeds: int,
    timeout: float,
    keep_environments: bool,
    markdown: Path | None,
    as_json: bool,
) -> None:
    """Compare the default with other libraries on this shop's own data.

    Each library is installed into an environment of its own (this needs a package index), learns from what came before
    the cut, gets the same number of trials, and its lists are judged by our metrics on what came after. The
    environments are removed afterwards. A library that fails gets a line that says why; the others go on.

    Example:
      vitrine --shop data/var/retail benchmark --cut 2011-09-01 --end 2011-10-01 --markdown table.md
      vitrine --shop my_shop benchmark --no-peers --seeds 1
    """
    from recsys.benchmark.exchange import Budget
    from recsys.benchmark.report import markdown as tables
    from recsys.workflows.benchmark import benchmark as workflow

    require_shop(settings.shop)
    if markdown is not None and not markdown.parent.is_dir():
        raise InputError(f"The folder {markdown.parent} does not exist; make it first.")
    with Bar() as bar:
        report = workflow(
            settings,
            cut=cut,
            end=end,
            only=only,
            with_peers=not no_peers,
            budget=Budget(trials, seconds, seeds, timeout),
            keep_environments=keep_environments,
            progress=bar,
        )
    if markdown is not None:
        markdown.write_text(tables(report), encoding="utf-8")
    if as_json:
        print_json(report.to_json())
    else:
        _show(report)


def _show(report: object) -> None:
    """Print both tables and what failed."""
    from recsys.benchmark import report as parts

    assert isinstance(report, parts.Report)
    click.echo(parts.caption(report))
    print_table(parts.QUALITY_HEAD, parts.quality_rows(report))
    if report.leads:
        click.echo("")
        print_table(parts.LEAD_HEAD, parts.lead_rows(report))
    print_notes(parts.failures(report))
