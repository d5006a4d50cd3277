"""What exchange changes: versions of the network with their open data, and everything that goes to the province. No Flask."""

from citizen_app.exchange.actions.mending import Difference, reconcile
from citizen_app.exchange.actions.network import inspect_network, publish_network, refresh_export, rollback_network
from citizen_app.exchange.actions.reporting import (
    prepare_network,
    report_counts,
    report_everything,
    report_facilities,
    report_network,
    report_turns,
)
from citizen_app.exchange.actions.resending import replay, resend, thin_outbox
from citizen_app.exchange.actions.sending import Sender

__all__ = [
    "Difference",
    "Sender",
    "inspect_network",
    "prepare_network",
    "publish_network",
    "reconcile",
    "refresh_export",
    "replay",
    "report_counts",
    "report_everything",
    "report_facilities",
    "report_network",
    "report_turns",
    "resend",
    "rollback_network",
    "thin_outbox",
]
