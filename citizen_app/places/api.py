"""Search as JSON: the same index as the pages."""

from __future__ import annotations

from typing import Any

from flask import Response
from flask_smorest import Blueprint

from citizen_app import finder
from citizen_app.access import PUBLIC, access
from citizen_app.answers import cached_json
from citizen_app.errors import NotFound
from citizen_app.places import schemas, store

blueprint = Blueprint("search_api", __name__, url_prefix="/api/v1", description="Places, stops and lines by name.")

_FRESH_S = 60


@blueprint.get("/search")
@access(PUBLIC)
@blueprint.arguments(schemas.SearchQuerySchema, location="query")
@blueprint.response(200, schemas.SearchSchema)
def get_search(query: dict[str, Any]) -> Response:
    """What the words may mean, best first. A place in `near` that is not known (any more) changes nothing."""
    near = finder.place_near(query["near"]) if "near" in query else None
    answer = finder.current_index().find(query["q"], query["limit"], query.get("kinds"), near)
    hits = [{**vars(hit.entry), "key": hit.entry.key, "match": hit.match, "by": hit.by} for hit in answer.hits]
    body = {**_about_data(), "understood": answer.understood, "hits": hits, "spellings": answer.spellings}
    return cached_json(schemas.SearchSchema().dump(body), _FRESH_S)


def _about_data() -> dict[str, Any]:
    try:
        county = store.current_county()
    except NotFound:
        return {"demo": False, "attribution": []}
    return {"demo": county.is_demo, "attribution": list(county.attributions)}
