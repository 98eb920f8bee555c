"""What the operators and the panel share: context, forms, jobs, the search history."""
