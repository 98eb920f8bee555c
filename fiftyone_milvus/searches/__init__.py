"""What a person searches for: terms into a query, and a query into matches."""
