"""`tune search|pareto`."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from recsys.cli.bar import Bar
from recsys.cli.context import Group, json_option, require_shop
from recsys.cli.output import plain, print_json, print_table
from recsys.settings import Settings

if TYPE_CHECKING:
    from recsys.training.job_state import JobKind


_job_option = click.option("--job-id", hidden=True, help="Keep a job's state under this name, as the dashboard asks.")


@contextmanager
def _told(settings: Settings, job_id: str | None, kind: "JobKind") -> Iterator[Bar]:
    """Draw the progress, and keep it as the state of a job where one is named."""
    from recsys.training.jobs import ProgressWriter

    if job_id is None:
        with Bar() as bar:
            yield bar
        return
    with ProgressWriter(settings.shop, job_id, kind) as state, Bar(also=state) as bar:
        yield bar


@click.group(cls=Group)
def tune() -> None:
    """Find better settings, or see what one goal costs in another.

    Example:
      vitrine --shop my_shop tune search --minutes 15
      vitrine --shop my_shop tune pareto
    """


@tune.command("search")
@click.option(
    "--minutes", type=click.FloatRange(0.01), default=10.0, show_default=True, help="Time for trying settings."
)
@click.option("--trials", type=click.IntRange(1), help="Settings to try in all; without it the time decides.")
@click.option(
    "--config",
    "config_file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Training config to begin with, JSON; without it the live run's.",
)
@click.option("--name", default="search", show_default=True, help="Of the search; one that exists goes on.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Where the config found is written.")
@_job_option
@json_option
@click.pass_obj
def search(
    settings: Settings,
    minutes: float,
    trials: int | None,
    config_file: Path | None,
    name: str,
    out: Path | None,
    job_id: str | None,
    as_json: bool,
) -> None:
    """Search better settings of the components on the validation window.

    The test window is not looked at. The best settings are checked on shoppers the search did not use, and written as
    a config for `vitrine train --config`; if they do not hold there, the config is the one begun with. Ctrl-C stops
    it; the same command goes on from there.

    Example:
      vitrine --shop my_shop tune search --minutes 15 --out tuned.json
      vitrine --shop my_shop train --config tuned.json
    """
    from recsys.training.job_state import JobKind
    from recsys.training.search import Budget
    from recsys.workflows.tuning import base_config, keep_found, search_shop

    require_shop(settings.shop)
    config = base_config(settings, config_file)
    with _told(settings, job_id, JobKind.SEARCH) as bar:
        found = search_shop(settings, config, Budget(minutes, trials), name=job_id or name, out=out, progress=bar)
        if job_id is not None:
            keep_found(settings.shop, job_id, found)
    if as_json:
        print_json(plain(found.to_json()))
        return
    result = found.result
    click.echo(
        f"{result.n_trials} trials. The best changes the objective by {result.gain:+.4f} ({result.gain_low:+.4f} to "
        f"{result.gain_high:+.4f}) on shoppers the search did not use."
    )
    if result.adopted:
        rows = [(c, s, f"{v:.4g}") for c, settings_of in result.settings.items() for s, v in settings_of.items()]
        print_table(["component", "setting", "value"], rows)
    else:
        click.echo("Nothing better was found: the config is the one begun with.")
    click.echo(f"Wrote {found.file}; train with `vitrine train --config {found.file}`.")


@tune.command("pareto")
@click.option("--run-id", help="A run other than the live one.")
@click.option("--objective", "objectives", multiple=True, help="What to trade; without it all the shop allows.")
@click.option("--trials", type=click.IntRange(100), default=1200, show_default=True, help="Weights to try.")
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True)
@_job_option
@json_option
@click.pass_obj
def pareto(
    settings: Settings,
    run_id: str | None,
    objectives: tuple[str, ...],
    trials: int,
    seed: int,
    job_id: str | None,
    as_json: bool,
) -> None:
    """Find weights of which none is better than another in everything, by NSGA-II.

    Recall, diversity, novelty, share of new products, margin where it is known, and time. The front is kept with the
    run; Fusion shows it, and a click on a point moves the sliders there.

    Example:
      vitrine --shop my_shop tune pareto
      vitrine --shop my_shop tune pareto --objective diversity --objective margin --json
    """
    from recsys.fusion.goals import OBJECTIVES
    from recsys.training.job_state import JobKind
    from recsys.workflows.tuning import find_run_trade_offs

    require_shop(settings.shop)
    with _told(settings, job_id, JobKind.PARETO) as bar:
        found = find_run_trade_offs(
            settings, run_id, objectives=objectives or None, trials=trials, seed=seed, progress=bar
        )
    if as_json:
        print_json(plain(found.to_json()))
        return
    front = found.front
    rows = [
        [*(f"{p.values[n]:.3f}" for n in front.objectives), " ".join(f"{n}={w:g}" for n, w in p.weights.items() if w)]
        for p in (front.live, *front.points)
    ]
    rows = [["live" if k == 0 else str(k), *row] for k, row in enumerate(rows)]
    print_table(["", *(OBJECTIVES[n].label for n in front.objectives), "weights"], rows)
    click.echo(f"{len(front.points)} points from {front.n_tried:,} tried on {front.n_users} held-out shoppers.")
