"""What is asked of the learned half of an embedding during training: heads that are thrown away afterwards.

References
----------
Chen, Xie & He (2021), MoCo v3, arXiv:2104.02057: the keys of the contrast come from an average of the weights.
Caron et al. (2021), DINO, arXiv:2104.14294: such an average as the teacher of a vision transformer without labels.
Radford et al. (2021), CLIP, arXiv:2103.00020: contrast with text.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional

from recsys.encoders.contrast import contrast_loss

TEXT_TEMPERATURE = 0.1


class Heads(nn.Module):
    """Classifiers, the projection of the self-supervised contrast, and the way into the text space.

    Parameters
    ----------
    d
        Length of the learned half.
    n_classes
        Classes of each task.
    d_text
        Length of a text vector.
    """

    def __init__(self, d: int, n_classes: tuple[int, ...], d_text: int) -> None:
        super().__init__()
        self.classifiers = nn.ModuleList(nn.Linear(d, n, bias=False) for n in n_classes)
        self.contrast = nn.Sequential(nn.Linear(d, d), nn.ReLU(), nn.Linear(d, 96))
        self.to_text = nn.Linear(d, d_text)

    def label_loss(self, task: int, unit: Tensor, labels: Tensor) -> Tensor:
        """Cross-entropy of a cosine softmax with label smoothing."""
        weights = functional.normalize(self.classifiers[task].weight, dim=1)
        return functional.cross_entropy(16 * unit @ weights.T, labels, label_smoothing=0.05)

    def text_loss(self, unit: Tensor, texts: Tensor, groups: Tensor) -> Tensor:
        """Contrast with the texts of the same step; equal groups are the same text."""
        return contrast_loss(functional.normalize(self.to_text(unit)), texts, groups, TEXT_TEMPERATURE)

    def keys(self, unit: Tensor) -> Tensor:
        """Project for the contrast between views; rows of length 1."""
        return functional.normalize(self.contrast(unit))


class Teacher:
    """Keys of earlier pictures, the negatives of the self-supervised contrast.

    Parameters
    ----------
    d
        Length of a key.
    size
        How many keys are remembered.
    """

    def __init__(self, d: int, size: int) -> None:
        self.queue = torch.zeros(0, d)
        self.size = size

    def loss(self, queries: Tensor, keys: Tensor, temperature: float) -> Tensor:
        """InfoNCE of every query with its own key against the other keys of the step and the remembered ones."""
        logits = queries @ torch.cat([keys, self.queue]).T / temperature
        return functional.cross_entropy(logits, torch.arange(len(queries)))

    def remember(self, keys: Tensor) -> None:
        """Put keys in front and forget the oldest."""
        self.queue = torch.cat([keys, self.queue])[: self.size]
