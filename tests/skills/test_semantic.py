"""The folder with the model: what is missing is said, what cannot be read is refused, what reads is named."""

import hashlib
import socket
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
from pytest_django import Settings

from tests.skills.stand_in import bag, onnx, write_model
from trellis.skills import semantic
from trellis.skills.reading import Reader
from trellis.skills.semantic import ModelUnusable

HERE = all(find_spec(name) for name in semantic.PACKAGES)
needs_the_extra = pytest.mark.skipif(
    not HERE, reason="THE MODEL FOR GOALS WAS NOT RUN: onnxruntime and tokenizers are not installed; `make semantic`"
)
without_the_extra = pytest.mark.skipif(HERE, reason="the extra `semantic` is installed")


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    semantic._reader.cache_clear()
    yield
    semantic._reader.cache_clear()


@pytest.fixture
def folder(tmp_path: Path, settings: Settings) -> Path:
    write_model(tmp_path)
    settings.SEMANTIC_MODEL = str(tmp_path)
    return tmp_path


def test_without_a_model_nothing_reads() -> None:
    assert (semantic.is_set(), semantic.reader()) == (False, None)


@without_the_extra
def test_missing_packages_are_named(folder: Path) -> None:
    assert semantic.obstacle() == "The packages that run it are not installed (onnxruntime, tokenizers)."
    with pytest.raises(ModelUnusable, match=r"not installed \(onnxruntime, tokenizers\)"):
        semantic.reader()


@needs_the_extra
def test_missing_files_are_named(folder: Path) -> None:
    (folder / "model.onnx").unlink()

    with pytest.raises(ModelUnusable, match=r"Its folder has no model\.onnx\."):
        semantic.reader()


@needs_the_extra
@pytest.mark.parametrize("name", semantic.FILES)
def test_a_file_that_is_something_else_is_refused(folder: Path, name: str) -> None:
    (folder / name).write_text("no model")

    with pytest.raises(ModelUnusable, match="Its files cannot be read"):
        semantic.reader()


@needs_the_extra
def test_a_model_without_any_word_is_refused(folder: Path) -> None:
    (folder / "model.onnx").write_bytes(onnx(np.zeros((9, 4), np.float32)))

    with pytest.raises(ModelUnusable):
        semantic.reader()


@needs_the_extra
def test_a_model_reads_from_its_folder_and_opens_no_connection(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_given: object) -> None:
        raise AssertionError("something wants to talk to the network")

    monkeypatch.setattr(socket, "socket", refuse)
    embed = semantic.embedding(folder)
    found = semantic.reader()

    assert np.abs(embed("Public speaking") - bag("Public speaking")).max() < 1e-6
    assert isinstance(found, Reader)
    assert found.read(["Addressing crowds"], [])[0].skills == ("public_speaking",)
    assert found.about == {
        "files": {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in semantic.FILES},
        "threshold": 550, "most": 5, "version": 1,
    }  # fmt: skip
    assert semantic.reader() is found
    assert "huggingface_hub" not in sys.modules


@needs_the_extra
def test_vectors_are_the_same_to_the_bit_whatever_was_read_before(folder: Path) -> None:
    one, other = semantic.embedding(folder), semantic.embedding(folder)
    one("Something else that is longer than what comes now")

    assert one("Haggling and sums").tobytes() == other("Haggling and sums").tobytes()


@needs_the_extra
def test_a_model_of_other_inputs_is_refused(folder: Path) -> None:
    raw = (folder / "model.onnx").read_bytes().replace(b"input_ids", b"soundwave")
    (folder / "model.onnx").write_bytes(raw)

    with pytest.raises(ModelUnusable, match=r"not a model of sentences with the usual inputs \(KeyError\)"):
        semantic.reader()
