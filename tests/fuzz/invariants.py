"""What has to hold in several targets: how errors look, and that no secret is in them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from tests.fuzz.texts import is_harmless
from zoomgov.secret import Credentials, Secret
from zoomgov.zoom.errors import ErrorKind, ZoomError

SECRET: Final = "Hh2bN8sQwErT5yUiOp+sDfG/JkLzXcV9"
TOKEN: Final = "eyJzdiI6IjAwMDAwMSJ9.tHeAcCeSsToKeNpAyLoAd.0123456789abcdef"
CREDENTIALS: Final = Credentials("Kd3nUqvTRy6Wk0aZb1cD2E", "t0GvQ9mXTvOa8PpL3rW1gA", Secret(SECRET))
NOW: Final = datetime(2026, 11, 30, 12, 0, tzinfo=UTC)


def expect_error(error: ZoomError) -> None:
    """An error is of a known kind, in one line that a terminal shows as it is, and not longer than it may be."""
    assert isinstance(error.kind, ErrorKind)
    assert is_harmless(error.message), "the message would act on a terminal"
    assert len(error.message) <= 1000
    assert error.code is None or isinstance(error.code, int | str)
    assert not isinstance(error.code, bool)
    if isinstance(error.code, str):
        assert is_harmless(error.code)
        assert len(error.code) <= 1000
    for text, most in ((error.tracking_id, 200), (error.body_excerpt, 400)):
        assert text is None or (is_harmless(text) and len(text) <= most)
    assert all(is_harmless(scope) for scope in error.missing_scopes)
    if error.retry_at is not None:
        assert error.retry_at.utcoffset() is not None
    expect_no_secret(f"{error} {error!r} {error.__dict__}")


def expect_no_secret(text: str) -> None:
    assert SECRET not in text
    assert TOKEN not in text
