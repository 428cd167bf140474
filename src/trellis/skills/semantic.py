"""The sentence-embedding model of the optional extra `semantic`: from a folder on this machine, from nowhere else."""

import hashlib
from collections.abc import Callable
from functools import lru_cache
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from django.conf import settings
from django.utils.translation import gettext as _

from trellis.kernel.errors import Refusal
from trellis.skills.reading import Embed, Reader, Vector

PACKAGES = ("onnxruntime", "tokenizers")
MODEL, TOKENIZER = FILES = ("model.onnx", "tokenizer.json")
LONGEST = 128  # tokens of a sentence: what models of this class were trained on
QUIET = 3  # of onnxruntime's own log: errors only


class ModelUnusable(Refusal):
    """A model is set, and cannot read. Rounds are not solved without it: they would be read in another way."""


def is_set() -> bool:
    return bool(settings.SEMANTIC_MODEL)


def obstacle() -> str:
    """What is missing for the model that is set, as far as it can be seen without loading it; empty if nothing is."""
    folder = Path(settings.SEMANTIC_MODEL)
    lost = [name for name in PACKAGES if not find_spec(name)]
    if lost:
        return _("The packages that run it are not installed (%(names)s).") % {"names": ", ".join(lost)}
    gone = [name for name in FILES if not (folder / name).is_file()]
    if gone:
        return _("Its folder has no %(names)s.") % {"names": ", ".join(gone)}
    return ""


def reader() -> Reader | None:
    """The reader with the model that is set, loaded once a process; None where none is. Raises ModelUnusable."""
    if not is_set():
        return None
    if why := obstacle():
        raise ModelUnusable(why)
    return _reader(str(settings.SEMANTIC_MODEL), settings.SEMANTIC_THRESHOLD)


@lru_cache(maxsize=1)
def _reader(folder: str, threshold: int) -> Reader:
    return Reader(embedding(Path(folder)), threshold, fingerprints(Path(folder)))


def fingerprints(folder: Path) -> dict[str, str]:
    """SHA-256 of every file that the model is made of; weights may lie beside it (model.onnx_data)."""
    return {file.name: _sha256(file) for file in (*sorted(folder.glob(f"{MODEL}*")), folder / TOKENIZER)}


def _sha256(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def embedding(folder: Path) -> Embed:
    """Sentence to vector. One thread, one sentence at a time and nothing padded, so that what else is read changes
    nothing, and only the plain optimisations, which are the same on every processor. Raises ModelUnusable."""
    try:
        run, names, tokenizer = _load(folder)
    except Exception as error:  # whatever two foreign libraries raise about files that are not theirs
        raise ModelUnusable(_("Its files cannot be read (%(kind)s).") % {"kind": type(error).__name__}) from error

    def embed(text: str) -> Vector:
        encoded = tokenizer.encode(text)
        given = {
            "input_ids": encoded.ids, "attention_mask": encoded.attention_mask, "token_type_ids": encoded.type_ids,
        }  # fmt: skip
        out = np.asarray(run(None, {name: np.array([given[name]], np.int64) for name in names})[0][0], np.float64)
        vector: Vector = out.mean(axis=0) if out.ndim == 2 else out  # of tokens, or of the whole sentence already
        length = float(np.linalg.norm(vector))
        if not np.isfinite(length) or not length:
            raise ModelUnusable(_("It gives no usable vector for a text."))
        return vector / length

    try:
        embed("A text to begin with")
    except ModelUnusable:
        raise
    except Exception as error:
        words = _("It is not a model of sentences with the usual inputs (%(kind)s).") % {"kind": type(error).__name__}
        raise ModelUnusable(words) from error
    return embed


def _load(folder: Path) -> tuple[Callable[..., Any], list[str], Any]:  # Any: of libraries that may not be installed
    runtime, tokenizers = (import_module(name) for name in PACKAGES)
    options = runtime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.graph_optimization_level = runtime.GraphOptimizationLevel.ORT_ENABLE_BASIC
    options.use_deterministic_compute = True
    options.log_severity_level = QUIET
    session = runtime.InferenceSession(str(folder / MODEL), options, providers=["CPUExecutionProvider"])
    tokenizer = tokenizers.Tokenizer.from_file(str(folder / TOKENIZER))
    tokenizer.no_padding()
    tokenizer.enable_truncation(LONGEST)
    return session.run, [given.name for given in session.get_inputs()], tokenizer
