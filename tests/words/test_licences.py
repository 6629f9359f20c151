"""Licences and privacy in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from zoomgov.words.licences import licence, licence_in_brief, privacy

if TYPE_CHECKING:
    pass


def test_numbers_in_words() -> None:
    assert licence(2, "") == "Licensed"
    assert licence(1, "0") == "Basic"
    assert licence(2, "64") == "Licensed + United Business UK/IR"
    assert licence(2, "131072") == "Licensed + United Enterprise JP"
    assert licence(7, "5") == "Type 7 + United plan 5"
    assert licence_in_brief(licence(2, "64")) == "Lic.+Biz UK/IR"
    assert licence_in_brief(licence(1, "")) == "Basic"
    assert privacy(3) == "Only members see and find it"
    assert privacy(None) == ""
