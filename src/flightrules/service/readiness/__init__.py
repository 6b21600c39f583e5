"""Evidence taken in, gates evaluated, defects and risks on record."""
