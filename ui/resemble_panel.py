"""Drop a picture or write a sentence, and see which products it resembles, by text and by image."""

import streamlit as st

from recsys.errors import VitrineError
from recsys.workflows.resemble import MAX_PICTURE_BYTES, MAX_TEXT, Alike
from ui import data, errors, frame, item_data
from ui.components import empty_state, heading
from ui.neighbour_table import neighbour_table
from ui.wording import mark, t

WAYS = {"text": mark("A sentence"), "picture": mark("A picture")}
_PICTURES = ["jpg", "jpeg", "png", "webp", "gif", "bmp", "tif", "tiff"]


def resemble_panel() -> None:
    """Draw the whole search; only this part of the page reruns."""
    if data.live_pointer() is None:
        frame.say_no_run()
        return
    if not item_data.resembler().can_answer:
        empty_state(
            t("Nothing to compare with"),
            t("The live run uses vectors that the shop brought along, so no encoder can read something new."),
        )
        return
    st.fragment(_search, key="resemble")()


def _search() -> None:
    with st.container(border=True, key="resemble_box"):
        heading(t("What does it resemble?"), t("read by the encoders of the live run; nothing of it is kept"))
        write, drop = st.columns(2, gap="medium")
        with write:
            text = st.text_area(
                t("A sentence"),
                key="resemble_text",
                max_chars=MAX_TEXT,
                height=100,
                placeholder=t("A red summer dress with stripes"),
            )
        with drop:
            picture = st.file_uploader(
                t("Or a picture"), type=_PICTURES, key="resemble_picture", max_upload_size=MAX_PICTURE_BYTES // 10**6
            )
        asked = st.button(t("Find"), icon=":material/search:", type="primary", key="resemble_ask")
        if asked or picture is not None or text.strip():
            _answer(text, picture.getvalue() if picture is not None else None)


def _answer(text: str, picture: bytes | None) -> None:
    """Ask and show; a picture counts before a sentence."""
    try:
        with st.spinner(t("Reading it; the first time takes a few seconds…")):
            if picture is not None:
                found = item_data.resembler().of_picture(picture)
            else:
                found = item_data.resembler().of_text(text)
    except VitrineError as error:
        errors.report(error)
        return
    if picture is not None:
        heading(t("Nearest to the picture"))
    _sides(found)


def _sides(found: Alike) -> None:
    """Nearest products by text and by image, side by side."""
    ids = data.live_model().catalogue.item_ids
    means = t("Cosine after the mean of the catalogue is taken out: 1 is the same, 0 is nothing in common.")
    sides = ((t("By text"), found.by_text), (t("By image"), found.by_image))
    for column, (title, near) in zip(st.columns(2, gap="medium"), sides, strict=True):
        with column:
            st.markdown(f"**{title}**")
            if near is None:
                st.markdown(f":gray[{t('The live run cannot compare these: its image encoder was not fine-tuned.')}]")
                continue
            neighbour_table(
                [str(ids[n]) for n, _ in near],
                [s for _, s in near],
                key=f"resembles:{title}:{near[0][0] if near else 0}:{len(near)}",
                label=t("Alike"),
                help=means,
            )
