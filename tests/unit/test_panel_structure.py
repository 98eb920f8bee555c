"""The panel's TypeScript is flat, and imports in one direction.

ESLint (``js/eslint.config.js``) holds which folder may import from which.
"""

import re
from graphlib import TopologicalSorter
from pathlib import Path

SRC = Path(__file__).resolve().parents[2] / "js" / "src"
MODULES = sorted(path for path in SRC.rglob("*.ts*") if not path.name.endswith(".d.ts"))
COMPONENTS = [path for path in MODULES if re.fullmatch(r"[A-Z]\w*\.tsx", path.name)]
IMPORT = re.compile(r"""^(?:import|export)\b[^;]*?\bfrom "(\.[^"]+)";""", re.MULTILINE)


def imported(path: Path) -> set[Path]:
    """The modules of the panel that a module imports, types included."""
    found = set()
    for name in IMPORT.findall(path.read_text()):
        target = (path.parent / name).resolve()
        found |= {target.with_name(target.name + end) for end in (".ts", ".tsx")}
    return found & set(MODULES)


def test_a_component_is_beside_its_test():
    missing = [
        path.stem for path in COMPONENTS if not path.with_suffix(".test.tsx").exists()
    ]
    assert missing == []


def test_folders_are_flat_and_have_no_barrels():
    assert [path for path in MODULES if len(path.relative_to(SRC).parts) > 2] == []
    assert [path for path in MODULES if path.name == "index.ts"] == []


def test_no_module_imports_itself_by_way_of_others():
    graph = {path: imported(path) for path in MODULES}
    assert sum(map(len, graph.values())) > len(MODULES)
    TopologicalSorter(graph).prepare()  # raises CycleError, which names the circle
