"""The REST door: one OpenAPI document, one way to authenticate, one form of refusal.

Every operation names the power that it needs (``power=`` in ``flightrules.service.people.access.guarded``);
the authorisation matrix is made from here, so an operation without one fails the build.
"""

from __future__ import annotations

from flightrules import __version__
from flightrules.service.config.document import DocumentedAPI
from flightrules.service.door.answers import JsonAnswers
from flightrules.service.door.parsing import StrictParser
from flightrules.service.door.problems import answer_refusals
from flightrules.service.people.authentication import SessionDoor, TokenDoor

__all__ = ["api"]

api = DocumentedAPI(
    title="Flightrules",
    version=__version__,
    description="Release criteria agreed before launch, evidence measured, decisions on record.",
    auth=[TokenDoor(), SessionDoor()],
    urls_namespace="api",
    parser=StrictParser(),
    renderer=JsonAnswers(),
    docs_url=None,  # its page would load scripts from elsewhere; the document itself is at openapi.json
)
answer_refusals(api)
api.add_router("", "flightrules.service.catalogue.rest.router")
api.add_router("", "flightrules.service.releases.rest.router")
api.add_router("", "flightrules.service.readiness.rest.router")
api.add_router("", "flightrules.service.blockers.rest.router")
api.add_router("", "flightrules.service.board.rest.router")
api.add_router("", "flightrules.service.notices.rest.router")
api.add_router("", "flightrules.service.people.rest.router")
api.add_router("", "flightrules.service.obligations.rest.router")
api.add_router("", "flightrules.service.emergencies.rest.router")
api.add_router("", "flightrules.service.decisions.rest.router")
api.add_router("", "flightrules.service.site.rest_ledger.router")
api.add_router("", "flightrules.service.clearance.rest.router")
api.add_router("", "flightrules.service.practice.rest.router")

# one line a room: api.add_router("/products", "flightrules.service.catalogue.rest.router")
