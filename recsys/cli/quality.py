"""Offline quality as tables: the four columns, what lies beyond accuracy, new products by what is known of them."""

from collections.abc import Mapping
from typing import Any

import click

from recsys.cli.output import plain, print_table


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
    from recsys.evaluation.beyond_report import FIGURES

    click.echo("")
    print_table(["beyond accuracy", ""], [[label, beyond[name]] for name, (label, _) in FIGURES.items()])
    for key, told in (("by_activity", "shoppers by activity"), ("by_popularity", "products by popularity")):
        click.echo(f"\nFifths of the {told}, lowest first:")
        _print_accuracy("fifth", beyond[key])


def print_response(report: Mapping[str, Any]) -> None:
    """Write how good the response term's probabilities are, overall and by category.

    Parameters
    ----------
    report
        As `evaluation.response_quality.judge_responses` gives it.
    """
    from recsys.evaluation.response_quality import tabulate_responses

    table = tabulate_responses(report)
    click.echo("")
    print_table(["response term", *table.columns[1:]], table.itertuples(index=False))


def print_modalities(report: Mapping[str, Any]) -> None:
    """Write how well new products do by what is known of them.

    Parameters
    ----------
    report
        As `training.modalities.judge_modalities` gives it.
    """
    for column in ("cold_among_new", "cold_among_all"):
        rows = {name: figures[column] for name, figures in report.items() if isinstance(figures, Mapping)}
        click.echo(
            f"\n{report['n_new_items']:,} new products among {column.rpartition('_')[2]}, by what is known of them:"
        )
        _print_accuracy("known", rows)


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
