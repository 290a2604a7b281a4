"""Archives, and what is hostile in them."""

import bz2
import gzip
import io
import lzma
import tarfile
import zipfile

import pytest

from lacuna.adapters.parsers import registry
from lacuna.adapters.parsers.limits import Limits
from lacuna.domain.errors import InvalidInput, TooLarge, UnreadableDocument, UnsupportedFormat
from lacuna.ports.parsers import Parsed
from tests.adapters.parsers import ole, samples


def read(data: bytes, name: str = "a.zip", limits: Limits | None = None) -> Parsed:
    return registry.read(data, name, limits or Limits())


def text_of(parsed: Parsed) -> str:
    return "\n".join(section.text for section in parsed.sections)


def tar(entries: dict[str, bytes], **more: str) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for name, data in entries.items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            member.uname = "owner-name"
            member.pax_headers = more
            archive.addfile(member, io.BytesIO(data))
        link = tarfile.TarInfo("link")
        link.type, link.linkname = tarfile.SYMTYPE, "target-words"
        archive.addfile(link)
    return out.getvalue()


MEMBERS = {
    "notes/plan.md": b"# Plan\n\nmarkdown-words",
    "letter.docx": samples.word(["word-words"]),
    "inner.zip": samples.zip_file({"deep.csv": b"a,b\n1,csv-words\n"}),
    "table.tar.gz": gzip.compress(tar({"x.txt": b"tar-words"}), mtime=0),
    "picture.png": samples.png(b"tEXtComment\0picture-words"),
    "old.doc": ole.compound({("WordDocument",): b"\0\0old-words\0"}),
    "binary.xlsb": samples.zip_file({"xl/workbook.bin": b"\1\2" + "sheet-words".encode("utf-16-le") + b"\0\1"}),
    "program.bin": b"\0\1\2binary-words\0" * 9,
    "empty/": b"",
}


@pytest.mark.parametrize("data", [samples.zip_file(MEMBERS), tar(MEMBERS), lzma.compress(tar(MEMBERS))])
def test_every_member_is_read_by_its_own_reader(data: bytes) -> None:
    parsed = read(data)
    text = text_of(parsed)
    for words in ("markdown-words", "word-words", "csv-words", "tar-words", "picture-words"):
        assert words in text
    for words in ("old-words", "binary-words", "sheet-words", "program.bin", "notes/plan.md"):
        assert words in parsed.everything
    headings = {section.heading for section in parsed.sections}
    assert {"notes/plan.md › Plan", "letter.docx", "inner.zip › deep.csv", "table.tar.gz › x.txt"} <= headings


def test_names_links_owners_and_comments_are_classified() -> None:
    found = read(tar({"file-name": b""}, comment="pax-words")).everything
    for words in ("file-name", "owner-name", "target-words", "pax-words"):
        assert words in found
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        member = zipfile.ZipInfo("a.txt")
        member.comment = b"member-comment"
        archive.writestr(member, b"x")
        archive.comment = b"archive-comment"
    found = read(out.getvalue()).everything
    assert "member-comment" in found
    assert "archive-comment" in found


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress])
def test_single_packed_files_are_read_as_what_they_are(pack: object) -> None:
    packed = pack(b"# Plan\n\npacked-words")  # type: ignore[operator]
    parsed = read(packed, "plan.md.gz")
    assert (parsed.title, parsed.media_type) == ("Plan", "text/markdown")
    assert "packed-words" in text_of(parsed)


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress])
def test_packed_bombs_are_refused_before_they_are_unpacked(pack: object) -> None:
    bomb = pack(bytes(8 << 20))  # type: ignore[operator]
    with pytest.raises(UnreadableDocument, match="bomb"):
        read(bomb, "a.gz")
    with pytest.raises(TooLarge, match="unpacks"):
        read(bomb, "a.gz", Limits(max_inflated_bytes=1 << 20))


def test_an_archive_behind_other_data_is_read() -> None:
    hidden = b"\1\2\3\0" * 40 + samples.zip_file({"a.txt": b"packed-words" * 200})
    assert "packed-words" in read(hidden, "data.bin").everything
    assert "packed-words" in read(samples.zip_file({"data.bin": hidden})).everything


def test_many_small_archives_share_one_limit() -> None:
    inner = samples.zip_file({"a.txt": b"words " * 10_000})
    with pytest.raises(TooLarge, match="unpacks"):
        read(samples.zip_file({f"{n}.zip": inner for n in range(40)}), limits=Limits(max_inflated_bytes=1 << 20))


def test_archives_nested_too_deep_are_refused() -> None:
    data = b"core-words"
    for depth in range(20):
        data = samples.zip_file({f"{depth}.zip": data})
    with pytest.raises(TooLarge, match="deep"):
        read(data)


def test_too_many_files_in_many_archives_are_refused() -> None:
    inner = samples.zip_file({f"{n}": b"" for n in range(4_000)})
    with pytest.raises(TooLarge, match="files"):
        read(samples.zip_file({f"{n}.zip": inner for n in range(3)}))


def test_an_archive_that_holds_itself_is_refused() -> None:
    # A quine: the archive's only member inflates to the archive. Built here from its idea: any depth is the same file.
    data = samples.zip_file({"r.zip": b"PK\x03\x04" + bytes(100)})
    with pytest.raises(UnreadableDocument, match="directory"):
        read(data)


@pytest.mark.parametrize("magic", [b"Rar!\x1a\x07\x00", b"7z\xbc\xaf\x27\x1c", b"\x28\xb5\x2f\xfd", b"MSCF\0\0\0\0"])
def test_archives_that_cannot_be_opened_are_refused_alone_and_inside(magic: bytes) -> None:
    data = magic + bytes(100)
    with pytest.raises(UnsupportedFormat, match="archive"):
        read(data)
    with pytest.raises(UnreadableDocument, match="archive"):
        read(samples.zip_file({"x": data}))


def test_encrypted_members_are_refused() -> None:
    data = bytearray(samples.zip_file({"a.txt": b"x"}))
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    with pytest.raises(UnreadableDocument, match="encrypted"):
        read(bytes(data))


@pytest.mark.parametrize("whole", [tar(MEMBERS), gzip.compress(tar(MEMBERS), mtime=0), samples.zip_file(MEMBERS)])
@pytest.mark.parametrize("share", [0.3, 0.6])
def test_archives_that_are_cut_off_are_refused(whole: bytes, share: float) -> None:
    with pytest.raises(InvalidInput):
        read(whole[: int(len(whole) * share)])


def test_a_tar_member_that_claims_to_be_huge_is_refused() -> None:
    data = bytearray(tar({"a.txt": b"x"}))
    data[124:136] = b"77777777777\0"
    with pytest.raises(UnreadableDocument):
        read(bytes(data))
