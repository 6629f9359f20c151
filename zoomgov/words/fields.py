"""What the fields of people and resources are called: on screens, in comparisons, histories and exports.

By Zoom's name of the field, which is also the store's; `licence`, `role` and `zoom_id` are put together from others.
"""

from __future__ import annotations

from typing import Final

FIELD_LABELS: Final = {
    "name": "Name",
    "email": "E-mail",
    "status": "Status",
    "licence": "Licence",
    "role": "Role",
    "role_id": "Role",
    "dept": "Department",
    "groups": "Groups",
    "first_name": "First name",
    "last_name": "Last name",
    "display_name": "Display name",
    "last_login_time": "Last login",
    "last_client_version": "Last client",
    "created_at": "Created",
    "timezone": "Time zone",
    "pmi": "Meeting ID",
    "verified": "E-mail verified",
    "employee_unique_id": "Employee ID",
    "zoom_id": "Zoom ID",
    "extra": "Other fields",
    "privacy": "Privacy",
    "description": "Description",
    "type": "Type",
    "privileges": "Privileges",
    "privilege_scopes": "Privileges limited to groups",
}


def field_in_text(name: str) -> str:
    """The label within a sentence: `first name`."""
    return FIELD_LABELS[name].lower()


def yes_or_no(value: object) -> str:
    """A flag in words; empty when Zoom does not say."""
    return "" if value is None else "yes" if value else "no"
