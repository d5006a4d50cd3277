"""Answers for machines: JSON that need not be sent twice, and the document that describes it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from copy import deepcopy
from typing import Any

from flask import Response, current_app, request
from flask_smorest import Blueprint

from citizen_app.extensions import api
from citizen_app.problems import PROBLEM_JSON, ProblemSchema

UNSEEN = object()


def cached_json(body: Any, fresh_s: int, *, identity: Any = UNSEEN, mimetype: str = "application/json") -> Response:
    """A body as JSON, good for `fresh_s` seconds; 304 without a body where the asker has it already.

    `identity` is what tells two answers apart where that is not the whole body (it may hold the present moment).
    The tag is a weak one, since the same thing may be said in other bytes (gzip, that moment).
    """
    response = Response(current_app.json.dumps(body), mimetype=mimetype)
    response.headers["Cache-Control"] = f"public, max-age={fresh_s}"
    told_apart_by = current_app.json.dumps(body if identity is UNSEEN else identity)
    response.set_etag(hashlib.sha256(told_apart_by.encode()).hexdigest()[:20], weak=True)
    response.make_conditional(request)
    return response


def cached_bytes(body: bytes, fresh_s: int, mimetype: str, *, identity: bytes = b"") -> Response:
    """The same for a body that is no JSON; `identity` is what tells two answers apart where that is not the body."""
    response = Response(body, mimetype=mimetype)
    response.headers["Cache-Control"] = f"public, max-age={fresh_s}"
    response.set_etag(hashlib.sha256(identity or body).hexdigest()[:20], weak=True)
    response.make_conditional(request)
    return response


def alt_problem(blueprint: Blueprint, status: int, description: str) -> Callable[[Any], Any]:
    """Say in the document that a view may answer with this problem."""
    mark: Callable[[Any], Any] = blueprint.alt_response(
        status, schema=ProblemSchema, content_type=PROBLEM_JSON, description=description
    )
    return mark


def openapi_document() -> dict[str, Any]:
    """The OpenAPI 3.1 document of every blueprint that is registered with `api`."""
    document: dict[str, Any] = deepcopy(api.spec.to_dict())
    document["components"]["schemas"].pop("PaginationMetadata", None)    # the library's own, which nothing here uses
    for response in document["components"].get("responses", {}).values():
        # The library knows one content type for good answers and errors alike; ours have one each.
        response["content"] = {PROBLEM_JSON: response["content"]["application/json"]}
    return document
