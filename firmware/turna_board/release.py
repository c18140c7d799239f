"""Which firmware this is, and when it was made: no clock that tells an earlier time is right."""

VERSION = "0.1.0"
BUILT_S = 1_767_225_600  # 2026-01-01 00:00 UTC, raised with each release
