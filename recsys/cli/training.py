"""`train`: learn from the shop's data and write a run."""

from dataclasses import replace
from pathlib import Path

import click

from recsys.cli.bar import Bar
from recsys.cli.context import Command, json_option, require_shop
from recsys.cli.output import print_json
from recsys.settings import Settings


@click.command(cls=Command)
@click.option(
    "--config",
    "config_file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Training config, JSON.",
)
@click.option(
    "--split",
    metavar="none|time:T",
    default="none",
    show_default=True,
    help="none: learn from everything; time:2011-09-01 keeps what came after that day for evaluation.",
)
@click.option("--promote/--no-promote", default=True, show_default=True, help="Make the finished run the live one.")
@click.option("--run-id", help="Name of the run folder; without it a fresh one.")
@click.option("--snapshot", help="Data version to learn from; without it the newest data.")
@click.option(
    "--track",
    multiple=True,
    metavar="NAME[:PLACE]",
    envvar="VITRINE_TRACK",
    show_envvar=True,
    help="Also write curves and figures to tensorboard, mlflow:URI or wandb:PROJECT; may be given more than once.",
)
@click.option(
    "--trade-offs",
    type=click.IntRange(0),
    default=400,
    show_default=True,
    help="Weights to try for the front of trade-offs that Fusion shows; 0 leaves it out.",
)
@click.option(
    "--time-budget",
    type=click.FloatRange(0, min_open=True),
    metavar="MINUTES",
    help="A run that took longer fails the gate on time; without it the live run's time decides.",
)
@json_option
@click.pass_obj
def train(
    settings: Settings,
    config_file: Path | None,
    split: str,
    promote: bool,
    run_id: str | None,
    snapshot: str | None,
    track: tuple[str, ...],
    trade_offs: int,
    time_budget: float | None,
    as_json: bool,
) -> None:
    """Learn from the shop's data and write a run.

    Fits every component, chooses the weights on validation, measures, fits again on everything, and makes the run the
    live one, unless it fails a gate: not worse than the live run, sound numbers, coverage, time. `runs promote` makes
    it live all the same. One training runs at a time. It can be stopped with Ctrl-C; the live run then stays as it is.
    A dashboard that is open meanwhile goes on working.

    Example:
      vitrine --shop my_shop train
      vitrine --shop my_shop train --split time:2011-09-01 --no-promote --json
      vitrine --shop my_shop train --track tensorboard --track mlflow
    """
    from recsys.training.gates import read_gates, say_failed
    from recsys.training.jobs import ProgressWriter, new_run_id
    from recsys.workflows.training import load_training_config
    from recsys.workflows.training import train as workflow

    require_shop(settings.shop)
    config = load_training_config(config_file, split, snapshot)
    name = run_id or new_run_id()
    budget_s = None if time_budget is None else 60 * time_budget
    with ProgressWriter(settings.shop, name) as state, Bar(also=state) as bar:
        record = workflow(
            replace(settings, track=track),
            config,
            run_id=name,
            promote=promote,
            trade_offs=trade_offs,
            time_budget_s=budget_s,
            progress=bar,
        )
    if as_json:
        print_json(record.to_json())
        return
    lost = say_failed(read_gates(record))
    click.echo(
        f"Run {name} is finished{' and live' if promote and not lost else ''}; `vitrine runs show {name}` tells more."
    )
    if lost:
        click.echo(f"It failed a gate{', so it is not live' if promote else ''}. {lost}", err=True)
