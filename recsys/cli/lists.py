"""`recommend`, `explain` and `evaluate`: questions to a trained run."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from recsys.cli.bar import Bar
from recsys.cli.context import Command, json_option
from recsys.cli.files import require_known_suffix, write_frame
from recsys.cli.option_types import DAY, DIVERSITY, WEIGHTS
from recsys.cli.output import plain, print_json, print_notes, print_table
from recsys.cli.quality import print_beyond, print_modalities, print_quality, print_response
from recsys.settings import Settings
from recsys.vocabulary import Columns, ItemScope

if TYPE_CHECKING:
    import pandas as pd

    from recsys.data.ranking import Diversity

EVERYONE = "all"


@click.command(cls=Command)
@click.option("--user", required=True, metavar="ID|all", help="One shopper's id, or `all`.")
@click.option("--n", type=click.IntRange(1, 10_000), default=20, show_default=True, help="Length of each list.")
@click.option(
    "--items",
    type=click.Choice([str(scope) for scope in ItemScope]),
    default=str(ItemScope.ALL),
    show_default=True,
    help="new: products nobody has touched yet; warm: the others.",
)
@click.option(
    "--exclude-seen/--no-exclude-seen",
    default=None,
    help="Leave out what the shopper has touched before. Without either, nothing is left out.",
)
@click.option("--weights", type=WEIGHTS, help="Other weights for this call, such as text=.4,image=.2; the rest stay.")
@click.option(
    "--diversity",
    type=DIVERSITY,
    help="mmr:0.3 puts like products apart, calibrated:0.3 spreads categories as in her history; 0 changes nothing.",
)
@click.option("--run-id", help="A run other than the live one.")
@click.option("--rules/--no-rules", default=True, show_default=True, help="Whether the published rules act.")
@click.option("--page", default="", help="Where the lists stand, such as home; rules may be scoped by it.")
@click.option("--market", default="", help="The market they are for; rules may be scoped by it.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Write to .parquet, .csv or .jsonl.")
@json_option
@click.pass_obj
def recommend(
    settings: Settings,
    user: str,
    n: int,
    items: str,
    exclude_seen: bool | None,
    weights: dict[str, float] | None,
    diversity: "Diversity | None",
    run_id: str | None,
    rules: bool,
    page: str,
    market: str,
    out: Path | None,
    as_json: bool,
) -> None:
    """Rank products for one shopper or for everyone.

    Columns: user_id, item_id, rank, score, and one contribution per component; the contributions add up to the score.
    A shopper without history gets a list too, and a note says which components filled it. Products that are sold out
    or not launched yet never appear. Published merchandising rules act; where one adds to the score, the column `rules`
    says how much.

    Example:
      vitrine recommend --user s-0001 --n 10
      vitrine recommend --user all --n 20 --items new --out new_items.csv
      vitrine recommend --user s-0001 --diversity mmr:0.3
    """
    if out is not None:
        require_known_suffix(out)
    elif user == EVERYONE and not as_json:
        raise click.UsageError("Lists for everyone need a file: add --out lists.parquet (or --json).")
    from recsys.workflows.lists import recommend as workflow

    with Bar() as bar:
        lists = workflow(
            settings,
            user=user,
            n=n,
            items=ItemScope(items),
            exclude_seen=exclude_seen,
            weights=weights,
            run_id=run_id,
            diversity=diversity,
            rules=rules,
            page=page,
            market=market,
            progress=bar,
        )
    _show_lists(lists, out, as_json)


def _show_lists(lists: "pd.DataFrame", out: Path | None, as_json: bool) -> None:
    """Write the lists where they were asked for."""
    notes = [str(note) for note in lists.attrs.get("notes", [])]
    summary: dict[str, Any] = {"users": lists[Columns.USER].nunique(), "rows": len(lists), "notes": notes}
    if out is not None:
        write_frame(lists, out)
        summary["out"] = str(out)
    if as_json:
        print_json(summary if out is not None else {**summary, "lists": lists})
        return
    print_notes(notes)
    if out is not None:
        shoppers = f"{summary['users']:,} shopper{'' if summary['users'] == 1 else 's'}"
        click.echo(f"Wrote {summary['rows']:,} rows for {shoppers} to {out}.")
    elif lists.empty:
        click.echo("No product fits.")
    else:
        print_table([str(column) for column in lists.columns], lists.itertuples(index=False))


@click.command(cls=Command)
@click.option("--user", required=True, metavar="ID", help="The shopper's id.")
@click.option("--item", required=True, metavar="ID", help="The product's id.")
@click.option("--run-id", help="A run other than the live one.")
@json_option
@click.pass_obj
def explain(settings: Settings, user: str, item: str, run_id: str | None, as_json: bool) -> None:
    """Say why a product stands where it stands for a shopper.

    The sum term by term, the place, and what of her history it comes from.

    Example:
      vitrine explain --user s-0001 --item p-0042 --json
    """
    from recsys.workflows.lists import explain as workflow

    answer = plain(workflow(settings, user, item, run_id=run_id))
    if as_json:
        print_json(answer)
        return
    click.echo(answer["sentence"])
    click.echo(answer["expert_sentence"])
    columns = ["name", "raw", "z", "weight", "contribution"]
    print_table(columns, ([term[column] for column in columns] for term in answer["terms"]))


@click.command(cls=Command)
@click.option(
    "--protocol", type=click.Choice(["time"]), default="time", show_default=True, help="How the data is split."
)
@click.option(
    "--cut", type=DAY, metavar="DAY", help="First day of the test window, such as 2011-09-01; without it chosen."
)
@click.option("--end", type=DAY, metavar="DAY", help="Day after the test window; without it the end of the data.")
@click.option("--modalities", is_flag=True, help="Also judge new products by their text only, pictures only, neither.")
@json_option
@click.pass_obj
def evaluate(
    settings: Settings, protocol: str, cut: str | None, end: str | None, modalities: bool, as_json: bool
) -> None:
    """Measure list quality on a time split.

    It learns from what came before the cut and is tested on what came after. Four columns: everything bought,
    discovery (products new to the shopper), cold among new and cold among all, each with recall and NDCG at 20. Then
    what lies beyond accuracy: coverage, Gini, popularity, variety, novelty, serendipity, the tail's share, and accuracy
    by the shoppers' activity and the products' popularity.

    Example:
      vitrine --shop data/var/retail evaluate --cut 2011-09-01 --json
      vitrine --shop my_shop evaluate --modalities
    """
    from recsys.workflows.evaluation import evaluate as workflow

    with Bar() as bar:
        answer = plain(workflow(settings, protocol, cut, end, bar, modalities=modalities))
    if as_json:
        print_json(answer)
        return
    click.echo(f"Learned from before {answer['cut']}, tested on what came until {answer['end']}.")
    print_quality(answer["test"])
    print_beyond(answer["test"]["beyond"])
    if "response" in answer:
        print_response(answer["response"])
    if modalities:
        print_modalities(answer["modalities"])
