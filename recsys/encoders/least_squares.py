"""The closed-form start of fine-tuning: the best linear map from picture features to text vectors. Pure maths."""

import torch
from torch import Tensor, nn

from recsys.encoders.vit import Tail


def start_from_least_squares(tail: Tail, projection: nn.Linear, features: Tensor, texts: Tensor, ridge: float) -> None:
    """Set head and projection so that their product is the best map of limited rank from features to texts.

    With X the centred features and Y the centred texts, B = (XᵀX + λI)⁻¹ XᵀY with λ = `ridge` · mean(diag XᵀX) and
    V the first right singular vectors of XB, the head becomes BV and the projection Vᵀ.

    Parameters
    ----------
    tail, projection
        Changed in place. The rank is the projection's input size; missing directions are 0.
    features
        Shape (n, d_features): what the head sees.
    texts
        Shape (n, d_text).
    ridge
        Above 0.

    References
    ----------
    Izenman (1975), Reduced-rank regression for the multivariate linear model, J. Multivariate Analysis 5(2).
    """
    with torch.no_grad():
        mean, targets = features.double().mean(dim=0), texts.double() - texts.double().mean(dim=0)
        centred = features.double() - mean
        gram = centred.T @ centred
        gram.diagonal().add_(ridge * gram.diagonal().mean() + 1e-12)
        mapping = torch.linalg.solve(gram, centred.T @ targets)
        fitted = centred @ mapping
        values, vectors = torch.linalg.eigh(fitted.T @ fitted)
        n_directions = min(projection.in_features, int((values > 1e-9 * values.max()).sum()))
        directions = vectors.flip(1)[:, :n_directions]
        head, place = mapping @ directions, tail.head.weight.device
        tail.head.weight.zero_()
        tail.head.bias.zero_()
        tail.head.weight[:n_directions] = head.T.float().to(place)
        tail.head.bias[:n_directions] = -(mean @ head).float().to(place)
        projection.weight.zero_()
        projection.weight[:, :n_directions] = directions.float().to(place)
