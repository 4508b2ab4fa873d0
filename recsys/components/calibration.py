"""From the margin of a response model to honest log-odds, to a probability, and to the term of the sum."""

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

ISOTONIC_RESPONSES = 200
"""With fewer responses a free curve follows the noise; the straight line is kept (Niculescu-Mizil & Caruana 2005)."""
FEW_NEW = 50.0
"""Pseudo-rows by which the centre of untouched items is drawn to that of the others."""
NO_KNOTS: Floats = np.zeros((2, 0))


@dataclass(frozen=True, eq=False)
class Calibration:
    """Three maps of a margin m, each with one duty.

    - log-odds = slope · m + offset (Platt). Affine, so that Shapley values stay additive; strictly rising, so that
      no tie appears that the model did not make.
    - probability = isotonic(log-odds), for display and metrics only. Its plateaus would tie candidates, so it never
      enters the sum. Without `knots` it is the logistic curve.
    - term z = (log-odds − centre of the candidate's kind) / spread. Untouched and touched items have a centre each:
      the term re-orders inside each kind, and what the exchange between them is worth stays the business of the
      `fresh` weight, instead of following from how rarely a new item was chosen so far.

    Parameters
    ----------
    slope, offset
        Of the line; slope > 0.
    centres
        Mean log-odds of touched and of untouched candidates, shape (2,).
    spread
        Standard deviation of the log-odds within the kinds, > 0.
    knots
        Log-odds and probabilities of the isotonic curve, shape (2, n_knots); linear in between.

    References
    ----------
    Platt (1999), *Probabilistic Outputs for Support Vector Machines*; Zadrozny & Elkan (2002), *Transforming
    classifier scores into accurate multiclass probability estimates*.
    """

    slope: float = 1.0
    offset: float = 0.0
    centres: Floats = field(default_factory=lambda: np.zeros(2))
    spread: float = 1.0
    knots: Floats = field(default_factory=NO_KNOTS.copy)

    def log_odds(self, margin: Floats) -> Floats:
        """Honest log-odds, shape (n_rows,)."""
        return self.slope * margin + self.offset

    def probabilities(self, log_odds: Floats) -> Floats:
        """Response probabilities in (0, 1), never falling in the log-odds, shape (n_rows,)."""
        if self.knots.shape[1]:
            return np.interp(log_odds, self.knots[0], self.knots[1])
        return 1.0 / (1.0 + np.exp(-log_odds))

    def standardised(self, log_odds: Floats, new: Bools) -> Floats:
        """Term z of the sum; `new` marks untouched items, shape (n_rows,)."""
        return (log_odds - self.centres[new.astype(np.intp)]) / self.spread

    def centred_on(self, margin: Floats, new: Bools) -> "Calibration":
        """Take centres and spread from some rows, with the line as it is."""
        odds = self.log_odds(margin)
        touched = float(odds[~new].mean()) if (~new).any() else float(odds.mean())
        untouched = (odds[new].sum() + FEW_NEW * touched) / (new.sum() + FEW_NEW)
        centres = np.array([touched, untouched])
        spread = float((odds - centres[new.astype(np.intp)]).std())
        return replace(self, centres=centres, spread=max(spread, 1e-9))

    def fitted_on(self, margin: Floats, labels: Bools, new: Bools) -> "Calibration":
        """Fit line, curve and centres on rows later than those the model learnt from; itself without both labels.

        A slice on which the margin does not rise with the response leaves the calibration alone.
        """
        if labels.all() or not labels.any():
            return self
        line = LogisticRegression(C=1e6).fit(margin[:, None], labels)
        slope = float(line.coef_[0, 0])
        if slope <= 0:
            return self
        fitted = replace(self, slope=slope, offset=float(line.intercept_[0]))
        return replace(fitted, knots=_isotonic(fitted.log_odds(margin), labels)).centred_on(margin, new)

    def arrays(self) -> dict[str, Floats]:
        """Return what a file keeps."""
        return {
            "line": np.array([self.slope, self.offset]),
            "centres": self.centres,
            "spread": np.array([self.spread]),
            "knots": np.ascontiguousarray(self.knots),
        }

    @staticmethod
    def from_arrays(arrays: dict[str, Floats]) -> "Calibration":
        """Read what `arrays` gave; a run of version 1 kept slope, offset, one centre and the spread together."""
        if "calibration" in arrays:
            slope, offset, centre, spread = (float(v) for v in arrays["calibration"])
            return Calibration(slope, offset, np.array([centre, centre]), spread)
        slope, offset = (float(v) for v in arrays["line"])
        return Calibration(slope, offset, arrays["centres"], float(arrays["spread"][0]), arrays["knots"])


def _isotonic(log_odds: Floats, labels: Bools) -> Floats:
    """Knots of the isotonic curve, kept off 0 and 1; none where there are too few responses."""
    if min(labels.sum(), (~labels).sum()) < ISOTONIC_RESPONSES:
        return NO_KNOTS.copy()
    least = 1.0 / (2.0 * len(labels))
    curve = IsotonicRegression(y_min=least, y_max=1.0 - least, out_of_bounds="clip").fit(log_odds, labels)
    return np.stack([curve.X_thresholds_, curve.y_thresholds_]).astype(np.float64)
