// Name constraints: each form, permitted and excluded, and everything that must not be read.
#include "tlscore/x509/name_constraints.h"

#include <gtest/gtest.h>

#include "tests/unit/x509_builder.h"

namespace tlscore::x509 {
namespace {

Bytes ip(std::initializer_list<std::uint8_t> octets) {
  return der(0x87, Bytes(octets));
}
Bytes email(std::string_view address) {
  return der(0x81, as_bytes(address));
}
Bytes uri(std::string_view address) {
  return der(0x86, as_bytes(address));
}
Bytes directory(ByteView name) {
  return der(0xa4, name);
}

Bytes organization(std::string_view value, std::uint8_t tag = kDerUtf8String) {
  return der(kDerSequence, rdn(kOrganizationOid, value, tag));
}

/// Whether names pass; `names` are GeneralNames of a certificate with this subject.
bool allows(const std::vector<Bytes>& permitted, const std::vector<Bytes>& excluded,
            const std::vector<Bytes>& names, const Bytes& subject = Bytes{0x30, 0x00}) {
  const auto constraints = parse_name_constraints(name_constraints_value(permitted, excluded));
  EXPECT_TRUE(constraints) << constraints.error().message;
  std::vector<GeneralName> alternatives;
  alternatives.reserve(names.size());
  for (const Bytes& name : names) alternatives.push_back(*general_name(*DerReader(name).next()));
  const auto checked = check_name_constraints(*constraints, subject, alternatives);
  EXPECT_TRUE(checked || checked.error().kind == ErrorKind::Untrusted);
  return checked.has_value();
}

TEST(NameConstraints, APermittedDnsNameHasZeroOrMoreLabelsBelowTheBase) {
  EXPECT_TRUE(allows({dns("party.example")}, {}, {dns("party.example")}));
  EXPECT_TRUE(allows({dns("party.example")}, {}, {dns("a.b.Party.EXAMPLE")}));
  EXPECT_TRUE(allows({dns("party.example")}, {}, {dns("party.example.")}));
  EXPECT_TRUE(allows({dns("party.example")}, {}, {dns("*.party.example")}));
  EXPECT_FALSE(allows({dns("party.example")}, {}, {dns("otherparty.example")}));
  EXPECT_FALSE(allows({dns("party.example")}, {}, {dns("example")}));
  EXPECT_FALSE(allows({dns("party.example")}, {}, {dns("*.example")}));
  EXPECT_FALSE(allows({dns(".party.example")}, {}, {dns("party.example")}));
  EXPECT_TRUE(allows({dns(".party.example")}, {}, {dns("a.party.example")}));
}

TEST(NameConstraints, EveryNameHasToPassNotJustOne) {
  EXPECT_FALSE(allows({dns("party.example")}, {}, {dns("party.example"), dns("other.example")}));
  EXPECT_TRUE(
      allows({dns("party.example"), dns("other.example")}, {}, {dns("party.example"), dns("other.example")}));
}

TEST(NameConstraints, AnExcludedDnsNameIsOutWithEverythingBelow) {
  EXPECT_FALSE(allows({}, {dns("party.example")}, {dns("party.example")}));
  EXPECT_FALSE(allows({}, {dns("party.example")}, {dns("PARTY.example.")}));
  EXPECT_FALSE(allows({}, {dns("party.example")}, {dns("a.party.example")}));
  EXPECT_FALSE(allows({}, {dns(".party.example")}, {dns("party.example")}));
  EXPECT_FALSE(allows({}, {dns("")}, {dns("party.example")}));
  EXPECT_TRUE(allows({}, {dns("party.example")}, {dns("example")}));
  EXPECT_TRUE(allows({}, {dns("party.example")}, {dns("otherparty.example")}));
}

TEST(NameConstraints, AWildcardIsOutWhenOneOfItsNamesIs) {
  EXPECT_FALSE(allows({}, {dns("party.example")}, {dns("*.example")}));
  EXPECT_FALSE(allows({}, {dns("party.example")}, {dns("*.party.example")}));
  EXPECT_TRUE(allows({}, {dns("a.party.example")}, {dns("*.example")}));
}

TEST(NameConstraints, ExclusionWinsOverPermission) {
  EXPECT_FALSE(allows({dns("example")}, {dns("party.example")}, {dns("www.party.example")}));
  EXPECT_TRUE(allows({dns("example")}, {dns("party.example")}, {dns("other.example")}));
}

TEST(NameConstraints, AddressesAreComparedUnderTheMask) {
  const Bytes net = ip({192, 0, 2, 0, 255, 255, 255, 0});
  EXPECT_TRUE(allows({net}, {}, {ip({192, 0, 2, 7})}));
  EXPECT_FALSE(allows({net}, {}, {ip({192, 0, 3, 7})}));
  EXPECT_FALSE(allows({}, {net}, {ip({192, 0, 2, 7})}));
  EXPECT_TRUE(allows({}, {net}, {ip({192, 0, 3, 7})}));
  EXPECT_FALSE(allows({}, {ip({0, 0, 0, 0, 0, 0, 0, 0})}, {ip({192, 0, 3, 7})}));
  const Bytes ipv6 = ip({0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1});
  EXPECT_FALSE(allows({net}, {}, {ipv6})) << "an IPv4 subtree alone permits no IPv6 address";
  const Bytes all_ipv6 = der(0x87, Bytes(32));
  EXPECT_TRUE(allows({}, {all_ipv6}, {ip({192, 0, 2, 7})})) << "nor does one of IPv6 speak of IPv4";
  EXPECT_FALSE(allows({all_ipv6}, {}, {ip({192, 0, 2, 7})}));
  EXPECT_FALSE(allows({}, {all_ipv6}, {ipv6}));
}

TEST(NameConstraints, AFormThatIsNotConstrainedIsFree) {
  EXPECT_TRUE(allows({dns("party.example")}, {}, {ip({192, 0, 2, 7})}));
  EXPECT_TRUE(allows({dns("party.example")}, {}, {uri("https://other.example/")}));
  EXPECT_TRUE(allows({email("party.example")}, {}, {dns("party.example")}));
}

TEST(NameConstraints, AMailAddressIsComparedByMailboxHostOrDomain) {
  const Bytes me = email("me@party.example");
  EXPECT_TRUE(allows({email("me@PARTY.example")}, {}, {me}));
  EXPECT_FALSE(allows({email("Me@party.example")}, {}, {me})) << "who may have what is their host's business";
  EXPECT_FALSE(allows({}, {email("Me@party.example")}, {me})) << "and so both are excluded";
  EXPECT_TRUE(allows({email("Party.example")}, {}, {me}));
  EXPECT_FALSE(allows({email("example")}, {}, {me})) << "a host, not those below it";
  EXPECT_TRUE(allows({email(".example")}, {}, {me}));
  EXPECT_FALSE(allows({email(".party.example")}, {}, {me}));
  EXPECT_FALSE(allows({}, {email(".party.example")}, {me})) << "excluded names are read widely";
  EXPECT_FALSE(allows({}, {email("party.example")}, {me}));
  EXPECT_TRUE(allows({}, {email("arty.example")}, {me}));
  EXPECT_TRUE(allows({}, {email("you@party.example")}, {me}));
}

TEST(NameConstraints, AUriIsComparedByItsHost) {
  EXPECT_TRUE(allows({uri("party.example")}, {}, {uri("https://PARTY.example/x")}));
  EXPECT_TRUE(allows({uri("party.example")}, {}, {uri("sip://other.example@party.example:5061")}));
  EXPECT_FALSE(allows({uri("party.example")}, {}, {uri("https://party.example@other.example/")}));
  EXPECT_FALSE(allows({uri("party.example")}, {}, {uri("https://other.example/party.example")}));
  EXPECT_FALSE(allows({uri("party.example")}, {}, {uri("https://other.example#@party.example")}));
  EXPECT_FALSE(allows({uri("example")}, {}, {uri("https://party.example/")}));
  EXPECT_TRUE(allows({uri(".example")}, {}, {uri("https://party.example/")}));
  EXPECT_FALSE(allows({}, {uri("party.example")}, {uri("https://party.example/")}));
  EXPECT_FALSE(allows({}, {uri(".party.example")}, {uri("https://party.example/")}));
  EXPECT_TRUE(allows({}, {uri("other.example")}, {uri("https://party.example/")}));
}

TEST(NameConstraints, AMailAddressInTheSubjectCounts) {
  const Bytes with_email = der(kDerSequence, rdn(kEmailOid, "me@party.example", kDerIa5String));
  EXPECT_FALSE(allows({email("other.example")}, {}, {}, with_email));
  EXPECT_TRUE(allows({email("party.example")}, {}, {}, with_email));
  EXPECT_TRUE(allows({}, {dns("other.example")}, {}, with_email));
  const Bytes strange = der(kDerSequence, rdn(kEmailOid, "me@party.example", kDerOctetString));
  EXPECT_TRUE(allows({email("party.example")}, {}, {}, strange));
  EXPECT_FALSE(allows({email("party.example")}, {}, {}, der(kDerSequence, rdn(kEmailOid, "party.example"))));
}

TEST(NameConstraints, WhatCannotBeComparedIsRefusedWhereItIsConstrained) {
  for (const char* address : {"party.example", "@party.example", "me@", "a@b@party.example",
                              "\"a@b\"@party.example", "m\xc3\xa9@party.example", "me @party.example"}) {
    EXPECT_FALSE(allows({}, {email("other.example")}, {email(address)})) << address;
    EXPECT_TRUE(allows({dns("party.example")}, {}, {email(address)})) << address;
  }
  for (const char* address : {"party.example", "urn:party.example", "https://", "https:///x",
                              "https://192.0.2.1/", "https://[2001:db8::1]/", "https://party..example/"}) {
    EXPECT_FALSE(allows({}, {uri("other.example")}, {uri(address)})) << address;
  }
  const Bytes other_name = der(0xa0, der(kDerOid, kCommonNameOid));
  EXPECT_FALSE(allows({}, {other_name}, {other_name}));
  EXPECT_FALSE(allows({other_name}, {}, {other_name}));
}

TEST(NameConstraints, DirectoryNamesAreComparedWhateverTheStringTypeCaseAndSpace) {
  EXPECT_TRUE(
      allows({directory(organization("Party"))}, {}, {}, organization("  PARTY ", kDerPrintableString)));
  EXPECT_FALSE(allows({}, {directory(organization("Party"))}, {}, organization("party", kDerT61String)));
  EXPECT_FALSE(
      allows({}, {directory(organization("Party Two"))}, {}, organization("party  two", kDerIa5String)));
  EXPECT_FALSE(allows({directory(organization("Party"))}, {}, {}, organization("Other")));
  EXPECT_FALSE(allows({directory(organization("Party"))}, {}, {directory(organization("Other"))}));
  EXPECT_TRUE(allows({directory(organization("Party"))}, {}, {})) << "an empty subject is no name";
  const Bytes below = der(kDerSequence, {rdn(kOrganizationOid, "Party"), rdn(kCommonNameOid, "Me")});
  EXPECT_TRUE(allows({directory(organization("Party"))}, {}, {}, below));
  EXPECT_FALSE(allows({directory(below)}, {}, {}, organization("Party")));
}

TEST(NameConstraints, AnAttributeThatWeCannotReadIsRefusedWhereItCounts) {
  const Bytes strange = organization("party", kDerOctetString);
  EXPECT_FALSE(allows({}, {directory(organization("Other"))}, {}, strange));
  EXPECT_TRUE(allows({}, {dns("other.example")}, {}, strange));
}

TEST(NameConstraints, TooMuchWorkIsRefused) {
  const std::vector<Bytes> subtrees(2048, dns("a.example"));
  EXPECT_TRUE(allows({}, subtrees, std::vector<Bytes>(100, dns("party.example"))));
  EXPECT_FALSE(allows({}, subtrees, std::vector<Bytes>(200, dns("party.example"))));
}

TEST(NameConstraints, ABrokenExtensionIsNotRead) {
  const auto kind = [](const Bytes& extension) {
    const auto parsed = parse_name_constraints(extension);
    return parsed ? std::optional<ErrorKind>() : parsed.error().kind;
  };
  const Bytes good = name_constraints_value({dns("a.example")}, {dns("b.example")});
  EXPECT_EQ(kind(good), std::nullopt);
  for (std::size_t n = 0; n < good.size(); ++n) {
    EXPECT_EQ(kind(Bytes(good.begin(), good.begin() + static_cast<std::ptrdiff_t>(n))), ErrorKind::Malformed)
        << n;
  }
  Bytes longer = good;
  longer.push_back(0);
  EXPECT_EQ(kind(longer), ErrorKind::Malformed);
  EXPECT_EQ(kind(name_constraints_value({}, {})), ErrorKind::Malformed);
  EXPECT_EQ(kind(der(kDerSequence, der(0xa0, ByteView()))), ErrorKind::Malformed);
  const Bytes minimum = {0x80, 0x01, 0x00};
  const Bytes with_minimum = der(kDerSequence, {dns("a.example"), minimum});
  EXPECT_EQ(kind(der(kDerSequence, der(0xa0, with_minimum))), ErrorKind::Malformed);
  EXPECT_EQ(kind(name_constraints_value({}, {der(0x89, ByteView())})), ErrorKind::Malformed);
  EXPECT_EQ(kind(name_constraints_value({ip({192, 0, 2, 0})}, {})), ErrorKind::Malformed);
  EXPECT_EQ(kind(name_constraints_value({ip({192, 0, 2, 0, 255, 0, 255, 0})}, {})), ErrorKind::Malformed);
  EXPECT_EQ(kind(name_constraints_value({ip({192, 0, 2, 0, 255, 0xfd, 0, 0})}, {})), ErrorKind::Malformed);
  EXPECT_EQ(kind(name_constraints_value({directory(as_bytes("x"))}, {})), ErrorKind::Malformed);
  EXPECT_EQ(kind(name_constraints_value(std::vector<Bytes>(2049, dns("a")), {})), ErrorKind::TooLarge);
}

}  // namespace
}  // namespace tlscore::x509
