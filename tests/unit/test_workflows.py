"""The continuous integration on the public host, which can't run here: its files can be
read, and what they call is there."""

import re
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
HOST = ROOT / ".github"
WORKFLOWS = sorted((HOST / "workflows").glob("*.yml"))
FORMS = [
    p for p in sorted((HOST / "ISSUE_TEMPLATE").glob("*.yml")) if "config" not in p.stem
]
TARGETS = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))


def commands(job):
    """What a job runs, once for each of its matrix."""
    runs = [step["run"] for step in job["steps"] if "run" in step]
    targets = job.get("strategy", {}).get("matrix", {}).get("target", [""])
    return [run.replace("${{ matrix.target }}", t) for t in targets for run in runs]


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda p: p.stem)
def test_a_workflow_calls_make_for_what_the_makefile_has(path):
    jobs = yaml.safe_load(path.read_text())["jobs"].values()
    made = [
        run.split()[1]
        for job in jobs
        for run in commands(job)
        if run.startswith("make ")
    ]
    assert made and set(made) <= TARGETS


def test_continuous_integration_runs_all_parts_of_make_test():
    jobs = yaml.safe_load((HOST / "workflows" / "ci.yml").read_text())["jobs"]
    run = {run.split()[1] for run in commands(jobs["make"])}
    parts = re.search(r"^test: (.*?) ##", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert set(parts[1].split()) < run


@pytest.mark.parametrize("path", FORMS, ids=lambda p: p.stem)
def test_an_issue_form_asks_something(path):
    form = yaml.safe_load(path.read_text())
    assert form["name"] and form["description"]
    fields = [field for field in form["body"] if field["type"] != "markdown"]
    assert fields and all(field["attributes"]["label"] for field in fields)
    assert len({field["id"] for field in fields}) == len(fields)
