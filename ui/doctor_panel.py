"""Parts of the Doctor page: how fresh the report is and starting a new one, totals, one row per check."""

import pandas as pd
import streamlit as st

from recsys.workflows.doctor_jobs import examination_state, start_examination
from recsys.workflows.doctor_reports import DoctorReport
from recsys.workflows.doctor_view import DoctorView
from ui import data, doctor_words
from ui.components import empty_state, export_button, heading, metric_tile
from ui.errors import shown
from ui.text import day, money, number, percent, safe_text
from ui.wording import t, tn

START = "examine"


def start_button() -> None:
    """Offer to examine; the data is exported first, since the process must not open the store."""
    st.button(
        t("Examine the catalogue"),
        icon=":material/stethoscope:",
        disabled=examination_state(data.shop_paths()).running,
        key=START,
        on_click=_start,
        help=t(
            "Takes seconds for a few thousand products, a minute or two for fifty thousand. You may leave the page."
        ),
    )


def _start() -> None:
    with shown():
        start_examination(data.shop_paths(), data.open_store().export_snapshot().name)


def first_time() -> None:
    """Draw the state before the first report."""
    empty_state(
        t("The catalogue was not examined yet"),
        t("Eleven checks look for duplicates, wrong or poor pictures, gaps, odd prices and odd categories."),
        icon=":material/stethoscope:",
        command=data.shop_command("doctor"),
    )


def job_line() -> bool:
    """Draw an examination under way, or say why the last one failed; tell whether one is under way."""
    state = examination_state(data.shop_paths())
    if state.running:
        st.fragment(_watch, run_every=1.0)()
    elif state.failure:
        st.error(t("The examination failed: {reason}", reason=safe_text(state.failure, 400)), icon=":material/error:")
    return state.running


def _watch() -> None:
    state = examination_state(data.shop_paths())
    if not state.running:
        st.rerun()
    with st.container(border=True, key="examination"):
        st.progress(min(state.fraction, 1.0), text=t("Examining: {stage}", stage=safe_text(state.stage, 80)))


def freshness(report: DoctorReport, stored_version: str, run_id: str | None) -> None:
    """Say what was examined and when, and what has changed since."""
    facts = report.facts
    told = t(
        "Examined {day}: {products} in {seconds} s.",
        day=day(pd.Timestamp(facts.created_at)),
        products=tn("{n} product", "{n} products", facts.n_items),
        seconds=number(facts.elapsed_s),
    )
    lost = t(doctor_words.SOURCES[facts.exposure_source], n=number(facts.n_lists))
    st.markdown(f":gray[:small[{told} {t('Lost places are reckoned from {source}.', source=lost)}]]")
    if facts.data_version != stored_version:
        st.info(
            t("The catalogue or the events changed since. Examine again to see what is fixed."), icon=":material/sync:"
        )
    elif facts.run_id != run_id:
        st.info(t("Another run is live now. Examine again to judge pictures by it."), icon=":material/sync:")
    if "run" in facts.silent.values():
        st.info(
            t("Without a live run that has seen pictures, only words, attributes, light and sharpness were checked."),
            icon=":material/image_not_supported:",
        )


def tiles(view: DoctorView, report: DoctorReport) -> None:
    """Draw the totals."""
    share = percent(view.n_items / report.facts.n_items, 0) if report.facts.n_items else "–"
    with st.grid(4, min_column_width=180):
        metric_tile(t("Open findings"), number(view.n_open), help=t("Faults found and neither fixed nor dismissed."))
        metric_tile(
            t("Products with a fault"),
            number(view.n_items),
            interval=t("{share} of all", share=share),
            help=t("Products with at least one open finding."),
        )
        metric_tile(
            t("List places lost"),
            doctor_words.places(view.lost_places),
            interval=t("per 1,000 lists"),
            help=t(
                "Places that sound products of the same category get, less what these get. For duplicates, the places "
                "the copy takes. A stand-in for what a repair would bring, not a promise."
            ),
        )
        if report.facts.currency:
            metric_tile(
                t("Revenue behind it"),
                money(view.lost_money, report.facts.currency, 0),
                interval=t("in {n} days", n=report.facts.days),
                help=t("Lost places times what a place in a list of its category brought lately."),
            )
        else:
            metric_tile(t("Fixed so far"), number(view.n_fixed), help=t("Gone from one examination to the next."))


def by_check(view: DoctorView, report: DoctorReport) -> None:
    """Draw one row per check: how much, what it costs, what was done."""
    table = view.totals.assign(
        check=[doctor_words.check_name(c) for c in view.totals["check"]],
        means=[t(doctor_words.CHECKS[c][1]) for c in view.totals["check"]],
        silent=[t(doctor_words.SILENT[s]) if s else "" for s in view.totals["silent"]],
    )
    hidden = {} if report.facts.currency else {"lost_money": None}
    with st.container(border=True):
        with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
            heading(t("By check"), t("what each looks for stands in the last column"))
            export_button(lambda: table, "doctor_by_check.csv")
        c = st.column_config
        st.dataframe(
            table[["check", "n_open", "lost_places", "lost_money", "n_dismissed", "n_fixed", "silent", "means"]],
            hide_index=True,
            placeholder="–",
            key="doctor_checks",
            height=3 + 35 * (len(table) + 1),
            column_config={
                "check": c.TextColumn(t("Check"), pinned=True),
                "n_open": c.NumberColumn(t("Open findings"), format="localized"),
                "lost_places": c.NumberColumn(
                    t("Places lost"), format="%.1f", help=t("Per 1,000 lists; a product counts once.")
                ),
                "lost_money": c.NumberColumn(
                    t("Revenue behind it"),
                    format="%.0f",
                    help=t("{currency} in {n} days.", currency=report.facts.currency or "", n=report.facts.days),
                ),
                "n_dismissed": c.NumberColumn(t("Dismissed"), format="localized"),
                "n_fixed": c.NumberColumn(t("Fixed"), format="localized"),
                "silent": c.TextColumn(t("Not checked")),
                "means": c.TextColumn(t("Looks for"), width="large"),
                **hidden,
            },
            alt=t("{n} open findings in all; one row per check.", n=number(view.n_open)),
        )
