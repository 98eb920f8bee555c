"""What ``make demo`` shows: images, a model, two Milvus indexes, the App."""
