"""`runs list|show|tags|promote|rollback|canary|delete|card`."""

from pathlib import Path
from typing import Any

import click

from recsys.cli.context import Group, json_option
from recsys.cli.output import flatten, plain, print_json, print_table
from recsys.errors import InputError
from recsys.settings import Settings


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
@click.option("--reason", default="", help="Why; asked for where the run failed a gate, and kept with the decision.")
@json_option
@click.pass_obj
def promote_run(settings: Settings, run_id: str, reason: str, as_json: bool) -> None:
    """Make a finished run the live one; the run before it is kept for `runs rollback`. A canary ends with it.

    Example:
      vitrine --shop my_shop runs promote 20270131-142501-9f3a
    """
    from recsys.training.gates import failed, read_gates
    from recsys.training.runs import promote
    from recsys.training.runs import show_run as one_run

    lost = ", ".join(f.name for f in failed(read_gates(one_run(settings.shop, run_id))))
    if lost and not reason.strip():
        raise InputError(f"Run {run_id} failed the gates {lost}; say with --reason why it goes live all the same.")
    detail = f"failed gates: {lost}" if lost else ""
    _show_live(promote(settings.shop, run_id, reason=reason, detail=detail), f"Run {run_id} is live.", as_json)


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


@runs.command("canary")
@click.argument("run_id", metavar="ID")
@click.option("--share", type=click.FloatRange(0, 0.5), required=True, help="Of the shoppers, 0 to 0.5; 0 ends it.")
@click.option("--reason", default="", help="Why; kept with the decision.")
@json_option
@click.pass_obj
def start_canary(settings: Settings, run_id: str, share: float, reason: str, as_json: bool) -> None:
    """Let a run serve a share of the shoppers beside the live one; each of them always gets the same run.

    Example:
      vitrine --shop my_shop runs canary 20270131-142501-9f3a --share 0.1
      vitrine --shop my_shop runs canary 20270131-142501-9f3a --share 0
    """
    from recsys.training.live import end_canary
    from recsys.training.live import start_canary as start

    if share == 0:
        _show_live(end_canary(settings.shop), "The live run serves everybody.", as_json)
    else:
        pointer = start(settings.shop, run_id, share, reason=reason)
        _show_live(pointer, f"Run {run_id} serves {share:.0%} of the shoppers.", as_json)


@runs.command("delete")
@click.argument("run_id", metavar="ID")
@json_option
@click.pass_obj
def delete_run(settings: Settings, run_id: str, as_json: bool) -> None:
    """Delete a run for good; never the live one, the canary, or the one to roll back to.

    Example:
      vitrine --shop my_shop runs delete 20270131-142501-9f3a
    """
    from recsys.training.care import delete_run as delete

    delete(settings.shop, run_id)
    _show_live({"deleted": run_id}, f"Run {run_id} is deleted.", as_json)


@runs.command("card")
@click.argument("run_id", metavar="[ID]", required=False)
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Without it model-card-ID.html.")
@json_option
@click.pass_obj
def write_card(settings: Settings, run_id: str | None, out: Path | None, as_json: bool) -> None:
    """Write a run's model card, one HTML file to read or print; without ID the live run's.

    Data, settings, weights, figures with intervals, gates, limits, versions and checksums.

    Example:
      vitrine --shop my_shop runs card --out card.html
    """
    from recsys.training.runs import require_live
    from recsys.workflows.model_card import render_card

    name = run_id or require_live(settings.shop)
    file = out or Path(f"model-card-{name}.html")
    file.write_text(render_card(settings.shop, name), encoding="utf-8")
    _show_live({"run_id": name, "file": str(file)}, f"Wrote {file}.", as_json)


def _show_live(live: Any, sentence: str, as_json: bool) -> None:
    """Say what was done."""
    if as_json:
        print_json(live)
    else:
        click.echo(sentence)
