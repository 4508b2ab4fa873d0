"""The region of the picture and the phrase of the text that carried the match, drawn where they are."""

from collections.abc import Callable
from html import escape

import numpy as np
import pandas as pd
import streamlit as st

from recsys.explanation.occlusion import CELLS, Carried, heat_of
from recsys.workflows.occlusion import Occluder, Parts
from ui import charts, explain_data
from ui.components import export_button, heading, picture_url
from ui.explain_question import Question
from ui.text import plain_text, safe_text, signed
from ui.wording import mark, t

PICTURE_PX = 300
SPOKEN = 0.1
"""Parts below this share of the loudest are left plain."""
NOTES = {
    "image": mark("Nothing to show on the picture: "),
    "text": mark("Nothing to show in the words: "),
}


def known_parts(question: Question, item_num: int) -> Parts | None:
    """Return what carried the match; None until somebody asked for it, since that takes seconds."""
    occluder = explain_data.occluder(question.model)
    return None if occluder.missing(item_num) else occluder.find(question.request, item_num)


def picture_and_words(question: Question, item_num: int, found: Parts | None) -> None:
    """Draw what of the picture and the text carried the match; offer to look where nobody did yet."""
    with st.container(border=True, key="parts"):
        heading(t("On the picture and in the words"), t("what the match loses when one part is left out"))
        if found is None:
            _offer(explain_data.occluder(question.model), question, item_num)
            return
        left, right = st.columns([2, 3], gap="medium")
        with left:
            _draw_picture(found)
        with right:
            _draw_words(found)
        if found.image is not None or found.text is not None:
            export_button(lambda: parts_frame(found), "picture_and_words.csv")


def tell_parts(found: Parts | None) -> list[str]:
    """Return the findings as plain sentences, for the file of evidence."""
    if found is None:
        return []
    told = [say_picture(found.image)] if found.image is not None else []
    return told + ([say_words(found.phrases, found.text, plain_text)] if found.text is not None else [])


def _offer(occluder: Occluder, question: Question, item_num: int) -> None:
    """Offer to look; once that was done the page is drawn with what was found."""
    said = t(
        "The picture is encoded again with each region blanked, the text without each phrase. That takes some ten "
        "seconds, once per product."
    )
    st.markdown(f":gray[{said}]")
    if st.button(t("Look at picture and words"), icon=":material/image_search:", key="look_at_parts"):
        with st.spinner(t("Looking at every region and every phrase…")):
            occluder.find(question.request, item_num)
        st.rerun()


def _draw_picture(found: Parts) -> None:
    """The picture with the heat of its cells and a frame around the region that carries most."""
    carried = found.image
    if carried is None:
        st.markdown(f":gray[{t(NOTES['image'])}{safe_text(found.notes.get('image', ''))}]")
        return
    said = say_picture(carried)
    st.html(overlay(found, plain_text(said, 400)), width=PICTURE_PX)
    st.markdown(said)


def say_picture(carried: Carried) -> str:
    """Return the finding on the picture in a sentence."""
    match = signed(carried.match, 2)
    if carried.strongest is None:
        return t("No single region carries the picture match of {match}: it is in the whole.", match=match)
    drop = signed(-carried.drops[carried.strongest], 2)
    return t("Without the framed region the picture match changes from {match} by {drop}.", match=match, drop=drop)


def overlay(found: Parts, alt: str) -> str:
    """Return the picture as HTML, cells shaded by what they carry, the strongest region framed.

    The address is made of a checked hash; the only text is the alternative text, escaped.
    """
    assert found.image is not None
    carried, url = found.image, picture_url(found.picture, 320)
    accent, page = charts.palette()["accent"], charts.palette()["page"]
    heat = np.maximum(heat_of(carried.drops), 0.0)
    top = max(float(heat.max()), 1e-9)
    side = 100 / CELLS
    cells = "".join(
        f'<div style="position:absolute;left:{c * side:.3f}%;top:{r * side:.3f}%;width:{side:.3f}%;height:{side:.3f}%;'
        f'background:{accent};opacity:{0.55 * heat[r, c] / top:.3f}"></div>'
        for r in range(CELLS)
        for c in range(CELLS)
        if heat[r, c] > 0.05 * top
    )
    frame = ""
    if carried.strongest is not None:
        region = found.regions[carried.strongest]
        frame = (
            f'<div style="position:absolute;left:{100 * region.left:.2f}%;top:{100 * region.top:.2f}%;'
            f"width:{100 * region.width:.2f}%;height:{100 * region.height:.2f}%;border:3px solid {accent};"
            f'outline:2px solid {page};border-radius:6px;box-sizing:border-box"></div>'
        )
    return (
        f'<div style="position:relative;width:100%;max-width:{PICTURE_PX}px;line-height:0">'
        f'<img src="{url}" alt="{escape(alt)}" style="width:100%;border-radius:.5rem">{cells}{frame}</div>'
    )


def _draw_words(found: Parts) -> None:
    """The text with each phrase shaded by what it carries."""
    carried = found.text
    if carried is None:
        st.markdown(f":gray[{t(NOTES['text'])}{safe_text(found.notes.get('text', ''))}]")
        return
    st.html(shaded_text(found.phrases, carried))
    st.markdown(say_words(found.phrases, carried))
    if any(drop < -SPOKEN * loudest(carried) for drop in carried.drops):
        st.markdown(f":gray[:small[{t('Dotted: phrases that speak against the match.')}]]")


def say_words(phrases: tuple[str, ...], carried: Carried, clean: Callable[[object, int], str] = safe_text) -> str:
    """Return the finding in the words in a sentence, product text made harmless by `clean`."""
    match = signed(carried.match, 2)
    if carried.strongest is None:
        return t("No single phrase carries the text match of {match}: it is in the whole.", match=match)
    phrase = clean(phrases[carried.strongest], 120)
    drop = signed(-carried.drops[carried.strongest], 2)
    return t("Without “{phrase}” the text match changes from {match} by {drop}.", phrase=phrase, match=match, drop=drop)


def loudest(carried: Carried) -> float:
    """Return the largest loss or gain of any part; 1 where no part says anything."""
    return max((abs(drop) for drop in carried.drops), default=0.0) or 1.0


def shaded_text(phrases: tuple[str, ...], carried: Carried) -> str:
    """Return the text as HTML, every phrase escaped; strong ones shaded, opposing ones dotted, the strongest bold."""
    band, muted = charts.palette()["band"], charts.palette()["muted"]
    top = loudest(carried)
    spans = []
    for number, (phrase, drop) in enumerate(zip(phrases, carried.drops, strict=True)):
        look = "padding:.1rem .25rem;border-radius:.3rem;"
        if drop > SPOKEN * top:
            look += f"background:{band};"
        elif drop < -SPOKEN * top:
            look += f"border-bottom:2px dotted {muted};"
        if number == carried.strongest:
            look += "font-weight:700;"
        spans.append(f'<span style="{look}">{escape(plain_text(phrase, 600))}</span>')
    return f'<p dir="auto" style="line-height:1.9;overflow-wrap:anywhere;margin:0">{" ".join(spans)}</p>'


def parts_frame(found: Parts) -> pd.DataFrame:
    """Return one row per region and phrase with what the match loses without it, in standard deviations."""
    rows: list[tuple[object, ...]] = []
    if found.image is not None:
        rows += [
            ("picture", f"left {r.left:.3f}, top {r.top:.3f}, width {r.width:.3f}, height {r.height:.3f}", d)
            for r, d in zip(found.regions, found.image.drops, strict=True)
        ]
    if found.text is not None:
        rows += [("text", plain_text(p, 600), d) for p, d in zip(found.phrases, found.text.drops, strict=True)]
    return pd.DataFrame(rows, columns=["kind", t("Part"), t("Match lost without it")])
