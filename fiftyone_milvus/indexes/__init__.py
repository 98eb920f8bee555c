"""Building an index, saying how true it is to its dataset, and keeping it so."""
