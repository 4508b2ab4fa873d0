"""Publishing rules: versions, compare-and-set, undo, damage."""

import json
import threading
import time

import pytest

from recsys.errors import InputError
from recsys.rules.book import ConflictError, compare, history, publish, read_rules, undo
from recsys.rules.rule import Rule, RuleKind, Selection
from recsys.rules.versions import DamagedVersion
from recsys.settings import ShopPaths


@pytest.fixture
def paths(tmp_path) -> ShopPaths:
    return ShopPaths(tmp_path / "shop")


def block(rule_id: str, brand: str = "B") -> Rule:
    return Rule(rule_id, RuleKind.BLOCK, Selection(brand=brand), owner="Ada", reason="sold badly")


def say(paths, *rules, expected=None):
    return publish(paths, rules, expected, who="Ada", why="because")


def test_a_shop_without_rules_has_version_0_and_nothing_is_written(paths):
    assert (read_rules(paths).version, len(read_rules(paths))) == (0, 0)
    assert history(paths) == []
    assert not paths.root.exists()


def test_every_version_is_kept_with_who_when_and_why(paths):
    say(paths, block("a"))
    publish(paths, [block("a"), block("b")], 1, who="Grace", why="second thoughts")
    newest, first = history(paths)
    assert (newest.version, newest.published_by, newest.why) == (2, "Grace", "second thoughts")
    assert [r.rule_id for r in first.rules.rules] == ["a"]
    assert newest.published_at >= first.published_at


def test_a_rule_remembers_the_version_it_was_last_changed_in(paths):
    say(paths, block("a"), block("b"))
    assert [r.since for r in say(paths, block("a"), block("b", "C")).rules] == [1, 2]


def test_reading_again_gives_the_very_same_object_until_somebody_publishes(paths):
    say(paths, block("a"))
    first = read_rules(paths)
    assert read_rules(paths) is first
    say(paths, block("a"), block("b"))
    assert len(read_rules(paths)) == 2


def test_the_second_of_two_tabs_is_told_and_changes_nothing(paths):
    say(paths, block("a"))
    say(paths, block("b"), expected=1)
    with pytest.raises(ConflictError, match=r"Version 2 .* starts from version 1"):
        say(paths, block("c"), expected=1)
    assert [r.rule_id for r in read_rules(paths).rules] == ["b"]
    assert len(history(paths)) == 2


def test_of_many_who_publish_at_once_from_one_version_exactly_one_gets_through(paths):
    done: list[str] = []

    def attempt(name: str) -> None:
        try:
            say(paths, block(name), expected=0)
        except ConflictError:
            done.append("told")
        else:
            done.append("published")

    tabs = [threading.Thread(target=attempt, args=(f"r{n}",)) for n in range(8)]
    for tab in tabs:
        tab.start()
    for tab in tabs:
        tab.join()
    assert sorted(done) == ["published"] + ["told"] * 7
    assert read_rules(paths).version == 1


def test_a_published_rule_is_read_at_once(paths):
    say(paths, block("a"))
    read_rules(paths)
    begun = time.monotonic()
    say(paths, block("a"), block("b"))
    assert read_rules(paths).get("b") is not None
    assert time.monotonic() - begun < 2.0


def test_undo_publishes_the_earlier_content_as_a_new_version(paths):
    say(paths, block("a"))
    say(paths, block("b"))
    back = undo(paths, who="Ada")
    assert (back.version, [r.rule_id for r in back.rules]) == (3, ["a"])
    assert (history(paths)[0].undoes, history(paths)[0].why) == (1, "Back to version 1")
    assert len(undo(paths, 0, who="Ada")) == 0
    with pytest.raises(InputError, match="is the live one"):
        undo(paths, 4, who="Ada")


def test_there_is_nothing_to_undo_before_the_first_version(paths):
    with pytest.raises(InputError, match="nothing to undo"):
        undo(paths, who="Ada")


@pytest.mark.parametrize("content", ["", "{}", '{"version": 2}', "[1]", "\x00"])
def test_a_damaged_version_is_told_with_the_last_good_one_and_undo_repairs_it(paths, content):
    say(paths, block("a"))
    say(paths, block("b"))
    (paths.rules / "000002.json").write_text(content)
    (paths.rules / "live.json").write_text('{"version":  2}')
    with pytest.raises(InputError, match=r"Version 2 .* damaged .* last good one is version 1: `vitrine rules undo"):
        read_rules(paths)
    assert isinstance(history(paths)[0], DamagedVersion)
    assert [r.rule_id for r in undo(paths, who="Ada").rules] == ["a"]
    assert read_rules(paths).version == 3


def test_a_changed_letter_in_a_version_is_noticed(paths):
    say(paths, block("a", "Alpha"))
    path = paths.rules / "000001.json"
    path.write_text(path.read_text().replace("Alpha", "Beta"))
    assert isinstance(history(paths)[0], DamagedVersion)


def test_a_damaged_pointer_is_told_and_undo_repairs_it(paths):
    say(paths, block("a"))
    say(paths, block("b"))
    (paths.rules / "live.json").write_text("nonsense")
    with pytest.raises(InputError, match=r"pointer .* damaged .* version 2"):
        read_rules(paths)
    assert [r.rule_id for r in undo(paths, 1, who="Ada").rules] == ["a"]


def test_publishing_needs_a_name_and_a_reason(paths):
    for who, why in (("", "x"), ("x", " ")):
        with pytest.raises(InputError, match="Publishing needs"):
            publish(paths, [], None, who=who, why=why)
    assert not paths.rules.exists()


def test_a_version_of_half_a_publication_is_not_live_and_its_number_is_not_used_again(paths):
    say(paths, block("a"))
    path = paths.rules / "000002.json"
    path.write_text(json.dumps({"version": 2}))
    assert read_rules(paths).version == 1
    assert say(paths, block("b"), expected=1).version == 3


def test_compare_tells_added_removed_and_changed():
    told = compare([block("a"), block("b")], [block("b", "C"), block("c")])
    assert ([r.rule_id for r in told.added], [r.rule_id for r in told.removed]) == (["c"], ["a"])
    assert [(old.selection.brand, new.selection.brand) for old, new in told.changed] == [("B", "C")]
    assert not compare([block("a")], [block("a")])
