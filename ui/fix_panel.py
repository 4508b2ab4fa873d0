"""Corrections before an import: problem rows in a table to type into, rows left out, a value replaced everywhere."""

import pandas as pd
import streamlit as st

from recsys.ingest.fixes import Fixes, Replacement
from recsys.ingest.tables import RawTable
from recsys.workflows.imports import ImportReport
from recsys.workflows.upload_box import BoxFile, UploadBox
from recsys.workflows.uploads import LEAVE_OUT, ROW, WRONG, editable_rows, take_edits
from ui.text import plain_text
from ui.wording import t, tn

EDITOR_HEIGHT = 360


def fix_panel(box: UploadBox, table: BoxFile, raw: RawTable, report: ImportReport, fixes: Fixes) -> None:
    """Draw the corrections of one file; what is made of them is kept in the box and outlives the session.

    Parameters
    ----------
    box, table
        Where the file lies.
    raw
        As read.
    report
        Of the check with the corrections made so far.
    fixes
        Made so far.
    """
    rows = editable_rows(raw, report, fixes, table.name)
    if rows.empty and not fixes:
        return
    made = tn("{n} correction made", "{n} corrections made", len(fixes)) if fixes else t("none made yet")
    label = t("Correct the file here ({made})", made=made)
    with st.expander(label, icon=":material/edit_note:", expanded=bool(report.errors) or bool(fixes), key="fixes"):
        if len(rows):
            _row_editor(box, table, rows, fixes)
        _replace_form(box, table, raw, report, fixes)
        if fixes:
            _undo_row(box, table, fixes)


def _row_editor(box: UploadBox, table: BoxFile, rows: pd.DataFrame, fixes: Fixes) -> None:
    """Draw the rows with problems; what is typed counts once Check again is pressed."""
    key = f"fix:{table.file_id}:{abs(hash(fixes))}:{len(rows)}"
    column = st.column_config
    st.markdown(f":gray[:small[{t('Type into a cell, or tick a row to leave it out; then check again.')}]]")
    st.data_editor(
        rows,
        key=key,
        hide_index=True,
        num_rows="fixed",
        alt=tn("{n} row with a problem, to correct.", "{n} rows with a problem, to correct.", len(rows)),
        disabled=[ROW, WRONG],
        height=min(36 * len(rows) + 40, EDITOR_HEIGHT),
        column_config={
            LEAVE_OUT: column.CheckboxColumn(t("Leave out"), width="small"),
            ROW: column.NumberColumn(t("Row"), width="small", format="localized"),
            WRONG: column.TextColumn(t("What is wrong"), width="large"),
            **{name: column.TextColumn(plain_text(name, 40)) for name in rows.columns if name not in _OWN},
        },
    )
    st.button(
        t("Check again"),
        icon=":material/rule:",
        key=f"recheck:{table.file_id}",
        on_click=_take,
        args=(box, table, rows, fixes, key),
    )


_OWN = (LEAVE_OUT, ROW, WRONG)


def _take(box: UploadBox, table: BoxFile, rows: pd.DataFrame, fixes: Fixes, key: str) -> None:
    """Keep what was typed into the table."""
    edited = st.session_state.get(key, {}).get("edited_rows", {})
    _keep(box, table, take_edits(fixes, rows, edited))


def _replace_form(box: UploadBox, table: BoxFile, raw: RawTable, report: ImportReport, fixes: Fixes) -> None:
    """Draw the replacement of a value wherever it stands in a column."""
    names = list(raw.table.column_names)
    wrong = [problem for problem in report.problems if problem.column in names]
    first = names.index(str(wrong[0].column)) if wrong else 0
    key = table.file_id
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small", key="replace_row"):
        st.selectbox(
            t("In column"), names, first, format_func=lambda n: plain_text(n, 40), key=f"replace_in:{key}", width=180
        )
        st.text_input(t("Replace"), key=f"replace_found:{key}", placeholder=t("An empty cell"), width=180)
        st.text_input(t("Replace by"), key=f"replace_by:{key}", placeholder=t("Nothing"), width=180)
        st.button(
            t("Replace everywhere"),
            icon=":material/find_replace:",
            key=f"replace:{key}",
            on_click=_replace,
            args=(box, table, fixes),
            help=t("Replaces cells that hold exactly this text."),
        )


def _replace(box: UploadBox, table: BoxFile, fixes: Fixes) -> None:
    """Keep one replacement more, and empty the boxes."""
    name, found, by = (
        st.session_state.get(f"{k}:{table.file_id}") for k in ("replace_in", "replace_found", "replace_by")
    )
    if name is None or (found or None) == (by or None):
        return
    _keep(box, table, fixes.with_replacement(Replacement(str(name), found or None, by or None)))
    for k in ("replace_found", "replace_by"):
        st.session_state[f"{k}:{table.file_id}"] = ""


def _undo_row(box: UploadBox, table: BoxFile, fixes: Fixes) -> None:
    """List the replacements, which no row shows, and offer to take all corrections back."""
    for made in fixes.replacements:
        found, by = (plain_text(v, 60) or t("nothing") for v in (made.found, made.value))
        st.text(t("{column}: {found} → {by}", column=plain_text(made.column, 40), found=found, by=by))
    st.button(
        t("Take all corrections back"),
        icon=":material/undo:",
        type="tertiary",
        key=f"unfix:{table.file_id}",
        on_click=_keep,
        args=(box, table, Fixes()),
    )


def _keep(box: UploadBox, table: BoxFile, fixes: Fixes) -> None:
    """Keep the corrections with the file."""
    box.keep_draft(table.file_id, fixes=fixes.to_json())
