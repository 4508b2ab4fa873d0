"""The upload checker: what an import would do, the first rows as they will be kept, every problem."""

import pandas as pd
import streamlit as st

from recsys.ingest.mapping import Kind
from recsys.workflows.imports import ImportReport
from recsys.workflows.uploads import tabulate_problems
from ui.components import export_button, heading
from ui.text import cell_text, plural

_PROBLEM_HEIGHT = 56
"""Room for a message of two lines, in pixels."""
ROWS: dict[str, str] = {"catalogue": "product", "events": "event"}
"""What one row of each kind of file is."""


def show_check(kind: Kind, report: ImportReport) -> None:
    """Say what would happen, show the first rows as they will be kept, and every problem."""
    c = report.counts
    ready = c.added + c.changed + c.unchanged
    badge = ":green-badge[:material/check: Ready]" if report.ok else ":red-badge[:material/error: Needs a fix]"
    errors, warnings = (sum(p.count for p in part) for part in (report.errors, report.warnings))
    counts = [plural(ready, f"{ROWS[kind]} ready", f"{ROWS[kind]}s ready")] if report.ok else []
    counts += [f"{c.added:,} new", f"{c.changed:,} changed", f"{c.unchanged:,} as before"] if report.ok else []
    counts += [f"{c.skipped:,} left out"] if c.skipped else []
    counts += [plural(errors, "error")] if errors else []
    counts += [plural(warnings, "warning")] if warnings else []
    st.markdown(f"{badge} {' · '.join(counts)}")
    if report.problems:
        _problem_table(kind, report)
    if len(report.preview):
        heading("As it will be kept", f"first {plural(len(report.preview), 'row')}")
        st.dataframe(
            _preview(report),
            hide_index=True,
            placeholder="–",
            key=f"preview:{kind}",
            alt="First rows in canonical form.",
        )


def _problem_table(kind: Kind, report: ImportReport) -> None:
    """Every problem with its place and what to do; downloadable."""
    problems = tabulate_problems(report)
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        heading("Problems", "with the row as a spreadsheet shows it; the heading is row 1")
        export_button(lambda: problems, f"{kind}_problems.csv", label="Download", key=f"problems_export:{kind}")
    column = st.column_config
    st.dataframe(
        problems.map(lambda v: cell_text(v, 400) if isinstance(v, str) else v),
        hide_index=True,
        placeholder="–",
        key=f"problems:{kind}",
        height=min(_PROBLEM_HEIGHT * len(problems) + 42, 360),
        row_height=_PROBLEM_HEIGHT,
        column_config={
            "severity": column.TextColumn("Weight", width="small"),
            "row": column.NumberColumn("Row", format="localized", width="small"),
            "column": column.TextColumn("Column", width="small"),
            "value": column.TextColumn("Found", width="small"),
            "message": column.TextColumn("What is wrong and what to do", width="large"),
        },
        alt=f"{len(problems)} problems found in the file.",
    )


def _preview(report: ImportReport) -> pd.DataFrame:
    """First rows without the columns that say nothing."""
    frame = report.preview.map(lambda v: v.tolist() if hasattr(v, "tolist") and not hasattr(v, "isoformat") else v)
    said = [c for c in frame.columns if not frame[c].map(_is_nothing).all()]
    return frame[said].map(_show_cell)


def _is_nothing(value: object) -> bool:
    """Whether a cell is empty: no value, no attributes, no pictures."""
    return value == "{}" or value == [] or (not isinstance(value, list) and bool(pd.isna(value)))


def _show_cell(value: object) -> object:
    """A cell as text or number; times without their zeros."""
    if isinstance(value, list):
        return cell_text(", ".join(str(v) for v in value), 80)
    if isinstance(value, pd.Timestamp) and not pd.isna(value):
        return value.strftime("%Y-%m-%d" if value == value.normalize() else "%Y-%m-%d %H:%M:%S")
    return cell_text(value, 80) if isinstance(value, str) else value
