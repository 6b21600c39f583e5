"""The OpenAPI document: the framework's, with the one form in which every operation refuses."""

from __future__ import annotations

from typing import Any

from ninja import NinjaAPI

from flightrules.service.door.problems import CONTENT_TYPE, FORM

__all__ = ["DocumentedAPI"]

_REFUSAL = {"$ref": "#/components/responses/Problem"}


class DocumentedAPI(NinjaAPI):
    """The framework's API, whose document tells of refusals too."""

    def get_openapi_schema(self, **asked: Any) -> Any:
        """The document; ``default`` of each operation is a problem (RFC 9457) with a stable code."""
        document = super().get_openapi_schema(**asked)
        document["components"]["responses"] = {
            "Problem": {"description": "Refused.", "content": {CONTENT_TYPE: {"schema": FORM}}}
        }
        for operations in document["paths"].values():
            for operation in operations.values():
                operation["responses"]["default"] = _REFUSAL
        return document
