"""The virtual card itself, command by command: what it refuses, with which status word, and that TLV and chains hold."""
import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "card"))

import keys  # noqa: E402
import tlv  # noqa: E402
from applet import Applet  # noqa: E402

P256 = bytes.fromhex("132A8648CE3D030107")


@pytest.fixture
def card():
    applet = Applet()
    applet.put_key("auth", keys.generate(P256))
    applet.put_key("sign", keys.generate(P256))
    return applet


def send(card, text, data=b"", le=256):
    """A command whose data is appended in extended form; (status word in hexadecimal, data)."""
    body = b"\x00" + len(data).to_bytes(2) + data + (le % 65536).to_bytes(2) if data else b"\x00" + (le % 65536).to_bytes(2)
    answer = card.execute(bytes.fromhex(text) + body)
    return answer[-2:].hex(), answer[:-2]


def status(card, text, data=b""):
    return send(card, text, data)[0]


@pytest.mark.parametrize(("octets", "value"), [
    ("5B00", [(0x5B, b"")]), ("7F490186", [(0x7F49, b"\x86")]), ("C5810101", [(0xC5, b"\x01")]),
    ("5F5082000241426E00", [(0x5F50, b"AB"), (0x6E, b"")])])
def test_tlv_reads_what_it_should(octets, value):
    assert tlv.decode(bytes.fromhex(octets)) == value


@pytest.mark.parametrize("octets", ["5B", "7F", "5B0241", "5B80", "5B83000001", "5B8200", "1F808080"])
def test_tlv_refuses_what_is_cut_off_or_broken(octets):
    with pytest.raises(tlv.Malformed):
        tlv.decode(bytes.fromhex(octets))


@pytest.mark.parametrize("size", [0, 1, 0x7F, 0x80, 0xFF, 0x100, 0xFFFF])
def test_tlv_reads_what_it_wrote(size):
    assert tlv.decode(tlv.encode(0x5F48, bytes(size))) == [(0x5F48, bytes(size))]


@pytest.mark.parametrize(("command", "word"), [
    ("00A40400", "6a82"),  # nothing is selected by no name
    ("00CADF30", "6a88"), ("00CA0104", "6982"), ("00DA005B", "6982"),
    ("00200084", "6b00"), ("00200181", "6b00"), ("00200081", "63c3"), ("00200083", "63c3"),
    ("002A9E9A", "6982"), ("002A9E9B", "6b00"), ("002A8086", "6982"), ("00880000", "6982"), ("00880001", "6b00"),
    ("00478000", "6a80"), ("00FF0000", "6d00"), ("80CA006E", "6e00")])
def test_a_card_that_nobody_unlocked_refuses(card, command, word):
    assert status(card, command) == word


@pytest.mark.parametrize("octets", ["00", "00CA00", "00CA006E0000", "00200081053132", "002000810000063132", "00200081000000063132"])
def test_a_command_with_a_wrong_length_is_refused(card, octets):
    assert card.execute(bytes.fromhex(octets)) == bytes.fromhex("6700")


def test_wrong_pins_count_down_in_both_modes_and_lock(card):
    assert status(card, "00200081", b"000000") == "63c2"
    assert status(card, "00200082", b"000000") == "63c1"
    assert status(card, "00200082", b"000000") == "6983"
    assert status(card, "00200082", b"123456") == "6983"
    assert status(card, "00200081") == "6983"
    assert card.pins.verified == set()


def test_the_administrator_opens_a_locked_pin(card):
    for _ in range(3):
        status(card, "00200081", b"000000")
    assert status(card, "002C0281", b"654321") == "6982"
    assert status(card, "00200083", b"12345678") == "9000"
    assert status(card, "002C0281", b"654321") == "9000"
    assert status(card, "00200081", b"654321") == "9000"


def test_each_mode_opens_its_own_keys_only(card):
    assert status(card, "00200082", b"123456") == "9000"
    assert status(card, "002A9E9A", bytes(32)) == "6982"
    assert status(card, "00880000", bytes(32)) == "9000"
    assert status(card, "00200081", b"123456") == "9000"
    assert status(card, "002A9E9A", bytes(32)) == "9000"
    assert status(card, "002A9E9A", bytes(32)) == "6982", "one signature for one PIN, until data object C4 says otherwise"
    assert card.calls == {"sign": 1, "decrypt": 0, "auth": 1}


def test_a_wrong_pin_takes_away_what_a_right_one_gave(card):
    assert status(card, "00200082", b"123456") == "9000"
    assert status(card, "00200082", b"000000") == "63c2"
    assert status(card, "00880000", bytes(32)) == "6982"


@pytest.mark.parametrize("forget", ["reset", "log-out", "select"])
def test_who_was_verified_is_forgotten(card, forget):
    status(card, "00200082", b"123456")
    if forget == "reset":
        card.reset()
    elif forget == "log-out":
        assert status(card, "0020FF82") == "9000"
    else:
        assert status(card, "00A40400", bytes.fromhex("D27600012401")) == "9000"
    assert status(card, "00880000", bytes(32)) == "6982"


def test_a_slot_without_a_key_says_so(card):
    assert status(card, "00478100", bytes.fromhex("B800")) == "6a88"
    status(card, "00200082", b"123456")
    assert status(card, "002A8086", bytes(257)) == "6a88"


def test_another_algorithm_removes_the_key(card):
    status(card, "00200083", b"12345678")
    assert status(card, "00DA00C3", P256) == "9000"
    assert status(card, "00478100", bytes.fromhex("A400")) == "9000"
    assert status(card, "00DA00C3", bytes.fromhex("010800001100")) == "6a80"
    assert status(card, "00DA00C3", bytes.fromhex("010800002000")) == "9000"
    assert status(card, "00478100", bytes.fromhex("A400")) == "6a88"


@pytest.mark.parametrize("import_", ["", "4D00", "4D02B600", "4D03B60041", "4D0BB6007F480292025F480141", "4D0BB0007F480292015F480141"])
def test_a_broken_import_is_refused(card, import_):
    status(card, "00200083", b"12345678")
    assert status(card, "00DB3FFF", bytes.fromhex(import_)) == "6a80"


def test_long_answers_come_in_pieces_and_long_commands_in_a_chain(card):
    status(card, "00200083", b"12345678")
    certificate = bytes(range(256)) * 2
    assert card.execute(bytes.fromhex("10DA7F21FF") + certificate[:255]) == bytes.fromhex("9000")
    assert card.execute(bytes.fromhex("10DA7F21FF") + certificate[255:510]) == bytes.fromhex("9000")
    assert card.execute(bytes.fromhex("00DA7F2102") + certificate[510:]) == bytes.fromhex("9000")
    first = card.execute(bytes.fromhex("00CA7F2100"))
    assert first[-2:] == bytes.fromhex("6100")
    assert first[:-2] + card.execute(bytes.fromhex("00C0000000"))[:-2] == certificate
    assert card.execute(bytes.fromhex("00C0000000")) == bytes.fromhex("6985")


def test_a_chain_without_end_is_refused(card):
    status(card, "00200083", b"12345678")
    answers = {card.execute(bytes.fromhex("10DA7F21FF") + bytes(255))[-2:].hex() for _ in range(40)}
    assert answers == {"9000", "6700"}


def test_a_test_can_make_the_next_signature_fail(card):
    status(card, "00200082", b"123456")
    card.interference.failures = 1
    assert status(card, "00880000", bytes(32)) == "6581"
    assert status(card, "00880000", bytes(32)) == "9000"
