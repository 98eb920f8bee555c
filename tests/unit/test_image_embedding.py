"""Query images as files, which their models read."""

from contextlib import suppress
from pathlib import Path

import pytest

from fiftyone_milvus.dataset import image_embedding


@pytest.mark.parametrize("fails", [False, True])
def test_a_query_image_is_a_private_file_until_it_was_embedded(fails):
    seen = []
    with suppress(RuntimeError), image_embedding.as_file(b"bytes", ".png") as name:
        path = Path(name)
        seen.append(path)
        assert path.read_bytes() == b"bytes" and path.suffix == ".png"
        assert path.stat().st_mode & 0o777 == 0o600
        assert path.parent.stat().st_mode & 0o777 == 0o700
        if fails:
            raise RuntimeError
    assert not seen[0].parent.exists()
