"""What the tests run on: private servers and folders, and small datasets.

Nothing here imports ``fiftyone`` at its top: FiftyOne reads its configuration and
connects to MongoDB when it is imported, which must come after
``environment.prepare()``.
"""
