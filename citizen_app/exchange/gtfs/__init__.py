"""GTFS as published by others, in and out. Foreign field names stop here."""
