"""What ConductorOne's `baton` does with a .c1z file, command by command, without any code of the writer's.

Stock SQLite and Zstandard, and the real Protocol Buffers library with descriptors made here from the published
fields. It is stricter than baton: unknown fields, values out of range and references to nothing are errors.
"""

from __future__ import annotations

import re
import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import zstandard
from google.protobuf import any_pb2, json_format, struct_pb2, timestamp_pb2
from google.protobuf.descriptor_pb2 import FieldDescriptorProto, FileDescriptorProto
from google.protobuf.descriptor_pool import DescriptorPool
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass
from google.protobuf.unknown_fields import UnknownFieldSet

PACKAGE: Final = "c1.connector.v2"
_MESSAGES: Final = {
    "ResourceType": "1 id, 2 display_name, 3 *traits:Trait, 4 *annotations:Any, 5 description, "
    "6 sourced_externally:bool",
    "ResourceId": "1 resource_type, 2 resource, 3 baton_resource:bool",
    "Resource": "1 id:ResourceId, 2 parent_resource_id:ResourceId, 3 display_name, 4 *annotations:Any, 5 description, "
    "6 baton_resource:bool, 8 creation_source:CreationSource",
    "Entitlement": "1 resource:Resource, 2 id, 3 display_name, 4 description, 5 *grantable_to:ResourceType, "
    "6 *annotations:Any, 7 purpose:PurposeValue, 8 slug",
    "GrantSource": "1 is_direct:bool",
    "GrantSources": "1 sources:{GrantSource}",
    "Grant": "1 entitlement:Entitlement, 2 principal:Resource, 3 id, 4 *annotations:Any, 5 sources:GrantSources",
    "Email": "1 address, 2 is_primary:bool",
    "UserStatus": "1 status:Status, 2 details",
    "StructuredName": "1 given_name, 2 family_name, 3 *middle_names, 4 prefix, 5 suffix",
    "MFAStatus": "1 mfa_enabled:bool",
    "SSOStatus": "1 sso_enabled:bool",
    "UserTrait": "1 *emails:Email, 2 status:UserStatus, 3 profile:Struct, 5 account_type:AccountType, 6 login, "
    "7 *login_aliases, 8 created_at:Timestamp, 9 last_login:Timestamp, 10 mfa_status:MFAStatus, "
    "11 sso_status:SSOStatus, 12 structured_name:StructuredName, 13 *employee_ids",
    "GroupTrait": "2 profile:Struct",
    "RoleTrait": "1 profile:Struct",
    "GrantExpandable": "1 *entitlement_ids, 2 shallow:bool, 3 *resource_type_ids",
    "GrantImmutable": "1 source_id, 2 metadata:Struct",
    "SkipEntitlementsAndGrants": "",
}
_ENUMS: Final = {
    "Trait": "UNSPECIFIED USER GROUP ROLE APP",
    "CreationSource": "UNSPECIFIED LISTED FROM_A_GRANT",
    "PurposeValue": "UNSPECIFIED ASSIGNMENT PERMISSION",
    "Status": "UNSPECIFIED ENABLED DISABLED DELETED",
    "AccountType": "UNSPECIFIED HUMAN SERVICE SYSTEM",
}
_LONGEST: Final = {"description": 2048, "details": 1024}
"""Bytes a text may have; 1024 where nothing is said."""
_GOOGLE: Final = {name: f"google.protobuf.{name}" for name in ("Any", "Struct", "Timestamp")}


def _pool() -> DescriptorPool:
    pool = DescriptorPool()
    file = FileDescriptorProto(name="c1.proto", package=PACKAGE, syntax="proto3")
    for module in (any_pb2, struct_pb2, timestamp_pb2):
        pool.AddSerializedFile(module.DESCRIPTOR.serialized_pb)
        file.dependency.append(module.DESCRIPTOR.name)
    for name, values in _ENUMS.items():
        enum = file.enum_type.add(name=name)
        for place, word in enumerate(values.split()):
            enum.value.add(name=f"{name}_{word}", number=place)
    for name, fields in _MESSAGES.items():
        message = file.message_type.add(name=name)
        for text in filter(None, fields.split(", ")):
            found = re.fullmatch(r"(\d+) (\*?)(\w+)(?::(.+))?", text)
            assert found is not None
            number, star, key, kind = found.groups()
            field = message.field.add(name=key, number=int(number))
            field.label = FieldDescriptorProto.LABEL_REPEATED if star else FieldDescriptorProto.LABEL_OPTIONAL
            if kind and kind.startswith("{"):  # a map from text to a message
                entry = message.nested_type.add(name=f"{key.title()}Entry")
                entry.options.map_entry = True
                entry.field.add(name="key", number=1, type=FieldDescriptorProto.TYPE_STRING, label=1)
                value = entry.field.add(name="value", number=2, type=FieldDescriptorProto.TYPE_MESSAGE, label=1)
                value.type_name = f".{PACKAGE}.{kind[1:-1]}"
                field.label, field.type = FieldDescriptorProto.LABEL_REPEATED, FieldDescriptorProto.TYPE_MESSAGE
                field.type_name = f".{PACKAGE}.{name}.{entry.name}"
            elif kind == "bool":
                field.type = FieldDescriptorProto.TYPE_BOOL
            elif kind is None:
                field.type = FieldDescriptorProto.TYPE_STRING
            else:
                field.type = FieldDescriptorProto.TYPE_ENUM if kind in _ENUMS else FieldDescriptorProto.TYPE_MESSAGE
                field.type_name = "." + _GOOGLE.get(kind, f"{PACKAGE}.{kind}")
    pool.AddSerializedFile(file.SerializeToString())
    return pool


POOL: Final = _pool()


def kind_of(name: str) -> Any:
    """The class of a message."""
    return GetMessageClass(POOL.FindMessageTypeByName(f"{PACKAGE}.{name}"))


def parsed(name: str, blob: bytes) -> Any:
    """Decode a message, and everything packed into it; an error where it says something nobody would understand."""
    message = kind_of(name)()
    assert message.ParseFromString(blob) == len(blob)
    _check(message)
    assert message.SerializeToString(deterministic=True) == blob, f"not the canonical bytes of a {name}"
    return message


def _check(message: Message) -> None:
    assert len(UnknownFieldSet(message)) == 0, f"unknown fields in {message.DESCRIPTOR.name}"
    for field, value in message.ListFields():
        for one in value.values() if isinstance(value, dict) or hasattr(value, "GetEntryClass") else _several(value):
            if isinstance(one, any_pb2.Any) or field.message_type is any_pb2.Any.DESCRIPTOR:
                content(one)
            elif isinstance(one, Message):
                _check(one)
            elif field.enum_type is not None:
                assert one in field.enum_type.values_by_number, f"{field.full_name} = {one}"
            elif isinstance(one, str):
                assert len(one.encode()) <= _LONGEST.get(field.name, 1024), f"{field.full_name} is too long"
    if message.DESCRIPTOR.name == "Email":
        assert re.fullmatch(r"[^@\s]+@[^@\s]+", message.address)


def _several(value: Any) -> Iterable[Any]:
    return [value] if isinstance(value, str | bytes | Message | int | float) else value


def content(packed: Any) -> Any:
    """What an Any holds; it must be of a type that baton is built with."""
    prefix = f"type.googleapis.com/{PACKAGE}."
    assert packed.type_url.startswith(prefix)
    return parsed(packed.type_url.removeprefix(prefix), packed.value)


def pick(message: Any, name: str) -> Any | None:
    """The annotation of this type, if there is one."""
    found = [content(one) for one in message.annotations if one.type_url.endswith(f".{name}")]
    assert len(found) <= 1
    return found[0] if found else None


def ident(resource_id: Any) -> str:
    """A resource as text."""
    return f"{resource_id.resource_type}:{resource_id.resource}"


_TABLES: Final = {
    "resource_types": {"idx_resource_types_external_sync_v1": "external_id, sync_id"},
    "resources": {
        "idx_resources_resource_type_id_v1": "resource_type_id",
        "idx_resources_external_sync_v1": "parent_resource_type_id, parent_resource_id",
        "idx_resources_parent_resource_id_v1": "external_id, sync_id",
    },
    "entitlements": {
        "idx_entitlements_resource_id_v1": "resource_type_id, resource_id",
        "idx_entitlements_external_sync_v1": "external_id, sync_id",
    },
    "grants": {
        "idx_grants_resource_type_id_resource_id_v1": "resource_type_id, resource_id",
        "idx_grants_principal_id_v1": "principal_resource_type_id, principal_resource_id",
        "idx_grants_entitlement_id_principal_id_v1": "entitlement_id, principal_resource_type_id, "
        "principal_resource_id",
        "idx_grants_external_sync_v1": "external_id, sync_id",
    },
    "assets": {"idx_assets_external_sync_v1": "external_id, sync_id"},
    "sync_runs": {"idx_sync_runs_sync_id_v1": "sync_id"},
}
"""Tables and the indexes baton makes when they are missing, which takes it long in a large file."""
_PAGE: Final = 3
"""Rows a page; baton takes 10,000."""


class File:
    """An opened .c1z, and the commands."""

    def __init__(self, path: Path, folder: Path, sync_id: str = "") -> None:
        with path.open("rb") as packed:
            assert packed.read(5) == b"C1ZF\0"
            unpacked = folder / f"{path.name}.sqlite3"
            with unpacked.open("wb") as target:
                zstandard.ZstdDecompressor(max_window_size=128 << 20).copy_stream(packed, target)
        assert unpacked.stat().st_size < 3 << 30
        self.db = sqlite3.connect(unpacked, isolation_level=None)
        assert self.db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        self._migrate()
        self.sync_id = sync_id or self.latest()

    def close(self) -> None:
        """Close it."""
        self.db.close()

    def _migrate(self) -> None:
        """What a newer baton adds to an older file: columns, and grants that expand in a column of their own."""
        version = self.db.execute("PRAGMA schema_version").fetchone()
        for table, indexes in _TABLES.items():
            for name, columns in indexes.items():
                unique = "UNIQUE" if columns.endswith("sync_id") else ""
                self.db.execute(f"CREATE {unique} INDEX IF NOT EXISTS {name} ON v1_{table} ({columns})")
        assert self.db.execute("PRAGMA schema_version").fetchone() == version, "baton had to make an index"
        self.db.execute("ALTER TABLE v1_sync_runs ADD COLUMN linked_sync_id text NOT NULL DEFAULT ''")
        self.db.execute("ALTER TABLE v1_sync_runs ADD COLUMN supports_diff integer NOT NULL DEFAULT 0")
        self.db.execute("ALTER TABLE v1_grants ADD COLUMN expansion blob")
        self.db.execute("ALTER TABLE v1_grants ADD COLUMN needs_expansion integer NOT NULL DEFAULT 0")
        sql = "SELECT g.id, g.data FROM v1_grants g JOIN v1_sync_runs r ON r.sync_id = g.sync_id"
        for row, data in self.db.execute(sql).fetchall():
            expands = pick(parsed("Grant", data), "GrantExpandable")
            if expands is not None:
                assert expands.entitlement_ids
                blob = expands.SerializeToString()
                self.db.execute("UPDATE v1_grants SET expansion = ?, needs_expansion = 1 WHERE id = ?", (blob, row))

    def latest(self, offset: int = 0) -> str:
        """The newest finished full sync, or an older one; empty when there is none."""
        sql = (
            "SELECT sync_id, started_at, ended_at FROM v1_sync_runs WHERE ended_at IS NOT NULL AND sync_type = 'full' "
            "ORDER BY ended_at DESC LIMIT 1 OFFSET ?"
        )
        row = self.db.execute(sql, (offset,)).fetchone()
        if row is None:
            return ""
        for time in row[1:]:
            assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d{1,9})?", time)
            datetime.fromisoformat(time[:19])
        assert re.fullmatch(r"[0-9A-Za-z]{27}", row[0])
        return str(row[0])

    def _list(self, table: str, name: str, **where: str) -> Iterator[Any]:
        """Page through a table as baton does: from a row number on."""
        wanted = "".join(f" AND {column} = ?" for column in where)
        sql = f"SELECT id, data FROM v1_{table} WHERE sync_id = ?{wanted} AND id >= ? ORDER BY id LIMIT {_PAGE}"
        start = "0"  # page tokens are text
        while rows := self.db.execute(sql, (self.sync_id, *where.values(), start)).fetchall():
            for _, data in rows:
                yield parsed(name, data)
            start = str(rows[-1][0] + 1)

    def _get(self, table: str, name: str, key: str) -> Any:
        sql = f"SELECT data FROM v1_{table} WHERE external_id = ? AND sync_id = ?"
        rows = self.db.execute(sql, (key, self.sync_id)).fetchall()
        assert len(rows) == 1, f"{table} {key}: {len(rows)} rows"
        return parsed(name, rows[0][0])

    def _type(self, key: str) -> Any:
        return self._get("resource_types", "ResourceType", key)

    def _resource(self, resource_id: Any) -> Any:
        assert resource_id.resource_type
        assert resource_id.resource
        found = self._get("resources", "Resource", ident(resource_id))
        assert found.id == resource_id
        return found

    # The commands

    def resource_types(self) -> dict[str, Any]:
        """`baton resource-types`."""
        return {found.id: found for found in self._list("resource_types", "ResourceType")}

    def resources(self, kind: str = "") -> list[tuple[str, str, str]]:
        """`baton resources`: id, name, type."""
        where = {"resource_type_id": kind} if kind else {}
        rows = []
        for found in self._list("resources", "Resource", **where):
            assert found.HasField("id")
            if found.HasField("parent_resource_id"):
                self._resource(found.parent_resource_id)
            rows.append((found.id.resource, found.display_name, self._type(found.id.resource_type).display_name))
        return rows

    def entitlements(self) -> list[tuple[str, str, str, str, str]]:
        """`baton entitlements`: id, name, type, resource, slug."""
        rows = []
        for found in self._list("entitlements", "Entitlement"):
            kind = self._type(found.resource.id.resource_type)
            resource = self._resource(found.resource.id)
            assert found.resource == resource
            rows.append((found.id, found.display_name, kind.display_name, resource.display_name, found.slug))
        return rows

    def grants(self, **where: str) -> list[tuple[str, str, str, str]]:
        """`baton grants`, with columns of the table as its flags: type, resource, entitlement, principal."""
        rows = []
        for found in self._list("grants", "Grant", **where):
            entitlement = self._get("entitlements", "Entitlement", found.entitlement.id)
            principal = self._resource(found.principal.id)
            resource = self._resource(found.entitlement.resource.id)
            kind = self._type(found.entitlement.resource.id.resource_type)
            assert entitlement.resource.id == resource.id
            assert principal.id.resource_type in {taker.id for taker in entitlement.grantable_to}
            row = self.db.execute(
                "SELECT resource_type_id || ':' || resource_id, entitlement_id, principal_resource_type_id || ':' || "
                "principal_resource_id FROM v1_grants WHERE external_id = ? AND sync_id = ?", (found.id, self.sync_id)
            ).fetchone()  # fmt: skip
            assert row == (ident(resource.id), entitlement.id, ident(principal.id))
            rows.append((kind.display_name, resource.display_name, entitlement.display_name, principal.display_name))
        return rows

    def grant(self, key: str) -> Any:
        """One grant by its id."""
        return self._get("grants", "Grant", key)

    def access(self, kind: str, key: str) -> dict[str, list[str]]:
        """`baton access`: the slugs someone has, by resource."""
        who = kind_of("ResourceId")(resource_type=kind, resource=key)
        self._resource(who)
        found: dict[str, list[str]] = {}
        for grant in self._list("grants", "Grant"):
            if grant.principal.id == who:
                entitlement = self._get("entitlements", "Entitlement", grant.entitlement.id)
                self._resource(entitlement.resource.id)
                self._type(entitlement.resource.id.resource_type)
                found.setdefault(ident(entitlement.resource.id), []).append(entitlement.slug)
        return found

    def stats(self) -> dict[str, int]:
        """`baton stats`: counts."""
        types = self.resource_types()
        counts = dict.fromkeys(types, 0)
        sql = "SELECT resource_type_id, count(*) FROM v1_resources WHERE sync_id = ? GROUP BY 1"
        for kind, count in self.db.execute(sql, (self.sync_id,)):
            counts[kind] += count
        for table in ("entitlements", "grants"):
            sql = f"SELECT count(*) FROM v1_{table} WHERE sync_id = ?"
            counts[table] = self.db.execute(sql, (self.sync_id,)).fetchone()[0]
        return {"resource_types": len(types), **counts}

    def export(self) -> list[dict[str, str]]:
        """`baton export csv` and `xlsx`: people, entitlements and grants."""
        resources = {ident(found.id): found for found in self._list("resources", "Resource")}
        entitlements = {found.id: found for found in self._list("entitlements", "Entitlement")}
        people = {key for key, kind in self.resource_types().items() if 1 in kind.traits}
        rows = []
        for found in resources.values():
            if found.id.resource_type in people:
                rows.append({"type": "Identity", **_person(found)})
        for found in entitlements.values():
            rows.append({"type": "Entitlement", "entitlement": found.id, "resource": found.resource.display_name})
        for found in self._list("grants", "Grant"):
            principal = resources[ident(found.principal.id)]
            if pick(principal, "UserTrait") is not None:
                entitlement = entitlements[found.entitlement.id]
                rows.append({"type": "Grant", **_person(principal), "entitlement": entitlement.id})
        return rows

    def diff(self) -> dict[str, dict[str, set[str]]]:
        """`baton diff`: ids that are created, deleted and modified between the two newest syncs, by table."""
        new, old = self.latest(), self.latest(1)
        assert new, "no syncs found"
        assert old, "cannot diff a single sync"
        found = {}
        for table, name in (("resources", "Resource"), ("entitlements", "Entitlement"), ("grants", "Grant")):
            sides = []
            for sync_id in (old, new):
                self.sync_id = sync_id
                side = {}
                for one in self._list(table, name):
                    key = ident(one.id) if name == "Resource" else one.id
                    side[key] = json_format.MessageToDict(one, descriptor_pool=POOL)  # fails on what it cannot resolve
                sides.append(side)
            before, after = sides
            found[table] = {
                "created": set(after) - set(before),
                "deleted": set(before) - set(after),
                "modified": {key for key in set(before) & set(after) if before[key] != after[key]},
            }
        return found

    def pairs(self) -> Counter[tuple[str, str]]:
        """Every grant as (entitlement, principal)."""
        return Counter((one.entitlement.id, ident(one.principal.id)) for one in self._list("grants", "Grant"))


def _person(resource: Any) -> dict[str, str]:
    trait = pick(resource, "UserTrait")
    assert trait is not None
    assert trait.HasField("profile"), "baton crashes without a profile"
    assert trait.HasField("status")
    primary = [email.address for email in trait.emails if email.is_primary]
    assert len(primary) <= 1
    fields = trait.profile.fields
    return {
        "last_name": fields["last_name"].string_value,
        "first_name": fields["first_name"].string_value,
        "user_id": fields["user_id"].string_value,
        "status": ["Unknown", "Enabled", "Disabled", "Deleted"][trait.status.status],
        "email": primary[0] if primary else "",
    }
