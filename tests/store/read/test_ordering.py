"""Search and sorting, against Python doing the same."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.store.conftest import Account, publish, user
from tests.store.crowd import SORTS, TEXTS, crowd, table
from zoomgov.model.kinds import Kind
from zoomgov.model.queries import Query, Target
from zoomgov.store.read import ordering
from zoomgov.store.store import Store
from zoomgov.text import fold

if TYPE_CHECKING:
    pass


@pytest.mark.parametrize("old", [False, True], ids=["latest", "older"])
@pytest.mark.parametrize("ranked", [False, True], ids=["by value", "by rank"])
def test_every_sort_is_that_of_python(store: Store, monkeypatch: pytest.MonkeyPatch, ranked: bool, old: bool) -> None:
    if ranked:
        monkeypatch.setattr(ordering, "_FEW", 0)
    publish(store, crowd(150))
    if old:
        publish(store, crowd(90, seed=6))

    def folded(value: Any) -> Any:
        return fold(value) if isinstance(value, str) else value

    with store.reader(1) as reader:
        by_name = table(reader, Query())
        assert len(by_name) == 150
        assert [fold(row["name"]) for row in by_name] == sorted(fold(row["name"]) for row in by_name)
        for key, down in SORTS:
            found = [folded(row[key]) for row in table(reader, Query(sort=((key, down),)))]
            assert found == sorted(found, reverse=down), key
        for keys in ((("dept", True), ("licence", False)), (("role", False), ("groups", True), ("status", True))):
            expected = list(by_name)
            for key, down in reversed(keys):
                expected.sort(key=lambda row, key=key: folded(row[key]), reverse=down)  # type: ignore[misc]
            assert table(reader, Query(sort=keys)) == expected
        assert table(reader, Query(sort=(("status", False), ("name", True))))[0]["status"] == "active"


@pytest.mark.parametrize("indexed", [False, True])
def test_search_finds_all_words_in_any_case_and_accent(store: Store, indexed: bool) -> None:
    publish(store, crowd(120))
    if indexed:
        assert store.build_search()
        assert not store.build_search()
        publish(store, crowd(100, seed=9))
    with store.reader() as reader:
        assert reader.has_search() is indexed
        everyone = table(reader, Query())
        for text in TEXTS:
            words = fold(text).split()
            expected = [
                row for row in everyone
                if all(word in fold(f"{row['name']}\n{row['email']}\n{row['dept']}") for word in words)
            ]  # fmt: skip
            assert table(reader, Query(text=text)) == expected, text
            assert reader.count(Kind.USERS, Query(text=text)) == len(expected)


def test_marks_of_other_scripts_make_other_letters(store: Store) -> None:
    publish(store, Account(users=[user("a", display_name="がき"), user("b", display_name="かき")]))
    with store.reader() as reader:
        assert [row["name"] for row in table(reader, Query(text="かき"))] == ["かき"]


def test_a_name_cannot_break_the_search_text(store: Store) -> None:
    publish(store, Account(users=[user("a", display_name="two\nlines\0 and", dept="x")]))
    with store.reader() as reader:
        assert len(reader.order(Kind.USERS, Query(text="lines and"))) == 1
        assert len(reader.order(Kind.USERS, Query(text="lines\0\n"))) == 1


@pytest.mark.parametrize(("indexed", "few"), [(False, 2000), (True, 2000), (True, 0)])
def test_the_first_rows_are_the_beginning_of_the_whole_order(
    store: Store, monkeypatch: pytest.MonkeyPatch, indexed: bool, few: int
) -> None:
    monkeypatch.setattr(ordering, "_FEW", few)
    publish(store, crowd(600))
    if indexed:
        store.build_search()
    role = Target(Kind.ROLES, "2")
    for text in ("", "ann", "nobody", "o"):
        for within in (None, role):
            query = Query(text=text, within=within)
            with store.reader() as reader:
                first, whole = reader.first(Kind.USERS, query), reader.order(Kind.USERS, query)
                if first is None:
                    assert within is not None
                    continue
                ids, everything = first
                assert ids == whole[: len(ids)]
                assert everything == (len(ids) == len(whole))
                assert everything or len(ids) == 128
                assert text or reader.first(Kind.USERS, Query()) is None, "the order is at hand"
    with store.reader() as reader:
        assert reader.first(Kind.USERS, Query(within=role)) is not None
        assert reader.first(Kind.USERS, Query(sort=(("dept", False),))) is None
        assert reader.first(Kind.GROUPS) is None


@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("key", ["name", "email", "created", "last_login"])
def test_the_first_rows_of_an_order_are_its_beginning(
    store: Store, monkeypatch: pytest.MonkeyPatch, key: str, descending: bool
) -> None:
    monkeypatch.setattr(ordering, "_FEW", 0)
    publish(store, crowd(600))
    query = Query(sort=((key, descending),))
    with store.reader() as reader:
        first, whole = reader.first(Kind.USERS, query), reader.order(Kind.USERS, query)
        if first is None:
            assert (key, descending) in (("name", False), ("last_login", False))
        else:
            assert first == (whole[:128], False)
            assert len(first[0]) == 128
        if key != "email":
            assert reader.first(Kind.USERS, query) is None, "the order is at hand"
    publish(store, crowd(600))
    with store.reader(1) as older:
        assert older.first(Kind.USERS, query) is None
