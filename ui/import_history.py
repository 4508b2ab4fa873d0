"""The list of imports, and undoing one of them."""

import pandas as pd
import streamlit as st

from recsys.ingest.mapping import Kind
from recsys.workflows.imports import rollback_import
from ui import data
from ui.components import export_button, heading
from ui.errors import shown
from ui.text import cell_text, number, plural, safe_text

_COUNTS = ("Rows", "Added", "Changed", "As before", "Left out")
_STATUS = {"applied": "Applied", "rolled_back": "Rolled back"}


def import_history(kind: Kind) -> None:
    """Draw the imports of one kind, newest first, with a roll-back for the row chosen.

    Parameters
    ----------
    kind
        `catalogue` or `events`.
    """
    imports = data.open_store().imports()
    imports = imports[imports["kind"] == kind].reset_index(drop=True)
    with st.container(border=True, key=f"history_{kind}"):
        with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
            heading("Imports", "newest first; choose a row to undo it")
            if len(imports):
                export_button(lambda: _frame(imports), f"{kind}_imports.csv")
        if imports.empty:
            st.markdown(":gray[Nothing was imported yet.]")
            return
        rows = st.dataframe(
            _frame(imports),
            hide_index=True,
            placeholder="–",
            key=f"imports:{kind}",
            on_select="rerun",
            selection_mode="single-row",
            column_config={
                "When": st.column_config.DatetimeColumn(format="D MMM YYYY, HH:mm", help="UTC"),
                **{name: st.column_config.NumberColumn(format="localized") for name in _COUNTS},
            },
            alt=f"{plural(len(imports), 'import')}.",
        ).selection.rows
        if rows and rows[0] < len(imports):
            _offer_roll_back(imports.iloc[rows[0]])


def _frame(imports: pd.DataFrame) -> pd.DataFrame:
    """Return the ledger as shown and exported."""
    return pd.DataFrame(
        {
            "Import": imports["import_id"],
            "File": [cell_text(name, 80) for name in imports["file_name"]],
            "When": imports["finished_at"].dt.tz_localize(None),
            "Rows": imports["rows_read"],
            "Added": imports["added"],
            "Changed": imports["changed"],
            "As before": imports["unchanged"],
            "Left out": imports["skipped"],
            "Status": [_STATUS.get(s, s) for s in imports["status"]],
        }
    )


def _offer_roll_back(line: pd.Series) -> None:
    """Say what the row is, and offer to undo it unless that was done."""
    if line["status"] == "rolled_back":
        st.markdown(f":gray[{safe_text(line['import_id'])} was rolled back.]")
    elif st.button(f"Roll back {line['import_id']}", icon=":material/undo:", key=f"undo:{line['import_id']}"):
        _confirm(str(line["import_id"]), str(line["file_name"]), int(line["added"]), int(line["changed"]))


@st.dialog("Roll this import back?", icon=":material/undo:")
def _confirm(import_id: str, file_name: str, added: int, changed: int) -> None:
    """Say what will be undone, then do it."""
    st.markdown(
        f"**{safe_text(file_name)}** added {number(added)} and changed {number(changed)} rows. "
        "They go back to what they were; what later imports said stays. "
        "Trained runs keep what they learned until the next training."
    )
    if st.button("Roll back", type="primary", icon=":material/undo:", key="confirm_undo"):
        with shown():
            store = data.open_store()
            with st.spinner("Rolling back…"):
                report = rollback_import(store, import_id)
                store.export_snapshot()
            st.toast(safe_text(report.message, 200), icon=":material/undo:")
            st.rerun()
