"""What must hold in a process of its own."""

import os
import subprocess
import sys
import textwrap
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def run(code: str, **env: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)],
        capture_output=True,
        text=True,
        env={**os.environ, **env},
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


NO_PYMILVUS = """
    import sys
    for name in ("pymilvus", "milvus_lite"):
        sys.modules[name] = None
"""


def test_the_command_line_lists_the_plugins_operators():
    fiftyone = Path(sys.executable).with_name("fiftyone")
    done = subprocess.run(
        [fiftyone, "operators", "list"], capture_output=True, text=True, timeout=120
    )
    assert "@milvus/vector-search/compute_index" in done.stdout
    assert "Traceback" not in done.stdout + done.stderr


def test_operators_are_listed_and_say_what_to_install_without_pymilvus():
    out = run(
        NO_PYMILVUS
        + """
    import fiftyone as fo
    import fiftyone.operators as foo
    names = [o.uri for o in foo.list_operators() if "milvus" in o.uri]
    print(names)
    dataset = fo.Dataset()
    dataset.add_samples(
        [fo.Sample(filepath="/a.png", emb=[1.0, 2.0])], progress=False
    )
    dataset.add_sample_field("v", fo.VectorField)
    import numpy as np
    dataset.set_values("v", [np.ones(2)])
    try:
        foo.execute_operator(
            "@milvus/vector-search/compute_index",
            dict(dataset=dataset),
            params=dict(brain_key="a", source="field", embeddings_field="v"),
        )
    except Exception as e:
        print(str(e))
    print(dataset.list_brain_runs())
    """
    )
    assert "compute_index" in out and "cleanup_index" in out
    assert "pip install 'pymilvus[milvus-lite]'" in out
    assert out.strip().endswith("[]")


def test_pytorch_is_not_loaded_for_the_plugin_nor_for_the_library():
    out = run(
        f"""
        import sys
        sys.path.insert(0, {str(ROOT)!r})
        import fiftyone.operators as foo
        import fiftyone_milvus
        assert any("milvus" in operator.uri for operator in foo.list_operators())
        assert fiftyone_milvus.search and fiftyone_milvus.build
        print([m for m in ("torch", "transformers", "ray") if m in sys.modules])
        """
    )
    assert out.strip().splitlines()[-1] == "[]"


def test_the_hook_works_before_and_after_fiftyones_module_is_imported():
    for first, second in (
        ("fiftyone_milvus", "fiftyone.brain.internal.core.milvus"),
        ("fiftyone.brain.internal.core.milvus", "fiftyone_milvus"),
    ):
        out = run(
            f"""
            import sys
            sys.path.insert(0, {str(ROOT)!r})
            import {first}, {second}
            import fiftyone.brain.internal.core.milvus as m
            from fiftyone_milvus.backend import similarity
            cls = m.MilvusSimilarityConfig
            print(cls is similarity.MilvusSimilarityConfig, cls.__module__)
            """
        )
        assert out.strip() == "True fiftyone.brain.internal.core.milvus"


def test_fiftyones_module_path_installs_the_backend_everywhere():
    out = run(
        """
        import fiftyone.brain as fob
        from fiftyone.brain.internal.core.milvus import MilvusSimilarityConfig
        import fiftyone as fo
        print(hasattr(MilvusSimilarityConfig, "refuse_unfit"))
        """,
        FIFTYONE_MODULE_PATH="fiftyone_milvus",
        PYTHONPATH=str(ROOT),
    )
    assert out.strip() == "True"
