"""A large feed is read in little memory: 1.4 million calls in 1.5 GB, and a seventh of them in a seventh."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from benches.network import make_large

CALLS = 200_000
READ = """
import resource, sys
from pathlib import Path
from citizen_app.exchange.gtfs.archive import open_archive
from citizen_app.exchange.gtfs.reader import read_network
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
with open_archive(Path(sys.argv[1])) as archive:
    network = read_network(archive).get_network()
print(len(network.stop_times.stop), (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024)
"""


def test_memory_grows_with_the_calls_and_stays_in_proportion(tmp_path: Path) -> None:
    feed = tmp_path / "large.zip"
    feed.write_bytes(make_large(CALLS))
    read = subprocess.run([sys.executable, "-c", READ, str(feed)], capture_output=True, text=True, check=True)
    calls, grown_bytes = map(int, read.stdout.split())
    assert CALLS - 35 < calls <= CALLS
    assert grown_bytes < 1.5e9 * CALLS / 1_400_000
