"""Rules as files: what goes out comes back, and what does not fit is said with its row."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recsys.errors import InputError
from recsys.rules.exchange import COLUMNS, read_file, read_text, to_json_text, to_rows
from recsys.rules.rule import GroupBy, Rule, RuleKind, RuleScope, RuleSet, Selection
from recsys.rules.words import describe_rule
from ui.text import safe_frame

RULES = (
    Rule("p", RuleKind.PIN, Selection(("P;1",)), "Ada", "=1+1", RuleScope(page="home"), place=2, since=1),
    Rule("c", RuleKind.CAP, Selection(), "Ada", "variety", limit=2, window=9, per=GroupBy.BRAND, since=1),
    Rule("b", RuleKind.BOOST, Selection(("A", "B"), "Women > Shoes", 'Ö"x', "colour=red"), "Ada", "x", strength=0.25),
)


def as_csv(rows) -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS)
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def test_rules_go_through_json_and_csv_and_back():
    for found in (read_text(to_json_text(RuleSet(7, RULES)), "a.JSON"), read_text(as_csv(to_rows(RULES)), "a.csv")):
        assert all(got.says_the_same_as(want) for got, want in zip(found.rules, RULES, strict=True))
        assert all(rule.since == 0 for rule in found.rules)
    assert read_text(to_json_text(RuleSet(7, RULES)), "a.json").version == 7


def test_a_csv_made_harmless_for_spreadsheets_comes_back_too():
    import pandas as pd

    harmless = safe_frame(pd.DataFrame(to_rows(RULES))).to_csv(index=False)
    assert "'=1+1" in harmless
    assert read_text(harmless, "a.csv").rules[0].reason == "=1+1"


@pytest.mark.parametrize(
    ("text", "name", "said"),
    [
        ("{}", "rules.xlsx", "read from .json or .csv"),
        ("{", "a.json", "not JSON"),
        ('{"version": "x", "rules": []}', "a.json", "are a list, or"),
        ("[3]", "a.json", "Rule 1 of the file: A rule is an object"),
        ("colour\nred\n", "a.csv", "The columns are rule_id"),
        ("rule_id,kind,place\nr1,pin,first\n", "a.csv", "Rule 1 of the file: place is a number, got 'first'"),
        ("rule_id,kind,owner,reason\nr1,block,A,b\n", "a.csv", "nothing is chosen"),
    ],
)
def test_what_does_not_fit_is_said_with_its_row(text, name, said):
    with pytest.raises(InputError, match=said):
        read_text(text, name)


def test_a_file_in_another_encoding_is_refused(tmp_path):
    path = tmp_path / "rules.csv"
    path.write_bytes("rule_id,kind\nÄ".encode("utf-16"))
    with pytest.raises(InputError, match="UTF-8"):
        read_file(path)


@given(st.text(max_size=200), st.sampled_from(["a.json", "a.csv"]))
def test_nonsense_is_refused_in_words(text, name):
    try:
        assert isinstance(read_text(text, name).rules, tuple)
    except InputError as error:
        assert str(error)


@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
def test_lines_may_end_in_any_way(ends):
    rows = ["rule_id,kind,item_ids,owner,reason", "a,block,P1,Ann,Recall", "b,block,P2,Ann,Recall"]
    assert [rule.rule_id for rule in read_text(ends.join(rows), "a.csv").rules] == ["a", "b"]


def test_a_cell_without_end_is_told():
    with pytest.raises(InputError, match="cannot be read as CSV"):
        read_text("rule_id,kind\n" + "x" * 200_000, "a.csv")


def test_every_kind_has_words():
    for rule in RULES:
        assert describe_rule(rule)
    assert describe_rule(RULES[1]) == "at most 2 per brand in the first 9"
