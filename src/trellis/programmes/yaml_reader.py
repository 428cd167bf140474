"""Reading a YAML file that somebody sent us: plain values only, with the line of each, and limits before any work."""

from dataclasses import dataclass, field
from typing import Any

import yaml
from django.utils.translation import gettext as _

from trellis.kernel.errors import Refusal

MOST_BYTES = 256 * 1024
MOST_NODES = 20_000
DEEPEST = 12
Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # never a loader that can make objects

Plain = Any  # Any: text, number, flag, date, list or mapping, as the file has it


@dataclass(frozen=True)
class LineFault:
    """What is wrong with a file: in which line, what, and how to cure it."""

    line: int | None
    what: str
    cure: str

    def __str__(self) -> str:
        where = _("Line %(line)d: ") % {"line": self.line} if self.line else ""
        return f"{where}{self.what} {self.cure}"


class FileRefused(Refusal):
    """The file cannot be used; nothing of it was kept. `faults` says why, line by line."""

    def __init__(self, faults: list[LineFault]) -> None:
        super().__init__(" ".join(str(fault) for fault in faults[:5]), field="file")
        self.faults = tuple(faults)


@dataclass(frozen=True)
class Document:
    """The file's values, and the line on which each one stands ("matching.weights.balance" -> 41)."""

    value: Plain
    lines: dict[str, int] = field(default_factory=dict)

    def line_of(self, path: str) -> int | None:
        """The line of the value at `path`, or of the nearest one around it."""
        while path and path not in self.lines:
            path = path.rpartition(".")[0]
        return self.lines.get(path)


def read(data: bytes) -> Document:
    """The document in `data`. Raises `FileRefused` for anything but one small, plain YAML document."""
    text = _decode(data)
    try:
        _refuse_what_is_not_plain(text)
        node = yaml.compose(text, Loader=Loader)
    except yaml.MarkedYAMLError as error:
        raise FileRefused([_not_yaml(error)]) from None
    if node is None:
        raise FileRefused([LineFault(None, _("The file is empty."), _("Choose a file that Trellis exported."))])
    lines: dict[str, int] = {}
    return Document(_plain(node, "", lines), lines)


def _decode(data: bytes) -> str:
    if len(data) > MOST_BYTES:
        raise FileRefused([LineFault(None, too_large(len(data)), _("Choose a file that Trellis exported."))])
    try:
        return _readable(data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        what = _("Byte 0x%(byte)02x is not UTF-8.") % {"byte": data[error.start]}
        raise FileRefused([LineFault(line, what, _("Save the file as UTF-8."))]) from None


def too_large(size: int) -> str:
    return _("The file has %(size)d KB; a programme has at most %(most)d KB.") % {
        "size": -(-size // 1024), "most": MOST_BYTES // 1024,
    }  # fmt: skip


def _readable(text: str) -> str:
    found = yaml.reader.Reader.NON_PRINTABLE.search(text)
    if found:
        line = text.count("\n", 0, found.start()) + 1
        what = _("There is a control character (code %(code)d).") % {"code": ord(found[0])}
        raise FileRefused([LineFault(line, what, _("Remove it."))])
    return text


def _not_yaml(error: yaml.MarkedYAMLError) -> LineFault:
    line = error.problem_mark.line + 1 if error.problem_mark else None
    what = _("This is not YAML (%(problem)s).") % {"problem": error.problem or error.context}
    return LineFault(line, what, _("Look at the indentation and the quotes, or export the programme again."))


def _refuse_what_is_not_plain(text: str) -> None:
    """One pass over the events, before anything is built: a small bomb would become a large tree."""
    depth = nodes = documents = 0
    for event in yaml.parse(text, Loader=Loader):
        line = event.start_mark.line + 1 if event.start_mark else None
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise FileRefused([LineFault(line, _("Anchors and aliases are not read."), _("Write the value out."))])
        if isinstance(event, yaml.NodeEvent):
            nodes += 1
            tag = getattr(event, "tag", None)
            if tag:
                what = _("The tag “%(tag)s” is not read.") % {"tag": tag}
                raise FileRefused([LineFault(line, what, _("Remove it."))])
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        documents += isinstance(event, yaml.DocumentStartEvent)
        if depth > DEEPEST or nodes > MOST_NODES or documents > 1:
            what = _("The file is larger or deeper than a programme can be.")
            raise FileRefused([LineFault(line, what, _("Choose a file that Trellis exported."))])


def _plain(node: yaml.Node, path: str, lines: dict[str, int]) -> Plain:
    lines[path] = node.start_mark.line + 1
    if isinstance(node, yaml.MappingNode):
        return _mapping(node, path, lines)
    if isinstance(node, yaml.SequenceNode):
        return [_plain(each, _inside(path, number), lines) for number, each in enumerate(node.value)]
    return _scalar(node)


def _mapping(node: yaml.MappingNode, path: str, lines: dict[str, int]) -> dict[str, Plain]:
    found: dict[str, Plain] = {}
    for key_node, value_node in node.value:
        line = key_node.start_mark.line + 1
        key = _scalar(key_node) if isinstance(key_node, yaml.ScalarNode) else None
        if not isinstance(key, str):
            raise FileRefused([LineFault(line, _("A key must be a word."), _("Write it in quotes."))])
        if key in found:
            what = _("“%(key)s” stands here twice.") % {"key": key[:60]}
            raise FileRefused([LineFault(line, what, _("Remove one of them."))])
        found[key] = _plain(value_node, _inside(path, key), lines)
        lines[_inside(path, key)] = line
    return found


def _inside(path: str, step: str | int) -> str:
    return f"{path}.{step}" if path else str(step)


def _scalar(node: yaml.Node) -> Plain:
    try:
        value = yaml.SafeLoader("").construct_object(node)
    except (ValueError, OverflowError, yaml.YAMLError):  # 31 February, five thousand digits, a lone “=” or “<<”
        what = _("“%(value)s” is not a value.") % {"value": str(node.value)[:40]}
        raise FileRefused(
            [LineFault(node.start_mark.line + 1, what, _("Correct it, or write it in quotes."))]
        ) from None
    if isinstance(value, str) and (found := yaml.reader.Reader.NON_PRINTABLE.search(value)):  # an escape in quotes: \0
        what = _("There is a control character (code %(code)d).") % {"code": ord(found[0])}
        raise FileRefused([LineFault(node.start_mark.line + 1, what, _("Remove it."))])
    return value
