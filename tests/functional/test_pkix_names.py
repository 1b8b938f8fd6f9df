"""Which names a certificate is for, and which names a CA may give out: verdicts of `latchkey verify` are OpenSSL's.

Where one is not, the case says why (`openssl="..."`), and then it has to differ.
"""
from cryptography import x509

from support.chains import Case, agree, constraints, der, dns, holder, ip, issue, name_of, raw_dns, unknown

SUBJECT_ALT_NAME = "2.5.29.17"
PARTIAL = "OpenSSL still takes a part of a label for a wildcard; RFC 9525, section 6.3, and browsers do not"
COMMON_NAME = "OpenSSL falls back to the common name; RFC 9525 and browsers never look at it"


class World:
    """A root, and a server under it."""

    def __init__(self):
        self.root, self.middle, self.leaf = map(holder, ("Root", "Middle", "Leaf"))
        self.root_ca = issue(self.root, self.root, ca=True)

    def for_names(self, *names, subject=None, **more):
        leaf = holder("Leaf", self.leaf.key, subject)
        return issue(leaf, self.root, names=names or None, **more)


def test_names(tmp_path):
    w = World()

    def named(title, host, *names, says="", openssl="", subject=None):
        names = [name if isinstance(name, x509.GeneralName) else dns(name) for name in names]
        return Case(title, [w.for_names(*names, subject=subject)], [w.root_ca], says, openssl, host)

    def raw(title, host, octets, says="", openssl=""):
        extension = unknown(SUBJECT_ALT_NAME, raw_dns(octets))
        return Case(title, [w.for_names(more=[(extension, False)])], [w.root_ca], says, openssl, host)
    not_for = "not for"
    cases = [
        named("the name", "party.example", "party.example"),
        named("another name", "other.example", "party.example", says=not_for),
        named("one of several", "party.example", "other.example", "party.example"),
        named("none of several", "party.example", "a.example", "b.example", says=not_for),
        named("another case", "PARTY.example", "party.EXAMPLE"),
        named("a name below it", "www.party.example", "party.example", says=not_for),
        named("a name above it", "example", "party.example", says=not_for),
        named("a longer name that ends so", "notparty.example", "party.example", says=not_for),
        named("a dot at the host's end", "party.example.", "party.example",
              openssl="the resolver's final dot is no part of the name; OpenSSL leaves it there"),
        named("a dot at the certificate's end", "party.example", "party.example.",
              openssl="the same, on the other side"),
        named("an underscore", "_a.party.example", "_a.party.example"),
        named("an address of mail", "party.example", x509.RFC822Name("party.example"), says="for no host at all"),
        named("a URI", "party.example", x509.UniformResourceIdentifier("https://party.example/"), says="for no host at all"),
        named("only the common name", "party.example", subject=name_of("party.example"), says="for no host at all",
              openssl=COMMON_NAME),
        named("the common name beside another name", "party.example", "other.example", subject=name_of("party.example"),
              says=not_for),
        named("the common name beside an address of mail", "party.example", x509.RFC822Name("a@party.example"),
              subject=name_of("party.example"), says="for no host at all", openssl=COMMON_NAME),
        named("no name at all", "party.example", says="for no host at all"),
        named("wildcard", "a.party.example", "*.party.example"),
        named("wildcard in another case", "A.Party.Example", "*.PARTY.example"),
        named("wildcard: not its base", "party.example", "*.party.example", says=not_for),
        named("wildcard: not two labels", "a.b.party.example", "*.party.example", says=not_for),
        named("wildcard: beside its base", "party.example", "*.party.example", "party.example"),
        named("wildcard: a label's end", "foo.party.example", "f*.party.example", says=not_for, openssl=PARTIAL),
        named("wildcard: a label's beginning", "foo.party.example", "*o.party.example", says=not_for, openssl=PARTIAL),
        named("wildcard: a label's middle", "foo.party.example", "f*o.party.example", says=not_for),
        named("wildcard: not left-most", "a.b.example", "a.*.example", says=not_for),
        named("wildcard: twice", "a.b.party.example", "*.*.party.example", says=not_for),
        named("wildcard: alone", "party.example", "*", says=not_for),
        named("wildcard: a whole registry", "party.example", "*.example", says=not_for),
        named("wildcard: a registry with a dot", "party.example", "*.example.", says=not_for),
        named("wildcard: an A-label", "xn--mnchen-3ya.party.example", "*.party.example"),
        named("wildcard: part of an A-label", "xn--mnchen-3ya.party.example", "xn--*.party.example", says=not_for),
        named("an A-label", "xn--mnchen-3ya.example", "xn--mnchen-3ya.example"),
        named("an A-label in another case", "xn--mnchen-3ya.example", "XN--MNCHEN-3YA.example"),
        raw("a U-label", "xn--mnchen-3ya.example", "m\u00fcnchen.example".encode(), says=not_for),
        raw("a zero octet", "party.example", b"party.example\0.other.example", says=not_for),
        raw("an empty name", "party.example", b"", says=not_for),
        raw("a space", "party.example", b" party.example", says=not_for),
        raw("a leading dot", "a.party.example", b".party.example", says=not_for),
        named("an IPv4 address", "192.0.2.1", ip("192.0.2.1")),
        named("another IPv4 address", "192.0.2.2", ip("192.0.2.1"), says=not_for),
        named("an IPv6 address", "2001:db8::1", ip("2001:db8::1")),
        named("an IPv6 address written longer", "2001:DB8:0:0::1", ip("2001:db8::1")),
        named("another IPv6 address", "2001:db8::2", ip("2001:db8::1"), says=not_for),
        named("an IPv4 address for its IPv6 form", "192.0.2.1", ip("::ffff:192.0.2.1"), says=not_for),
        named("an address as a name", "192.0.2.1", "192.0.2.1", says=not_for),
        named("an address as a common name", "192.0.2.1", subject=name_of("192.0.2.1"), says="for no host at all"),
        named("an address under a wildcard", "192.0.2.1", "*.0.2.1", says=not_for),
        named("a name for an address", "party.example", ip("192.0.2.1"), says=not_for),
    ]
    agree(tmp_path, cases)


def test_name_constraints(tmp_path):
    w = World()
    mail = x509.RFC822Name
    uri = x509.UniformResourceIdentifier
    directory = x509.DirectoryName
    organization = x509.NameAttribute(x509.NameOID.ORGANIZATION_NAME, "Party")
    other_organization = x509.NameAttribute(x509.NameOID.ORGANIZATION_NAME, "Other")
    ours = x509.Name([organization])
    other_name = x509.OtherName(x509.ObjectIdentifier("1.2.3.4"), b"\x0c\x01a")
    registered = x509.RegisteredID(x509.ObjectIdentifier("1.2.3.4"))

    def under(title, permitted, excluded, names, says="", openssl="", subject=None, host="party.example", critical=True):
        """A server with these names beside its host's, under a CA with these constraints."""
        limits = constraints(permitted or None, excluded or None)
        middle = issue(w.middle, w.root, ca=True, more=[(limits, critical)])
        leaf = holder("Leaf", w.leaf.key, subject)
        return Case(title, [issue(leaf, w.middle, names=[dns(host), *names]), middle], [w.root_ca], says, openssl, host)

    def party(*attributes):
        return x509.Name([*attributes, x509.NameAttribute(x509.NameOID.COMMON_NAME, "Party")])
    no = "name constraints exclude "
    unclear = "of a kind that cannot be checked"
    cases = [
        under("DNS: the base", [dns("party.example")], [], []),
        under("DNS: below the base", [dns("example")], [], []),
        under("DNS: another base", [dns("other.example")], [], [], no + "party.example"),
        under("DNS: one name of two is outside", [dns("party.example")], [], [dns("other.example")], no + "other.example"),
        under("DNS: two bases", [dns("party.example"), dns("other.example")], [], [dns("other.example")]),
        under("DNS: the base is longer", [dns("www.party.example")], [], [], no + "party.example"),
        under("DNS: a name that only ends so", [dns("arty.example")], [], [], no + "party.example"),
        under("DNS: another case", [dns("PARTY.Example")], [], []),
        under("DNS: everything", [dns("")], [], []),
        under("DNS: a leading dot, below", [dns(".example")], [], []),
        under("DNS: a leading dot, the base itself", [dns(".party.example")], [], [], no + "party.example"),
        under("DNS: excluded", [], [dns("party.example")], [], no + "party.example"),
        under("DNS: excluded above", [], [dns("example")], [], no + "party.example"),
        under("DNS: excluded below", [], [dns("www.party.example")], []),
        under("DNS: excluded elsewhere", [], [dns("other.example")], []),
        under("DNS: everything excluded", [], [dns("")], [], no + "party.example"),
        under("DNS: permitted and excluded", [dns("example")], [dns("party.example")], [], no + "party.example"),
        under("DNS: permitted, and excluded elsewhere", [dns("example")], [dns("other.example")], []),
        under("DNS: not critical, and holds", [dns("other.example")], [], [], no + "party.example", critical=False),
        under("DNS: a wildcard inside", [dns("party.example")], [], [dns("*.party.example")]),
        under("DNS: a wildcard outside", [dns("party.example")], [], [dns("*.example")], no + "*.example"),
        under("DNS: a wildcard over what is excluded", [], [dns("a.b.example")], [dns("*.b.example")], no + "*.b.example",
              openssl="OpenSSL compares a wildcard as if it were a name; it stands for the one that is excluded"),
        under("IP: inside", [ip("192.0.2.0/24")], [], [ip("192.0.2.7")]),
        under("IP: outside", [ip("192.0.2.0/24")], [], [ip("192.0.3.7")], no + "192.0.3.7"),
        under("IP: excluded", [], [ip("192.0.2.0/24")], [ip("192.0.2.7")], no + "192.0.2.7"),
        under("IP: not excluded", [], [ip("192.0.2.0/24")], [ip("192.0.3.7")]),
        under("IP: version 6 inside", [ip("2001:db8::/32")], [], [ip("2001:db8::7")]),
        under("IP: version 6 outside", [ip("2001:db8::/32")], [], [ip("2001:db9::7")], no + "2001:db9::7"),
        under("IP: another version", [ip("192.0.2.0/24")], [], [ip("2001:db8::7")], no + "2001:db8::7"),
        under("IP: all of version 4 excluded", [], [ip("0.0.0.0/0")], [ip("192.0.2.7")], no + "192.0.2.7"),
        under("only addresses are constrained", [ip("192.0.2.0/24")], [], []),
        under("only names are constrained", [dns("party.example")], [], [ip("192.0.2.7")]),
        under("mail: a mailbox", [mail("me@party.example")], [], [mail("me@party.example")]),
        under("mail: another mailbox", [mail("me@party.example")], [], [mail("you@party.example")], no + "you@party.example"),
        under("mail: a host", [mail("party.example")], [], [mail("me@PARTY.example")]),
        under("mail: a host's domain", [mail("example")], [], [mail("me@party.example")], no + "me@party.example"),
        under("mail: a domain", [mail(".example")], [], [mail("me@party.example")]),
        under("mail: a domain's own host", [mail(".party.example")], [], [mail("me@party.example")], no + "me@party.example"),
        under("mail: an excluded host", [], [mail("party.example")], [mail("me@party.example")], no + "me@party.example"),
        under("mail: an excluded host elsewhere", [], [mail("other.example")], [mail("me@party.example")]),
        under("mail: in the subject", [mail("party.example")], [], [], subject=x509.Name(
            [x509.NameAttribute(x509.NameOID.EMAIL_ADDRESS, "me@party.example")])),
        under("mail: in the subject, outside", [mail("other.example")], [], [], no + "me@party.example", subject=x509.Name(
            [x509.NameAttribute(x509.NameOID.EMAIL_ADDRESS, "me@party.example")])),
        under("URI: a host", [uri("party.example")], [], [uri("https://party.example/x")]),
        under("URI: another host", [uri("party.example")], [], [uri("https://other.example/x")], no + "https://other.example/x"),
        under("URI: a domain", [uri(".example")], [], [uri("https://me@party.example:444/x")]),
        under("URI: an excluded domain", [], [uri(".example")], [uri("https://party.example/x")], no + "https://party.example/x"),
        under("URI: without a host", [uri("party.example")], [], [uri("urn:party")], unclear),
        under("URI: an address", [uri("party.example")], [], [uri("https://192.0.2.1/")], unclear),
        under("directory: inside", [directory(ours)], [], [], subject=party(organization)),
        under("directory: outside", [directory(ours)], [], [], no + "CN=Party,O=Other", subject=party(other_organization)),
        under("directory: excluded", [], [directory(ours)], [], no + "CN=Party,O=Party", subject=party(organization)),
        under("directory: not excluded", [], [directory(ours)], [], subject=party(other_organization)),
        under("directory: as an alternative name", [directory(ours)], [], [directory(party(other_organization))],
              no + "CN=Party,O=Other", subject=party(organization)),
        under("other names: constrained and there", [], [other_name], [other_name], unclear),
        under("other names: constrained and not there", [], [other_name], []),
        under("registered identifiers: constrained and there", [registered], [], [registered], unclear),
        under("registered identifiers: not constrained", [dns("example")], [], [registered]),
    ]
    agree(tmp_path, cases)


def test_where_name_constraints_hold(tmp_path):
    w = World()
    leaf = issue(w.leaf, w.middle)
    middle = issue(w.middle, w.root, ca=True)
    upper = holder("Upper")
    inside, outside = constraints([dns("party.example")]), constraints([dns("other.example")])
    rolled = holder("Middle")
    only_other = constraints([x509.DirectoryName(name_of("Other"))])
    only_leaf = constraints([x509.DirectoryName(name_of("Leaf"))])

    def root(limits):
        return [issue(w.root, w.root, ca=True, limits=limits)]

    def through(upper_limits, middle_limits):
        return [leaf, issue(w.middle, upper, ca=True, limits=middle_limits), issue(upper, w.root, ca=True, limits=upper_limits)]
    no = "name constraints exclude party.example"
    broken = unknown("2.5.29.30", der(0x30, b""))
    cases = [
        Case("the root's hold", [leaf, middle], root(outside), no),
        Case("the root's permit", [leaf, middle], root(inside)),
        Case("those of both CAs hold, the upper's exclude", through(outside, inside), [w.root_ca], no),
        Case("those of both CAs hold, the lower's exclude", through(inside, outside), [w.root_ca], no),
        Case("those of both CAs permit", through(inside, inside), [w.root_ca]),
        Case("a CA's own subject counts", [leaf, middle], root(only_leaf), "name constraints exclude CN=Middle"),
        Case("a server's subject counts", [leaf, middle], root(only_other), "name constraints exclude CN="),
        Case("a CA's own names count", [leaf, issue(w.middle, w.root, ca=True, names=[dns("other.example")])], root(inside),
             "name constraints exclude other.example"),
        Case("a self-issued CA is free", [issue(w.leaf, rolled), issue(rolled, w.middle, ca=True),
                                          issue(w.middle, w.root, ca=True, limits=only_leaf)], [w.root_ca]),
        Case("a self-issued server is not", [issue(holder("Middle"), w.middle), issue(
            w.middle, w.root, ca=True, limits=outside)], [w.root_ca], no),
        Case("constraints without a constraint", [leaf, issue(w.middle, w.root, ca=True, more=[(broken, True)])], [w.root_ca],
             "name constraints without a constraint",
             openssl="RFC 5280, section 4.2.1.10: not an empty sequence; OpenSSL reads it as no constraint"),
    ]
    agree(tmp_path, cases)
