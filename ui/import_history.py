"""The list of imports, and undoing one of them."""

import pandas as pd
import streamlit as st

from recsys.errors import InputError
from recsys.ingest.mapping import ColumnMapping, Kind, load_mapping
from recsys.workflows.imports import rollback_import
from ui import data
from ui.components import export_button, heading
from ui.errors import shown
from ui.text import cell_text, number, safe_text
from ui.wording import mark, t, tn

_COUNTS = {
    "rows_read": mark("Rows"),
    "added": mark("Added"),
    "changed": mark("Changed"),
    "unchanged": mark("As before"),
    "skipped": mark("Left out"),
}
_STATUS = {"applied": mark("Applied"), "rolled_back": mark("Rolled back")}


def import_history(kind: Kind) -> None:
    """Draw the imports of one kind, newest first, with what was read how and a roll-back for the row chosen.

    Parameters
    ----------
    kind
        `catalogue` or `events`.
    """
    imports = data.open_store().imports()
    imports = imports[imports["kind"] == kind].reset_index(drop=True)
    with st.container(border=True, key=f"history_{kind}"):
        with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
            heading(t("Imports"), t("newest first; choose a row to undo it"))
            if len(imports):
                export_button(lambda: _frame(imports), f"{kind}_imports.csv")
        if imports.empty:
            st.markdown(f":gray[{t('Nothing was imported yet.')}]")
            return
        rows = st.dataframe(
            _frame(imports),
            hide_index=True,
            placeholder="–",
            key=f"imports:{kind}",
            on_select="rerun",
            selection_mode="single-row",
            column_config={
                t("When"): st.column_config.DatetimeColumn(format="D MMM YYYY, HH:mm", help="UTC"),
                **{t(name): st.column_config.NumberColumn(format="localized") for name in _COUNTS.values()},
            },
            alt=tn("{n} import.", "{n} imports.", len(imports)),
        ).selection.rows
        if rows and rows[0] < len(imports):
            _offer_roll_back(kind, imports.iloc[rows[0]])


def _frame(imports: pd.DataFrame) -> pd.DataFrame:
    """Return the ledger as shown and exported."""
    return pd.DataFrame(
        {
            t("Import"): imports["import_id"],
            t("File"): [cell_text(name, 80) for name in imports["file_name"]],
            t("When"): imports["finished_at"].dt.tz_localize(None),
            **{t(name): imports[column] for column, name in _COUNTS.items()},
            t("Corrections"): [len(_mapping(text).fixes) for text in imports["mapping"]],
            t("Status"): [t(_STATUS[s]) if s in _STATUS else s for s in imports["status"]],
        }
    )


def _mapping(text: str) -> ColumnMapping:
    """How a file was read; empty where a version that knew other columns wrote it."""
    try:
        return load_mapping(text, "catalogue")
    except InputError:
        pass
    try:
        return load_mapping(text, "events")
    except InputError:
        return ColumnMapping()


def _offer_roll_back(kind: Kind, line: pd.Series) -> None:
    """Say how the file was read, and offer to undo the import unless that was done."""
    import_id = str(line["import_id"])
    with st.container(horizontal=True, vertical_alignment="center", key="import_actions"):
        if line["status"] == "rolled_back":
            st.markdown(f":gray[{t('{name} was rolled back.', name=safe_text(import_id))}]", width="content")
        elif st.button(t("Roll back {name}", name=import_id), icon=":material/undo:", key=f"undo:{import_id}"):
            ask = st.dialog(t("Roll this import back?"), icon=":material/undo:")(_confirm)
            ask(kind, import_id, str(line["file_name"]), int(line["added"]), int(line["changed"]))
        st.download_button(
            t("How it was read"),
            str(line["mapping"]),
            f"{import_id}_mapping.json",
            "application/json",
            icon=":material/download:",
            type="tertiary",
            on_click="ignore",
            key=f"read_as:{import_id}",
            help=t("Columns, options and corrections; the command line takes this file with --mapping."),
        )


def _confirm(kind: Kind, import_id: str, file_name: str, added: int, changed: int) -> None:
    """Say what will be undone, then do it."""
    counts = t("{name} added {added} and changed {changed} rows.", name=f"**{safe_text(file_name)}**",
               added=number(added), changed=number(changed))  # fmt: skip
    kept = t("They go back to what they were; what later imports said stays.")
    later = _later(kind, import_id)
    st.markdown(f"{counts} {kept}")
    if later:
        names = ", ".join(safe_text(name, 60) for name in later[:5])
        st.markdown(tn("{n} later import stays: {names}.", "{n} later imports stay: {names}.", len(later), names=names))
    st.markdown(f":gray[{t('Trained runs keep what they learned until the next training.')}]")
    if st.button(t("Roll back"), type="primary", icon=":material/undo:", key="confirm_undo"):
        with shown():
            store = data.open_store()
            with st.spinner(t("Rolling back…")):
                report = rollback_import(store, import_id)
                store.export_snapshot()
            st.toast(safe_text(report.message, 200), icon=":material/undo:")
            st.rerun()


def _later(kind: Kind, import_id: str) -> list[str]:
    """Applied imports of the kind that came after one, newest first."""
    imports = data.open_store().imports()
    imports = imports[imports["kind"] == kind].reset_index(drop=True)
    place = imports.index[imports["import_id"] == import_id]
    newer = imports.iloc[: int(place[0])] if len(place) else imports.iloc[:0]
    return [str(name) for name in newer.loc[newer["status"] == "applied", "import_id"]]
