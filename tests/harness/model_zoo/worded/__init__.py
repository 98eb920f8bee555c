"""A FiftyOne model zoo source for tests: one model that embeds texts as well as images,
and that notes each time that it is loaded."""

import json
import os
from pathlib import Path

import fiftyone.core.models as fom
import numpy as np

LOADS = "WORDED_MODEL_LOADS"


def download_model(model_name: str, model_path: str) -> None:
    Path(model_path).write_text("nothing to download")


def load_model(model_name: str, model_path: str, **kwargs: object) -> fom.Model:
    """Adds its arguments as a line to the file that ``WORDED_MODEL_LOADS`` names."""
    if path := os.environ.get(LOADS):
        with Path(path).open("a") as file:
            file.write(json.dumps(kwargs) + "\n")
    return WordedModel()


class WordedModel(fom.Model, fom.EmbeddingsMixin, fom.PromptMixin):
    """Embeds an image as its mean colour, and a text as what its letters say."""

    media_type = "image"
    has_embeddings = True
    can_embed_prompts = True
    ragged_batches = True
    transforms = None
    preprocess = False

    def predict(self, arg: np.ndarray) -> None:
        raise NotImplementedError

    def embed(self, arg: np.ndarray) -> np.ndarray:
        return np.append(arg[..., :3].mean(axis=(0, 1)), 1).astype(np.float32)

    def embed_prompt(self, prompt: str) -> np.ndarray:
        return np.array([len(prompt), prompt.count("e"), 1, 1], np.float32)

    def embed_prompts(self, prompts: list[str]) -> np.ndarray:
        return np.stack([self.embed_prompt(prompt) for prompt in prompts])
