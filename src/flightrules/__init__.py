"""Flightrules: release criteria agreed before launch, evidence measured, verdicts signed."""

__version__ = "0.1.0"
