"""Fixtures that several stories of people share."""

from __future__ import annotations

from service.people.workload_provider import made, pipeline, provider

__all__ = ["made", "pipeline", "provider"]
