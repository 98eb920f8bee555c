"""Files of indexes appear when they are complete."""

import threading
from pathlib import Path
from types import SimpleNamespace

from fiftyone_milvus.store import embedded_indexes

SPEC = SimpleNamespace(index_type="HNSW", field_name="vector")


class Segment:
    """As Milvus Lite's: builds an index and writes it, or reads it."""

    num_rows = 1

    def __init__(self, writing=None, go_on=None):
        self.writing, self.go_on = writing, go_on
        self.index = None

    def index_file_path(self, folder, index_type, field_name, *, scalar):
        return str(Path(folder) / f"data.{field_name}.{index_type.lower()}.idx")

    def build_or_load_index(self, spec, index_dir):
        path = Path(self.index_file_path(index_dir, "HNSW", "vector", scalar=False))
        if path.exists():
            self.index = path.read_text()
            assert self.index == "whole"
            return
        with path.open("w") as file:
            file.write("wh")
            file.flush()
            if self.writing:
                self.writing.set()
                self.go_on.wait()
            file.write("ole")
        self.index = "whole"


build_or_load = embedded_indexes._whole(Segment.build_or_load_index, False)


def test_a_load_waits_for_the_file_that_is_being_written(tmp_path):
    writing, go_on = threading.Event(), threading.Event()
    one, other = Segment(writing, go_on), Segment()
    writer = threading.Thread(target=build_or_load, args=(one, SPEC, str(tmp_path)))
    writer.start()
    writing.wait()
    assert list(tmp_path.glob("*.idx")) == []
    reader = threading.Thread(target=build_or_load, args=(other, SPEC, str(tmp_path)))
    reader.start()
    go_on.set()
    writer.join()
    reader.join()
    assert (one.index, other.index) == ("whole", "whole")
    assert [path.name for path in tmp_path.iterdir()] == ["data.vector.hnsw.idx"]


def test_a_file_that_cannot_be_read_is_written_again(tmp_path):
    file = tmp_path / "data.vector.hnsw.idx"
    file.write_text("wh")
    segment = Segment()
    build_or_load(segment, SPEC, str(tmp_path))
    assert (segment.index, file.read_text()) == ("whole", "whole")


def test_a_segment_without_rows_has_no_file(tmp_path):
    segment = Segment()
    segment.num_rows = 0
    build_or_load(segment, SPEC, str(tmp_path / "indexes"))
    assert not (tmp_path / "indexes").exists()


def test_what_is_left_of_a_crash_is_removed(tmp_path):
    left = tmp_path / "indexes" / f"{embedded_indexes.ASIDE}x"
    left.mkdir(parents=True)
    for folder in (left, left.parent):
        (folder / "data.vector.hnsw.idx").write_text("wh")
    embedded_indexes.forget(tmp_path)
    assert list((tmp_path / "indexes").iterdir()) == []


def test_the_milvus_lite_that_is_installed_is_as_expected(monkeypatch, caplog):
    for name in embedded_indexes.METHODS:
        method = getattr(embedded_indexes.Segment, name)
        monkeypatch.setattr(embedded_indexes.Segment, name, method)
    embedded_indexes.keep_whole()
    assert not caplog.records
    monkeypatch.delattr(embedded_indexes.Segment, "build_or_load_index")
    embedded_indexes.keep_whole()
    assert "build_or_load_index isn't as it was" in caplog.text
