"""From a margin to log-odds, to a probability and to the term, each map with its own duty."""

from dataclasses import replace

import numpy as np
import pytest

from recsys.components.calibration import FEW_NEW, ISOTONIC_RESPONSES, Calibration

NOBODY = np.zeros(0, bool)


def draw(n: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Margins whose true log-odds are 2·m − 1, but saturate at 0.5."""
    rng = np.random.default_rng(seed)
    margin = rng.normal(size=n)
    odds = np.minimum(2 * margin - 1, 0.0)
    return margin, rng.random(n) < 1 / (1 + np.exp(-odds))


def test_the_line_finds_slope_and_offset() -> None:
    rng = np.random.default_rng(1)
    margin = rng.normal(size=40_000)
    labels = rng.random(len(margin)) < 1 / (1 + np.exp(-(2 * margin - 1)))
    fitted = Calibration().fitted_on(margin, labels, np.zeros(len(margin), bool))
    assert (fitted.slope, fitted.offset) == (pytest.approx(2, abs=0.1), pytest.approx(-1, abs=0.1))


def test_the_curve_learns_what_no_line_can_and_never_falls() -> None:
    margin, labels = draw(20_000)
    fitted = Calibration().fitted_on(margin, labels, np.zeros(len(margin), bool))
    straight = replace(fitted, knots=np.zeros((2, 0)))
    unseen, answers = draw(20_000, 5)
    top = unseen > 1.5  # truly one half
    odds = fitted.log_odds(unseen)
    assert fitted.probabilities(odds)[top].mean() == pytest.approx(answers[top].mean(), abs=0.03)
    assert straight.probabilities(odds)[top].mean() > 0.6
    ladder = fitted.probabilities(np.linspace(-30, 30, 500))
    assert (np.diff(ladder) >= 0).all() and ladder[0] > 0 and ladder[-1] < 1


def test_the_curve_ties_and_the_term_does_not() -> None:
    margin, labels = draw(3000)
    fitted = Calibration().fitted_on(margin, labels, np.zeros(len(margin), bool))
    odds = fitted.log_odds(np.sort(margin))
    term = fitted.standardised(odds, np.zeros(len(odds), bool))
    assert (np.diff(fitted.probabilities(odds)) == 0).any()  # blocks of the isotonic curve
    assert (np.diff(term) > 0).all()


def test_few_responses_keep_the_logistic_curve() -> None:
    margin, labels = draw(4000)
    few = np.flatnonzero(labels)[: ISOTONIC_RESPONSES - 1]
    kept = np.union1d(few, np.flatnonzero(~labels))
    fitted = Calibration().fitted_on(margin[kept], labels[kept], np.zeros(len(kept), bool))
    assert fitted.knots.shape == (2, 0)
    np.testing.assert_allclose(fitted.probabilities(np.array([0.0])), 0.5)


def test_untouched_items_have_a_centre_of_their_own() -> None:
    # 1000 touched at −1 ± 0.5 and 450 untouched at −4 ± 0.5: new items are not below the others for being new.
    odds = np.concatenate([np.tile([-1.5, -0.5], 500), np.tile([-4.5, -3.5], 225)])
    new = np.arange(len(odds)) >= 1000
    fitted = Calibration().centred_on(odds, new)
    np.testing.assert_allclose(fitted.centres, [-1, (450 * -4 + FEW_NEW * -1) / (450 + FEW_NEW)])
    term = fitted.standardised(odds, new)
    assert term[~new].mean() == pytest.approx(0, abs=1e-12)
    assert abs(term[new].mean()) < 0.7 and np.argsort(term[new])[-1] in np.flatnonzero(odds[new] == -3.5)
    assert np.diff(term[new][:2])[0] == pytest.approx(np.diff(term[~new][:2])[0])  # one spread for both kinds


def test_without_untouched_rows_both_centres_agree() -> None:
    fitted = Calibration().centred_on(np.array([0.0, 2.0]), np.zeros(2, bool))
    np.testing.assert_allclose(fitted.centres, [1, 1])
    assert fitted.spread == 1


@pytest.mark.parametrize("labels", [np.zeros(30, bool), np.ones(30, bool)])
def test_a_slice_of_one_kind_changes_nothing(labels: np.ndarray) -> None:
    before = Calibration()
    assert before.fitted_on(np.arange(30.0), labels, np.zeros(30, bool)) is before


def test_a_slice_that_falls_with_the_margin_changes_nothing() -> None:
    before = Calibration()
    margin = np.arange(40.0)
    assert before.fitted_on(margin, margin < 20, np.zeros(40, bool)) is before


def test_arrays_keep_everything_and_an_older_file_is_read() -> None:
    margin, labels = draw(3000)
    fitted = Calibration().fitted_on(margin, labels, margin > 2)
    again = Calibration.from_arrays(fitted.arrays())
    odds = again.log_odds(margin)
    np.testing.assert_array_equal(odds, fitted.log_odds(margin))
    np.testing.assert_array_equal(again.probabilities(odds), fitted.probabilities(odds))
    np.testing.assert_array_equal(again.standardised(odds, margin > 2), fitted.standardised(odds, margin > 2))
    old = Calibration.from_arrays({"calibration": np.array([2.0, 1.0, 0.5, 4.0])})
    assert old.standardised(old.log_odds(np.array([1.0])), np.array([True])).tolist() == [(3 - 0.5) / 4]
