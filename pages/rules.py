"""Rules: what merchandisers want of the lists, drafted, previewed, published, undone."""

import streamlit as st

from recsys.rules.conflicts import find_conflicts
from recsys.workflows.lists import now
from ui import address, data, frame, rule_data, rule_draft, rule_history, rule_preview, rule_table, state
from ui.components import empty_state, page_header
from ui.wording import mark, t

VIEWS = {
    "rules": mark("Rules"),
    "conflicts": mark("Conflicts"),
    "preview": mark("Preview"),
    "versions": mark("Versions"),
}

page_header(
    t("Rules"), t("Pin, boost, bury, block: drafted, previewed, then live in every list."), rule_history.import_box
)

catalogue = data.snapshot_catalogue()
if catalogue is None:
    frame.say_empty()
    st.stop()

view = address.choose(t("View"), {code: t(name) for code, name in VIEWS.items()}, key=state.RULES_VIEW, default="rules")
if view == "versions":
    rule_history.draw_versions(catalogue)
    st.stop()

live, draft, at = rule_data.live_rules(), rule_draft.current(), now()
rules = live if draft is None else draft.as_published()
conflicts, titles = find_conflicts(rules.rules, catalogue, at), rule_table.titles_of(rules.rules, catalogue)
if draft is not None:
    rule_draft.draft_bar(draft)

if view == "rules":
    rule_table.figures(rules.rules, conflicts, at)
    rows = rule_table.make_rows(rules.rules, draft, at)
    if rows:
        titles |= rule_table.titles_of([row.rule for row in rows], catalogue)
        with st.container(key="rules_list"):
            selected = rule_table.draw_table(rows, titles, drafting=draft is not None)
        with st.container(horizontal=True, gap="xsmall", key="rule_actions"):
            rule_draft.actions(selected, catalogue, draft)
            st.space("stretch")
            rule_table.exports(rules)
        rule_table.expiring_list(rules.rules, titles, at)
    else:
        empty_state(
            t("No rules yet"),
            t("Lists follow the score alone. A rule pins, lifts, lowers or blocks products, for as long as you say."),
            icon=":material/rule:",
            action=lambda: rule_draft.actions((), catalogue, draft, editable=False),
        )
elif view == "conflicts":
    if conflicts:
        rule_table.conflict_list(conflicts, titles)
    else:
        empty_state(t("No conflicts"), t("Every live and scheduled rule gets what it wants."), icon=":material/check:")
elif draft is None or not draft.difference:
    empty_state(
        t("Nothing to preview"), t("Change a rule first; here you see the lists before anybody else does."),
        icon=":material/compare:",
    )  # fmt: skip
elif data.live_pointer() is None:
    frame.say_no_run()
else:
    rule_preview.draw_preview(data.live_model(), draft)
