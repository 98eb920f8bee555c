"""Near duplicates, leaks, the most unique, outliers, and hits in another dataset."""
