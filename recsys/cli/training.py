"""`train` and `runs list|show|tags|promote|rollback`."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from recsys.cli.bar import Bar
from recsys.cli.context import Command, Group, json_option, require_shop
from recsys.cli.output import flatten, plain, print_json, print_table
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
    as_json: bool,
) -> None:
    """Learn from the shop's data and write a run.

    Fits every component, chooses the weights on validation, measures, fits again on everything, and makes the run the
    live one. One training runs at a time. It can be stopped with Ctrl-C; the live run then stays as it is. A dashboard
    that is open meanwhile goes on working.

    Example:
      vitrine --shop my_shop train
      vitrine --shop my_shop train --split time:2011-09-01 --no-promote --json
      vitrine --shop my_shop train --track tensorboard --track mlflow
    """
    from recsys.training.jobs import ProgressWriter, new_run_id
    from recsys.workflows.training import load_training_config
    from recsys.workflows.training import train as workflow

    require_shop(settings.shop)
    config = load_training_config(config_file, split, snapshot)
    name = run_id or new_run_id()
    with ProgressWriter(settings.shop, name) as state, Bar(also=state) as bar:
        record = workflow(
            replace(settings, track=track), config, run_id=name, promote=promote, trade_offs=trade_offs, progress=bar
        )
    if as_json:
        print_json(record.to_json())
    else:
        click.echo(f"Run {name} is finished{' and live' if promote else ''}; `vitrine runs show {name}` tells more.")


@click.group(cls=Group)
def runs() -> None:
    """See trained runs, make one live, go back.

    Example:
      vitrine --shop my_shop runs list
    """


@runs.command("list")
@json_option
@click.pass_obj
def list_runs(settings: Settings, as_json: bool) -> None:
    """List every training of this shop, newest first: finished, failed, cancelled, running.

    Example:
      vitrine --shop my_shop runs list --json
    """
    from recsys.workflows.run_history import list_trainings

    rows = list_trainings(settings.shop)
    if as_json:
        print_json(rows)
    elif not rows:
        click.echo("No run yet; begin with `vitrine train`.")
    else:
        began = [f"{row.created_at:%Y-%m-%d %H:%M}" for row in rows]
        cells = (
            [r.run_id, r.status, r.live, at, round(r.elapsed_s), r.message] for r, at in zip(rows, began, strict=True)
        )
        print_table(["run", "status", "live", "began (UTC)", "seconds", "note"], cells)


@runs.command("show")
@click.argument("run_id", metavar="ID")
@json_option
@click.pass_obj
def show_run(settings: Settings, run_id: str, as_json: bool) -> None:
    """Show one run: its config, data, weights, metrics and library versions.

    Example:
      vitrine --shop my_shop runs show 20270131-142501-9f3a
    """
    from recsys.training.runs import show_run as one_run

    content = plain(one_run(settings.shop, run_id).to_json())
    if as_json:
        print_json(content)
        return
    print_table(["", ""], flatten(content))


@runs.command("tags")
@click.argument("run_id", metavar="[ID]", required=False)
@click.option("--item", "item_ids", multiple=True, metavar="ID", help="Only this product; may be given more than once.")
@json_option
@click.pass_obj
def show_tags(settings: Settings, run_id: str | None, item_ids: tuple[str, ...], as_json: bool) -> None:
    """Show the colour, category and pattern that a run sees in the products' pictures; without ID the live run.

    A tag is left empty where no word reaches a probability of one half.

    Example:
      vitrine --shop my_shop runs tags --item 15970 --item 39386
    """
    from recsys.training.picture_tags import read_tags, tags_of
    from recsys.training.runs import require_live

    tags = tags_of(read_tags(settings.shop, run_id or require_live(settings.shop)), item_ids)
    if as_json:
        print_json(tags.to_dict(orient="records"))
        return
    cells = [[*row[:3], f"{row[3]:.2f}"] for row in tags.itertuples(index=False)]
    print_table(["product", "attribute", "picture shows", "probability"], cells)


@runs.command("promote")
@click.argument("run_id", metavar="ID")
@json_option
@click.pass_obj
def promote_run(settings: Settings, run_id: str, as_json: bool) -> None:
    """Make a finished run the live one; the run before it is kept for `runs rollback`.

    Example:
      vitrine --shop my_shop runs promote 20270131-142501-9f3a
    """
    from recsys.training.runs import promote

    _show_live(promote(settings.shop, run_id), f"Run {run_id} is live.", as_json)


@runs.command("rollback")
@json_option
@click.pass_obj
def roll_back_run(settings: Settings, as_json: bool) -> None:
    """Make the run before the live one live again.

    Example:
      vitrine --shop my_shop runs rollback
    """
    from recsys.training.runs import roll_back

    _show_live(roll_back(settings.shop), "The run before is live again.", as_json)


def _show_live(live: Any, sentence: str, as_json: bool) -> None:
    """Say which run is live now."""
    if as_json:
        print_json(live)
    else:
        click.echo(sentence)
