"""The nearest rows of a query vector, among all or within a view: plans, and what they
cost."""
