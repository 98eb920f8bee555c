"""What is read from FiftyOne's datasets: ids, and vectors, from a field or a model."""
