"""Near duplicates, leaks, the most unique, outliers, and matches in another dataset."""
