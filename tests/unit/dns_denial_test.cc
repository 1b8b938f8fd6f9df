// What NSEC and NSEC3 records prove, and what they do not.
#include <gtest/gtest.h>

#include "tests/unit/dns_signer.h"
#include "tlscore/dns/denial.h"

namespace tlscore::dns {
namespace {

using testing::name;
using testing::record;

std::vector<Nsec> nsecs(std::initializer_list<std::string> lines) {
  std::vector<Nsec> all;
  for (const std::string& line : lines) all.push_back(read_nsec(record(line)).value());
  return all;
}

Denial denied(const std::vector<Nsec>& records, std::string_view host, RecordType type = RecordType::A) {
  return deny(records, {.name = name(host), .type = type}, name("test")).denial;
}

TEST(DnsNsec, TheNamesOwnRecordSaysWhatItLacks) {
  const auto own = nsecs({"www.test. 300 IN NSEC zzz.test. A RRSIG NSEC"});
  EXPECT_EQ(denied(own, "www.test", RecordType::Aaaa), Denial::NoSuchType);
  EXPECT_EQ(denied(own, "www.test", RecordType::A), Denial::Unproven);
  EXPECT_EQ(denied(nsecs({"www.test. 300 IN NSEC zzz.test. CNAME RRSIG NSEC"}), "www.test"),
            Denial::Unproven);
}

TEST(DnsNsec, ANameBetweenTwoIsNotThereIfNoWildcardIs) {
  const auto both = nsecs({"test. 300 IN NSEC b.test. SOA NS", "m.test. 300 IN NSEC x.test. A"});
  EXPECT_EQ(denied(both, "n.test"), Denial::NoSuchName);
  EXPECT_EQ(denied(both, "a.n.test"), Denial::NoSuchName);
  EXPECT_EQ(denied(both, "x.test"), Denial::Unproven);  // the next name itself exists
  EXPECT_EQ(denied(both, "y.test"), Denial::Unproven);
  EXPECT_EQ(denied(nsecs({"m.test. 300 IN NSEC x.test. A"}), "n.test"),
            Denial::Unproven);  // a wildcard may be
}

TEST(DnsNsec, AWildcardWithoutTheTypeLacksIt) {
  const auto with_star = nsecs({"*.test. 300 IN NSEC b.test. A", "m.test. 300 IN NSEC x.test. A"});
  EXPECT_EQ(denied(with_star, "n.test", RecordType::Aaaa), Denial::NoSuchType);
  EXPECT_EQ(denied(with_star, "n.test", RecordType::A), Denial::Unproven);
}

TEST(DnsNsec, TheLastRecordLeadsBackToTheApex) {
  const auto last = nsecs({"test. 300 IN NSEC a.test. SOA NS", "m.test. 300 IN NSEC test. A"});
  EXPECT_EQ(denied(last, "z.test"), Denial::NoSuchName);
  EXPECT_EQ(denied(last, "b.test"), Denial::Unproven);
  EXPECT_EQ(denied(nsecs({"test. 300 IN NSEC test. SOA NS"}), "any.test"), Denial::NoSuchName);
}

TEST(DnsNsec, ANameThatOnlyLeadsToOthersHasNoRecords) {
  const auto below = nsecs({"a.test. 300 IN NSEC deep.m.test. A"});
  EXPECT_EQ(denied(below, "m.test"), Denial::NoSuchType);
}

TEST(DnsNsec, TheZoneAboveSaysNothingOfWhatItDelegates) {
  const auto above = nsecs({"test. 300 IN NSEC b.test. SOA NS", "sub.test. 300 IN NSEC zzz.test. NS DS"});
  EXPECT_EQ(denied(above, "sub.test", RecordType::A), Denial::Unproven);
  EXPECT_EQ(denied(above, "www.sub.test", RecordType::A), Denial::Unproven);
  EXPECT_EQ(denied(above, "t.test"), Denial::NoSuchName);
  const auto moved = nsecs({"test. 300 IN NSEC b.test. SOA NS", "tree.test. 300 IN NSEC zzz.test. DNAME"});
  EXPECT_EQ(denied(moved, "www.tree.test"), Denial::Unproven);
}

TEST(DnsNsec, OnlyTheZoneAboveDeniesADs) {
  const auto delegation = nsecs({"sub.test. 300 IN NSEC zzz.test. NS RRSIG NSEC"});
  const Proof proof = deny(delegation, {.name = name("sub.test"), .type = RecordType::Ds}, name("test"));
  EXPECT_EQ(proof.denial, Denial::NoSuchType);
  EXPECT_TRUE(proof.is_delegation);
  EXPECT_EQ(denied(nsecs({"sub.test. 300 IN NSEC zzz.sub.test. NS SOA"}), "sub.test", RecordType::Ds),
            Denial::Unproven);  // the zone's own apex
  const Proof plain = deny(nsecs({"www.test. 300 IN NSEC zzz.test. A"}),
                           {.name = name("www.test"), .type = RecordType::Ds}, name("test"));
  EXPECT_EQ(plain.denial, Denial::NoSuchType);
  EXPECT_FALSE(plain.is_delegation);
}

TEST(DnsNsec, AWildcardAnswersOnlyWhereNothingIsCloser) {
  const auto covering = nsecs({"m.test. 300 IN NSEC x.test. A"});
  EXPECT_EQ(deny_closer(covering, name("n.test"), name("test")), Denial::NoSuchName);
  EXPECT_EQ(deny_closer(covering, name("a.n.test"), name("test")), Denial::NoSuchName);
  EXPECT_EQ(deny_closer(covering, name("x.test"), name("test")), Denial::Unproven);
  // Below n.test, which exists, because a.n.test does.
  EXPECT_EQ(deny_closer(nsecs({"a.n.test. 300 IN NSEC x.test. A"}), name("b.n.test"), name("test")),
            Denial::Unproven);
}

/// A zone "test" of hashed names: builds NSEC3 for names that exist.
class Hashed {
 public:
  explicit Hashed(std::uint16_t iterations = 0, bool opt_out = false)
      : m_iterations(iterations), m_opt_out(opt_out) {}

  /// That `host` exists with `types`.
  Nsec3 of(std::string_view host, const std::string& types) const {
    return make(hash(host), next(hash(host)), types);
  }
  /// That nothing is where `host` would be.
  Nsec3 around(std::string_view host) const { return make(before(hash(host)), next(hash(host)), "A"); }

 private:
  std::string hash(std::string_view host) const {
    const CHandle<ldns_rdf, ldns_rdf_deep_free> dname(
        ldns_dname_new_frm_str((std::string(host) + ".").c_str()));
    const CHandle<ldns_rdf, ldns_rdf_deep_free> hashed(
        ldns_nsec3_hash_name(dname.get(), 1, m_iterations, 0, nullptr));
    return std::string(
        Name::from_wire({ldns_rdf_data(hashed.get()), ldns_rdf_size(hashed.get())})->first_label());
  }
  // Neighbours in base32hex: the last digit carries five bits, all of them used.
  static std::string next(std::string text) {
    text[10] = text[10] == 'v' ? 'v' : text[10] == '9' ? 'a' : static_cast<char>(text[10] + 1);
    if (text[10] == 'v') text[11] = 'v';
    return text;
  }
  static std::string before(std::string text) {
    text.replace(11, std::string::npos, std::string(text.size() - 11, '0'));
    return text;
  }
  Nsec3 make(const std::string& from, const std::string& to, const std::string& types) const {
    return read_nsec3(record(from + ".test. 300 IN NSEC3 1 " + (m_opt_out ? "1 " : "0 ") +
                             std::to_string(m_iterations) + " - " + to + " " + types))
        .value();
  }

  std::uint16_t m_iterations;
  bool m_opt_out;
};

Denial denied(const std::vector<Nsec3>& records, std::string_view host, RecordType type = RecordType::A) {
  return deny(records, {.name = name(host), .type = type}, name("test")).denial;
}

TEST(DnsNsec3, TheNamesOwnRecordSaysWhatItLacks) {
  const std::vector<Nsec3> own = {Hashed().of("www.test", "A RRSIG")};
  EXPECT_EQ(denied(own, "www.test", RecordType::Aaaa), Denial::NoSuchType);
  EXPECT_EQ(denied(own, "www.test", RecordType::A), Denial::Unproven);
  EXPECT_EQ(denied(own, "web.test", RecordType::Aaaa), Denial::Unproven);
}

TEST(DnsNsec3, ANameIsNotThereByItsEncloserItsNextCloserAndTheWildcard) {
  const Hashed zone;
  const std::vector<Nsec3> all = {zone.of("test", "SOA NS"), zone.around("n.test"), zone.around("*.test")};
  EXPECT_EQ(denied(all, "n.test"), Denial::NoSuchName);
  EXPECT_EQ(denied(all, "a.b.n.test"), Denial::NoSuchName);
  for (std::size_t left_out = 0; left_out < all.size(); ++left_out) {
    std::vector<Nsec3> fewer = all;
    fewer.erase(fewer.begin() + static_cast<std::ptrdiff_t>(left_out));
    EXPECT_EQ(denied(fewer, "n.test"), Denial::Unproven) << left_out;
  }
}

TEST(DnsNsec3, AWildcardWithoutTheTypeLacksIt) {
  const Hashed zone;
  const std::vector<Nsec3> all = {zone.of("test", "SOA NS"), zone.around("n.test"), zone.of("*.test", "A")};
  EXPECT_EQ(denied(all, "n.test", RecordType::Aaaa), Denial::NoSuchType);
  EXPECT_EQ(denied(all, "n.test", RecordType::A), Denial::Unproven);
}

TEST(DnsNsec3, AnOptedOutSpanLeavesEverythingOpen) {
  const Hashed zone(0, true);
  const std::vector<Nsec3> all = {zone.of("test", "SOA NS"), zone.around("n.test"), zone.around("*.test")};
  EXPECT_EQ(denied(all, "n.test"), Denial::OptOut);
  EXPECT_EQ(denied({all[0], all[1]}, "n.test", RecordType::Ds), Denial::OptOut);
  EXPECT_EQ(denied({all[1]}, "n.test", RecordType::Ds), Denial::Unproven);
}

TEST(DnsNsec3, TheZoneAboveSaysNothingOfWhatItDelegates) {
  const Hashed zone;
  const std::vector<Nsec3> all = {zone.of("sub.test", "NS"), zone.around("www.sub.test"),
                                  zone.around("*.sub.test")};
  EXPECT_EQ(denied(all, "sub.test"), Denial::Unproven);
  EXPECT_EQ(denied(all, "www.sub.test"), Denial::Unproven);
  const Proof proof = deny(all, {.name = name("sub.test"), .type = RecordType::Ds}, name("test"));
  EXPECT_EQ(proof.denial, Denial::NoSuchType);
  EXPECT_TRUE(proof.is_delegation);
  EXPECT_EQ(denied({zone.of("sub.test", "NS SOA")}, "sub.test", RecordType::Ds), Denial::Unproven);
}

TEST(DnsNsec3, ManyIterationsAreNotComputed) {
  EXPECT_EQ(denied({Hashed(kMaxIterations).of("www.test", "A")}, "www.test", RecordType::Aaaa),
            Denial::NoSuchType);
  EXPECT_EQ(denied({Hashed(kMaxIterations + 1).of("www.test", "A")}, "www.test", RecordType::Aaaa),
            Denial::TooExpensive);
}

TEST(DnsNsec3, UnknownAlgorithmsFlagsAndMixedSaltsAreLeftOut) {
  Nsec3 own = Hashed().of("www.test", "A RRSIG");
  own.algorithm = 2;
  EXPECT_EQ(denied({own}, "www.test", RecordType::Aaaa), Denial::Unproven);
  own.algorithm = 1;
  own.flags = 2;
  EXPECT_EQ(denied({own}, "www.test", RecordType::Aaaa), Denial::Unproven);
  own.flags = 0;
  Nsec3 salted = Hashed().of("test", "SOA");
  salted.salt = {1};
  EXPECT_EQ(denied({salted, own}, "www.test", RecordType::Aaaa), Denial::Unproven);
  EXPECT_EQ(denied({own, salted}, "www.test", RecordType::Aaaa), Denial::NoSuchType);
}

TEST(DnsNsec3, AWildcardAnswersOnlyWhereNothingIsCloser) {
  const Hashed zone;
  const auto closer = [](const std::vector<Nsec3>& records, std::string_view host) {
    return deny_closer(records, name(host), name("test"), name("test"));
  };
  EXPECT_EQ(closer({zone.around("n.test")}, "n.test"), Denial::NoSuchName);
  EXPECT_EQ(closer({zone.around("n.test")}, "a.n.test"), Denial::NoSuchName);
  EXPECT_EQ(closer({zone.around("a.n.test")}, "a.n.test"), Denial::Unproven);
  EXPECT_EQ(closer({zone.of("n.test", "A")}, "n.test"), Denial::Unproven);
  EXPECT_EQ(closer({Hashed(0, true).around("n.test")}, "n.test"), Denial::OptOut);
  EXPECT_EQ(closer({}, "n.test"), Denial::Unproven);
}

}  // namespace
}  // namespace tlscore::dns
