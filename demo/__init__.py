"""What ``make demo`` shows: pictures, a model, two Milvus indexes, the App."""
