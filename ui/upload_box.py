"""The upload box in the page: one in-page component that sends files in pieces and takes them up after a reload."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import streamlit as st

from recsys.errors import VitrineError
from recsys.ingest.mapping import Kind
from recsys.ingest.media import PICTURE_ENDINGS
from recsys.ingest.tables import TABLE_FORMATS
from recsys.workflows.upload_box import MAX_FILE_BYTES, UploadBox
from recsys.workflows.upload_tokens import issue_token, open_box
from ui import data
from ui.wording import t

_ASSETS = Path(__file__).resolve().parent / "assets"
_HTML = """
<div class="box">
  <div class="zone"><span class="title"></span><span class="note"></span><button type="button" class="pick"></button>
    <input type="file" multiple tabindex="-1"></div>
  <div class="progress" hidden>
    <div class="bar" role="progressbar" aria-label="Upload" aria-valuemin="0" aria-valuemax="100"><i></i></div>
    <span><span class="count"></span><span class="lost"></span></span><button type="button" class="cancel"></button>
  </div>
  <div class="resume" hidden></div>
  <ul class="refused" hidden></ul>
  <p class="spoken" role="status" aria-live="polite"></p>
</div>
"""

_render = st.components.v2.component(
    "vitrine_upload",
    html=_HTML,
    css=(_ASSETS / "upload.css").read_text(encoding="utf-8"),
    js=(_ASSETS / "upload.js").read_text(encoding="utf-8"),
)


def current_box(kind: Kind) -> UploadBox:
    """Return this visitor's box for one kind of file; a new one when there is none or its token has expired."""
    key = f"upload:{kind}"
    paths = data.shop_paths()
    token = st.session_state.get(key)
    if token is not None:
        try:
            return open_box(paths, token)
        except VitrineError:
            del st.session_state[key]
    st.session_state[key] = issue_token(paths)
    return open_box(paths, st.session_state[key])


def forget_box(kind: Kind) -> None:
    """Begin anew with an empty box."""
    st.session_state.pop(f"upload:{kind}", None)


def draw_box(kind: Kind, *, small: bool, on_finished: Callable[[], None] = lambda: None) -> None:
    """Draw the place to drop files on.

    Parameters
    ----------
    kind
        `catalogue` takes tables, pictures and zips; `events` tables.
    small
        Once something has arrived.
    on_finished
        Called when everything that was dropped has arrived.
    """
    key = f"upload_zone:{kind}"
    endings = sorted(TABLE_FORMATS) if kind == "events" else sorted({*TABLE_FORMATS, *PICTURE_ENDINGS, ".zip"})
    message: dict[str, Any] = {
        "kind": kind,
        "token": st.session_state[f"upload:{kind}"],
        "small": small,
        "limits": {"file": MAX_FILE_BYTES, "endings": endings},
        "words": _words(kind, small),
    }

    def adopt() -> None:
        token = getattr(st.session_state.get(key), "adopt", None)
        try:
            open_box(data.shop_paths(), str(token))
        except VitrineError:
            return  # neither ours nor current: the new, empty box stays
        st.session_state[f"upload:{kind}"] = str(token)

    _render(key=key, data=message, on_finished_change=on_finished, on_adopt_change=adopt)


def _words(kind: Kind, small: bool) -> dict[str, str]:
    """Every text of the component in the visitor's language."""
    if small:
        title = t("Add more files")
    else:
        title = t("Drop product files, pictures or a zip here") if kind == "catalogue" else t("Drop event files here")
    tables = t("CSV, TSV, Excel, Parquet or JSON lines, up to {limit} GB each.", limit=f"{MAX_FILE_BYTES / 1e9:g}")
    pictures = t("Pictures are matched by the references in the file, or by product id.")
    return {
        "title": title,
        "note": f"{tables} {pictures}" if kind == "catalogue" else tables,
        "pick": t("Choose files"),
        "cancel": t("Cancel upload"),
        "progress": t(
            "{done} of {files} files, {sent} of {total}", done="{done}", files="{files}", sent="{sent}", total="{total}"
        ),
        "lost": t("Connection lost. Trying again; nothing that arrived is lost."),
        "resume": t(
            "{name} was interrupted at {share}%. Choose it again to go on from there.", name="{name}", share="{share}"
        ),
        "arrived": t("{n} files have arrived.", n="{n}"),
        "large": t(
            "it has {size}, more than {limit}. Split it, or import it on the command line.",
            size="{size}",
            limit="{limit}",
        ),
        "kind": t("it is neither a table nor a picture nor a zip."),
        "more": t("and {n} more", n="{n}"),
    }
