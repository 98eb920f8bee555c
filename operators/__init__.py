"""The operators: one module a verb."""

from ..app.params import checked
from .adopt_collection import AdoptCollection
from .cleanup_collections import CleanupCollections
from .cleanup_index import CleanupIndex
from .collections import Collections
from .compare_indexes import CompareIndexes
from .compute_index import ComputeIndex
from .export_index import ExportIndex
from .find_duplicates import FindDuplicates
from .find_in_dataset import FindInDataset
from .find_label_outliers import FindLabelOutliers
from .find_leaks import FindLeaks
from .find_unique import FindUnique
from .import_index import ImportIndex
from .index_health import IndexHealth
from .list_indexes import ListIndexes
from .more_like_these import MoreLikeThese
from .move_index import MoveIndex
from .refine_search import RefineSearch
from .rename_index import RenameIndex
from .save_search import DeleteSavedSearch, RunSavedSearch, SaveSearch
from .search import Search
from .search_history import SearchHistory
from .sync_index import SyncIndex
from .tag_results import TagResults
from .trust_model import TrustModel

_ALL = (
    ComputeIndex,
    Search,
    MoreLikeThese,
    RefineSearch,
    CompareIndexes,
    SaveSearch,
    RunSavedSearch,
    DeleteSavedSearch,
    SearchHistory,
    CleanupIndex,
    IndexHealth,
    SyncIndex,
    ListIndexes,
    RenameIndex,
    Collections,
    CleanupCollections,
    AdoptCollection,
    MoveIndex,
    ExportIndex,
    ImportIndex,
    FindDuplicates,
    FindLeaks,
    FindUnique,
    FindLabelOutliers,
    FindInDataset,
    TagResults,
    TrustModel,
)

OPERATORS = tuple(map(checked, _ALL))
