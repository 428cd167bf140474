"""Excel workbooks, sound and damaged, made by code."""

import io
import zipfile
from collections.abc import Iterable, Sequence
from datetime import datetime

import xlsxwriter

OLE_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
SHEET = "xl/worksheets/sheet1.xml"


def workbook(rows: Iterable[Sequence[object]], *, first_row: int = 0) -> bytes:
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, {"default_date_format": "yyyy-mm-dd"})
    sheet = book.add_worksheet("People")
    for place, row in enumerate(rows, start=first_row):
        for column, cell in enumerate(row):
            if isinstance(cell, datetime):
                sheet.write_datetime(place, column, cell)
            elif isinstance(cell, str):
                sheet.write_string(place, column, cell)
            else:
                sheet.write(place, column, cell)
    book.close()
    return target.getvalue()


def with_part(content: bytes, name: str, part: bytes) -> bytes:
    """The workbook with one of its parts replaced or added."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for info in old.infolist():
            if info.filename != name:
                new.writestr(info, old.read(info))
        new.writestr(name, part)
    return target.getvalue()


def part_of(content: bytes, name: str) -> bytes:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return archive.read(name)


def bomb(content: bytes, *, megabytes: int) -> bytes:
    return with_part(content, "xl/media/padding.bin", b"\0" * (megabytes * 1_000_000))


def lying_about_size(content: bytes, name: str) -> bytes:
    """The central directory says that a part unpacks to ten bytes."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        size = archive.getinfo(name).file_size.to_bytes(4, "little")
    head = content.index(b"PK\x01\x02")
    entry = content.rindex(b"PK\x01\x02", head, content.rindex(name.encode()))
    assert content[entry + 24 : entry + 28] == size
    return content[: entry + 24] + (10).to_bytes(4, "little") + content[entry + 28 :]


def encrypted() -> bytes:
    return OLE_MAGIC + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le") + b"\0" * 600
