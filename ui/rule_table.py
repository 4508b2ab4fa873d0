"""The table of rules: state, what each does, where, until when, whose; the figures above it and what can be done."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import streamlit as st

from recsys.data.catalogue import Catalogue
from recsys.rules.conflicts import Conflict
from recsys.rules.exchange import to_json_text, to_rows
from recsys.rules.kinds import RuleStatus
from recsys.rules.rule import Rule, RuleSet
from recsys.workflows.rule_drafts import RuleDraft
from recsys.workflows.rules import count_status, expiring_rules
from ui import rule_words
from ui.components import export_button, heading, metric_tile
from ui.text import cell_text, day, number, plain_text, safe_text
from ui.wording import t

_ORDER = (RuleStatus.EXPIRING, RuleStatus.LIVE, RuleStatus.SCHEDULED, RuleStatus.EXPIRED)


@dataclass(frozen=True)
class RuleRow:
    """One row: the rule, its state, and what the draft did to it ("new", "changed", "removed" or nothing)."""

    rule: Rule
    status: RuleStatus
    drafted: str


def make_rows(rules: Sequence[Rule], draft: RuleDraft | None, at: np.datetime64) -> tuple[RuleRow, ...]:
    """Return the rules of the draft, or the live ones; removed ones too, the next to end first."""
    changes = None if draft is None else draft.difference
    told = {} if changes is None else {r.rule_id: "new" for r in changes.added}
    told |= {} if changes is None else {r.rule_id: "changed" for _, r in changes.changed}
    rows = [RuleRow(r, r.status_at(at), told.get(r.rule_id, "")) for r in rules]
    rows += [RuleRow(r, r.status_at(at), "removed") for r in ([] if changes is None else changes.removed)]
    return tuple(sorted(rows, key=lambda row: (_ORDER.index(row.status), row.rule.rule_id)))


def titles_of(rules: Sequence[Rule], catalogue: Catalogue) -> dict[str, str]:
    """Titles of the products that rules name first, by id."""
    ids = [r.selection.item_ids[0] for r in rules if r.selection.item_ids]
    numbers = catalogue.numbers(ids)
    return {i: str(catalogue.titles[n]) for i, n in zip(ids, numbers, strict=True) if n >= 0}


def figures(rules: Sequence[Rule], conflicts: Sequence[Conflict], at: np.datetime64) -> None:
    """Draw how many rules are live, scheduled, about to expire, and in each other's way."""
    counts = count_status(rules, at)
    expiring = counts[RuleStatus.EXPIRING]
    with st.grid(4, min_column_width=150, gap="small"):
        metric_tile(t("Live"), number(counts[RuleStatus.LIVE] + expiring), help=t("Rules whose time is now."))
        metric_tile(t("Scheduled"), number(counts[RuleStatus.SCHEDULED]), help=t("Rules that start later."))
        metric_tile(t("Ending within 7 days"), number(expiring), help=t("Live rules whose end is near."))
        metric_tile(
            t("Conflicts"), number(len(conflicts)), help=t("Pairs of rules that cannot both have what they want.")
        )


def draw_table(rows: Sequence[RuleRow], titles: dict[str, str], *, drafting: bool) -> tuple[Rule, ...]:
    """Draw the rules and return those selected; removed ones cannot be."""
    names = {"new": t("new"), "changed": t("changed"), "removed": t("removed"), "": ""}
    frame = pd.DataFrame(
        {
            "draft": [names[row.drafted] for row in rows],
            "state": [t(rule_words.STATES[row.status]) for row in rows],
            "what": [cell_text(rule_words.describe(row.rule, titles)) for row in rows],
            "where": [cell_text(rule_words.describe_scope(row.rule.scope)) for row in rows],
            "starts": [day_of(row.rule.starts_at) for row in rows],
            "ends": [day_of(row.rule.ends_at) for row in rows],
            "owner": [cell_text(row.rule.owner, 80) for row in rows],
            "reason": [cell_text(row.rule.reason) for row in rows],
        }
    )
    picked = st.dataframe(
        frame if drafting else frame.drop(columns="draft"),
        hide_index=True,
        on_select="rerun",
        selection_mode="multi-row",
        key="rule_table",
        column_config={
            "draft": st.column_config.TextColumn(t("Draft"), width="small"),
            "state": st.column_config.TextColumn(t("State")),
            "what": st.column_config.TextColumn(t("What it does")),
            "where": st.column_config.TextColumn(t("Where")),
            "starts": st.column_config.TextColumn(t("Starts"), width="small"),
            "ends": st.column_config.TextColumn(t("Ends"), width="small", help=t("First moment without it, UTC.")),
            "owner": st.column_config.TextColumn(t("Owner")),
            "reason": st.column_config.TextColumn(t("Reason")),
        },
        alt=t("Merchandising rules with their state, what they do, where and until when."),
    )
    chosen = [rows[n] for n in picked.selection.rows if n < len(rows)]
    return tuple(row.rule for row in chosen if row.drafted != "removed")


def day_of(time: object) -> str:
    """Return a rule's time as a day, "–" when open."""
    return "–" if time is None else day(pd.Timestamp(time).tz_localize(None))  # type: ignore[arg-type]


def exports(rules: RuleSet) -> None:
    """Offer the rules as CSV and as JSON."""
    export_button(lambda: pd.DataFrame(to_rows(rules.rules)), "rules.csv", label=t("CSV"))
    st.download_button(
        t("JSON"),
        lambda: to_json_text(rules).encode(),
        "rules.json",
        "application/json",
        icon=":material/download:",
        on_click="ignore",
        key="export_rules_json",
    )


def expiring_list(rules: Sequence[Rule], titles: dict[str, str], at: np.datetime64) -> None:
    """List the rules about to expire, the next first."""
    soon = expiring_rules(rules, at)
    if not soon:
        return
    with st.container(border=True, gap="xsmall", key="rules_expiring"):
        heading(t("Ending soon"), t("live rules whose end is less than 7 days away"))
        for rule in soon:
            what, owner = safe_text(rule_words.describe(rule, titles)), safe_text(rule.owner, 80)
            ends = t("ends {day}, {owner}", day=day_of(rule.ends_at), owner=owner)
            st.markdown(f"{what} :orange-badge[{ends}]")


def conflict_list(conflicts: Sequence[Conflict], titles: dict[str, str]) -> None:
    """List rules in each other's way: who wins, who does not, why."""
    heading(t("Conflicts"), t("live and scheduled rules whose scopes and times meet"))
    frame = pd.DataFrame(
        {
            "wins": [cell_text(rule_words.describe(c.winner, titles)) for c in conflicts],
            "loses": [cell_text(rule_words.describe(c.loser, titles)) for c in conflicts],
            "why": [rule_words.explain_conflict(c) for c in conflicts],
            "products": [c.n_items for c in conflicts],
            "owners": [plain_text(f"{c.winner.owner} / {c.loser.owner}", 120) for c in conflicts],
        }
    )
    st.dataframe(
        frame,
        hide_index=True,
        column_config={
            "wins": st.column_config.TextColumn(t("Wins")),
            "loses": st.column_config.TextColumn(t("Gives way")),
            "why": st.column_config.TextColumn(t("Why"), width="large"),
            "products": st.column_config.NumberColumn(t("Products"), format="localized", width="small"),
            "owners": st.column_config.TextColumn(t("Owners")),
        },
        alt=t("Rules in each other's way, with the one that wins."),
    )
    export_button(lambda: frame, "rule-conflicts.csv")
