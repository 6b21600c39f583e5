"""Obligations: what people owe after an act, with a clock that everybody can see."""
