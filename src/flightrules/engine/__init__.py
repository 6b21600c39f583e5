"""The judgement: pure functions from agreement and facts to a verdict; the time comes in as ``as_of``."""
