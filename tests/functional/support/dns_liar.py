"""A DNS server that stands before a true one and lies, over UDP and TCP.

    with Liar(world.port, strip("alg13.example")) as liar: world.ask("A:alg13.example", port=liar.port)

A lie is a function of a Query; it gives the octets to send back, or several in turn, or None for silence. `query.true()`
is what the true server says, as a Message that can be changed.
"""
import copy
import dataclasses
import socket
import struct
import threading

KINDS = {"A": 1, "NS": 2, "CNAME": 5, "SOA": 6, "AAAA": 28, "DS": 43, "RRSIG": 46, "NSEC": 47, "DNSKEY": 48, "NSEC3": 50,
         "TLSA": 52, "OPT": 41}
_WITH_NAME_FIRST = {2, 5, 39, 47}  # types whose data begins with a name, and what has to be uncompressed
SERVFAIL, REFUSED, FORMERR = 2, 5, 1


def wire(name):
    """A name in octets."""
    return b"".join(bytes([len(label)]) + label.encode() for label in name.strip(".").split(".") if label) + b"\0"


def _read_name(data, at):
    labels, end = [], None
    while True:
        length = data[at]
        if length >= 0xC0:
            end = end or at + 2
            at = struct.unpack_from("!H", data, at)[0] & 0x3FFF
        elif length == 0:
            return ".".join(labels), end or at + 1
        else:
            labels.append(data[at + 1:at + 1 + length].decode())
            at += 1 + length


def _plain_data(data, kind, at, length):
    if kind in _WITH_NAME_FIRST:
        name, end = _read_name(data, at)
        return wire(name) + data[end:at + length]
    if kind == KINDS["SOA"]:
        first, end = _read_name(data, at)
        second, end = _read_name(data, end)
        return wire(first) + wire(second) + data[end:at + length]
    return data[at:at + length]


@dataclasses.dataclass
class Record:
    owner: str
    kind: int
    ttl: int
    data: bytes
    group: int = 1

    @property
    def covered(self):
        """What a signature is over; 0 for any other record."""
        return struct.unpack_from("!H", self.data)[0] if self.kind == KINDS["RRSIG"] else 0

    def pack(self):
        return wire(self.owner) + struct.pack("!HHIH", self.kind, self.group, self.ttl, len(self.data)) + self.data


@dataclasses.dataclass
class Message:
    """A response, taken apart."""
    flags: int
    question: bytes
    sections: list

    @classmethod
    def read(cls, data):
        flags, _, *counts = struct.unpack_from("!HHHHH", data, 2)
        _, at = _read_name(data, 12)
        question, at, sections = data[12:at + 4], at + 4, []
        for count in counts:
            section = []
            for _ in range(count):
                owner, at = _read_name(data, at)
                kind, group, ttl, length = struct.unpack_from("!HHIH", data, at)
                section.append(Record(owner, kind, ttl, _plain_data(data, kind, at + 10, length), group))
                at += 10 + length
            sections.append(section)
        return cls(flags, question, sections)

    @property
    def answer(self):
        return self.sections[0]

    @property
    def authority(self):
        return self.sections[1]

    def copy(self):
        return copy.deepcopy(self)

    def drop(self, keep):
        """Leaves out of answer and authority whatever `keep` says no to."""
        self.sections = [[record for record in section if keep(record)] for section in self.sections[:2]] + self.sections[2:]
        return self

    def pack(self, query, question=None):
        counts = [len(section) for section in self.sections]
        return (query[:2] + struct.pack("!HHHHH", self.flags, 1, *counts) + (question or question_of(query)) +
                b"".join(record.pack() for section in self.sections for record in section))


def question_of(query):
    return query[12:_read_name(query, 12)[1] + 4]


class Query:
    """What was asked, and how."""

    def __init__(self, octets, peer, true_port):
        self.octets = octets
        self.peer = peer  # None over TCP
        self.over_tcp = peer is None
        self._true_port = true_port
        name, at = _read_name(octets, 12)
        self.name = name.lower()
        self.kind = struct.unpack_from("!H", octets, at)[0]

    def under(self, zone):
        return self.name == zone or self.name.endswith("." + zone)

    def is_for(self, name, kind):
        return self.name == name and self.kind == KINDS[kind]

    def true(self, name=None, kind=None):
        """The true server's answer, to this question or to another."""
        question = wire(self.name if name is None else name) + struct.pack("!HH", KINDS[kind] if kind else self.kind, 1)
        tail = self.octets[len(question_of(self.octets)) + 12:]
        return Message.read(ask_true(self._true_port, self.octets[:12] + question + tail))

    def code(self, number):
        """An empty answer with that code."""
        return self.octets[:2] + struct.pack("!HHHHH", 0x8180 | number, 1, 0, 0, 0) + question_of(self.octets)


def ask_true(port, query):
    with socket.create_connection(("127.0.0.1", port), 10) as stream:
        stream.sendall(struct.pack("!H", len(query)) + query)
        return _read_framed(stream)


def _read_framed(stream):
    def whole(count):
        data = b""
        while len(data) < count:
            more = stream.recv(count - len(data))
            if not more:
                raise ConnectionError
            data += more
        return data
    return whole(struct.unpack("!H", whole(2))[0])


class Liar:
    """Serves on `port` inside the `with` block; `asked` lists the questions, as (name, type's number)."""

    def __init__(self, true_port, lie):
        self._true_port = true_port
        self._lie = lie
        self.asked = []

    def __enter__(self):
        self._udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._tcp = socket.socket()
        self._tcp.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        for _ in range(20):
            try:
                self._tcp.bind(("127.0.0.1", 0))
                self._udp.bind(self._tcp.getsockname())
                break
            except OSError:
                self._tcp.close()
                self._tcp = socket.socket()
        self._tcp.listen()
        self.port = self._tcp.getsockname()[1]
        self._threads = [threading.Thread(target=serve, daemon=True) for serve in (self._serve_udp, self._serve_tcp)]
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_):
        for stop in (self._udp, self._tcp):
            try:
                stop.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            stop.close()
        for thread in self._threads:
            thread.join()

    def _answers(self, octets, peer):
        query = Query(octets, peer, self._true_port)
        self.asked.append((query.name, query.kind))
        answers = self._lie(query)
        if answers is None:
            return []
        return answers if isinstance(answers, list) else [answers]

    def _serve_udp(self):
        while True:
            try:
                octets, peer = self._udp.recvfrom(65535)
            except OSError:
                return
            if not octets:
                return
            for answer in self._answers(octets, peer):
                if len(answer) > 1232:  # as a server does: what does not fit is left out, and said
                    answer = octets[:2] + struct.pack("!HHHHH", 0x8380, 1, 0, 0, 0) + question_of(octets)
                self._udp.sendto(answer, peer)

    def _serve_tcp(self):
        while True:
            try:
                stream, _ = self._tcp.accept()
            except OSError:
                return
            with stream:
                try:
                    for answer in self._answers(_read_framed(stream), None):
                        stream.sendall(struct.pack("!H", len(answer)) + answer)
                except ConnectionError:
                    pass


def changed(applies, change):
    """A lie: the truth, but changed in place by `change(message, query)` where `applies(query)`."""
    def lie(query):
        message = query.true()
        if applies(query):
            message = change(message, query) or message
        return message.pack(query.octets)
    return lie
