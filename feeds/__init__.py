"""Feeds: the processes that gather what others know."""
