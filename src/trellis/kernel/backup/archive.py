"""The archive: a zip of `tables/<name>.jsonl` and `uploads/...`, and a manifest that counts and checksums them."""

import hashlib
import json
import zlib
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path, PurePosixPath
from zipfile import ZIP_DEFLATED, BadZipFile, ZipFile

FORMAT = 1
MANIFEST = "manifest.json"
CHUNK = 1 << 20
NOT_OURS = "it is not a Trellis backup, or it was cut off"
# What reading a zip raises for bytes that are not as they were written; RuntimeError: an unknown method, a password.
BROKEN = (BadZipFile, zlib.error, EOFError, LookupError, ValueError, RuntimeError)


@dataclass(frozen=True)
class Part:
    """One member: its name, SHA-256, and how many rows it has (files: 0)."""

    name: str
    sha256: str
    rows: int = 0


@dataclass(frozen=True)
class Manifest:
    format: int
    version: str  # of Trellis
    at: str
    migrations: list[list[str]]  # app and the name of its newest migration
    key_check: str  # a known text under the newest key
    parts: list[Part] = field(default_factory=list)

    def rows(self) -> int:
        return sum(part.rows for part in self.parts)


class Damaged(Exception):
    """The file is not an archive of ours, or not as it was written."""


def add(archive: ZipFile, name: str, pieces: Iterator[bytes], *, counting: bool = False) -> Part:
    """Write one member from its pieces; with `counting`, each piece is a row."""
    digest, rows = hashlib.sha256(), 0
    with archive.open(name, "w", force_zip64=True) as member:
        for piece in pieces:
            digest.update(piece)
            member.write(piece)
            rows += 1
    return Part(name, digest.hexdigest(), rows if counting else 0)


def create(file: Path) -> ZipFile:
    return ZipFile(file, "w", ZIP_DEFLATED, compresslevel=6)


def seal(archive: ZipFile, manifest: Manifest) -> None:
    archive.writestr(MANIFEST, json.dumps(asdict(manifest), indent=1))


def read_manifest(file: Path) -> Manifest:
    """The manifest, of whatever format; raises `Damaged`."""
    try:
        with ZipFile(file) as archive:
            plain = json.loads(archive.read(MANIFEST))
        parts = [Part(**part) for part in plain.pop("parts")]
        manifest = Manifest(**plain, parts=parts)
    except (*BROKEN, TypeError, AttributeError) as error:
        raise Damaged(NOT_OURS) from error
    texts = [manifest.version, manifest.at, manifest.key_check, *(part.name for part in parts)]
    if not all(isinstance(text, str) for text in texts) or len({part.name for part in parts}) < len(parts):
        raise Damaged(NOT_OURS)
    return manifest


def lines(archive: ZipFile, part: Part) -> Iterator[bytes]:
    with archive.open(part.name) as member:
        yield from member


def verify(archive: ZipFile, part: Part) -> None:
    """Raise `Damaged` unless the member is as it was written."""
    digest = hashlib.sha256()
    try:
        with archive.open(part.name) as member:
            while piece := member.read(CHUNK):
                digest.update(piece)
    except (*BROKEN, OSError) as error:
        raise Damaged(f"{part.name} cannot be read") from error
    if digest.hexdigest() != part.sha256:
        raise Damaged(f"{part.name} is not as it was written")


def inside(folder: Path, name: str) -> Path:
    """Where an uploaded file goes; a name that leads out of the folder is damage."""
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or "\\" in name:
        raise Damaged(f"{name} leads out of the uploads folder")
    return folder / path
