"""Places: the county, its towns, villages and landmarks; the home page."""
