"""What ``harness.forks`` has imported before it forks; no connection is left open."""

import fiftyone
import fiftyone.brain  # noqa: F401
import fiftyone.core.odm.database as database
import pymilvus  # noqa: F401
import torch  # noqa: F401

import fiftyone_milvus  # noqa: F401
from fiftyone_milvus.backend import runs  # noqa: F401
from fiftyone_milvus.dataset import models
from fiftyone_milvus.indexes import build, sync  # noqa: F401

from . import builds, environment, forks, images  # noqa: F401

models.load(images.MODEL)
database._disconnect()
environment.HOME.rmdir()  # the test run has made its own
