"""`import catalogue|events|source` and `imports list|rollback`."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from recsys.cli.bar import Bar
from recsys.cli.context import Group, json_option, require_shop
from recsys.cli.output import print_json, print_table
from recsys.settings import Settings

if TYPE_CHECKING:
    import pandas as pd

    from recsys.store import Store
    from recsys.workflows.imports import ImportReport

EXISTING_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
PROBLEMS_SHOWN = 200
STAGES: dict[str, tuple[str, float, float]] = {
    "read": ("Reading the file", 0.0, 0.3),
    "check": ("Checking", 0.3, 0.5),
    "pictures": ("Keeping the pictures", 0.5, 0.85),
    "write": ("Writing", 0.85, 1.0),
}
"""Stage of an import → words for a person, and the stretch of the whole it takes."""

mapping_option = click.option(
    "--mapping",
    type=EXISTING_FILE,
    help='JSON: our column to the file\'s, such as {"item_id": "SKU"}; without it columns are guessed by name.',
)
dry_run_option = click.option("--dry-run", is_flag=True, help="Check everything, list all problems, write nothing.")


@click.group("import", cls=Group)
def import_group() -> None:
    """Bring in a catalogue, events or a public data set.

    Everything is checked before anything is written; an import is one transaction, and the same file twice changes
    nothing.

    Example:
      vitrine --shop my_shop import catalogue products.csv --images pictures.zip --dry-run
    """


@import_group.command("catalogue")
@click.argument("file", type=EXISTING_FILE)
@click.option(
    "--images",
    type=click.Path(exists=True, path_type=Path),
    help="A zip or folder with the pictures the file refers to by name.",
)
@mapping_option
@dry_run_option
@json_option
@click.pass_obj
def import_catalogue(
    settings: Settings, file: Path, images: Path | None, mapping: Path | None, dry_run: bool, as_json: bool
) -> None:
    """Import products from CSV, TSV, Excel, JSONL or Parquet.

    Needed: an id and a title. Known besides: description, category path ("Women > Shirts"), brand, price, currency,
    attributes, launched_at, stock, margin, images. Any delimiter and encoding; columns are found by their names.

    Example:
      vitrine --shop my_shop import catalogue products.csv --images pictures.zip
    """
    from recsys.workflows.imports import import_catalogue as workflow

    _import(settings, as_json, lambda store, bar: workflow(
        store, settings.shop, file, images=images, mapping=mapping, dry_run=dry_run, progress=bar
    ))  # fmt: skip


@import_group.command("events")
@click.argument("file", type=EXISTING_FILE)
@mapping_option
@dry_run_option
@json_option
@click.pass_obj
def import_events(settings: Settings, file: Path, mapping: Path | None, dry_run: bool, as_json: bool) -> None:
    """Import what shoppers did: views, clicks, carts, purchases, ratings, impressions, searches.

    Needed: user, item, time. Known besides: type (else view), quantity, value, rating, text, position, request,
    placement. Import the catalogue first; events of unknown products are reported.

    Example:
      vitrine --shop my_shop import events orders.csv --dry-run
    """
    from recsys.workflows.imports import import_events as workflow

    _import(settings, as_json, lambda store, bar: workflow(
        store, settings.shop, file, mapping=mapping, dry_run=dry_run, progress=bar
    ))  # fmt: skip


@import_group.command("source")
@click.argument("name")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@json_option
@click.pass_obj
def import_source(settings: Settings, name: str, folder: Path, as_json: bool) -> None:
    """Import a public data set through its adapter: `online_retail`, `fashion_catalogue` or `mmrec`.

    FOLDER holds the data set's own files, as they were published.

    Example:
      vitrine --shop data/var/retail import source online_retail downloads/online_retail
    """
    from recsys.workflows.imports import import_source as workflow

    _import(settings, as_json, lambda store, bar: workflow(store, settings.shop, name, folder, progress=bar))


@click.group(cls=Group)
def imports() -> None:
    """See what was imported, and undo it.

    Example:
      vitrine --shop my_shop imports list
    """


@imports.command("list")
@json_option
@click.pass_obj
def list_imports(settings: Settings, as_json: bool) -> None:
    """List every import of this shop, newest first.

    Example:
      vitrine --shop my_shop imports list --json
    """
    ledger = _ledger(settings)
    if as_json:
        print_json([] if ledger is None else ledger)
    elif ledger is None or ledger.empty:
        click.echo("Nothing was imported yet; begin with `vitrine import catalogue FILE`.")
    else:
        columns = ["import_id", "file_name", "rows_read", "added", "changed", "skipped", "finished_at", "status"]
        shown = [column for column in columns if column in ledger.columns]
        print_table(shown, ledger[shown].itertuples(index=False))


@imports.command("rollback")
@click.argument("import_id", metavar="ID")
@json_option
@click.pass_obj
def roll_back_import(settings: Settings, import_id: str, as_json: bool) -> None:
    """Undo one import exactly; what later imports brought stays.

    Example:
      vitrine --shop my_shop imports rollback events-2
    """
    from recsys.store import Store
    from recsys.workflows.imports import rollback_import

    require_shop(settings.shop)
    with Store.open(settings.shop) as store:
        report = rollback_import(store, import_id)
    if as_json:
        print_json(report.to_dict())
    else:
        click.echo(report.message)


def _ledger(settings: Settings) -> "pd.DataFrame | None":
    """Return what was imported, None where there is no shop; looking makes none."""
    from recsys.store import Store

    if not settings.shop.store.exists():
        return None
    with Store.open(settings.shop) as store:
        return store.imports()


def _import(
    settings: Settings, as_json: bool, work: "Callable[[Store, Callable[[str, float], None]], ImportReport]"
) -> None:
    """Run one import with the store open, show its report, and fail if the report does."""
    from recsys.store import Store

    with Bar() as bar, Store.open(settings.shop) as store:
        report = work(store, _stages(bar))
    if as_json:
        print_json(report.to_dict())
    else:
        for problem in report.problems[:PROBLEMS_SHOWN]:
            click.echo(str(problem), err=True)
        hidden = len(report.problems) - PROBLEMS_SHOWN
        if hidden > 0:
            click.echo(f"… and {hidden:,} more; --json lists them all.", err=True)
        if report.ok:
            click.echo(report.message)
    if not report.ok:
        click.echo(f"Error: {report.message}", err=True)
        raise click.exceptions.Exit(1)


def _stages(bar: Bar) -> Callable[[str, float], None]:
    """Return an import's own progress: a stage and how much of it is done."""

    def report(stage: str, fraction: float) -> None:
        words, start, end = STAGES[stage]
        bar(words, start + (end - start) * fraction)

    return report
