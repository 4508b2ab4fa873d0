"""The contrastive loss of fine-tuning: pictures and texts of one product attract, all other pairs repel. Pure maths."""

from torch import Tensor
from torch.nn import functional


def contrast_loss(pictures: Tensor, texts: Tensor, groups: Tensor, temperature: float) -> Tensor:
    """Symmetric InfoNCE where equal texts are positives of one another.

    With s = pictures · textsᵀ / temperature and P the rows of equal group, spread evenly,
    loss = (H(P, softmax over texts of s) + H(P, softmax over pictures of s)) / 2, H the cross-entropy.

    Parameters
    ----------
    pictures, texts
        Shape (b, d), rows of length 1.
    groups
        int64 (b,); equal numbers mean the same text.
    temperature
        Above 0.

    Returns
    -------
    Scalar, at least the entropy of P (0 when all groups differ).

    References
    ----------
    Radford et al. (2021), arXiv:2103.00020, figure 3; Zhai et al. (2022), LiT (locked tower), arXiv:2111.07991;
    Khosla et al. (2020), Supervised Contrastive Learning, arXiv:2004.11362, eq. 2, for several positives.

    Examples
    --------
    >>> import torch
    >>> pairs = torch.eye(2)
    >>> round(float(contrast_loss(pairs, pairs, torch.arange(2), 1.0)), 4)
    0.3133
    """
    scores = pictures @ texts.T / temperature
    same = (groups[:, None] == groups[None, :]).float()
    positives = same / same.sum(dim=1, keepdim=True)
    by_text = functional.cross_entropy(scores, positives)
    by_picture = functional.cross_entropy(scores.T, positives)
    return (by_text + by_picture) / 2
