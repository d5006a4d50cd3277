"""Days: which kind of day is it."""
