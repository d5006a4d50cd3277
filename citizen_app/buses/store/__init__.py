"""What buses remember: versions of the network in SQL, the published one in every worker's memory. Private to here."""

from citizen_app.buses.store.corrections import (
    current_corrections,
    delete_correction,
    list_corrections,
    publish_corrections,
    set_correction,
)
from citizen_app.buses.store.current import Published, announce, current_calendar, current_published, network_origin
from citizen_app.buses.store.versions import (
    add_draft,
    delete_drafts,
    find_export,
    find_export_day,
    find_pointer,
    find_published,
    forget_documents,
    get_document,
    get_version,
    list_versions,
    lock_versions,
    set_export,
    set_published,
)

__all__ = [
    "Published",
    "add_draft",
    "announce",
    "current_calendar",
    "current_corrections",
    "current_published",
    "delete_correction",
    "delete_drafts",
    "find_export",
    "find_export_day",
    "find_pointer",
    "find_published",
    "forget_documents",
    "get_document",
    "get_version",
    "list_corrections",
    "list_versions",
    "lock_versions",
    "network_origin",
    "publish_corrections",
    "set_correction",
    "set_export",
    "set_published",
]
