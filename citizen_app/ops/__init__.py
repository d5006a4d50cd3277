"""Ops: sources and their runs, loading a county, health and metrics."""
