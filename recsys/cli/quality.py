"""Offline quality as tables: the four columns, what lies beyond accuracy, new products by what is known of them."""

from collections.abc import Mapping
from typing import Any

import click

from recsys.cli.output import plain, print_table

BEYOND_NAMES = {
    "coverage": "coverage: share of the products on sale that anybody was shown",
    "gini": "Gini over slots: 0 all products alike, 1 one product gets all",
    "average_popularity": "mean shoppers per recommended product",
    "popularity_lift": "the same over the shoppers' own profiles",
    "tail_share": "share of slots for the least popular 80 %",
    "ild": "variety within a list: mean distance of two products",
    "novelty": "novelty in bits",
    "serendipity": "serendipity: hits that popularity would not make",
}


def print_quality(report: Mapping[str, Any]) -> None:
    """Write the quality columns of a report to stdout, one row each with 95 % intervals.

    Parameters
    ----------
    report
        As `training.columns.judge` gives it; entries without recall and NDCG are left out.
    """
    _print_accuracy("column", report)


def print_beyond(beyond: Mapping[str, Any]) -> None:
    """Write the figures beyond accuracy, and accuracy by activity and popularity.

    Parameters
    ----------
    beyond
        As `evaluation.beyond_report.judge_beyond` gives it.
    """
    click.echo("")
    print_table(["beyond accuracy", ""], [[told, beyond[name]] for name, told in BEYOND_NAMES.items()])
    for key, told in (("by_activity", "shoppers, least active first"), ("by_popularity", "products, rarest first")):
        click.echo("")
        _print_accuracy(told, beyond[key])


def print_modalities(report: Mapping[str, Any]) -> None:
    """Write how well new products do by what is known of them.

    Parameters
    ----------
    report
        As `training.modalities.judge_modalities` gives it.
    """
    rows = {
        f"{name}, {column.replace('cold_', '').replace('_', ' ')}": figures[column]
        for column in ("cold_among_new", "cold_among_all")
        for name, figures in report.items()
        if isinstance(figures, Mapping)
    }
    click.echo("")
    _print_accuracy(f"{report['n_new_items']:,} new products, known by", rows)


def _print_accuracy(heading: str, report: Mapping[str, Any]) -> None:
    """One row per entry with recall and NDCG."""
    rows = []
    for name, figures in report.items():
        if isinstance(figures, Mapping) and {"recall", "ndcg"} <= set(figures):
            recall, ndcg = figures["recall"], figures["ndcg"]
            rows.append([name, recall["n_users"], recall["value"], _interval(recall), ndcg["value"], _interval(ndcg)])
    print_table([heading, "shoppers", "recall@20", "95 %", "ndcg@20", "95 %"], rows)


def _interval(figure: Mapping[str, Any]) -> str:
    """Lower and upper end; a dash where nobody was measured."""
    ends = [plain(figure["low"]), plain(figure["high"])]
    return "–" if None in ends else f"{ends[0]:.4f} – {ends[1]:.4f}"
