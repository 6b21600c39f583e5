"""The agreement: what was promised before the release. Pure values; no clock, no file but the text given."""
