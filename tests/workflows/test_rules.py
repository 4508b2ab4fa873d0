"""Drafts of rules and their preview."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from recsys.errors import InputError
from recsys.rules.book import ConflictError, publish, read_rules
from recsys.rules.rule import Rule, RuleKind, RuleScope, Selection
from recsys.settings import ShopPaths
from recsys.workflows.rule_drafts import (
    discard_draft,
    drop_rules,
    keep_rule,
    new_rule_id,
    publish_draft,
    read_draft,
    rebase,
    start_draft,
    take_rules,
    version_changes,
)
from recsys.workflows.rules import expiring_rules, preview_rules


@pytest.fixture
def paths(tmp_path) -> ShopPaths:
    found = ShopPaths(tmp_path / "shop")
    publish(found, [block("a"), block("b")], None, who="Ada", why="first")
    return found


def block(rule_id: str, brand: str = "Bo", **more: object) -> Rule:
    return Rule(rule_id, RuleKind.BLOCK, Selection(brand=brand), "Ada", "a test", **more)  # type: ignore[arg-type]


def test_a_draft_survives_on_disk_until_it_is_published(paths):
    draft = keep_rule(paths, start_draft(paths), block("c"))
    draft = drop_rules(paths, draft, ["a"])
    again = read_draft(paths, draft.draft_id)
    assert again == draft and [r.rule_id for r in again.rules] == ["b", "c"]
    assert len(read_rules(paths)) == 2  # nothing is live yet
    published = publish_draft(paths, again, who="Grace", why="second")
    assert (published.version, [r.since for r in published.rules]) == (2, [1, 2])
    with pytest.raises(InputError, match="no draft"):
        read_draft(paths, draft.draft_id)


def test_the_second_of_two_tabs_keeps_its_draft_and_can_lay_it_over(paths):
    first = keep_rule(paths, start_draft(paths), block("b", "Ana"))
    second = drop_rules(paths, keep_rule(paths, start_draft(paths), block("b", "Cy")), ["a"])
    publish_draft(paths, first, who="Ada", why="x")
    with pytest.raises(ConflictError):
        publish_draft(paths, second, who="Grace", why="y")
    assert read_draft(paths, second.draft_id) == second
    moved = rebase(paths, second)
    assert moved.both == ("b",)
    assert [(r.rule_id, r.selection.brand) for r in moved.draft.rules] == [("b", "Cy")]
    assert publish_draft(paths, moved.draft, who="Grace", why="y").version == 3


def test_rebasing_keeps_what_only_the_others_changed(paths):
    mine = keep_rule(paths, start_draft(paths), block("mine"))
    publish_draft(paths, keep_rule(paths, start_draft(paths), block("theirs")), who="Ada", why="x")
    moved = rebase(paths, mine)
    assert [r.rule_id for r in moved.draft.rules] == ["a", "b", "theirs", "mine"] and moved.both == ()


@pytest.mark.parametrize("draft_id", ["", "../../x", "zz", "a" * 40])
def test_a_strange_draft_id_is_refused(paths, draft_id):
    with pytest.raises(InputError, match="is no draft"):
        read_draft(paths, draft_id)


def test_a_damaged_draft_is_told(paths):
    draft = keep_rule(paths, start_draft(paths), block("c"))
    (paths.rules / "drafts" / f"{draft.draft_id}.json").write_text("{")
    with pytest.raises(InputError, match="damaged"):
        read_draft(paths, draft.draft_id)
    discard_draft(paths, draft.draft_id)
    discard_draft(paths, draft.draft_id)


def test_what_a_version_changed_is_told_against_the_one_before(paths):
    publish(paths, [block("a", "Ana"), block("c")], None, who="Ada", why="x")
    told = version_changes(paths, 2)
    assert ([r.rule_id for r in told.added], [r.rule_id for r in told.removed]) == (["c"], ["b"])
    assert [after.selection.brand for _, after in told.changed] == ["Ana"]
    assert len(version_changes(paths, 1).added) == 2


def test_new_ids_differ_from_those_there_are():
    assert new_rule_id([block("a")]) != "a"


def test_the_preview_counts_lists_and_names_what_comes_and_goes(paths, small_model):
    live = start_draft(paths)
    draft = take_rules(paths, live, [])  # lets brand Bo in again
    found = preview_rules(small_model, live.base, draft.as_published(), draft.difference, None, n=20)
    assert len(found.lists) == 20 and found.n_changed == 20
    catalogue = small_model.catalogue
    assert {catalogue.brands[item] for item, _ in found.came} == {"Bo"}
    assert {catalogue.brands[item] for item, _ in found.gone} == {"Ana"}
    assert found.lists[0].n_changed >= found.lists[-1].n_changed > 0
    assert all("Bo" not in catalogue.brands[one.before.item_num] for one in found.lists)


def test_the_preview_looks_where_and_when_the_changed_rules_act(paths, small_model):
    start = datetime.now(UTC).replace(microsecond=0) + timedelta(days=3)
    later = replace(block("later", "Ana", starts_at=start), scope=RuleScope(page="home", segment="loyal"))
    draft = keep_rule(paths, take_rules(paths, start_draft(paths), []), later)
    draft = replace(draft, base=replace(draft.base, rules=()))
    found = preview_rules(small_model, draft.base, draft.as_published(), draft.difference, None, n=10)
    assert (found.scope.page, found.scope.segment) == ("home", "loyal")
    assert found.at == np.datetime64(start.replace(tzinfo=None), "us")
    assert found.n_changed == len(found.lists) > 0


def test_rules_about_to_expire_come_with_the_next_first():
    now = datetime.now(UTC)
    ends = {"soon": 1, "sooner": 0.5, "later": 30, "over": -1}
    rules = [block(name, ends_at=now + timedelta(days=days)) for name, days in ends.items()]
    at = np.datetime64(now.replace(tzinfo=None), "us")
    assert [r.rule_id for r in expiring_rules([*rules, block("never")], at)] == ["sooner", "soon"]
