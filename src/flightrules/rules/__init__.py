"""The agreement: what was promised before the release. Pure values, no clock, no files beyond the text given."""
