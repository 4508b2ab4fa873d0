"""One upload flow for catalogue and events: drop a file, map its columns, see every problem, apply."""

from dataclasses import dataclass, replace
from pathlib import Path
from uuid import uuid4

import streamlit as st

from recsys.errors import InputError
from recsys.ingest.mapping import ColumnMapping, Kind
from recsys.ingest.tables import TABLE_FORMATS
from recsys.workflows.imports import ImportReport, import_catalogue, import_events
from recsys.workflows.uploads import drop_upload, keep_upload, make_mapping, make_template
from ui import data, page_data
from ui.check_panel import ROWS, show_check
from ui.components import heading
from ui.errors import shown
from ui.mapping_panel import mapping_grid, reading_options
from ui.text import plural, safe_text

MAX_MEGABYTES = 64
PICTURES_HELP = "One zip; pictures are matched by the references in the file, or by product id."
STAGES = {
    "read": (0.0, 0.2, "Reading the file"),
    "check": (0.2, 0.4, "Checking every row"),
    "pictures": (0.4, 0.8, "Keeping the pictures"),
    "write": (0.8, 0.95, "Writing in one transaction"),
}
WORDS: dict[Kind, dict[str, str]] = {
    "catalogue": {"box": "Product file", "file": "one row per product", "icon": ":material/inventory_2:"},
    "events": {"box": "Event file", "file": "one row per event", "icon": ":material/timeline:"},
}


_SELDOM = frozenset({".tab", ".pq", ".ndjson", ".xlsm"})
"""Endings that are read but not offered, so that the list stays readable."""


@dataclass(frozen=True)
class Upload:
    """Files of one upload, already on disk."""

    token: str
    table: Path
    pictures: Path | None


def upload_flow(kind: Kind) -> None:
    """Draw the whole flow for one kind of file; only this part of the page reruns while a file is prepared.

    Parameters
    ----------
    kind
        `catalogue` or `events`.
    """
    st.fragment(_flow, key=f"upload_{kind}")(kind)


def _flow(kind: Kind) -> None:
    with st.container(border=True, key=f"upload_box_{kind}"):
        with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
            heading("Upload", f"{WORDS[kind]['file']}; nothing is written before you press Import")
            st.download_button(
                "Template",
                make_template(kind),
                f"{kind}_template.csv",
                "text/csv",
                icon=":material/download:",
                type="tertiary",
                on_click="ignore",
                key=f"template_{kind}",
                help="A small file with the right headings to start from.",
            )
        _say_last_outcome(kind)
        upload: Upload | None = st.session_state.get(f"upload:{kind}")
        if upload is None or not upload.table.exists():
            _drop_zone(kind)
            return
        with shown():
            _prepare(kind, upload)


def _drop_zone(kind: Kind) -> None:
    """Draw the boxes; each file goes to disk as soon as it arrives."""
    nonce = st.session_state.setdefault(f"upload_nonce:{kind}", 0)
    endings = [ending.lstrip(".") for ending in TABLE_FORMATS if ending not in _SELDOM]
    columns = st.columns([3, 2], gap="medium") if kind == "catalogue" else [st.container()]
    with columns[0]:
        st.file_uploader(
            WORDS[kind]["box"],
            type=endings,
            max_upload_size=MAX_MEGABYTES,
            key=f"table:{kind}:{nonce}",
            on_change=_receive,
            args=(kind, nonce),
            help=f"CSV, TSV, Excel, Parquet or JSON lines, up to {MAX_MEGABYTES} MB. "
            f"Larger: `{data.shop_command(f'import {kind} FILE')}`.",
        )
    if kind == "catalogue":
        with columns[1]:
            st.file_uploader(
                "Pictures, optional",
                type=["zip"],
                max_upload_size=MAX_MEGABYTES,
                key=f"pictures:{kind}:{nonce}",
                help=PICTURES_HELP,
            )


def _receive(kind: Kind, nonce: int) -> None:
    """Copy what has arrived to disk; once the table is there, clear both boxes so that memory is freed."""
    st.session_state.pop(f"outcome:{kind}", None)
    table, pictures = (st.session_state.get(f"{box}:{kind}:{nonce}") for box in ("table", "pictures"))
    if table is None:
        return
    token, limit = uuid4().hex, MAX_MEGABYTES * 1_000_000 + 100_000
    paths = data.shop_paths()
    try:
        kept = keep_upload(paths, token, table.name, table, limit)
        zipped = keep_upload(paths, f"{token}-pictures", pictures.name, pictures, limit) if pictures else None
    except (InputError, OSError) as error:
        st.session_state[f"outcome:{kind}"] = ("error", f"The upload could not be kept: {error}")
    else:
        st.session_state[f"upload:{kind}"] = Upload(token, kept, zipped)
    st.session_state[f"upload_nonce:{kind}"] = nonce + 1


def _receive_pictures(kind: Kind, upload: Upload, key: str) -> None:
    """Copy a zip that comes after the table to disk."""
    pictures = st.session_state.get(key)
    if pictures is None:
        return
    try:
        token, limit = f"{upload.token}-pictures", MAX_MEGABYTES * 1_000_000 + 100_000
        kept = keep_upload(data.shop_paths(), token, pictures.name, pictures, limit)
    except (InputError, OSError) as error:
        st.session_state[f"outcome:{kind}"] = ("error", f"The pictures could not be kept: {error}")
    else:
        st.session_state[f"upload:{kind}"] = replace(upload, pictures=kept)


def _prepare(kind: Kind, upload: Upload) -> None:
    """Map, check and offer to apply."""
    _file_line(kind, upload)
    options, template = reading_options(kind, upload.token)
    raw = page_data.read_upload(str(upload.table), tuple(options.get(k) for k in ("delimiter", "encoding", "sheet")))
    st.markdown(
        f":gray[:small[{safe_text(raw.description)} · {plural(raw.table.num_rows, 'row')} · "
        f"{plural(raw.table.num_columns, 'column')}]]"
    )
    mapping = make_mapping(mapping_grid(kind, upload.token, raw, template), options)
    pictures = None if upload.pictures is None else str(upload.pictures)
    version = data.open_store().data_version()
    report = page_data.check_upload(kind, str(upload.table), pictures, mapping.to_json(), version)
    show_check(kind, report)
    _apply_row(kind, upload, mapping, report)


def _file_line(kind: Kind, upload: Upload) -> None:
    """Name the files, and let the person take them back."""
    names = [safe_text(upload.table.name)] + ([safe_text(upload.pictures.name)] if upload.pictures else [])
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"{WORDS[kind]['icon']} **{' + '.join(names)}**", width="content")
        if kind == "catalogue" and upload.pictures is None:
            key = f"late_pictures:{upload.token}"
            with st.popover("Add pictures", icon=":material/add_photo_alternate:", type="tertiary"):
                st.file_uploader(
                    "Zip of pictures",
                    type=["zip"],
                    max_upload_size=MAX_MEGABYTES,
                    key=key,
                    on_change=_receive_pictures,
                    args=(kind, upload, key),
                    help=PICTURES_HELP,
                )
        st.button(
            "Remove", icon=":material/close:", type="tertiary", key=f"remove:{kind}", on_click=_forget, args=(kind,)
        )


def _forget(kind: Kind) -> None:
    """Remove the upload from disk and session."""
    upload: Upload | None = st.session_state.pop(f"upload:{kind}", None)
    if upload is not None:
        drop_upload(upload.table)
        if upload.pictures is not None:
            drop_upload(upload.pictures)


def _apply_row(kind: Kind, upload: Upload, mapping: ColumnMapping, report: ImportReport) -> None:
    """Draw Import and Save mapping."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        pressed = st.button(
            f"Import {plural(report.counts.read - report.counts.skipped, ROWS[kind])}",
            type="primary",
            icon=":material/download_done:",
            disabled=not report.ok,
            key=f"apply:{kind}",
            help=None if report.ok else "Correct the errors first, or choose to leave such rows out.",
        )
        with st.popover("Save mapping", icon=":material/bookmark_add:"):
            name = st.text_input("Name", key=f"save_name:{kind}", max_chars=60, placeholder="Monthly export")
            if st.button("Save", key=f"save:{kind}", disabled=not name.strip()):
                with shown():
                    data.open_store().save_mapping(kind, name.strip(), mapping.to_json())
                    st.toast("Mapping saved", icon=":material/bookmark_added:")
    if pressed:
        _apply(kind, upload, mapping)


def _apply(kind: Kind, upload: Upload, mapping: ColumnMapping) -> None:
    """Import with progress, export the data for pages and training, and start over with an empty box."""
    bar = st.progress(0.0, text="Starting")

    def tell(stage: str, fraction: float) -> None:
        start, end, words = STAGES[stage]
        bar.progress(start + (end - start) * min(max(fraction, 0.0), 1.0), text=words)

    store, paths = data.open_store(), data.shop_paths()
    if kind == "catalogue":
        report = import_catalogue(store, paths, upload.table, images=upload.pictures, mapping=mapping, progress=tell)
    else:
        report = import_events(store, paths, upload.table, mapping=mapping, progress=tell)
    if report.ok and report.import_id:
        bar.progress(0.97, text="Exporting the newest data")
        store.export_snapshot()
    warnings = sum(p.count for p in report.warnings)
    more = f" {plural(warnings, 'warning')} while it was checked." if warnings else ""
    st.session_state[f"outcome:{kind}"] = ("success" if report.ok else "error", report.message + more)
    _forget(kind)
    st.rerun()


def _say_last_outcome(kind: Kind) -> None:
    """Say how the last import or upload ended."""
    outcome = st.session_state.get(f"outcome:{kind}")
    if outcome is None:
        return
    level, message = outcome
    (st.success if level == "success" else st.error)(
        safe_text(message, 600), icon=":material/check_circle:" if level == "success" else ":material/error:"
    )
