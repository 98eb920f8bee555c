"""Collections and indexes as a whole: list, adopt, rename, move, export, drop."""
