"""`doctor`: examine the catalogue and say what is wrong with it, worst first."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from recsys.cli.bar import Bar
from recsys.cli.context import Command, json_option, require_shop
from recsys.cli.files import require_known_suffix, write_frame
from recsys.cli.output import print_json, print_notes, print_table
from recsys.settings import Settings

if TYPE_CHECKING:
    from recsys.workflows.doctor_reports import DoctorReport

_LACKS = {"run": "no live run whose pictures were encoded", "pictures": "no picture was measured"}


@click.command(cls=Command)
@click.option("--snapshot", help="Data version to examine; without it the newest data.")
@click.option("--n", type=click.IntRange(0, 10_000), default=20, show_default=True, help="Findings to show.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Write all to .parquet, .csv or .jsonl.")
@json_option
@click.pass_obj
def doctor(settings: Settings, snapshot: str | None, n: int, out: Path | None, as_json: bool) -> None:
    """Find what is wrong with products and pictures, ranked by the exposure it costs.

    Duplicates, pictures that contradict their text, poor photos, gaps, placeholder texts, odd prices and categories.
    With a live run, pictures are judged by what they show; without one, by text, attributes and light and sharpness.
    Findings dismissed on the Doctor page are left out.

    Example:
      vitrine doctor
      vitrine doctor --out findings.csv
    """
    require_shop(settings.shop)
    if out is not None:
        require_known_suffix(out)
    from recsys.workflows.doctor_jobs import run_examination
    from recsys.workflows.doctor_reports import read_dismissed
    from recsys.workflows.doctor_view import FindingFilter, filter_findings, summarise

    with Bar() as bar:
        report = run_examination(settings.shop, snapshot, bar)
    dismissed = read_dismissed(settings.shop)
    found, view = filter_findings(report, dismissed, FindingFilter()), summarise(report, dismissed)
    if out is not None:
        write_frame(found, out)
    if as_json:
        print_json({"facts": report.facts, "checks": view.totals, "findings": found.head(n)})
        return
    print_notes(_notes(report))
    columns = ["check", "n_open", "n_items", "lost_places", "n_dismissed", "n_fixed"]
    print_table(
        ["check", "open", "products", "places lost", "dismissed", "fixed"], view.totals[columns].itertuples(index=False)
    )
    if n and len(found):
        click.echo("")
        shown = found.head(n)[["check", "item_id", "title", "severity", "confidence", "lost_places", "evidence"]]
        print_table([str(c) for c in shown.columns], shown.itertuples(index=False))
    if out is not None:
        click.echo(f"Wrote {len(found):,} findings to {out}.")


def _notes(report: "DoctorReport") -> list[str]:
    """What a person should know of how the report came about."""
    facts = report.facts
    notes = [f"{check} said nothing: {_LACKS[reason]}." for check, reason in facts.silent.items()]
    unjudged = {"lists": "", "similar": "There are no shoppers, so lists for a look at one product are counted."}
    told = unjudged.get(facts.exposure_source, f"List places come from {facts.exposure_source}, not from a live run.")
    return notes + ([told] if told else [])
