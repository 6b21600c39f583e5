"""Fixtures of stories at a terminal, from the rooms that they belong to."""

from __future__ import annotations

from service.abuse.conftest import terminal
from service.people.workload_provider import made, pipeline, provider

__all__ = ["made", "pipeline", "provider", "terminal"]
