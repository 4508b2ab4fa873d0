"""Rules: drafted, previewed, published, undone; the second of two tabs is told; drafts survive."""

from dataclasses import replace

import pytest

from recsys.rules.book import history, publish, read_rules
from recsys.rules.rule import Rule, RuleKind, Selection
from recsys.settings import ShopPaths
from recsys.workflows.rule_drafts import drop_rules, keep_rule, read_draft, start_draft
from tests.pages.conftest import OpenPage
from ui import state
from ui.rule_form import PREFIX


@pytest.fixture(autouse=True)
def without_rules(page_shop: ShopPaths):
    """Begin and leave without rules, since the other pages' tests share the shop."""
    yield
    if len(read_rules(page_shop)):
        publish(page_shop, [], None, who="test", why="the end of a test")


def block(rule_id: str, brand: str = "Petit Quai") -> Rule:
    return Rule(rule_id, RuleKind.BLOCK, Selection(brand=brand), "Ada", "sold badly")


def bury(page_shop: ShopPaths) -> str:
    """A draft with one rule, as the form leaves it."""
    rule = Rule("low", RuleKind.BURY, Selection(category="Women"), "Ada", "a test", strength=2.0)
    return keep_rule(page_shop, start_draft(page_shop), rule).draft_id


def test_a_shop_without_rules_says_what_rules_are(open_page: OpenPage):
    at = open_page("rules")
    assert not at.exception
    assert any("No rules yet" in m.value for m in at.markdown)
    assert at.button(key="add_rule").label == "Add rule"


def test_a_rule_goes_from_the_form_into_a_draft_and_becomes_live(open_page: OpenPage, page_shop: ShopPaths):
    at = open_page("rules")
    at.button(key="add_rule").click().run()
    at.selectbox(key=PREFIX + "kind").select(RuleKind.BURY).run()
    at.number_input(key=PREFIX + "strength").set_value(0.5)
    at.text_input(key=PREFIX + "owner").set_value("Ada")
    at.button(key="keep_rule").click().run()
    assert any("nothing is chosen" in e.value for e in at.error)
    at.selectbox(key=PREFIX + "category").set_value("Women")
    at.text_input(key=PREFIX + "reason").set_value("a test")
    at.button(key="keep_rule").click().run()
    draft_id = at.session_state[state.RULE_DRAFT]
    assert draft_id in at.query_params[state.RULE_DRAFT]
    kept = read_draft(page_shop, draft_id).rules[0]
    assert (kept.kind, kept.selection.category, kept.strength) == (RuleKind.BURY, "Women", 0.5)
    assert len(read_rules(page_shop)) == 0
    at.button(key="open_publish").click().run()
    at.text_input(key="rules_who").set_value("Ada")
    at.text_input(key="rules_why").set_value("try it")
    at.button(key="publish_rules").click().run()
    assert not at.exception
    assert [r.rule_id for r in read_rules(page_shop).rules] == [kept.rule_id]
    assert state.RULE_DRAFT not in at.query_params


def test_a_draft_survives_a_lost_session_and_can_be_thrown_away(open_page: OpenPage, page_shop: ShopPaths):
    draft_id = bury(page_shop)
    at = open_page("rules", **{state.RULE_DRAFT: draft_id})
    assert any("1 new" in m.value for m in at.markdown)
    at.button(key="discard_rules").click().run()
    assert not at.exception
    again = open_page("rules", **{state.RULE_DRAFT: draft_id})
    assert any("no draft" in w.value for w in again.warning)


@pytest.mark.parametrize("nonsense", ["../../etc", "🙂", "0" * 500])
def test_a_nonsense_draft_in_the_address_is_said_and_forgotten(open_page: OpenPage, nonsense):
    at = open_page("rules", **{state.RULE_DRAFT: nonsense, state.RULES_VIEW: "nowhere"})
    assert not at.exception and len(at.warning) == 1
    assert any("No rules yet" in m.value for m in at.markdown)


def test_the_second_tab_is_told_keeps_its_draft_and_lays_it_over(open_page: OpenPage, page_shop: ShopPaths):
    draft_id = bury(page_shop)
    publish(page_shop, [block("theirs")], None, who="Grace", why="meanwhile")
    at = open_page("rules", **{state.RULE_DRAFT: draft_id})
    at.button(key="open_publish").click().run()
    at.text_input(key="rules_who").set_value("Ada")
    at.text_input(key="rules_why").set_value("mine")
    at.button(key="publish_rules").click().run()
    assert any("published in the meantime" in w.value for w in at.warning)
    assert [r.rule_id for r in read_rules(page_shop).rules] == ["theirs"]
    at.button(key="rebase_rules").click().run()
    assert not at.exception and not at.warning
    assert [r.rule_id for r in read_draft(page_shop, draft_id).rules] == ["theirs", "low"]


def test_the_preview_shows_the_lists_before_anybody_else_sees_them(open_page: OpenPage, page_shop: ShopPaths):
    at = open_page("rules", **{state.RULE_DRAFT: bury(page_shop), state.RULES_VIEW: "preview"})
    assert not at.exception
    changed = next(m.value for m in at.metric if m.label == "Lists that change")
    assert 0 < int(changed.split(" / ")[0]) <= int(changed.split(" / ")[1])
    shopper = at.selectbox(key="preview_shopper")
    shopper.select(shopper.options[-1]).run()
    assert not at.exception


def test_without_a_draft_there_is_nothing_to_preview(open_page: OpenPage):
    at = open_page("rules", **{state.RULES_VIEW: "preview"})
    assert any("Nothing to preview" in m.value for m in at.markdown)


def test_conflicts_are_counted_and_listed(open_page: OpenPage, page_shop: ShopPaths):
    pin = Rule("p", RuleKind.PIN, Selection(("P10000",)), "Ada", "x", place=1)
    publish(page_shop, [pin, replace(pin, rule_id="q", selection=Selection(("P10001",)))], None, who="Ada", why="x")
    at = open_page("rules")
    assert next(m.value for m in at.metric if m.label == "Conflicts") == "1"
    at = open_page("rules", **{state.RULES_VIEW: "conflicts"})
    assert at.dataframe[0].value["why"].str.contains("place 1").all()


def test_a_version_is_brought_back(open_page: OpenPage, page_shop: ShopPaths):
    publish(page_shop, [block("a")], None, who="Ada", why="x")
    publish(page_shop, [], None, who="Ada", why="y")
    number = history(page_shop)[1].version
    at = open_page("rules", **{state.RULES_VIEW: "versions"})
    at.session_state["rule_versions"] = {"selection": {"rows": [1], "columns": [], "cells": []}}
    at.run()
    at.text_input(key="undo_who").set_value("Ada")
    at.button(key="undo_now").click().run()
    assert not at.exception
    assert [r.rule_id for r in read_rules(page_shop).rules] == ["a"]
    assert history(page_shop)[0].undoes == number


def test_damaged_rules_are_said_and_versions_still_open(open_page: OpenPage, page_shop: ShopPaths):
    publish(page_shop, [block("a")], None, who="Ada", why="x")
    number = publish(page_shop, [block("b")], None, who="Ada", why="y").version
    path = page_shop.rules / f"{number:06d}.json"
    sound = path.read_text()
    try:
        path.write_text("{")
        pointer = page_shop.rules / "live.json"
        pointer.write_text(pointer.read_text() + " ")
        at = open_page("rules")
        assert any("damaged" in e.value for e in at.error)
        versions = open_page("rules", **{state.RULES_VIEW: "versions"})
        assert not versions.exception
    finally:
        path.write_text(sound)
        pointer.write_text(pointer.read_text() + " ")


def test_removed_rules_stay_in_sight_until_published(open_page: OpenPage, page_shop: ShopPaths):
    publish(page_shop, [block("a"), block("b")], None, who="Ada", why="x")
    draft = drop_rules(page_shop, start_draft(page_shop), ["a"])
    at = open_page("rules", **{state.RULE_DRAFT: draft.draft_id})
    assert at.dataframe[0].value["draft"].tolist() == ["removed", ""]
