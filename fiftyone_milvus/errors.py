"""The errors that people see: what failed, where, and what to do next."""


class VectorSearchError(ValueError):
    """Base class. ``code`` is a stable word for programs, the text is for people.

    A ``ValueError``, because that is what FiftyOne's own backends raise.
    """

    code = "error"


class InvalidRequest(VectorSearchError):
    """What was asked for cannot be done as asked; nothing was changed."""

    code = "invalid"


class UnknownIndex(InvalidRequest):
    """The dataset has no such index; it may have been deleted elsewhere."""

    code = "no_index"


class UntrustedModel(InvalidRequest):
    """A record names a model with arguments that nobody has accepted here.

    Args:
        message: the sentence
        brain_key: the index, if it is known
    """

    code = "untrusted_model"

    def __init__(self, message: str, brain_key: str | None = None) -> None:
        super().__init__(message)
        self.brain_key = brain_key


class RefusedModel(InvalidRequest):
    """A record names a model with arguments that are never taken from a record."""

    code = "refused_model"


class BrokenRecord(InvalidRequest):
    """The record of an index can't be used; it was damaged, or made by hand."""

    code = "broken_record"


class MissingRequirement(VectorSearchError):
    """A Python package is not installed."""

    code = "missing_requirement"


class ServerUnavailable(VectorSearchError):
    """Milvus does not answer at the address in use."""

    code = "no_server"


class AccessDenied(VectorSearchError):
    """Milvus answers, but does not accept the credentials or the certificate."""

    code = "access_denied"


class CollectionError(VectorSearchError):
    """A collection is missing, does not fit, or belongs to another dataset or tool."""

    code = "collection"


class NoSuchMilvus(CollectionError):
    """An embedded Milvus that a record names is not there, or is somebody else's."""


class Busy(VectorSearchError):
    """The App does as much of this as it can at once; later it can."""

    code = "busy"


class Cancelled(VectorSearchError):
    """The person stopped the work."""

    code = "cancelled"
