"""Every command that is named anywhere exists, with the arguments that stand with it: advice, messages, help, pages."""

from __future__ import annotations

import ast
import re
import shlex
import tomllib
from contextlib import ExitStack, suppress
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import click
import pytest

from zoomgov.cli.main import COMMANDS, root
from zoomgov.cli.output import command_line

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT: Final = Path(__file__).parents[2]
PAGES: Final = ("README.md", "SECURITY.md", "CONTRIBUTING.md", *sorted(
    path.relative_to(ROOT).as_posix() for path in (ROOT / "docs").glob("*.md")
))  # fmt: skip
LIKE: Final = 0.75
"""How like a command a word must be to be taken for a mistyped one."""
FILES: Final = ("zoomgov-hand-off.json", "FILE", "X")
"""Names that stand for files that are there."""
VALUES: Final = {"N": "1", "SYNC": "1", "PATH": "out.csv", "F": "csv", "LEVEL": "high", "kind": "groups"}
"""What stands for a value that is not any text. Anything else in capitals stands for itself."""


class Named(NamedTuple):
    """A command as it is written down."""

    where: str
    words: tuple[str, ...]
    whole: bool
    """Whether it is to be run as it stands, and not only spoken of."""

    def __str__(self) -> str:
        return f"{self.where}: {' '.join(self.words)}"


def parse(words: tuple[str, ...]) -> None:
    """Run the command line's parser, and nothing else.

    Raises:
        ClickException: it refuses.
    """
    arguments = [VALUES.get(word, word.split("|")[0]) for word in words]
    with suppress(click.exceptions.Exit), ExitStack() as opened:  # --help, and a group alone
        command: click.Command = root
        context = opened.enter_context(root.make_context("zoomgov", arguments))
        while isinstance(command, click.Group) and (rest := [*context._protected_args, *context.args]):
            name, found, rest = command.resolve_command(context, rest)
            assert found is not None
            command = found
            context = opened.enter_context(command.make_context(name, rest, parent=context))


def path_of(words: list[str]) -> list[str]:
    """The words at the beginning that name a command."""
    command: click.Command | None = root
    path: list[str] = []
    context = root.make_context("zoomgov", ["demo"])
    for word in words:
        if not isinstance(command, click.Group) or (command := command.get_command(context, word)) is None:
            break
        path.append(word)
    return path


def named_in(text: str, where: str, *, whole: bool) -> Iterator[Named]:
    """The commands in a text: between backticks, on a line of their own, or in a sentence."""
    for match in re.finditer(r"(?<![\w./-])zoomgov (?=[a-z-])", text):
        before, after = text[: match.start()], text[match.end() :]
        if before.endswith("`"):
            words = shlex.split(after.split("`")[0].replace("\n", " "), comments=True)
        else:
            words = in_sentence(after)
            if not (path_of(words) or words[0][0] == "-" or len(words) > 1 or is_mistyped(words[0])):
                continue  # it is what the program does
        yield Named(where, tuple(words), whole or len(words) > len(path_of(words)))


def is_mistyped(word: str) -> bool:
    return bool(get_close_matches(word, COMMANDS, n=1, cutoff=LIKE))


_ARGUMENT: Final = re.compile(r"--?[a-z][\w-]*(=\S+)?|[A-Z][A-Z.|]*|-|\"[^\"]*\"|'[^']*'|\d+|\S+@\S+|X|[\w-]+\.\w+")


def takes_value(words: list[str]) -> bool:
    """Whether the last word is an option that a value follows."""
    command: Any = root
    for name in path_of(words):
        command = command.get_command(root.make_context("zoomgov", ["demo"]), name)
    return any(
        words[-1] in option.opts and not option.is_flag
        for option in command.params
        if option.param_type_name == "option"
    )


def in_sentence(text: str) -> list[str]:
    """The words of a command that a sentence goes on after: names of commands, options, and what stands for a value."""
    words: list[str] = []
    for token in re.findall(r"\"[^\"]*\"|'[^']*'|\S+", text.split("\n")[0]):
        bare = token.rstrip(".,:;)")
        is_path = len(path_of([*words, bare])) > len(words)
        if words and not (is_path or _ARGUMENT.fullmatch(bare) or takes_value(words)):
            break
        words.append(bare.strip("\"'"))
        if bare != token:
            break
    return words


def in_code() -> Iterator[Named]:
    """Of all texts in the code; docstrings only speak of commands, unless a command prints them."""
    for file in sorted([*ROOT.glob("zoomgov/**/*.py"), *ROOT.glob("screens/**/*.py")]):
        if file.is_relative_to(ROOT / "zoomgov" / "screens") or file.is_relative_to(ROOT / "zoomgov" / "sim"):
            continue
        where = file.relative_to(ROOT).as_posix()
        tree = ast.parse(file.read_text("utf-8"))
        docstrings = {
            id(node.body[0].value)
            for node in ast.walk(tree)
            if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
            and node.body
            and isinstance(node.body[0], ast.Expr)
        }
        parts = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values}
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "command_line":
                yield Named(f"{where}:{node.lineno}", tuple(written(one) for one in node.args), True)
            elif isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and id(node) not in parts):
                text = written(node)
                yield from named_in(text, f"{where}:{node.lineno}", whole=id(node) not in docstrings)


def written(node: ast.expr) -> str:
    """A text of the code with what stands for the values that are put into it."""
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else ""
    if isinstance(node, ast.JoinedStr):
        return "".join(written(part) if isinstance(part, ast.Constant) else "X" for part in node.values)
    return VALUES.get(ast.unparse(node), "X")


def texts(value: Any) -> Iterator[str]:
    """All texts in a decoded TOML document."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from texts(inner)


def in_advice() -> Iterator[Named]:
    for file in sorted((ROOT / "zoomgov" / "advice").glob("*.toml")):
        for text in texts(tomllib.loads(file.read_text("utf-8"))):
            yield from named_in(text, file.name, whole=True)


def in_pages() -> Iterator[Named]:
    """Of the pages: lines of shell are to be run, what stands in a sentence is spoken of."""
    for page in PAGES:
        is_shell = False
        for number, line in enumerate((ROOT / page).read_text("utf-8").splitlines(), 1):
            is_shell = line == "```sh" or (is_shell and line != "```")
            if is_shell and line.startswith("zoomgov "):
                yield Named(f"{page}:{number}", tuple(shlex.split(line, comments=True)[1:]), True)
            elif not is_shell:
                yield from named_in(line, f"{page}:{number}", whole=False)


def commands(command: click.Command = root, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Every command and group, the program itself first."""
    yield path
    if isinstance(command, click.Group):
        context = root.make_context("zoomgov", ["demo"])
        for name in command.list_commands(context):
            found = command.get_command(context, name)
            assert found is not None
            yield from commands(found, (*path, name))


CODE, ADVICE, WRITTEN, ALL = [*in_code()], [*in_advice()], [*in_pages()], [*commands()]


@pytest.fixture(autouse=True)
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in FILES:
        (tmp_path / name).touch()


def test_commands_are_found_where_they_are_named() -> None:
    assert len(CODE) > 40
    assert ADVICE
    assert len(WRITTEN) > 30
    found = {named.words for named in (*CODE, *ADVICE, *WRITTEN)}
    assert ("connectors", "add", "NAME", "--new-app", "APP", "--owner", "EMAIL") in found
    assert ("sim", "--port", "N") in found
    assert ("verify", "X") in found, "by command_line"


@pytest.mark.parametrize("named", [*CODE, *ADVICE, *WRITTEN], ids=str)
def test_a_command_that_is_named_can_be_run(named: Named) -> None:
    if named.whole:
        parse(named.words)
    else:
        assert path_of(list(named.words)) == list(named.words)


@pytest.mark.parametrize(
    "text",
    [
        "Run zoomgov snyc NAME.", "Run `zoomgov sync NAME --thorogh`.", "zoomgov sim --port X", "Run zoomgov verify.",
        "`zoomgov credentials st X`", "See `zoomgov members NAME gruops Finance`", 'zoomgov connectors add "Zoom"',
    ],
)  # fmt: skip
def test_one_that_cannot_would_be_seen(text: str) -> None:
    (named,) = named_in(text, "", whole=True)
    with pytest.raises(click.ClickException):
        parse(named.words)


@pytest.mark.parametrize(
    "text", ["zoomgov puts Zoom under governance.", "zoomgov DEMO › title", "As zoomgov says.", "zoomgov only reads."]
)
def test_what_the_program_does_is_no_command(text: str) -> None:
    assert [*named_in(text, "", whole=True)] == []


@pytest.mark.parametrize("path", ALL, ids=" ".join)
def test_the_help_of_each_command_has_an_example_that_can_be_run(
    path: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    root.main([*path, "--help"], prog_name="zoomgov", standalone_mode=False)
    printed = capsys.readouterr().out
    assert re.search(r"^  Examples?:$", printed, re.MULTILINE)
    lines = [line.strip() for line in printed.rpartition("Example")[2].splitlines() if line.strip()][1:]
    assert lines
    for line in lines:
        assert len(line) <= 76, "it fits a terminal of 80 columns"
        words = shlex.split(line.partition(" < ")[0], comments=True)
        assert words[: len(path) + 1] == ["zoomgov", *path] or not path or len(words) > 1
        parse(tuple(words[1:]))
    if path and not isinstance_group(path):
        assert all(line.startswith(command_line(*path)) for line in lines)


def isinstance_group(path: tuple[str, ...]) -> bool:
    command: Any = root
    for name in path:
        command = command.get_command(root.make_context("zoomgov", ["demo"]), name)
    return isinstance(command, click.Group)
