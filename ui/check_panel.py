"""The upload checker: what an import would do, the first rows as they will be kept, every problem."""

import pandas as pd
import streamlit as st

from recsys.ingest.mapping import Kind
from recsys.workflows.imports import ImportReport
from recsys.workflows.uploads import tabulate_problems
from ui.components import export_button, heading
from ui.mapping_panel import COLUMN_NAMES
from ui.text import cell_text
from ui.wording import t, tn

_PROBLEM_HEIGHT = 56
"""Room for a message of two lines, in pixels."""


def show_preview(kind: Kind, rows: pd.DataFrame) -> None:
    """Show the first rows of the file as they would be kept with the mapping on screen."""
    if rows.empty:
        return
    heading(t("As it will be kept"), tn("first row", "first {n} rows", len(rows)))
    kept = _preview(rows)
    st.dataframe(
        kept.rename(columns={name: t(COLUMN_NAMES[name]) for name in kept.columns}),
        hide_index=True,
        placeholder="–",
        key=f"preview:{kind}",
        alt=t("First rows as they will be kept."),
    )


def show_check(kind: Kind, report: ImportReport) -> None:
    """Say what would happen, and show every problem."""
    c = report.counts
    ready = c.added + c.changed + c.unchanged
    good, bad = f":material/check: {t('Ready')}", f":material/error: {t('Needs a fix')}"
    badge = f":green-badge[{good}]" if report.ok else f":red-badge[{bad}]"
    errors, warnings = (sum(p.count for p in part) for part in (report.errors, report.warnings))
    counts: list[str] = []
    if report.ok:
        if kind == "catalogue":
            counts.append(tn("{n} product ready", "{n} products ready", ready))
        else:
            counts.append(tn("{n} event ready", "{n} events ready", ready))
        counts += [tn("{n} new", "{n} new", c.added), tn("{n} changed", "{n} changed", c.changed)]
        counts.append(tn("{n} as before", "{n} as before", c.unchanged))
    counts += [tn("{n} left out", "{n} left out", c.skipped)] if c.skipped else []
    counts += [tn("{n} picture", "{n} pictures", c.pictures)] if c.pictures else []
    counts += [tn("{n} error", "{n} errors", errors)] if errors else []
    counts += [tn("{n} warning", "{n} warnings", warnings)] if warnings else []
    st.markdown(f"{badge} {' · '.join(counts)}")
    if not report.pictures_opened:
        many = t("There are many pictures: they were matched by name, and are opened during the import.")
        st.markdown(f":gray[:small[:material/photo_library: {many}]]")
    if report.problems:
        _problem_table(kind, report)


def _problem_table(kind: Kind, report: ImportReport) -> None:
    """Every problem with its place and what to do; downloadable."""
    problems = tabulate_problems(report)
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        heading(t("Problems"), t("with the row as a spreadsheet shows it; the heading is row 1"))
        export_button(lambda: problems, f"{kind}_problems.csv", label=t("Download"), key=f"problems_export:{kind}")
    column = st.column_config
    st.dataframe(
        problems.map(lambda v: cell_text(v, 400) if isinstance(v, str) else v),
        hide_index=True,
        placeholder="–",
        key=f"problems:{kind}",
        height=min(_PROBLEM_HEIGHT * len(problems) + 42, 360),
        row_height=_PROBLEM_HEIGHT,
        column_config={
            "severity": column.TextColumn(t("Weight"), width="small"),
            "row": column.NumberColumn(t("Row"), format="localized", width="small"),
            "column": column.TextColumn(t("Column"), width="small"),
            "value": column.TextColumn(t("Found"), width="small"),
            "message": column.TextColumn(t("What is wrong and what to do"), width="large"),
        },
        alt=tn("{n} problem found in the file.", "{n} problems found in the file.", len(problems)),
    )


def _preview(rows: pd.DataFrame) -> pd.DataFrame:
    """First rows without the columns that say nothing."""
    frame = rows.map(lambda v: v.tolist() if hasattr(v, "tolist") and not hasattr(v, "isoformat") else v)
    said = [c for c in frame.columns if not frame[c].map(_is_nothing).all()]
    return frame[said].map(_show_cell)


def _is_nothing(value: object) -> bool:
    """Whether a cell is empty: no value, no attributes, no pictures."""
    return value == "{}" or value == [] or (not isinstance(value, list) and bool(pd.isna(value)))  # type: ignore[call-overload]


def _show_cell(value: object) -> object:
    """A cell as text or number; times without their zeros."""
    if isinstance(value, list):
        return cell_text(", ".join(str(v) for v in value), 80)
    if isinstance(value, pd.Timestamp) and not pd.isna(value):
        return value.strftime("%Y-%m-%d" if value == value.normalize() else "%Y-%m-%d %H:%M:%S")
    return cell_text(value, 80) if isinstance(value, str) else value
