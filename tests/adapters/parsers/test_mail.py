"""Mail and Outlook messages: text and attachments for retrieval, every header, form and property besides."""

import struct
from email.message import EmailMessage, MIMEPart

import pytest

from lacuna.adapters.parsers import registry
from lacuna.adapters.parsers.limits import Limits
from lacuna.domain.errors import TooLarge, UnreadableDocument, UnsupportedFormat
from lacuna.ports.parsers import Parsed
from tests.adapters.parsers import ole, samples


def read(data: bytes, name: str = "mail.eml") -> Parsed:
    return registry.read(data, name, Limits())


def text_of(parsed: Parsed) -> str:
    return "\n".join(section.text for section in parsed.sections)


def letter(body: str = "Body words.", subject: str = "Harbour plan") -> EmailMessage:
    message = EmailMessage()
    message["From"] = "Ann Sender <ann@example.com>"
    message["To"] = "Bob <bob@example.com>"
    message["Subject"] = subject
    message["X-Internal-Ticket"] = "header-words"
    message.set_content(body)
    return message


def test_headers_text_and_attachments_are_retrieved() -> None:
    message = letter()
    message.add_alternative("<html><body><p>Html words.</p><!-- html-comment --></body></html>", subtype="html")
    message.add_attachment(samples.word(["attached-words"]), maintype="application", subtype="x", filename="Plan.docx")
    message.add_attachment("a,b\n1,csv-words\n", subtype="csv", filename="table.csv")
    message.add_attachment(letter("inner-words", "Inner subject"))
    parsed = read(bytes(message))
    assert (parsed.title, parsed.media_type) == ("Harbour plan", "message/rfc822")
    text = text_of(parsed)
    for words in ("Ann Sender <ann@example.com>", "Body words.", "attached-words", "csv-words", "inner-words"):
        assert words in text
    headings = {section.heading for section in parsed.sections}
    assert headings == {"Harbour plan", "Plan.docx", "table.csv", "Inner subject › Inner subject"}
    for words in ("Html words.", "html-comment", "header-words"):
        assert words not in text
        assert words in parsed.everything


def test_html_alone_is_retrieved() -> None:
    message = letter()
    message.set_content("<html><body><h1>Heading</h1><p>Html words.</p></body></html>", subtype="html")
    assert "Html words." in text_of(read(bytes(message)))


def test_encoded_words_and_character_sets_are_undone() -> None:
    source = (
        b"Subject: =?utf-8?b?R3LDvMOfZQ==?= =?iso-8859-1?q?_aus_K=F6ln?=\r\nMIME-Version: 1.0\r\n"
        b"Content-Type: text/plain; charset=iso-2022-jp\r\n\r\n" + "秘密の計画".encode("iso-2022-jp")
    )
    parsed = read(source)
    assert parsed.title == "Grüße aus Köln"
    assert "秘密の計画" in text_of(parsed)


def test_attachment_names_preambles_and_parts_without_names_are_classified() -> None:
    message = letter()
    message.add_attachment(b"\x00\x01binary-words-here\x00", maintype="application", subtype="x", filename="名-n.bin")
    message.add_attachment(b"{\\rtf1 unnamed-words}", maintype="application", subtype="rtf")
    message.preamble, message.epilogue = "preamble-words", "epilogue-words"
    found = read(bytes(message)).everything
    for words in ("名-n.bin", "binary-words-here", "unnamed-words", "preamble-words", "epilogue-words"):
        assert words in found


def test_a_mailbox_holds_many_messages() -> None:
    box = b"".join(
        b"From ann@example.com Mon Jan  1 10:00:00 2024\n" + bytes(letter(f"{word}-words", word)) + b"\n"
        for word in ("first", "second")
    )
    parsed = read(box, "archive.mbox")
    assert parsed.media_type == "application/mbox"
    assert {"first-words", "second-words"} <= set(text_of(parsed).split())


def test_opaque_signatures_are_opened_and_encryption_is_refused() -> None:
    def sealed(content: bytes) -> bytes:
        message = letter()
        message.set_content(content, maintype="application", subtype="pkcs7-mime", filename="smime.p7m")
        return bytes(message)

    inner = b"\x30\x80\x06\x09Content-Type: text/plain\r\n\r\nsigned-words\r\n"
    assert "signed-words" in text_of(read(sealed(inner)))
    with pytest.raises(UnreadableDocument, match="encrypted"):
        read(sealed(b"\x30\x80\x06\x09\x01\x02\x03"))


@pytest.mark.parametrize("depth", [100, 3_000])
def test_messages_nested_too_deep_are_refused(depth: int) -> None:
    source = b"Subject: core\r\n\r\ncore-words"
    for _ in range(depth):
        source = b"MIME-Version: 1.0\r\nContent-Type: message/rfc822\r\n\r\n" + source
    with pytest.raises(TooLarge, match="deep"):
        read(source)


def test_parts_nested_too_deep_are_refused_not_a_crash() -> None:
    lines = [b"MIME-Version: 1.0"]
    for level in range(1_200):
        lines.append(b'Content-Type: multipart/mixed; boundary="b%d"\r\n\r\n--b%d' % (level, level))
    with pytest.raises(TooLarge, match="deep"):
        read(b"\r\n".join(lines) + b"\r\n\r\ncore")


def test_a_damaged_attachment_makes_the_message_unreadable_and_the_error_says_so() -> None:
    inner = letter()
    inner.add_attachment(samples.word()[:-50], maintype="application", subtype="x", filename="cut.docx")
    with pytest.raises(
        UnreadableDocument, match=r"^A file inside the document cannot be read\. The archive"
    ) as refused:
        read(samples.zip_file({"m.eml": bytes(inner)}), "a.zip")
    assert refused.value.cure.startswith("Remove that file")


def test_an_attachment_that_hides_its_text_makes_the_message_unreadable() -> None:
    message = letter()
    message.add_attachment(b"Rar!\x1a\x07\x00" + bytes(50), maintype="application", subtype="x", filename="a.rar")
    with pytest.raises(UnreadableDocument, match="RAR"):
        read(bytes(message))


def wide(text: str) -> bytes:
    return text.encode("utf-16-le")


RTF = b"{\\rtf1 rtf-words}"
PROPERTIES = {
    "0037001F": wide("Harbour plan"),
    "0C1A001F": wide("Ann Sender"),
    "0E04001F": wide("Bob"),
    "1000001F": wide("Body words."),
    "10130102": b"<html><body>html-words</body></html>",
    "10090102": struct.pack("<IIII", len(RTF) + 12, len(RTF), int.from_bytes(b"MELA", "little"), 0) + RTF,
    "007D001F": wide("X-Header: transport-words"),
    "0C1F001E": b"narrow@example.com",
    "0C1D0102": b"SMTP:KEY@EXAMPLE.COM\0",
    "8001001F": wide("named-property-words"),
}


def outlook() -> bytes:
    attached = ("__attach_version1.0_#00000000",)
    inner = ("__attach_version1.0_#00000001", "__substg1.0_3701000D")
    streams = ole.message(PROPERTIES)
    streams[("__nameid_version1.0", "__substg1.0_00040102")] = wide("property-name-words")
    streams[("__recip_version1.0_#00000000", "__substg1.0_3003001F")] = wide("receiver@example.com")
    streams |= ole.message({"3707001F": wide("Plan.docx"), "37010102": samples.word(["attached-words"])}, attached)
    streams |= ole.message({"3001001F": wide("Inner letter")}, inner[:1])
    streams |= ole.message({"0037001F": wide("Inner letter"), "1000001F": wide("inner-words")}, inner)
    return ole.compound(streams)


def test_outlook_messages_are_read_like_mail() -> None:
    parsed = read(outlook(), "letter.msg")
    assert (parsed.title, parsed.media_type) == ("Harbour plan", "application/vnd.ms-outlook")
    text = text_of(parsed)
    for words in ("From: Ann Sender", "Body words.", "attached-words", "inner-words"):
        assert words in text
    for words in ("html-words", "rtf-words", "transport-words", "narrow@example.com", "KEY@EXAMPLE.COM"):
        assert words in parsed.everything
        assert words not in text
    for words in ("named-property-words", "property-name-words", "receiver@example.com", "Plan.docx"):
        assert words in parsed.everything


def test_compressed_rtf_is_unpacked() -> None:
    # The example of [MS-OXRTFCP] 3.1.1.
    packed = bytes.fromhex(
        "2d0000002b0000004c5a4675f1c5c7a703000a007263706731323542320af8206865"
        "6c090020627705b06c647d0a800fa0"
    )  # fmt: skip
    streams = ole.message({"0037001F": wide("x"), "10090102": packed})
    assert "hello world" in text_of(read(ole.compound(streams), "letter.msg"))


def attribute(number: int, value: bytes) -> bytes:
    return struct.pack("<BIi", 2, number, len(value))[:5] + struct.pack("<I", len(value)) + value + b"\0\0"


def test_winmail_dat_is_read() -> None:
    def prop(kind: int, tag: int, value: bytes) -> bytes:
        return struct.pack("<HHII", kind, tag, 1, len(value)) + value + bytes(-len(value) % 4)

    properties = struct.pack("<I", 3) + prop(0x1F, 0x0037, wide("Harbour plan\0")) + prop(0x1E, 0x1000, b"tnef-words\0")
    named = struct.pack("<HH", 0x1F, 0x8001) + bytes(16) + struct.pack("<II", 1, 10) + wide("names") + bytes(2)
    properties += named + struct.pack("<II", 1, 10) + wide("value") + bytes(2)
    data = b"\x78\x9f\x3e\x22\x01\x00" + attribute(0x18004, b"subject-words\0") + attribute(0x69003, properties)
    data += attribute(0x69002, bytes(14)) + attribute(0x18010, b"Plan.docx\0")
    data += attribute(0x6800F, samples.word(["attached-words"]))
    message = letter("Body words.")
    message.add_attachment(data, maintype="application", subtype="ms-tnef", filename="winmail.dat")
    parsed = read(bytes(message))
    for words in ("tnef-words", "attached-words"):
        assert words in text_of(parsed)
    for words in ("subject-words", "names", "value", "Plan.docx"):
        assert words in parsed.everything


def test_embedded_packages_old_office_files_and_macros_are_classified() -> None:
    content = b"packed-words"
    native = b"\0\0\0\0\2\0label.txt\0C:\\path-words\0\0\0\3\0" + struct.pack("<I", 4) + b"C:t\0"
    native += struct.pack("<I", len(content)) + content
    source = b'Attribute VB_Name = "macro-words"\r\n'
    packed = bytearray()
    for place in range(0, len(source), 8):
        packed += b"\0" + source[place : place + 8]
    macro = b"noise\x01" + struct.pack("<H", 0xB000 | (len(packed) - 1)) + bytes(packed)
    old = ole.compound(
        {
            ("\x01Ole10Native",): native,
            ("WordDocument",): b"\0\1narrow-words\0\2" + wide("wide-words") + bytes(5_000),
            ("Macros", "VBA", "Module1"): macro,
            ("CONTENTS",): samples.pdf(["pdf-words"]),
        }
    )
    found = read(samples.word(parts={"word/embeddings/oleObject1.bin": old}), "a.docx").everything
    for words in ("packed-words", "label.txt", "path-words", "narrow-words", "wide-words", "macro-words", "pdf-words"):
        assert words in found


def test_damaged_and_cyclic_compound_files_end_and_hide_nothing() -> None:
    whole = outlook()
    with pytest.raises((UnreadableDocument, UnsupportedFormat)):
        read(whole[:2_000], "letter.msg")
    cyclic = bytearray(whole)
    directory = struct.unpack_from("<I", cyclic, 48)[0] * 512 + 512
    # Every entry of the directory names itself as its neighbour and its child.
    for entry in range(8):
        struct.pack_into("<III", cyclic, directory + entry * 128 + 68, entry, entry, entry)
    assert "transport-words" in read(bytes(cyclic), "letter.msg").everything
    chain = bytearray(whole)
    fat = struct.unpack_from("<I", chain, 76)[0] * 512 + 512
    chain[fat : fat + 400] = bytes(400)
    assert "transport-words" in read(bytes(chain), "letter.msg").everything


def test_mail_in_archives_in_mail_is_read() -> None:
    inner = letter()
    inner.add_attachment(
        samples.zip_file({"deep/note.txt": b"deep-words"}), maintype="a", subtype="z", filename="n.zip"
    )
    outer = MIMEPart()
    outer.set_content(inner)
    parsed = read(b"MIME-Version: 1.0\r\n" + bytes(outer))
    assert "deep-words" in text_of(parsed)
    assert any("n.zip › deep/note.txt" in section.heading for section in parsed.sections)
    assert parsed.everything.count("deep-words") == 1
