"""Lists judged by hand-computed figures; differences and leads."""

import numpy as np
import pytest
from scipy import sparse

from recsys.benchmark.report import Report, Row, lead_rows, markdown, percent, quality_rows
from recsys.benchmark.scores import find_leads, score_lists
from recsys.evaluation.metrics import Estimate
from recsys.evaluation.paired import bootstrap_difference, decided
from recsys.training.columns import COLUMNS, CUTOFF, Truth

N_ITEMS = 6


def truth() -> Truth:
    """Three users. 0: items 0 and 1, of which 1 is new. 1: item 2, seen before. 2: item 3, discovered."""
    empty = np.zeros((3, N_ITEMS), bool)
    everything, discovery, new = empty.copy(), empty.copy(), empty.copy()
    everything[[0, 0, 1, 2], [0, 1, 2, 3]] = True
    discovery[[0, 2], [0, 3]] = True
    new[0, 1] = True
    columns = {"all": everything, "discovery": discovery, "cold_among_new": new, "cold_among_all": new}
    return Truth(np.array([4, 7, 9]), {name: sparse.csr_array(cells) for name, cells in columns.items()})


def lists(**columns: list[list[int]]) -> dict[str, np.ndarray]:
    """Lists of three users, padded."""
    out = {column: np.full((3, CUTOFF), -1, np.int32) for column in ("all", "discovery", "cold_among_new")}
    for column, rows in columns.items():
        for row, items in enumerate(rows):
            out[column][row, : len(items)] = items
    return out


def test_the_four_columns_by_hand():
    found = score_lists(
        [lists(all=[[5, 1], [2], []], discovery=[[0], [], [4, 3]], cold_among_new=[[1], [], []])], truth()
    )
    # all: user 0 finds 1 of 2 at place 2, user 1 finds 1 of 1 at place 1, user 2 has no list and counts as 0
    assert found["all"]["recall"].values.tolist() == [0.5, 1.0, 0.0]
    gain = (1 / np.log2(3)) / (1 + 1 / np.log2(3))
    assert found["all"]["ndcg"].values == pytest.approx([gain, 1.0, 0.0])
    # discovery: user 1 has nothing to discover and is not counted; user 2 finds it at place 2
    assert found["discovery"]["recall"].values.tolist() == [1.0, 1.0]
    assert found["discovery"]["ndcg"].values == pytest.approx([1.0, 1 / np.log2(3)])
    # both cold columns are about user 0; among all it is the list of everything that counts
    assert found["cold_among_new"]["ndcg"].values.tolist() == [1.0]
    assert found["cold_among_all"]["ndcg"].values == pytest.approx([1 / np.log2(3)])


def test_seeds_are_averaged_per_user():
    found = score_lists([lists(all=[[0, 1], [], []]), lists(all=[[], [2], []])], truth())["all"]["recall"]
    assert found.values.tolist() == [0.5, 0.5, 0.0]
    assert found.seed_means == pytest.approx([1 / 3, 1 / 3])


def test_pairing_makes_a_small_steady_difference_certain():
    rng = np.random.default_rng(0)
    theirs = rng.uniform(0, 1, 400)
    found = bootstrap_difference(theirs + 0.01, theirs)
    assert found.value == pytest.approx(0.01) and found.high - found.low < 1e-9 and decided(found)
    noise = bootstrap_difference(theirs, rng.permutation(theirs))
    assert noise.low < 0 < noise.high and not decided(noise)
    with pytest.raises(ValueError, match="same users"):
        bootstrap_difference(theirs, theirs[1:])


def test_the_lead_is_over_the_best_and_says_whether_it_is_decided():
    rows = [[0, 1], [2], [3]]
    ours = score_lists([lists(all=rows, discovery=rows, cold_among_new=rows)], truth())
    weak = score_lists([lists(all=[[0], [], []])], truth())
    strong = score_lists([lists(all=[[0, 1], [2], []], discovery=[[0], [], []])], truth())
    leads = {lead.column: lead for lead in find_leads(ours, {"weak": weak, "strong": strong}, "recall", "library")}
    assert leads["all"].best_peer == "strong"
    assert leads["all"].relative == pytest.approx(1 / (2 / 3) - 1)
    assert leads["discovery"].difference.value == pytest.approx(0.5)
    assert np.isnan(leads["cold_among_new"].relative)  # nobody else finds anything: no ratio, but a difference
    assert leads["cold_among_new"].decided and percent(leads["cold_among_new"].relative) == "–"
    assert find_leads(ours, {}, "recall", "library") == []


def test_the_tables_name_every_model_and_what_failed():
    rows = [[0, 1], [2], [3]]
    ours = Row(
        "Vitrine, default", "ours", score_lists([lists(all=rows, discovery=rows)], truth()), 3.0, {"text": 1.0}, 1, 1
    )
    peer = Row("Toy|x model", "library", score_lists([lists(all=[[0], [], []])], truth()), 1.0, {"a": 1}, 2, 1)
    broken = Row("Broken", "library", None, 0.0, error="no index")
    facts = {"simulated": True, "cut": "2026-01-01", "end": "2026-02-01", "n_users": {"all": 3}, "n_on_sale": 6}
    report = Report({**facts, "n_new": 1, "trials": 2, "seconds": None}, ours, [peer, broken], ["Blind was not run: x"])
    text = markdown(report)
    assert [row[0] for row in quality_rows(report)] == ["Toy|x model", "Broken", "Vitrine, default"]
    assert "Toy\\|x model" in text and "| Broken | – | – | – | – | – |" in text
    assert "- Broken failed: no index" in text and "- Blind was not run: x" in text and "Simulated shoppers." in text
    assert [row[0] for row in lead_rows(report)] == ["everything", "discovery", "cold among new", "cold among all"]
    told = report.to_json()
    assert told["rows"][1]["columns"]["all"]["recall"]["ours_minus_this"]["value"] == pytest.approx(1 - 1 / 6)
    assert {lead["metric"] for lead in told["leads"]} == {"recall", "ndcg"} and len(told["leads"]) == 2 * len(COLUMNS)


def test_an_interval_that_touches_nothing_is_undecided():
    assert not decided(Estimate(0.0, 0.0, 0.0, 5))
