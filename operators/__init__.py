"""The operators: one file each, or one for a few that belong together. Each class that
has a name is registered, in the order of the files; ``fiftyone.yml`` lists them too."""

import importlib
import pkgutil
from types import ModuleType

from .base import Operator


def _operators(module: ModuleType) -> list[type[Operator]]:
    classes = [value for value in vars(module).values() if isinstance(value, type)]
    return [
        cls
        for cls in classes
        if issubclass(cls, Operator)
        and cls.__module__ == module.__name__
        and "name" in vars(cls)
    ]


_files = sorted(found.name for found in pkgutil.iter_modules(__path__))
_modules = [importlib.import_module(f".{name}", __name__) for name in _files]
OPERATORS = tuple(cls for module in _modules for cls in _operators(module))
