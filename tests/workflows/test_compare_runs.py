"""Two runs beside each other: paired where they judged the same shoppers, lists item by item, estimates, cards."""

from dataclasses import replace
from datetime import UTC, datetime
from shutil import copytree

import numpy as np
import pytest

from recsys.errors import RunError
from recsys.settings import ShopPaths
from recsys.training.care import write_note
from recsys.training.config import TrainingConfig
from recsys.training.live import start_canary
from recsys.training.runs import RunRecord, finish_run, load_model, show_run
from recsys.workflows.compare_runs import compare_figures, compare_lists, compare_weights, measure_overlap
from recsys.workflows.model_card import render_card
from recsys.workflows.run_history import RunRow, list_trainings
from recsys.workflows.training_estimate import Basis, estimate_training
from tests.plain import N_USERS


@pytest.fixture
def two(own_shop: ShopPaths) -> ShopPaths:
    """`first` (live), and `second`: the same run with other weights."""
    copytree(own_shop.runs / "first", own_shop.runs / "second")
    (own_shop.runs / "second" / "run.json").unlink()
    first = show_run(own_shop, "first")
    weights = dict(zip(first.weights, reversed(first.weights.values()), strict=True))
    finish_run(own_shop.runs / "second", replace(first, run_id="second", weights=weights))
    return own_shop


def both(paths: ShopPaths) -> tuple[RunRecord, RunRecord]:
    return show_run(paths, "second"), show_run(paths, "first")


def test_the_same_days_are_paired_and_equal_runs_do_not_differ(two: ShopPaths) -> None:
    pairs = compare_figures(two, *both(two))
    assert pairs and all(p.change.value == 0 and not p.decided for p in pairs)
    assert {p.column: p.paired for p in pairs}["all"] and pairs[0].change.n_users == N_USERS


def test_other_days_are_not_paired_and_their_interval_is_wider(two: ShopPaths) -> None:
    ours, theirs = both(two)
    moved = replace(ours, facts={**ours.facts, "test_from": "2026-01-01T00:00:00.000000"})
    paired = {p.measure: p for p in compare_figures(two, ours, theirs) if p.column == "all"}
    apart = {p.measure: p for p in compare_figures(two, moved, theirs) if p.column == "all"}
    assert not apart["recall"].paired
    width = apart["recall"].change.high - apart["recall"].change.low
    assert width > paired["recall"].change.high - paired["recall"].change.low


def test_weights_stand_beside_each_other(two: ShopPaths) -> None:
    ours, theirs = both(two)
    pairs = compare_weights(ours, replace(theirs, weights={**theirs.weights, "extra": 0.5, "none": 0.0}))
    assert [p.component for p in pairs][-1] == "extra" and pairs[-1].ours == 0
    assert "none" not in {p.component for p in pairs}
    assert sum(p.ours for p in pairs) == pytest.approx(1)


def test_lists_are_compared_item_by_item(two: ShopPaths) -> None:
    ours, theirs = load_model(two, "second"), load_model(two, "first")
    placed = compare_lists(ours, theirs, "u03", ours.data_to, n=10)
    assert [p.ours for p in placed[:10]] == list(range(1, 11)) and all(p.ours is None for p in placed[10:])
    assert sorted(p.theirs for p in placed if p.theirs is not None) == list(range(1, 11))
    assert all(p.move == p.theirs - p.ours for p in placed if p.ours and p.theirs)
    assert all(p.title.startswith("Thing") for p in placed)
    same = compare_lists(ours, ours, "nobody", ours.data_to, n=5)
    assert [p.move for p in same] == [0] * 5  # a shopper nobody knows has a list too


def test_overlap_counts_what_stays(two: ShopPaths) -> None:
    ours, theirs = load_model(two, "second"), load_model(two, "first")
    same = measure_overlap(ours, ours, ours.data_to, n_users=20, n=8)
    assert same is not None and same.stay.value == same.same_place.value == 8 and len(same.counts) == 20
    found = measure_overlap(ours, theirs, ours.data_to, n_users=20, n=8)
    assert found is not None and 0 <= found.same_place.value <= found.stay.value < 8
    expected = np.mean([
        len({p.item_id for p in compare_lists(ours, theirs, u, ours.data_to, n=8) if p.move is not None})
        for u in ours.interactions.user_ids[:N_USERS]
    ])  # fmt: skip
    everybody = measure_overlap(ours, theirs, ours.data_to, n_users=N_USERS, n=8)
    assert everybody is not None and everybody.stay.value == pytest.approx(expected)


def test_a_card_says_all_of_it_and_escapes_what_it_is_given(two: ShopPaths) -> None:
    write_note(two, "second", "<script>alert(1)</script> & more")
    start_canary(two, "second", 0.2, reason='<img src=x onerror="alert(2)">')
    card = render_card(two, "second", now=datetime(2026, 3, 2, 9, 30, tzinfo=UTC))
    assert "<script>" not in card and "&lt;script&gt;alert(1)&lt;/script&gt; &amp; more" in card
    assert "<img" not in card and "onerror=" in card
    assert "Canary for 20% of the shoppers" in card and "2026-03-02 09:30 UTC" in card
    record = show_run(two, "second")
    recall = record.metrics["test"]["all"]["recall"]
    assert f"{recall['value']:.3f} ({recall['low']:.3f} to {recall['high']:.3f})" in card
    assert all(digest in card for digest in record.manifest.values())
    assert all(version in card for version in record.versions.values())
    for part in ("Meant for", "Limits", "By modality", "Response term", "Gates", "Sound numbers", "Settings"):
        assert part in card
    assert "http" not in card.replace("http-equiv", "")  # nothing is loaded from anywhere


def test_a_card_of_a_run_without_figures_says_so(two: ShopPaths) -> None:
    bare = replace(show_run(two, "first"), run_id="bare", metrics={}, facts={"note": "Only 3 interactions."}, gates=())
    folder = two.runs / "bare"
    folder.mkdir()
    finish_run(folder, bare)
    card = render_card(two, "bare")
    assert "Only 3 interactions." in card and "older than the gates" in card and "Not measured." in card
    with pytest.raises(RunError, match="no finished run 'gone'"):
        render_card(two, "gone")


def test_an_estimate_without_runs_is_wide_and_says_so() -> None:
    found = estimate_training([], 100_000, 2_000)
    assert found.basis is Basis.COUNTS and found.n_runs == 0
    assert found.high_s > 5 * found.low_s > 0 and found.high_mb > found.low_mb > 0


def test_an_estimate_follows_earlier_runs_counts_and_the_seconds_of_fitting(two: ShopPaths) -> None:
    rows = [r for r in list_trainings(two) if r.run_id == "first"]
    row: RunRow = replace(rows[0], elapsed_s=600.0)
    n_items = int(row.record.facts["n_items"])
    quick = TrainingConfig(fine_tune_s=0)
    same = estimate_training([row], row.n_events, n_items, quick)
    assert same.basis is Basis.RUNS and same.low_s < 600 < same.high_s
    assert same.low_mb < row.record.facts["peak_memory_mb"] < same.high_mb
    more = estimate_training([row], 100 * row.n_events, n_items, quick)
    assert more.low_s > same.low_s and more.low_mb > same.low_mb
    fitted = estimate_training([row], row.n_events, n_items, TrainingConfig(fine_tune_s=200))
    assert fitted.high_s == pytest.approx(same.high_s + 200 * 1.8)
    several = estimate_training(
        [replace(row, elapsed_s=s) for s in (500.0, 600.0, 700.0)], row.n_events, n_items, quick
    )
    assert (several.low_s, several.high_s) == pytest.approx((500 / 1.2, 700 * 1.2))
