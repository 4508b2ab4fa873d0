"""Labels predicted from content, and how strongly a prediction speaks against what the shop states."""

import warnings
import zlib
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from recsys.vocabulary import CATEGORY_SEPARATOR

Floats = NDArray[np.float64]
FOLDS = 3
MIN_CLASS = 5
"""Labels with fewer items are neither learned nor contradicted."""
SHRINKAGE = 0.1
PSEUDO_ITEMS = 10.0
"""Items' worth of the shop's own error rate added to each label's: a small category is not taken at its word."""
DIRECTIONS = 64
WORD_DIRECTIONS = 100
MAX_WORDS = 20_000
GOOD_ENOUGH = 0.85
"""Accuracy from which naive Bayes over words is taken without trying anything slower."""


@dataclass(frozen=True, eq=False)
class Verdicts:
    """What content says about a label, beside what the shop states; every array has shape (n_items,).

    Parameters
    ----------
    names
        The labels learned, sorted, shape (n_labels,).
    stated, predicted
        Numbers of labels; −1 where not judged.
    stated_probability, probability
        Of the label stated and of the one predicted, by a model that did not see the item; NaN where not judged.
    strength
        How many times likelier this prediction is when the stated label is wrong than when it is right; 0 where the
        prediction agrees, is not sure, or lies in the same group as the stated label.
    accuracy
        Share of the judged items whose label was predicted as stated.
    """

    names: NDArray[np.object_]
    stated: NDArray[np.intp]
    predicted: NDArray[np.intp]
    stated_probability: Floats
    probability: Floats
    strength: Floats
    accuracy: float

    def name(self, item_num: int | np.intp) -> str:
        """Return the label predicted for an item."""
        return str(self.names[self.predicted[item_num]])


def fold_of(item_ids: NDArray[np.object_]) -> NDArray[np.intp]:
    """Return each item's fold, 0 to `FOLDS` − 1, by its id: it stays there when other items come and go."""
    return np.array([zlib.crc32(str(item).encode("utf-8", "surrogatepass")) % FOLDS for item in item_ids], np.intp)


def parents(names: NDArray[np.object_]) -> NDArray[np.object_]:
    """Return the level above each category path; a path of one level is its own."""
    return np.array([str(n).rpartition(CATEGORY_SEPARATOR)[0] or str(n) for n in names], dtype=object)


def judge_vectors(
    vectors: NDArray[np.float32], labels: NDArray[np.object_], folds: NDArray[np.intp], *, sure: float, grouped: bool
) -> Verdicts | None:
    """Predict labels from vectors by shrunken linear discriminants, each item by a model fitted without it.

    Parameters
    ----------
    vectors
        Shape (n_items, d); NaN rows are not judged.
    labels
        Stated labels, shape (n_items,); empty text where none is stated.
    folds
        From `fold_of`, shape (n_items,).
    sure
        Probability from which a prediction counts as made.
    grouped
        Labels are category paths, and a prediction beside the stated one under the same parent is no contradiction.

    Returns
    -------
    Verdicts or None
        None where fewer than two labels have `MIN_CLASS` items with vectors.
    """
    rows = _learnable(np.asarray(np.isfinite(vectors).all(axis=1), np.bool_), labels)
    if rows is None:
        return None
    from sklearn.decomposition import PCA

    content = vectors[rows].astype(np.float64)
    if content.shape[1] > DIRECTIONS and len(rows) > DIRECTIONS:
        content = PCA(DIRECTIONS, svd_solver="covariance_eigh", random_state=0).fit_transform(content)
    names, codes = np.unique(labels[rows].astype(str), return_inverse=True)
    return _verdicts(
        _discriminant(content, codes, folds[rows]), names.astype(object), codes, rows, len(labels), sure, grouped
    )


def judge_words(
    texts: list[str], labels: NDArray[np.object_], folds: NDArray[np.intp], *, sure: float
) -> Verdicts | None:
    """Predict category paths from words, by naive Bayes or by discriminants over latent topics, whichever errs less.

    Parameters
    ----------
    texts
        One per item, without the category's own name.
    labels, folds, sure
        As in `judge_vectors`.

    Returns
    -------
    Verdicts or None
        None where there is nothing to learn from.
    """
    rows = _learnable(np.array([bool(text.strip()) for text in texts], dtype=np.bool_), labels)
    if rows is None:
        return None
    from sklearn.feature_extraction.text import TfidfVectorizer

    try:
        words = TfidfVectorizer(sublinear_tf=True, min_df=2, max_features=MAX_WORDS).fit_transform(
            [texts[row] for row in rows]
        )
    except ValueError:  # no word occurs twice, so words tell nothing
        return None
    names, codes = np.unique(labels[rows].astype(str), return_inverse=True)
    candidates = [_naive_bayes(words, codes, folds[rows])]
    if words.shape[1] > WORD_DIRECTIONS and float((candidates[0].argmax(axis=1) == codes).mean()) < GOOD_ENOUGH:
        from sklearn.decomposition import TruncatedSVD

        topics = TruncatedSVD(WORD_DIRECTIONS, n_iter=3, random_state=0).fit_transform(words)
        candidates.append(_discriminant(topics, codes, folds[rows]))
    best = max(candidates, key=lambda shares: float((shares.argmax(axis=1) == codes).mean()))
    return _verdicts(best, names.astype(object), codes, rows, len(labels), sure, grouped=True)


def _learnable(has_content: NDArray[np.bool_], labels: NDArray[np.object_]) -> NDArray[np.intp] | None:
    """Rows with content and a label that enough of them have; None for fewer than two such labels."""
    rows = np.flatnonzero(has_content & (labels != ""))
    _, codes, counts = np.unique(labels[rows].astype(str), return_inverse=True, return_counts=True)
    large = counts >= MIN_CLASS
    return rows[large[codes]] if int(large.sum()) >= 2 else None


def _discriminant(content: Floats, codes: NDArray[np.intp], folds: NDArray[np.intp]) -> Floats:
    """Out-of-fold probabilities of linear discriminants, (n, n_labels)."""
    from sklearn.discriminant_analysis import LinearDiscriminantAnalysis

    return _out_of_fold(LinearDiscriminantAnalysis(solver="lsqr", shrinkage=SHRINKAGE), content, codes, folds)


def _naive_bayes(words: sparse.csr_matrix, codes: NDArray[np.intp], folds: NDArray[np.intp]) -> Floats:
    """Out-of-fold probabilities of multinomial naive Bayes, (n, n_labels)."""
    from sklearn.naive_bayes import MultinomialNB

    return _out_of_fold(MultinomialNB(alpha=0.05), words, codes, folds)


def _out_of_fold(model: Any, content: Any, codes: NDArray[np.intp], folds: NDArray[np.intp]) -> Floats:
    """Probabilities of every item by the model of the folds it is not in; 0 for labels those folds lack."""
    from sklearn.base import clone

    shares = np.zeros((len(codes), int(codes.max()) + 1))
    for fold in np.unique(folds):
        inside = folds == fold
        if len(np.unique(codes[~inside])) < 2:
            continue
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # about labels with one item in a fold, which may be
            fitted = clone(model).fit(content[~inside], codes[~inside])
        shares[np.ix_(inside, fitted.classes_)] = fitted.predict_proba(content[inside])
    return np.nan_to_num(shares)


def _verdicts(
    shares: Floats,
    names: NDArray[np.object_],
    codes: NDArray[np.intp],
    rows: NDArray[np.intp],
    n_items: int,
    sure: float,
    grouped: bool,
) -> Verdicts:
    """Spread the answers of the judged rows over all items."""
    each = np.arange(len(codes))
    best = shares.argmax(axis=1)
    groups = np.unique(parents(names).astype(str), return_inverse=True)[1] if grouped else np.arange(len(names))
    strength = contradiction(best, shares[each, best], codes, groups, sure) * (1 - shares[each, codes])

    def spread(values: NDArray[Any], fill: float) -> NDArray[Any]:
        out: NDArray[Any] = np.full(n_items, fill, values.dtype)
        out[rows] = values
        return out

    return Verdicts(
        names=names,
        stated=spread(codes, -1),
        predicted=spread(best, -1),
        stated_probability=spread(shares[each, codes], np.nan),
        probability=spread(shares[each, best], np.nan),
        strength=spread(strength, 0.0),
        accuracy=float((best == codes).mean()),
    )


def contradiction(
    predicted: NDArray[np.intp],
    probability: Floats,
    stated: NDArray[np.intp],
    groups: NDArray[np.intp],
    sure: float,
) -> Floats:
    """Weigh each prediction that differs from the stated label against how usual that confusion is in this shop.

    An item whose label j is right is predicted k at the rate e_jk, counted over the other items stated j and drawn to
    the shop's own error rate; one whose label is wrong is predicted k as often as k occurs, q_k. The strength is
    q_k / e_jk: a T-shirt predicted "top" says little where tops and T-shirts are mixed up all the time.

    Parameters
    ----------
    predicted, stated
        Label numbers, shape (n,).
    probability
        Of the prediction, shape (n,).
    groups
        Group of each label, shape (n_labels,); labels of one group never contradict each other.
    sure
        Probability from which a prediction counts.

    Returns
    -------
    float64, shape (n,)
        0 where there is no contradiction.
    """
    n_labels, n_items = len(groups), max(len(stated), 1)
    made = probability >= sure
    counts = np.zeros((n_labels, n_labels))
    np.add.at(counts, (stated[made], predicted[made]), 1.0)
    sizes = np.bincount(stated, minlength=n_labels)
    share = np.bincount(predicted[made], minlength=n_labels) / n_items
    apart = made & (groups[predicted] != groups[stated])
    error_rate = max(float(apart.sum()), 1.0) / n_items
    usual = counts[stated, predicted] - 1 + PSEUDO_ITEMS * error_rate * share[predicted]
    usual = np.maximum(usual, 1e-9) / (sizes[stated] - 1 + PSEUDO_ITEMS)
    return np.where(apart, share[predicted] / usual, 0.0)
