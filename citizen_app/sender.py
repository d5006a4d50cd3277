"""The exchange process: sends what waits in the outbox to the province. Several may run.

Beside it: what changes by the clock alone is noticed each minute, everything is compared with what was reported at the start and
each hour, old rows are forgotten, and at night the platform is asked for what it holds. Without a province.toml it does nothing.
"""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading

from flask import Flask

from citizen_app import chores, clock, create_app, logs
from citizen_app.errors import AppError
from citizen_app.exchange import actions
from citizen_app.exchange.actions import Sender
from citizen_app.exchange.actions.sending import RENEW_S
from citizen_app.exchange.client import open_gateway
from citizen_app.exchange.client.gateway import Gateway
from citizen_app.extensions import db
from citizen_app.ops import store as ops_store
from citizen_app.reporting import current_province

log = logging.getLogger(__name__)

IDLE_S = 0.5       # between two looks at an outbox in which nothing waits
TROUBLE_S = 5.0    # after a database that does not answer
TURNS_S = 60.0
COMPARE_S = 3600.0
THIN_S = 3600.0
_NIGHT_FROM, _NIGHT_UNTIL = (2, 0), (3, 30)    # on the county's clock; before history is pruned


class Exchange:
    """The threads of one process. Each has a gateway of its own where it needs one."""

    def __init__(self, app: Flask) -> None:
        self.app, self.stopping = app, threading.Event()

    def run(self) -> None:
        """Until `stopping` is set; a request that is under way has its answer awaited for a moment, and is sent again otherwise."""
        with self.app.app_context():
            province = current_province()
        if province is None:
            log.warning("no province to report to", extra={"file": str(self.app.config["PROVINCE_FILE"])})
            self.stopping.wait()
            return
        sender = Sender(self._gateway(), clock.now)
        chores.start(self.app, {
            "renew": (sender.renew, RENEW_S),
            "turns": (lambda: actions.report_turns(province, clock.now()), TURNS_S),
            "compare": (lambda: actions.report_everything(province, clock.now()), COMPARE_S),
            "thin": (lambda: actions.thin_outbox(clock.now()), THIN_S),
            "reconcile": (self._reconcile, TURNS_S),
        }, self.stopping)
        sending = threading.Thread(target=self._send, args=(sender,), name="send", daemon=True)
        sending.start()
        self.stopping.wait()
        sending.join(3.0)

    def _gateway(self) -> Gateway:
        with self.app.app_context():
            province = current_province()
            assert province is not None
            return open_gateway(province, self.app.config["DATA_DIR"], os.environ)

    def _send(self, sender: Sender) -> None:
        while not self.stopping.is_set():
            pause_s = IDLE_S
            with self.app.app_context():
                try:
                    pause_s = 0 if sender.send() else IDLE_S
                except AppError as fault:
                    log.warning("nothing sent", extra={"error": str(fault)})
                    pause_s = TROUBLE_S
                except Exception:
                    log.exception("nothing sent")
                    pause_s = TROUBLE_S
                finally:
                    db.session.remove()
            if pause_s:
                self.stopping.wait(pause_s)

    def _reconcile(self) -> None:
        """Once a night, in one process."""
        local = clock.to_local(clock.now())
        if not _NIGHT_FROM <= (local.hour, local.minute) < _NIGHT_UNTIL:
            return
        lease, owner = f"reconcile:{local:%Y-%m-%d}", ops_store.new_owner()
        if not ops_store.acquire_lease(lease, owner, 24 * 3600):
            return
        try:
            found = actions.reconcile(self._gateway(), clock.now)
        except AppError:
            ops_store.release_lease(lease, owner)    # once more in a minute
            raise
        log.info("reconciled with the province", extra={"differences": len(found)})


def main() -> int:
    logs.configure()
    exchange = Exchange(create_app({"START_BACKGROUND": False}))
    for number in (signal.SIGTERM, signal.SIGINT):
        # Not in the handler itself: it may have interrupted the very lock that setting takes.
        signal.signal(number, lambda *_: threading.Thread(target=exchange.stopping.set).start())
    try:
        exchange.run()
    except AppError as fault:
        log.error("cannot report to the province", extra={"error": str(fault)})
        exchange.stopping.wait(TROUBLE_S)    # whoever starts us again need not hurry
        return 1
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)    # chores that still wait for a server hold nothing that must be put away


if __name__ == "__main__":
    sys.exit(main())
