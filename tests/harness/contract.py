"""The panel's contract as its TypeScript has it, to hold Python's answers against."""

from __future__ import annotations

import functools
import json
import subprocess
from pathlib import Path
from typing import Any

import jsonschema.validators

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
    return set(_calls("Methods"))


def check_answer(method: str, answer: Any) -> None:
    """Fails unless an answer has exactly what React was promised."""
    _check("Methods", method, "gives", answer)


def check_params(method: str, params: Any) -> None:
    """Fails unless the parameters are such as React sends."""
    _check("Methods", method, "takes", params)


def operators() -> set[str]:
    """The names of the operators that React runs."""
    return set(_calls("Operators"))


def operator_params(name: str) -> set[str]:
    """The names of all that React may send to an operator."""
    return _names("Operators", name)


def method_params(name: str) -> set[str]:
    """The names of all that React may send to a method."""
    return _names("Methods", name)


def check_operator(name: str, params: Any, result: Any) -> None:
    """Fails unless an operator takes what React sends, and gives what that uses."""
    _check("Operators", name, "takes", params)
    _check("Operators", name, "gives", result, more=True)


def _calls(of: str, more: bool = False) -> dict[str, Any]:
    """What is taken and given, by the name of each method or operator."""
    found: dict[str, Any] = schema(of, more)["definitions"][of]["properties"]
    return found


def _names(of: str, name: str) -> set[str]:
    takes = _calls(of)[name]["properties"]["takes"]
    if "$ref" in takes:
        takes = schema(of)["definitions"][takes["$ref"].rpartition("/")[2]]
    return set(takes["properties"])


def _check(of: str, name: str, part: str, value: Any, more: bool = False) -> None:
    plain = json.loads(json.dumps(value, default=str))
    _validator(of, name, part, more).validate(plain)


@functools.cache
def _validator(of: str, name: str, part: str, more: bool) -> Any:
    """Made once for each: to check the schema itself takes seconds."""
    found = {
        **_calls(of, more)[name]["properties"][part],
        "definitions": schema(of, more)["definitions"],
    }
    kind = jsonschema.validators.validator_for(found)
    kind.check_schema(found)
    return kind(found)
