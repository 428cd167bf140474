"""A stand-in for a sentence-embedding model, and the same written out by hand as the two files of a real one.

A sentence is the sum of its words; every word has a direction of its own, apart from a few that mean the same.
"""

import hashlib
import json
import re
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from trellis.skills import taxonomy

SIZE = 96
MEANS = {"addressing": "public", "crowds": "speaking", "haggling": "mediation", "sums": "budgeting"}
Vector = npt.NDArray[np.float64]


def words(text: str) -> list[str]:
    return re.findall(r"\w+", text.casefold())


@cache
def direction(word: str) -> Vector:
    seed = int.from_bytes(hashlib.sha256(MEANS.get(word, word).encode()).digest()[:8])
    return np.random.default_rng(seed).normal(size=SIZE).astype(np.float32).astype(np.float64)


def bag(text: str) -> Vector:
    vector = np.sum([direction(word) for word in words(text)], axis=0)
    whole: Vector = vector / np.linalg.norm(vector)
    return whole


# --- the same as model.onnx (one look-up of words in a table) and tokenizer.json


def write_model(folder: Path) -> None:
    phrases = [phrase for skill in taxonomy.skills() for phrase in (skill.name, *skill.aliases)]
    known = sorted({word for text in (*phrases, "a text to begin with", *MEANS) for word in words(text)})
    table = np.array([direction(word) for word in ("[UNK]", *known)], np.float32)
    (folder / "model.onnx").write_bytes(onnx(table))
    vocabulary = {word: place for place, word in enumerate(["[UNK]", *known])}
    tokenizer = {
        "version": "1.0", "truncation": None, "padding": None, "added_tokens": [], "normalizer": {"type": "Lowercase"},
        "pre_tokenizer": {"type": "Whitespace"}, "post_processor": None, "decoder": None,
        "model": {"type": "WordLevel", "vocab": vocabulary, "unk_token": "[UNK]"},
    }  # fmt: skip
    (folder / "tokenizer.json").write_text(json.dumps(tokenizer), encoding="utf-8")


def onnx(table: npt.NDArray[np.float32]) -> bytes:
    """A model of one node, in the wire format: numbers of fields as in onnx.proto."""
    rows, size = table.shape
    gather = _text(1, "table") + _text(1, "input_ids") + _text(2, "last_hidden_state") + _text(4, "Gather")
    initial = _number(1, rows) + _number(1, size) + _number(2, FLOAT) + _text(8, "table") + _bytes(9, table.tobytes())
    graph = (
        _bytes(1, gather) + _text(2, "words") + _bytes(5, initial) + _bytes(11, _value("input_ids", INT64, 2))
        + _bytes(12, _value("last_hidden_state", FLOAT, 3))
    )  # fmt: skip
    return _number(1, 8) + _bytes(7, graph) + _bytes(8, _text(1, "") + _number(2, 13))


FLOAT, INT64 = 1, 7


def _value(name: str, kind: int, rank: int) -> bytes:
    shape = b"".join(_bytes(1, _text(2, f"d{place}")) for place in range(rank))
    return _text(1, name) + _bytes(2, _bytes(1, _number(1, kind) + _bytes(2, shape)))


def _varint(number: int) -> bytes:
    found = bytearray()
    while number > 127:
        found.append(number & 127 | 128)
        number >>= 7
    return bytes([*found, number])


def _number(field: int, value: int) -> bytes:
    return _varint(field << 3) + _varint(value)


def _bytes(field: int, value: bytes) -> bytes:
    return _varint(field << 3 | 2) + _varint(len(value)) + value


def _text(field: int, value: str) -> bytes:
    return _bytes(field, value.encode())
