"""GTFS-realtime 2.0: alerts, trip updates and vehicle positions as a FeedMessage. Pure.

There is no real-time of the buses yet. A full dataset without entities says just that: nothing is known, which is not the
same as all being on time, and a reader that expects the feed finds it.
"""

from __future__ import annotations

from datetime import datetime

from google.transit import gtfs_realtime_pb2

INTERVAL_S = 30
KINDS = ("alerts", "trip-updates", "vehicle-positions")


def empty_feed(now: datetime, feed_version: str = "") -> bytes:
    """A feed without entities as of `now`, to the last half minute, so that it stays the same bytes in between.

    `feed_version` is that of the GTFS feed which it would speak of, "" for none.
    """
    message = gtfs_realtime_pb2.FeedMessage()
    message.header.gtfs_realtime_version = "2.0"
    message.header.incrementality = gtfs_realtime_pb2.FeedHeader.FULL_DATASET
    message.header.timestamp = int(now.timestamp()) // INTERVAL_S * INTERVAL_S
    if feed_version:
        message.header.feed_version = feed_version
    return bytes(message.SerializeToString(deterministic=True))
