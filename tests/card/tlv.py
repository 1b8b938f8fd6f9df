"""BER-TLV as cards use it (ISO/IEC 7816-4, section 5.2.2): tags of up to three octets, lengths of up to 65535."""


class Malformed(Exception):
    """The octets are no BER-TLV."""


def encode(tag, value):
    """One data object. `tag` is the number that its octets make: 0x7F49 for 7F 49."""
    octets = tag.to_bytes((tag.bit_length() + 7) // 8 or 1)
    if len(value) < 0x80:
        length = bytes([len(value)])
    elif len(value) < 0x100:
        length = bytes([0x81, len(value)])
    else:
        length = b"\x82" + len(value).to_bytes(2)
    return octets + length + value


def split_header(data):
    """(tag, length, what follows): what follows need not hold the value, as in a list of tags and lengths (4D)."""
    if not data:
        raise Malformed("no tag")
    end = 1
    if data[0] & 0x1F == 0x1F:
        while end < len(data) and data[end] & 0x80:
            end += 1
        end += 1
    if end > 3 or len(data) <= end:
        raise Malformed("a broken tag")
    first, rest = data[end], data[end + 1:]
    size = first - 0x80 if first > 0x80 else 0
    if first == 0x80 or size > 2 or len(rest) < size:
        raise Malformed("a broken length")
    length = int.from_bytes(rest[:size]) if size else first
    return int.from_bytes(data[:end]), length, rest[size:]


def decode(data):
    """The data objects that stand one after the other: a list of (tag, value)."""
    found = []
    while data:
        tag, length, data = split_header(data)
        value, data = split_value(data, length)
        found.append((tag, value))
    return found


def split_value(data, length):
    """(the first `length` octets, what follows)."""
    if len(data) < length:
        raise Malformed("a value is cut off")
    return data[:length], data[length:]


def headers(data):
    """The (tag, length) pairs of a list without values, as an extended header list has it."""
    found = []
    while data:
        tag, length, data = split_header(data)
        found.append((tag, length))
    return found
