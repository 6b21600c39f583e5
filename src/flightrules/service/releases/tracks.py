"""The track of a release: nobody gets onto an emergency's track, or off it, by stating so."""

from __future__ import annotations

from flightrules.engine.relaxation import is_emergency, track_called
from flightrules.rules.track import Track
from flightrules.service.catalogue.queries import edition_in_force, rulebook_of
from flightrules.service.door.refusals import DeniedError
from flightrules.service.records.services import product_stream
from flightrules.service.releases.models import Release

__all__ = ["disengage", "engage", "is_emergencys", "require_no_emergency"]


def is_emergencys(product: str, said: str) -> bool:
    """Whether this track is an emergency's by the rulebook in force; by its name where there is none."""
    edition = edition_in_force(product)
    found = track_called(rulebook_of(edition), said) if edition is not None else None
    return is_emergency(found if found is not None else Track(said.strip()))


def require_no_emergency(product: str, before: str, after: str, *, release: Release | None = None) -> None:
    """Refuse to state a track where a written classification has to engage or end it.

    Raises:
        DeniedError: E_CLASSIFICATION_REQUIRED.
    """
    engaged = release is not None and bool(release.emergency)
    if not engaged and not is_emergencys(product, after):
        return
    said = (
        f"the track {before} was engaged by a written classification, and ends by one"
        if engaged
        else f"nobody takes the track {after[:60]} without a written classification"
    )
    subject = f"release/{release.key}" if release is not None else f"product/{product}"
    classify = "the CTO or a VP of engineering classifies it (flightrules emergency classify)"
    hint = "flightrules emergency end takes it back" if engaged else f"leave the track out; then {classify}"
    raise DeniedError("E_CLASSIFICATION_REQUIRED", said, hint=hint).about(product_stream(product), subject)


def engage(release: Release, track: str, classification: str) -> None:
    """Put the release on an emergency's track; part of the act that classifies it, which holds the row."""
    release.track, release.emergency = track, classification
    _save(release)


def disengage(release: Release, track: str) -> None:
    """Put the release back on the track that it came from."""
    release.track, release.emergency = track, ""
    _save(release)


def _save(release: Release) -> None:
    release.revision += 1
    release.save(update_fields=["track", "emergency", "revision"])
