"""The whole model: how much each term and each feature says in the lists it makes, by category and by segment."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from recsys.components import COMPONENTS
from recsys.explanation.importance import EVERYTHING, Importance, Share
from recsys.ranking.model import Model
from ui import address, charts, explain_data, state
from ui.components import empty_state, export_button, filter_bar, heading
from ui.explain_list import join_reasons
from ui.scope import SEGMENT_NAMES
from ui.text import cell_text, number, percent
from ui.wording import mark, t

GROUPS = {EVERYTHING: mark("Everything"), "category": mark("By category"), "segment": mark("By segment")}
FEATURES = 12
FULL_BAR = 50
"""Share, in percent, at which a bar of the table is full."""


def draw_model(model: Model) -> None:
    """Draw what speaks in the lists of the live run."""
    found = explain_data.importance(model)
    if not found:
        empty_state(t("Nothing is on sale"), t("Without products there are no lists to look into."))
        return
    with filter_bar("model_groups"):
        kind = address.choose(
            t("Look at"), {code: t(name) for code, name in GROUPS.items()}, key=state.GROUP, default=EVERYTHING
        )
    groups = [group for group in found if group.kind == kind] or [found[0]]
    with st.container(border=True, key="model_verdict"):
        heading(t("In a sentence"))
        st.markdown(say_to_shopper(found[0]))
        with st.expander(t("For an expert"), icon=":material/notes:"):
            st.markdown(say_to_expert(found[0]))
    left, right = st.columns(2, gap="medium") if len(groups) == 1 else (st.container(), st.container())
    with left.container(border=True, height="stretch"):
        _draw_shares(groups, "terms", t("Terms of the sum"), t("share of Σ|contribution|, %"))
    with right.container(border=True, height="stretch"):
        _draw_shares(groups, "features", t("Features of Response"), t("share of Σ|SHAP|, %"))
    st.markdown(f":gray[:small[{_say_sample(found[0])}]]")


def say_to_shopper(everything: Importance) -> str:
    """Return what matters most, in a sentence without a number."""
    phrases = [COMPONENTS[s.name].phrase for s in everything.terms if s.name in COMPONENTS and s.share >= 0.1]
    return t("What decides most in this shop: that a product {reasons}.", reasons=join_reasons(phrases[:3]))


def say_to_expert(everything: Importance) -> str:
    """Return shares of terms and features, to check."""
    terms = "; ".join(f"{t(s.label)} {percent(s.share, 1)}" for s in everything.terms if s.share > 0)
    features = "; ".join(f"{t(s.label)} {percent(s.share, 1)}" for s in everything.features[:6])
    said = t("Mean share of |contribution|: {terms}.", terms=terms)
    return f"{said} " + t("Inside Response, mean share of |SHAP|: {features}.", features=features) if features else said


def _say_sample(everything: Importance) -> str:
    """What was looked at."""
    return t(
        "Lists of {shoppers} shoppers of the run, {places} places, with the run's own weights and no rules. A share "
        "says how loud a term is, not how good it is: for that see Fusion.",
        shoppers=number(everything.n_shoppers),
        places=number(everything.n_places),
    )


def name_group(group: Importance) -> str:
    """Return a group's name on screen."""
    if group.kind == EVERYTHING:
        return t("Everything")
    if group.kind == "segment":
        return t(SEGMENT_NAMES[group.group]) if group.group in SEGMENT_NAMES else cell_text(group.group, 40)
    return cell_text(group.group, 40)


def _shares_of(group: Importance, what: str) -> Sequence[Share]:
    """Terms or features of a group."""
    return group.terms if what == "terms" else group.features


def _draw_shares(groups: Sequence[Importance], what: str, title: str, note: str) -> None:
    """Bars for one group, a table of shares for several."""
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        heading(title, note)
        export_button(lambda: shares_frame(groups, what), f"model_{what}.csv")
    shares = _shares_of(groups[0], what)[:FEATURES]
    if not shares:
        st.markdown(f":gray[{t('This run has no response term.')}]")
        return
    if len(groups) > 1:
        _draw_table(groups, what)
        return
    muted = charts.palette()["accent"]
    colours = charts.component_colors([s.name for s in shares]) if what == "terms" else [muted] * len(shares)
    told = ", ".join(f"{t(s.label)} {percent(s.share, 0)}" for s in shares)
    st.echarts_chart(
        charts.term_bars([t(s.label) for s in shares], [100 * s.share for s in shares], colours, digits=1),
        height=40 + 32 * len(shares),
        key=f"model_{what}",
        alt=t("Share in percent: {shares}", shares=told),
    )


def _draw_table(groups: Sequence[Importance], what: str) -> None:
    """One row per group, one column per term or feature that is loud somewhere."""
    loud = [s.name for s in sorted(_shares_of(groups[0], what), key=lambda s: -s.share)][: 9 if what == "terms" else 6]
    labels = {s.name: t(s.label) for s in _shares_of(groups[0], what)}
    rows = []
    for group in groups:
        by_name = {s.name: s.share for s in _shares_of(group, what)}
        rows.append([name_group(group), *(100 * by_name.get(name, 0.0) for name in loud)])
    names = [labels[name] for name in loud]
    first = ", ".join(f"{name_group(g)}: {t(_shares_of(g, what)[0].label)}" for g in groups if _shares_of(g, what))
    st.dataframe(
        pd.DataFrame(rows, columns=[t("Group"), *names]),
        hide_index=True,
        key=f"model_{what}_table",
        column_config={
            name: st.column_config.ProgressColumn(format="%.0f%%", min_value=0, max_value=FULL_BAR) for name in names
        },
        alt=t("What says most in each group: {groups}", groups=first),
    )


def shares_frame(groups: Sequence[Importance], what: str) -> pd.DataFrame:
    """Return one row per group and term or feature."""
    return pd.DataFrame(
        [
            (name_group(g), s.name, t(s.label), s.share, s.mean, g.n_places, g.n_shoppers)
            for g in groups
            for s in _shares_of(g, what)
        ],
        columns=[t("Group"), "name", t("Name"), t("Share"), t("Mean"), t("Places"), t("Shoppers")],
    )
