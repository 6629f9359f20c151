"""Drawn sketches of the pages in Zoom, with the place to click marked. Not pictures: Zoom moves things about."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from textual.content import Content

from zoomgov.connectors.standing import ACTIVATED, SCOPES_CONFIRMED
from zoomgov.zoom.scopes import NEEDS, ScopeKind

if TYPE_CHECKING:
    from collections.abc import Sequence

WIDTH: Final = 40
"""Cells of a sketch with its frame."""
MARK: Final = "▶"
"""Stands before what is to be clicked or noted."""
_PAGES: Final = ("App Credentials", "Information", "Feature", "Scopes", "Activation")
_FORM: Final = {
    "sign-in": """\
zoom  App Marketplace

                        [▶Sign In ]

  E-mail    ____________
  Password  ____________""",
    "build": """\
zoom  App Marketplace

                   ▶ Develop
                   ┌─────────────┐
                   │ ▶ Build App │
                   └─────────────┘""",
    "server-to-server": """\
What kind of app?

  General App               Create
▶ Server-to-Server OAuth   [Create]""",
    "name": """\
Create the app

  App name
▶ [ConductorOne_____________]

                  Cancel  [▶Create]""",
}
"""Pages before there is an app: the title, then what stands on it."""
_IN_APP: Final = {
    "credentials": """\
App Credentials
▶ Account ID
    AbC…    Copy
▶ Client ID
    xYz…    Copy
▶ Client secret
    ••••    Copy""",
    "continue": """\
App Credentials
  Account ID
  Client ID
  Client secret

     [▶Continue]""",
    "information": """\
Information
▶ Description
▶ Company
▶ Contact name
▶ Contact mail

     [▶Continue]""",
    "feature": """\
Feature
  Secret Token
  Events   off


     [▶Continue]""",
    "scopes": """\
Scopes
 [▶+ Add Scopes]

  search by name,
  tick, then Done""",
    SCOPES_CONFIRMED: """\
Scopes
  user:read:…
  group:read:…

        [▶Done]
     [▶Continue]""",
    ACTIVATED: """\
Activation
  Your app is
  ready.

 [▶Activate
   your app]""",
    "activated": """\
Activation
▶ Your app is
  activated on
  the account""",
}
"""Pages of the app: the one that is open, then what stands on it."""
OF_THE_PAGE: Final = (
    "user:read:admin",
    "account:read:admin",
    "contact_group:read:admin",
    "imgroup:read:admin",
    "group:read:admin",
    "role:read:admin",
)
"""The scopes that ConductorOne's page names, in its order."""
SKETCHED: Final = frozenset({*_FORM, *_IN_APP})


def _framed(title: str, lines: Sequence[str]) -> list[str]:
    inside = WIDTH - 2
    return [
        f"╭─ {title} {'─' * (inside - len(title) - 3)}╮",
        *(f"│{f' {line}':<{inside}}│" for line in lines),
        f"╰{'─' * inside}╯",
    ]


def sketch_lines(name: str) -> list[str]:
    """Return the sketch of a click, line by line, each `WIDTH` cells."""
    if name in _FORM:
        title, *lines = _FORM[name].splitlines()
        return _framed(title, lines)
    page, *shown = _IN_APP[name].splitlines()
    count = max(len(_PAGES), len(shown))
    left = [f"{'›' if title == page else ' '} {title}" for title in _PAGES] + [""] * (count - len(_PAGES))
    right = [*shown, *[""] * (count - len(shown))]
    return _framed("Your app", [f"{a:<18}│ {b}" for a, b in zip(left, right, strict=True)])


def sketch(name: str) -> Content:
    """Return the sketch of a click; what is to be clicked stands out."""
    parts: list[str | tuple[str, str]] = []
    for number, line in enumerate(sketch_lines(name)):
        parts.append("\n" if number else "")
        before, mark, after = line.partition(MARK)
        parts += [(before, "dim"), (mark, "bold $text-warning"), (after, "" if mark else "dim")]
    return Content.assemble(*parts)


def classic_scopes(marked: str = "") -> Content:
    """Return the six scopes of ConductorOne's page, in the words of Zoom's; `marked`: the one meant by the cursor."""
    titles = {need.tick(ScopeKind.CLASSIC): need.classic_title for need in NEEDS}
    parts: list[str | tuple[str, str]] = [("Classic, as on ConductorOne's page\n", "bold")]
    for scope in OF_THE_PAGE:
        here, title = scope == marked, titles[scope]
        parts += [(f"\n{MARK if here else ' '} {title}", "bold" if here else ""), (f"\n    {scope}", "dim")]
    return Content.assemble(*parts)
