"""A deep and cross network behind the response term: torch trains it, NumPy serves it, safetensors keep it.

Nothing here imports torch until a network is trained, so that a process that only serves never loads it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file, save_file

from recsys.progress import report_loss

Floats = NDArray[np.float64]

CLIP = 5.0
"""Standardised inputs are cut off here: one odd price must not carry a list."""
BATCH_SIZE, LEARNING_RATE, WEIGHT_DECAY, PATIENCE = 1024, 1e-3, 1e-2, 3
N_BACKGROUND = 24
"""Rows against which a prediction is explained."""
N_PERMUTATIONS = 12


@dataclass(frozen=True, eq=False)
class CrossNetwork:
    """DCN-v2 with a parallel deep part, as arrays.

    The input x₀ is every feature standardised, a missing one at 0, followed by an indicator for each feature that was
    ever missing. Cross layers x_{l+1} = x₀ ⊙ (W_l x_l + b_l) + x_l; two ReLU layers beside them on x₀; the margin is
    linear in both ends. Explained by Shapley values over sampled orders of the features against a sample of training
    rows: they add up exactly, each alone is an estimate.

    Parameters
    ----------
    names
        Feature names.
    arrays
        `mean`, `scale` (n_features,); `optional` positions of the features that may be missing; `cross_w`
        (n_cross, k, k), `cross_b` (n_cross, k); `deep_w0`, `deep_b0`, `deep_w1`, `deep_b1`; `out_w`, `out_b`;
        `background` (n_rows, n_features) with `background_missing`.

    References
    ----------
    Wang et al. (2021), *DCN V2: Improved Deep & Cross Network*, eq. 1; Mitchell et al. (2022), *Sampling Permutations
    for Shapley Value Estimation*.
    """

    names: tuple[str, ...]
    arrays: dict[str, NDArray[Any]]

    exact: ClassVar[bool] = False

    def inputs(self, features: Floats) -> NDArray[np.float32]:
        """Standardised features and missing indicators, shape (n_rows, k)."""
        return _standardise(features, self.arrays["mean"], self.arrays["scale"], self.arrays["optional"])

    def margins(self, features: Floats) -> Floats:
        """Log-odds, shape (n_rows,)."""
        a, start = self.arrays, self.inputs(features)
        cross = start
        for w, b in zip(a["cross_w"], a["cross_b"], strict=True):
            cross = start * (cross @ w.T + b) + cross
        deep = np.maximum(start @ a["deep_w0"].T + a["deep_b0"], 0.0)
        deep = np.maximum(deep @ a["deep_w1"].T + a["deep_b1"], 0.0)
        ends = np.concatenate([cross, deep], axis=1)
        out: Floats = (ends @ a["out_w"].T + a["out_b"])[:, 0].astype(np.float64)
        return out

    def split(self, row: Floats) -> tuple[float, Floats]:
        """Base and sampled Shapley values of one row's margin, shape (n_features,); the same for the same row."""
        rng = np.random.default_rng(0)
        background = np.where(self.arrays["background_missing"] > 0, np.nan, self.arrays["background"])
        base = float(self.margins(background).mean())
        shares = np.zeros(len(row))
        for _ in range(N_PERMUTATIONS // 2):
            order = rng.permutation(len(row))
            for path in (order, order[::-1]):  # antithetic: half the variance of two free orders
                shares[path] += np.diff(self._walk(row, path, background), prepend=base)
        return base, shares / N_PERMUTATIONS

    def _walk(self, row: Floats, path: NDArray[np.intp], background: Floats) -> Floats:
        """Mean margin as the features of a path come to be the row's, one after another, shape (n_features,)."""
        turn = np.empty(len(path), np.intp)
        turn[path] = np.arange(len(path))
        known = turn[None, :] <= np.arange(len(path))[:, None]
        mixed = np.where(known[:, None, :], row[None, None, :], background[None, :, :])
        return self.margins(mixed.reshape(-1, len(row))).reshape(len(path), -1).mean(axis=1)

    def save(self, folder: Path, name: str) -> None:
        """Write the arrays and the names."""
        words = np.frombuffer(",".join(self.names).encode(), np.uint8)
        arrays = {key: np.ascontiguousarray(values) for key, values in self.arrays.items()}
        save_file({**arrays, "names": words}, folder / f"{name}_dcn.safetensors")

    @staticmethod
    def load(folder: Path, name: str) -> "CrossNetwork":
        """Read what `save` wrote."""
        arrays = load_file(folder / f"{name}_dcn.safetensors")
        names = tuple(arrays.pop("names").tobytes().decode().split(","))
        return CrossNetwork(names, arrays)


def _standardise(features: Floats, mean: Floats, scale: Floats, optional: NDArray[np.int64]) -> NDArray[np.float32]:
    """(x − mean) · scale cut at ±`CLIP`, 0 where missing, then the indicators; float32, shape (n_rows, k)."""
    missing = np.isnan(features)
    z = np.clip(np.where(missing, 0.0, (features - mean) * scale), -CLIP, CLIP)
    return np.concatenate([z, missing[:, optional]], axis=1).astype(np.float32)


def _moments(features: Floats) -> dict[str, NDArray[Any]]:
    """Mean and 1 / standard deviation of the known values, and which features are missing somewhere but not always."""
    missing = np.isnan(features)
    known = np.maximum((~missing).sum(axis=0), 1)
    mean = np.where(missing, 0.0, features).sum(axis=0) / known
    spread = np.sqrt((np.where(missing, 0.0, features - mean) ** 2).sum(axis=0) / known)
    scale = np.where(spread > 1e-9 * np.maximum(np.abs(mean), 1.0), 1.0 / np.maximum(spread, 1e-12), 0.0)
    optional = np.flatnonzero(missing.any(axis=0) & ~missing.all(axis=0)).astype(np.int64)
    return {"mean": mean, "scale": scale, "optional": optional}


def train_network(
    names: Sequence[str],
    features: Floats,
    labels: NDArray[np.bool_],
    later: NDArray[np.bool_] | None,
    *,
    n_cross: int,
    n_hidden: int,
    epochs: int,
    seed: int,
    threads: int,
) -> CrossNetwork:
    """Train on the earlier rows until the log loss of the later ones has not fallen for `PATIENCE` passes.

    Parameters
    ----------
    names
        Feature names.
    features
        Shape (n_rows, n_features); NaN where unknown.
    labels
        Shape (n_rows,).
    later
        The latest rows, shape (n_rows,); None takes the last fifth. Where either part would lack one kind of label,
        everything is learnt from and the number of passes is `epochs`.
    n_cross, n_hidden, epochs
        As in `response.ResponseConfig`.
    seed, threads
        Of torch.
    """
    if later is None:
        later = np.arange(len(labels)) >= 0.8 * len(labels)
    stops = all(part.any() and not part.all() for part in (labels[later], labels[~later]))
    early = ~later if stops else np.ones(len(labels), bool)
    moments = _moments(features[early])
    inputs = _standardise(features, moments["mean"], moments["scale"], moments["optional"])
    held_out = (inputs[later], labels[later]) if stops else None
    weights = _descend(inputs[early], labels[early], held_out, (n_cross, n_hidden), epochs, seed, threads)
    rows = np.random.default_rng(seed).choice(np.flatnonzero(early), min(N_BACKGROUND, int(early.sum())), replace=False)
    missing = np.isnan(features[rows])
    background = {"background": np.where(missing, 0.0, features[rows]), "background_missing": missing.astype(np.uint8)}
    return CrossNetwork(tuple(names), {**moments, **weights, **background})


def _descend(
    inputs: NDArray[np.float32],
    labels: NDArray[np.bool_],
    held_out: tuple[NDArray[np.float32], NDArray[np.bool_]] | None,
    shape: tuple[int, int],
    epochs: int,
    seed: int,
    threads: int,
) -> dict[str, NDArray[np.float32]]:
    """AdamW on the log loss; the weights of the best pass on the held-out rows, or of the last one without any."""
    import torch

    torch.set_num_threads(threads)
    draw = torch.Generator().manual_seed(seed)
    weights = _start(inputs.shape[1], shape, float(labels.mean()), draw)
    optimiser = torch.optim.AdamW(weights.values(), LEARNING_RATE, weight_decay=WEIGHT_DECAY)
    x, y = torch.from_numpy(inputs), torch.from_numpy(labels.astype(np.float32))
    loss = torch.nn.functional.binary_cross_entropy_with_logits
    best, kept, waited = np.inf, weights, 0
    for _ in range(epochs):
        for rows in torch.randperm(len(x), generator=draw).split(BATCH_SIZE):
            optimiser.zero_grad()
            loss(forward(weights, x[rows]), y[rows]).backward()
            optimiser.step()
        if held_out is None:
            continue
        with torch.no_grad():
            told = forward(weights, torch.from_numpy(held_out[0]))
            reached = float(loss(told, torch.from_numpy(held_out[1].astype(np.float32))))
        report_loss("dcn_held_out", reached)
        if reached < best - 1e-5:
            best, waited = reached, 0
            kept = {name: value.detach().clone() for name, value in weights.items()}
        else:
            waited += 1
            if waited >= PATIENCE:
                break
    return {name: value.detach().numpy() for name, value in kept.items()}


def _start(k: int, shape: tuple[int, int], rate: float, draw: Any) -> dict[str, Any]:
    """Fresh weights: small random matrices, and an output that says the mean rate."""
    import torch

    n_cross, n_hidden = shape

    def matrix(*size: int) -> Any:
        return (torch.randn(*size, generator=draw) / size[-1] ** 0.5).requires_grad_()

    def zeros(*size: int) -> Any:
        return torch.zeros(*size).requires_grad_()

    return {
        "cross_w": matrix(n_cross, k, k),
        "cross_b": zeros(n_cross, k),
        "deep_w0": matrix(n_hidden, k),
        "deep_b0": zeros(n_hidden),
        "deep_w1": matrix(n_hidden, n_hidden),
        "deep_b1": zeros(n_hidden),
        "out_w": (matrix(1, k + n_hidden).detach() * 0.1).requires_grad_(),
        "out_b": torch.full((1,), float(np.log(rate / (1 - rate)))).requires_grad_(),
    }


def forward(weights: dict[str, Any], start: Any) -> Any:
    """Return the margins as torch computes them, shape (n_rows,); `CrossNetwork.margins` says the same in NumPy.

    Parameters
    ----------
    weights
        Tensors by the names of `CrossNetwork.arrays`.
    start
        x₀, shape (n_rows, k).
    """
    import torch

    cross = start
    for w, b in zip(weights["cross_w"], weights["cross_b"], strict=True):
        cross = start * (cross @ w.T + b) + cross
    deep = torch.relu(start @ weights["deep_w0"].T + weights["deep_b0"])
    deep = torch.relu(deep @ weights["deep_w1"].T + weights["deep_b1"])
    return (torch.cat([cross, deep], dim=1) @ weights["out_w"].T + weights["out_b"])[:, 0]
