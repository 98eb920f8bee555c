"""The operators: one module a verb."""

from .cleanup_index import CleanupIndex
from .compute_index import ComputeIndex
from .search import Search

OPERATORS = (ComputeIndex, Search, CleanupIndex)
