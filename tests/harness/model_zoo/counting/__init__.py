"""A FiftyOne model zoo source for tests: one model that is quick, that is exact, and
that counts."""

import hashlib
import os
import time
from pathlib import Path

import fiftyone.core.models as fom
import numpy as np

NOTES = "COUNTING_MODEL_NOTES"
PACE = "COUNTING_MODEL_PACE"
GRID = 4
WAIT = "wait after "


def download_model(model_name: str, model_path: str) -> None:
    Path(model_path).write_text("nothing to download")


def load_model(model_name: str, model_path: str, **kwargs: object) -> fom.Model:
    return CountingModel()


class CountingModel(fom.Model, fom.EmbeddingsMixin):
    """Embeds an image as the mean colours of its 4 x 4 parts, ``(48,)``.

    Each image embedded adds a line, a hash of its pixels, to the file that
    ``COUNTING_MODEL_NOTES`` names; and takes the seconds that are written in the file
    that ``COUNTING_MODEL_PACE`` names, or, where that says ``wait after n``, none for
    the first n images, and for the next one until something else is written there.
    """

    _read: tuple[int, str] | None = None
    _since = 0

    @property
    def media_type(self) -> str:
        return "image"

    @property
    def has_embeddings(self) -> bool:
        return True

    @property
    def ragged_batches(self) -> bool:
        return True

    @property
    def transforms(self) -> None:
        return None

    @property
    def preprocess(self) -> bool:
        return False

    @preprocess.setter
    def preprocess(self, value: bool) -> None:
        pass

    def predict(self, arg: np.ndarray) -> None:
        raise NotImplementedError

    def embed(self, arg: np.ndarray) -> np.ndarray:
        if pace := os.environ.get(PACE):
            self._take_time(Path(pace))
        if notes := os.environ.get(NOTES):
            digest = hashlib.blake2b(arg.tobytes(), digest_size=8).hexdigest()
            line = f"{digest} {os.getpid()}\n".encode()
            handle = os.open(notes, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
            os.write(handle, line)
            os.close(handle)
        return features(arg)

    def _take_time(self, pace: Path) -> None:
        while True:
            now = pace.stat().st_ino, pace.read_text()
            if now != self._read:
                self._read, self._since = now, 0
            if not now[1].startswith(WAIT):
                time.sleep(float(now[1]))
                return
            if self._since < int(now[1].removeprefix(WAIT)):
                self._since += 1
                return
            time.sleep(0.05)


def features(image: np.ndarray) -> np.ndarray:
    """The mean colours of an image's parts, ``(48,)`` from ``(h, w, 3)`` uint8."""
    if image.size == 0:
        raise ValueError("There is nothing in this image")
    rows = np.array_split(image[..., :3].astype(np.float64), GRID, axis=0)
    parts = [part for row in rows for part in np.array_split(row, GRID, axis=1)]
    means = [part.reshape(-1, 3).mean(axis=0) for part in parts]
    return np.concatenate(means).astype(np.float32)
