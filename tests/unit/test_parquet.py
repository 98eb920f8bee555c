"""Files of indexes that others made: what they ask for is judged before it is given."""

from __future__ import annotations

import pytest

from fiftyone_milvus.indexes import parquet
from harness import hostile_parquet


@pytest.fixture(scope="module")
def read(tmp_path_factory):
    """What a process with little memory says of each hostile file, and of a valid
    one."""
    folder = tmp_path_factory.mktemp("files")
    hostile_parquet.write(folder / "valid")
    for number, make in enumerate(hostile_parquet.HOSTILE.values()):
        make(folder / str(number))
    return hostile_parquet.read_all(folder)


@pytest.mark.parametrize("words", hostile_parquet.HOSTILE)
def test_a_hostile_file_is_refused_in_little_memory(read, words):
    number = list(hostile_parquet.HOSTILE).index(words)
    assert read[str(number)].startswith("InvalidRequest: ")
    assert words in read[str(number)]


def test_a_valid_file_is_read_in_little_memory(read):
    assert read["valid"] == str(hostile_parquet.ROWS)


def test_damaged_files_give_an_error_or_their_rows(tmp_path):
    hostile_parquet.write(tmp_path / "file")
    hostile_parquet.read_damaged(tmp_path / "file")


@pytest.mark.parametrize(
    "how",
    [
        {"compression": "snappy", "use_dictionary": True},
        {"compression": "none", "data_page_version": "2.0"},
        {"compression": "gzip", "write_statistics": True},
        {"column_encoding": {"vector.list.element": "BYTE_STREAM_SPLIT"}},
        {"data_page_size": 4096, "write_page_index": True},
    ],
    ids=["dictionary", "pages v2", "statistics", "split", "many pages"],
)
def test_files_of_other_programs_are_read(tmp_path, how):
    path = tmp_path / "file"
    hostile_parquet.write(path, **how)
    with parquet.Reader(path) as file:
        ids = [id_ for rows in file.batches() for id_ in rows.ids]
    assert ids == [f"{i:024x}" for i in range(hostile_parquet.ROWS)]


def test_a_pipe_is_no_file(tmp_path):
    import os

    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(ValueError, match="There is no file"):
        parquet.Reader(tmp_path / "pipe")
