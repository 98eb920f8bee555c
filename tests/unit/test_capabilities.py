import pytest
from pymilvus.client.prepare import Prepare

from fiftyone_milvus.store import capabilities
from fiftyone_milvus.store.filter_expressions import is_in
from fiftyone_milvus.store.index_types import INDEX_TYPES

ALL = tuple(INDEX_TYPES)
OF_2_3 = ("AUTOINDEX", "FLAT", "HNSW", "IVF_FLAT", "IVF_SQ8", "DISKANN")
OF_2_4 = (*OF_2_3, "GPU_CAGRA")
OF_2_5 = (*OF_2_4, "HNSW_SQ")
OF_LITE = ("AUTOINDEX", "FLAT", "HNSW", "HNSW_SQ", "IVF_FLAT", "IVF_SQ8")
ZILLIZ = "Zilliz Cloud Vector Database(Compatible with Milvus 2.5)"


@pytest.mark.parametrize(
    ("text", "version", "templates", "index_types"),
    [
        ("v2.1.4", "2.1.4", False, OF_2_3[:-1]),
        ("v2.2.16", "2.2.16", False, OF_2_3),
        ("v2.3.5", "2.3.5", False, OF_2_3),
        ("2.3.5", "2.3.5", False, OF_2_3),
        ("v2.3.5-lite", "2.3.5", False, OF_2_3),  # from PyPI
        ("v2.4.0-rc.1", "2.4.0", False, OF_2_4),
        ("v2.4.23", "2.4.23", False, OF_2_4),
        ("v2.5.0", "2.5.0", True, OF_2_5),
        ("2.5-20241101-116bf501-amd64", "2.5", True, OF_2_5),
        ("v2.6.0", "2.6.0", True, ALL),
        ("v2.10.1", "2.10.1", True, ALL),
        ("3.0.0", "3.0.0", True, ALL),
        (ZILLIZ, "2.5", True, OF_2_5),
        ("milvus_lite-3.2.2", "3.2.2", False, OF_LITE),
        ("master-20241015-f3b6792a", None, False, ALL),
        ("unknown", None, False, ALL),
        ("", None, False, ALL),
    ],
)
def test_a_version_says_what_the_server_can(text, version, templates, index_types):
    can = capabilities.of_version(text)
    assert can.version == (text if version is None else version)
    assert can.embedded == ("milvus_lite" in text)
    assert can.filter_templates == templates
    since_2_4 = version is not None and "GPU_CAGRA" in index_types
    assert can.rest_import == since_2_4
    assert set(can.index_types) == set(index_types)
    assert list(can.index_types) == [t for t in ALL if t in index_types]


@pytest.mark.parametrize(
    ("text", "half_vectors", "membership_filters"),
    [
        ("v2.3.5", False, False),
        ("v2.4.0-rc.1", True, False),
        ("v2.10.1", True, False),
        ("3.0", True, False),  # which of them?
        ("v3.0.1", True, False),
        ("v3.0.2", True, True),
        ("v3.0.10", True, True),
        ("3.1.0-20261101-116bf501", True, True),
        (ZILLIZ, True, False),
        ("milvus_lite-3.2.2", False, False),
        ("unknown", True, False),
    ],
)
def test_a_version_says_what_it_stores_and_filters_by(
    text, half_vectors, membership_filters
):
    can = capabilities.of_version(text)
    assert can.half_vectors == half_vectors
    assert can.membership_filters == membership_filters


def requests(arguments):
    """What pymilvus sends for the arguments of a query, a search and a delete."""
    text, values = arguments["filter"], arguments.get("filter_params", {})
    return [
        Prepare.query_request("name", text, ["pk"], [], expr_params=values),
        Prepare.search_requests_with_expr(
            "name", "vector", {}, 1, data=[[0.0]], expr=text, expr_params=values
        ),
        Prepare.delete_request(
            "name", text, consistency_level="Strong", expr_params=values
        ),
    ]


def filter_of(request):
    return getattr(request, "expr", None) or request.dsl


def test_ids_go_beside_the_filter_where_it_may_be_a_template():
    ids = ["a", "b' or pk != '", 'ä"\\']
    for request in requests(is_in("pk", ids, templates=True)):
        (sent,) = request.expr_template_values.values()
        assert list(sent.array_val.string_data.data) == ids
        assert filter_of(request) == "pk in {values}"


def test_ids_go_into_the_filter_elsewhere():
    for request in requests(is_in("pk", ["ä", 'b"'])):
        assert not request.expr_template_values
        assert filter_of(request) == r'pk in ["ä", "b\""]'
