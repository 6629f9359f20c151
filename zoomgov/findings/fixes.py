"""Where in Zoom a finding is fixed. The links are those of Zoom's web portal; `{portal}` is its address."""

from __future__ import annotations

from typing import Final

from zoomgov.findings.model import Fix

ROLES: Final = Fix(
    (
        "Sign in to Zoom as the Account Owner and open User Management, then Roles.",
        "Click the number of members beside the role, and take out who should not hold it.",
    ),
    "{portal}/role",
)
ROLE: Final = Fix(
    (
        "Sign in to Zoom as the Account Owner and open User Management, then Roles.",
        "Delete the role, or edit it and untick what it need not change.",
    ),
    "{portal}/role",
)
USERS: Final = Fix(
    (
        "Sign in to Zoom as an admin and open User Management, then Users.",
        "Find the person and click Edit.",
        "Choose the role or licence they should have, and save; or deactivate or delete them with the ... beside it.",
    ),
    "{portal}/account/user#/",
)
LICENCES: Final = Fix(
    (
        "Sign in to Zoom as an admin and open User Management, then Users.",
        "Tick the people, or sort by licence on the Advanced tab to change many at once.",
        "Change the licence to Basic and save. They keep their account and their meetings.",
    ),
    "{portal}/account/user#/",
)
GROUPS: Final = Fix(
    (
        "Sign in to Zoom as an admin and open User Management, then Groups.",
        "Click the group. Add or take out members and admins with the + beside them, or delete the group.",
    ),
    "{portal}/account/group#/",
)
CONTACTS: Final = Fix(
    (
        "Sign in to Zoom as an admin and open User Management, then Contacts.",
        "Click the contact group, edit it, and choose who can see and find it.",
    ),
    "{portal}/account/contacts#/",
)
CONTACT_MEMBERS: Final = Fix(
    (
        "Sign in to Zoom as an admin and open User Management, then Groups or Contacts.",
        "Open each list the person is in (zoomgov access NAME EMAIL shows them), and take them out.",
    ),
    "{portal}/account/contacts#/",
)
SYNC: Final = Fix(("Run zoomgov sync NAME --thorough: it reads every member list, also where the counts agree.",))
VERIFY: Final = Fix(("Run zoomgov verify NAME: it names the scope or right that is missing, and where to add it.",))
