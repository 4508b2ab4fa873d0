"""One upload flow for catalogue and events: drop files, map columns, see the rows, correct them, import."""

from pathlib import Path
from typing import Any

import streamlit as st

from recsys.errors import InputError
from recsys.ingest.fixes import Fixes
from recsys.ingest.mapping import ColumnMapping, Kind
from recsys.ingest.tables import TABLE_FORMATS
from recsys.workflows.import_jobs import ImportOrder
from recsys.workflows.imports import ImportReport
from recsys.workflows.upload_box import BoxFile, UploadBox
from recsys.workflows.uploads import make_mapping, make_template
from ui import upload_data
from ui.check_panel import show_check, show_preview
from ui.components import heading
from ui.errors import shown
from ui.fix_panel import fix_panel
from ui.import_panel import import_panel
from ui.mapping_panel import mapping_grid, reading_options, template_menu
from ui.text import safe_text
from ui.upload_box import current_box, draw_box, forget_box
from ui.wording import mark, t, tn

PLAIN_MEGABYTES = 64
"""Most that the plain box takes, which holds a file in memory while it arrives."""
WAIT_S = 2.0
"""A small import is waited for, so that its result shows at once."""
NOTES: dict[Kind, str] = {
    "catalogue": mark("one row per product; nothing is written before you press Import"),
    "events": mark("one row per event; nothing is written before you press Import"),
}


def upload_flow(kind: Kind) -> None:
    """Draw the whole flow for one kind of file; only this part of the page reruns while a file is prepared.

    Parameters
    ----------
    kind
        `catalogue` or `events`.
    """
    import_panel(kind)
    st.fragment(_flow, key=f"upload_{kind}")(kind)


def _flow(kind: Kind) -> None:
    with st.container(border=True, key=f"upload_box_{kind}"):
        with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
            heading(t("Upload"), t(NOTES[kind]))
            st.download_button(
                t("Template"),
                make_template(kind),
                f"{kind}_template.csv",
                "text/csv",
                icon=":material/download:",
                type="tertiary",
                on_click="ignore",
                key=f"template_{kind}",
                help=t("A small file with the right headings to start from."),
            )
        box = current_box(kind)
        whole = [file for file in box.files() if file.whole]
        draw_box(kind, small=bool(whole))
        refused = st.session_state.pop(f"refused:{kind}", None)
        if refused:
            st.error(safe_text(refused, 600), icon=":material/error:")
        if not whole:
            _plain_box(kind)
            return
        with shown():
            _prepare(kind, box, whole)


def _plain_box(kind: Kind) -> None:
    """Draw the plain boxes, for browsers in which pieces do not get through."""
    with st.expander(t("Trouble uploading? Plain box for small files"), key=f"plain_{kind}"):
        nonce = st.session_state.setdefault(f"upload_nonce:{kind}", 0)
        boxes = {"table": [ending.lstrip(".") for ending in TABLE_FORMATS]}
        if kind == "catalogue":
            boxes["pictures"] = ["zip"]
        for name, endings in boxes.items():
            st.file_uploader(
                t("File of rows") if name == "table" else t("Zip of pictures, optional; choose it first"),
                type=endings,
                max_upload_size=PLAIN_MEGABYTES,
                key=f"{name}:{kind}:{nonce}",
                on_change=_receive if name == "table" else None,
                args=(kind, nonce) if name == "table" else None,
            )


def _receive(kind: Kind, nonce: int) -> None:
    """Copy what has arrived to disk; once the table is there, clear both boxes so that memory is freed."""
    held = [st.session_state.get(f"{box}:{kind}:{nonce}") for box in ("pictures", "table")]
    if held[1] is None:
        return
    try:
        for file in filter(None, held):
            current_box(kind).add(file.name, file, PLAIN_MEGABYTES * 1_000_000 + 100_000)
    except (InputError, OSError) as error:
        st.session_state[f"refused:{kind}"] = t("The upload could not be kept: {error}", error=str(error))
    st.session_state[f"upload_nonce:{kind}"] = nonce + 1


def _prepare(kind: Kind, box: UploadBox, whole: list[BoxFile]) -> None:
    """Map, check, correct and offer to import one table."""
    tables = [file for file in whole if file.is_table]
    table = _choose_table(kind, box, tables)
    _file_line(kind, box, whole, table)
    if table is None:
        st.info(t("Now add the product file that these pictures belong to."), icon=":material/table_view:")
        return
    if any(job.active and job.source == box.folder.name for job in upload_data.import_jobs().jobs(kind)):
        st.info(t("This upload is being imported; its progress stands above."), icon=":material/hourglass_top:")
        return
    path, pictures, draft = box.named(table), box.pictures(), box.read_draft(table.file_id)
    options, template = reading_options(kind, table.file_id, path, draft)
    raw = upload_data.read_upload(path, (options.get("delimiter"), options.get("encoding"), options.get("sheet")))
    size = f"{tn('{n} row', '{n} rows', raw.table.num_rows)} · {tn('{n} column', '{n} columns', raw.table.num_columns)}"
    st.markdown(f":gray[:small[{safe_text(raw.description)} · {size}]]")
    chosen = mapping_grid(kind, table.file_id, raw, template)
    mapping = make_mapping(chosen, options, Fixes.from_json(draft.get("fixes") or {}))
    box.keep_draft(table.file_id, mapping=make_mapping(chosen, options).to_json())
    show_preview(kind, upload_data.preview(kind, raw, mapping.to_json()))
    report = upload_data.check_upload(kind, path, pictures, mapping.to_json(), raw)
    show_check(kind, report)
    fix_panel(box, table, raw, report, mapping.fixes)
    _apply_row(kind, box, path, pictures, mapping, report)


def _choose_table(kind: Kind, box: UploadBox, tables: list[BoxFile]) -> BoxFile | None:
    """Return the table to import first; asked only when there are several."""
    if len(tables) < 2:
        return tables[0] if tables else None
    names = {file.file_id: file.name for file in tables}
    chosen = st.selectbox(
        t("File to import first"),
        list(names),
        format_func=lambda file_id: safe_text(names.get(file_id, ""), 80),
        key=f"first_table:{kind}:{box.folder.name}",
        help=t("The others stay here and are offered afterwards."),
    )
    return next((file for file in tables if file.file_id == chosen), tables[0])


def _file_line(kind: Kind, box: UploadBox, whole: list[BoxFile], table: BoxFile | None) -> None:
    """Name the files, and let the person take them back."""
    others = [file for file in whole if not file.is_table]
    names = [safe_text(table.name, 80)] if table else []
    if len(others) > 3:
        names.append(tn("{n} picture file", "{n} picture files", len(others)))
    else:
        names += [safe_text(file.name, 80) for file in others]
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f":material/inventory_2: **{' + '.join(names)}**", width="content")
        st.button(
            t("Remove"),
            icon=":material/close:",
            type="tertiary",
            key=f"remove:{kind}",
            on_click=_forget,
            args=(kind, box),
        )


def _forget(kind: Kind, box: UploadBox) -> None:
    """Remove the upload from disk and session."""
    box.clear()
    forget_box(kind)


def _apply_row(
    kind: Kind, box: UploadBox, path: Path, pictures: Path | None, mapping: ColumnMapping, report: ImportReport
) -> None:
    """Draw Import and what concerns saved mappings."""
    ready = report.counts.read - report.counts.skipped
    if kind == "catalogue":
        words = tn("Import {n} product", "Import {n} products", ready)
    else:
        words = tn("Import {n} event", "Import {n} events", ready)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        pressed = st.button(
            words,
            type="primary",
            icon=":material/download_done:",
            disabled=not report.ok,
            key=f"apply:{kind}",
            help=None if report.ok else t("Correct the errors first, or choose to leave such rows out."),
        )
        template_menu(kind, mapping)
    if pressed:
        order: dict[str, Any] = {"table": path, "pictures": pictures, "mapping": mapping.to_json()}
        jobs = upload_data.import_jobs()
        job = jobs.start(ImportOrder(kind, **order, source=box.folder.name))
        with st.spinner(t("Importing…")):
            jobs.wait(job.job_id, WAIT_S)
        st.rerun()
