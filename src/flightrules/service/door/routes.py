"""Finding the route of a request among many: only those are tried that have the path's fixed words.

Django tries one route after the other, each with a regular expression; with 170 of them that took a tenth of
a reading request. Which routes are tried here follows from the number of segments and from the words in them
that stand fixed in some route, so what is found is what Django finds.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django.urls import Resolver404, ResolverMatch, URLPattern, URLResolver

__all__ = ["indexed"]

_WITHIN_A_SEGMENT = frozenset({"int", "slug", "str", "uuid", "uuidstr"})
_OF_EXPRESSIONS = frozenset("^$(?*")
_KNOWN_LIMIT = 4096

Words = tuple[str | None, ...]


def indexed(routes: URLResolver) -> URLResolver:
    """The same routes, found by their words."""
    return _IndexedResolver(
        routes.pattern, routes.urlconf_name, routes.default_kwargs, routes.app_name, routes.namespace
    )


class _IndexedResolver(URLResolver):
    """Tries the routes that can match; where none does, all are tried, so that a refusal names all."""

    def resolve(self, path: Any) -> ResolverMatch:
        found = self.pattern.match(str(path))
        if found:
            try:
                return self._near(self._words_of(found[0])).resolve(path)
            except Resolver404:
                pass
        return super().resolve(path)

    @cached_property
    def _by_words(self) -> list[tuple[Words | None, Any]]:
        return [(_fixed(one), one) for one in self.url_patterns]

    @cached_property
    def _known(self) -> frozenset[str]:
        return frozenset(word for words, _ in self._by_words for word in words or () if word is not None)

    @cached_property
    def _found(self) -> dict[Words, URLResolver]:
        return {}

    def _words_of(self, path: str) -> Words:
        return tuple(word if word in self._known else None for word in path.split("/"))

    def _near(self, words: Words) -> URLResolver:
        near = self._found.get(words)
        if near is None:
            routes = [route for fixed, route in self._by_words if _fits(fixed, words)]
            near = URLResolver(self.pattern, routes, self.default_kwargs, self.app_name, self.namespace)
            if len(self._found) < _KNOWN_LIMIT:  # paths can be thought up without end
                self._found[words] = near
        return near


def _fits(fixed: Words | None, words: Words) -> bool:
    if fixed is None:
        return True
    return len(fixed) == len(words) and all(
        one is None or one == other for one, other in zip(fixed, words, strict=True)
    )


def _fixed(route: URLPattern | URLResolver) -> Words | None:
    """The segments of a route, nothing where a parameter stands; None for one that may have any number."""
    text = str(route.pattern)
    segments = text.split("/")
    if not isinstance(route, URLPattern) or not all(map(_is_plain, segments)):
        return None
    return tuple(None if "<" in segment else segment for segment in segments)


def _is_plain(segment: str) -> bool:
    """Whether the segment is a word, or a parameter that holds no slash."""
    if "<" not in segment:
        return not set(segment) & _OF_EXPRESSIONS
    kind, colon, _ = segment.partition("<")[2].partition(":")
    return not colon or kind in _WITHIN_A_SEGMENT
