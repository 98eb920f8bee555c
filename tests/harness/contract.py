"""The panel's contract as its TypeScript has it, to hold Python's answers against."""

from __future__ import annotations

import functools
import json
import subprocess
from pathlib import Path
from typing import Any

import jsonschema

JS = Path(__file__).resolve().parents[2] / "js"
GENERATE = [
    "node_modules/.bin/ts-json-schema-generator",
    *("--path", "src/api/contract.ts"),
    *("--tsconfig", "tsconfig.json"),
    "--no-type-check",  # the linter does it
]


@functools.cache
def schema(of: str = "Methods", more: bool = False) -> dict[str, Any]:
    """The JSON schema of a type of ``js/src/api/contract.ts``.

    Args:
        of: the type
        more: whether an answer may have more than React uses
    """
    options = ["--type", of, *(["--additional-properties"] if more else [])]
    command = [*GENERATE, *options]
    run = subprocess.run(command, cwd=JS, check=True, capture_output=True, text=True)
    found: dict[str, Any] = json.loads(run.stdout)
    return found


def methods() -> set[str]:
    """The names of the methods that React calls."""
    return set(_methods())


def check_answer(method: str, answer: Any) -> None:
    """Fails unless an answer has exactly what React was promised."""
    _check(_methods()[method]["properties"]["gives"], answer)


def check_params(method: str, params: Any) -> None:
    """Fails unless the parameters are such as React sends."""
    _check(_methods()[method]["properties"]["takes"], params)


def operators() -> set[str]:
    """The names of the operators that React runs."""
    return set(_operators())


def operator_params(name: str) -> set[str]:
    """The names of all that React may send to an operator."""
    return _names(_operators()[name], "Operators")


def method_params(name: str) -> set[str]:
    """The names of all that React may send to a method."""
    return _names(_methods()[name], "Methods")


def check_operator(name: str, params: Any, result: Any) -> None:
    """Fails unless an operator takes what React sends, and gives what that uses."""
    _check(_operators()[name]["properties"]["takes"], params, "Operators")
    used = _operators(more=True)[name]["properties"]["gives"]
    _check(used, result, "Operators", more=True)


def _methods() -> dict[str, Any]:
    found: dict[str, Any] = schema()["definitions"]["Methods"]["properties"]
    return found


def _operators(more: bool = False) -> dict[str, Any]:
    whole = schema("Operators", more)["definitions"]
    found: dict[str, Any] = whole["Operators"]["properties"]
    return found


def _names(call: dict[str, Any], of: str) -> set[str]:
    takes = call["properties"]["takes"]
    if "$ref" in takes:
        takes = schema(of)["definitions"][takes["$ref"].rpartition("/")[2]]
    return set(takes["properties"])


def _check(
    part: dict[str, Any], value: Any, of: str = "Methods", more: bool = False
) -> None:
    plain = json.loads(json.dumps(value, default=str))
    definitions = schema(of, more)["definitions"]
    jsonschema.validate(plain, {**part, "definitions": definitions})
