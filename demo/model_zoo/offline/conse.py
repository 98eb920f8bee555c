"""ConSE: puts images into the space of a text model.

From Norouzi et al., Zero-Shot Learning by Convex Combination of Semantic
Embeddings, 2013: an image's vector is the mean of its likeliest classes' names'
vectors, weighted by their probabilities.
"""

import numpy as np
import torch
from torch.nn import functional


class ConSE(torch.nn.Module):
    """Class scores to unit vectors in the space of the classes' names.

    Args:
        names: the vectors of the classes' names, (classes, dim) float32
        temperature: divides the scores; above 1 more classes have a say
        top: how many classes have a say
    """

    names: torch.Tensor

    def __init__(
        self, names: np.ndarray, temperature: float = 2.0, top: int = 20
    ) -> None:
        super().__init__()
        self.register_buffer("names", torch.from_numpy(names))
        self.temperature = temperature
        self.top = top

    def forward(self, scores: torch.Tensor) -> torch.Tensor:
        """(n, classes) scores before softmax -> (n, dim) unit vectors."""
        weights, classes = (scores / self.temperature).softmax(-1).topk(self.top)
        mean = torch.einsum("nk,nkd->nd", weights, self.names[classes])
        return functional.normalize(mean, dim=-1)
