"""The table: one row per model, one line per column that says how far ours leads; as JSON and as Markdown."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from math import isfinite
from typing import Any

from recsys.benchmark.scores import METRICS, Lead, Scores, find_leads
from recsys.evaluation.metrics import Estimate
from recsys.evaluation.paired import bootstrap_difference
from recsys.training.columns import COLUMNS, CUTOFF

OURS = "Vitrine, default"
COLUMN_TITLES: Mapping[str, str] = {
    "all": "everything",
    "discovery": "discovery",
    "cold_among_new": "cold among new",
    "cold_among_all": "cold among all",
}


@dataclass(frozen=True, eq=False)
class Row:
    """One model.

    Parameters
    ----------
    name
        Library and model.
    group
        "ours", "library", or "reference" for what needs no library.
    scores
        None where it failed.
    seconds
        Choosing, refitting and listing.
    settings
        What validation chose; weights for ours.
    trials
        Settings tried.
    seeds
        Fits averaged.
    error
        Why there are no scores.
    skipped
        Whether it was not run because the shop lacks what it needs.
    """

    name: str
    group: str
    scores: Scores | None
    seconds: float
    settings: Mapping[str, Any] = field(default_factory=dict)
    trials: int = 0
    seeds: int = 0
    error: str | None = None
    skipped: bool = False


@dataclass(frozen=True, eq=False)
class Report:
    """Everything one benchmark found.

    Parameters
    ----------
    facts
        Cut, end, data version, sizes, budget, whether the data is simulated.
    ours
        Our default.
    rows
        The peers, in the order of the registry.
    skipped
        Models that cannot be run on this shop, a sentence each.
    """

    facts: Mapping[str, Any]
    ours: Row
    rows: Sequence[Row]
    skipped: Sequence[str] = ()

    @property
    def leads(self) -> list[Lead]:
        """Ours against the best library and the best simple reference of every column, by recall and by NDCG."""
        if self.ours.scores is None:
            return []
        groups: dict[str, dict[str, Scores]] = {"library": {}, "reference": {}}
        for row in self.rows:
            if row.scores is not None:
                groups[row.group][row.name] = row.scores
        ours = self.ours.scores
        return [
            lead for metric in METRICS for name, rows in groups.items() for lead in find_leads(ours, rows, metric, name)
        ]

    def to_json(self) -> dict[str, Any]:
        """Return plain values: facts, rows with intervals and differences, leads."""
        rows = [_row_json(row, self.ours) for row in (self.ours, *self.rows)]
        return {
            "facts": dict(self.facts),
            "rows": rows,
            "leads": [asdict(lead) for lead in self.leads],
            "skipped": list(self.skipped),
        }


def _row_json(row: Row, ours: Row) -> dict[str, Any]:
    """One row as plain values."""
    columns: dict[str, Any] = {}
    for column in COLUMNS if row.scores is not None else ():
        columns[column] = {metric: _figure(row, ours, column, metric) for metric in METRICS}
    told = {
        "name": row.name,
        "group": row.group,
        "seconds": row.seconds,
        "settings": dict(row.settings),
        "trials": row.trials,
    }
    return {**told, "seeds": row.seeds, "error": row.error, "columns": columns}


def _figure(row: Row, ours: Row, column: str, metric: str) -> dict[str, Any]:
    """Mean, interval, spread over seeds, and what ours has more."""
    assert row.scores is not None
    scores = row.scores[column][metric]
    figure: dict[str, Any] = {**asdict(scores.estimate), "seed_means": scores.seed_means.tolist()}
    if row is not ours and ours.scores is not None:
        figure["ours_minus_this"] = asdict(bootstrap_difference(ours.scores[column][metric].values, scores.values))
    return figure


def quality_cells(row: Row) -> list[str]:
    """Cells of the four columns: recall with its interval, and NDCG; dashes where it failed."""
    if row.scores is None:
        return ["–"] * len(COLUMNS)
    return [_cell(row.scores[column]["recall"].estimate, row.scores[column]["ndcg"].estimate) for column in COLUMNS]


def _cell(found: Estimate, gain: Estimate) -> str:
    """Write ".228 ±.016 / .305", the wider half of the interval; a dash where nobody could be judged."""
    if not found.n_users:
        return "–"
    half = max(found.high - found.value, found.value - found.low)
    return f"{short(found.value)} ±{short(half)} / {short(gain.value)}"


def short(value: float) -> str:
    """Three decimals without the zero before the point.

    Examples
    --------
    >>> short(0.2284), short(-0.01), short(1.0)
    ('.228', '-.010', '1.000')
    """
    return f"{value:.3f}".replace("0.", ".", 1) if abs(value) < 1 else f"{value:.3f}"


def percent(value: float) -> str:
    """A relative lead in words people read; a dash where it cannot be said.

    Examples
    --------
    >>> percent(0.153), percent(float("nan"))
    ('+15.3 %', '–')
    """
    return f"{value:+.1%}".replace("%", " %") if isfinite(value) else "–"


QUALITY_HEAD = ["model", *COLUMN_TITLES.values(), "seconds"]
LEAD_HEAD = ["column", "ours", "best", "its", "our lead", "difference (95 %)", "decided"]


def quality_rows(report: Report) -> list[list[str]]:
    """Cells under `QUALITY_HEAD`; ours last, as a reader's eye goes."""
    rows = (*report.rows, report.ours)
    return [[row.name, *quality_cells(row), "–" if row.scores is None else f"{row.seconds:.0f}"] for row in rows]


def lead_rows(report: Report) -> list[list[str]]:
    """Cells under `LEAD_HEAD`: recall against the best library and the best reference of each column."""
    rows = []
    for lead in report.leads:
        if lead.metric != "recall":
            continue
        d = lead.difference
        interval = f"{short(d.value)} ({short(d.low)} to {short(d.high)})"
        figures = [short(lead.ours), lead.best_peer, short(lead.best), percent(lead.relative), interval]
        rows.append([COLUMN_TITLES[lead.column], *figures, "yes" if lead.decided else "no"])
    return rows


def failures(report: Report) -> list[str]:
    """One sentence per model that gave nothing or was not run."""
    failed = [f"{row.name} failed: {row.error}" for row in report.rows if row.error is not None]
    return [*failed, *report.skipped]


def markdown(report: Report) -> str:
    """Both tables and what they mean, ready for a README."""
    parts = [caption(report), "", *_markdown_table(QUALITY_HEAD, quality_rows(report))]
    if report.leads:
        parts += ["", *_markdown_table(LEAD_HEAD, lead_rows(report))]
    if failures(report):
        parts += ["", "Not in the table, or without figures:", "", *(f"- {sentence}" for sentence in failures(report))]
    return "\n".join(parts) + "\n"


def caption(report: Report) -> str:
    """Say what was compared."""
    facts = report.facts
    budget = (
        f"up to {facts['trials']} trials" if facts["seconds"] is None else f"{facts['seconds']:g} seconds of trials"
    )
    simulated = "Simulated shoppers. " if facts["simulated"] else ""
    return (
        f"{simulated}Learned from before {facts['cut']}, tested on what came until {facts['end']}: "
        f"{facts['n_users']['all']:,} shoppers, {facts['n_on_sale']:,} items on sale, {facts['n_new']:,} of them new. "
        f"Every model got {budget} on validation. Cells: recall@{CUTOFF} ± 95 % / NDCG@{CUTOFF}."
    )


def _markdown_table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """Lines of a Markdown table; figures to the right."""
    lines = ["| " + " | ".join(head) + " |", "|---|" + "---:|" * (len(head) - 1)]
    return lines + ["| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in rows]
