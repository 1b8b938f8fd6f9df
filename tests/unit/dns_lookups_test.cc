// Aliases, what is left out, what is remembered, and where TLSA records are looked for.
#include <gtest/gtest.h>

#include "tests/unit/dns_signer.h"
#include "tlscore/dns/lookups.h"
#include "tlscore/dns/tlsa_search.h"

namespace tlscore::dns {
namespace {

using std::chrono::seconds;
using testing::kNow;
using testing::name;
using testing::record;

/// Findings as the test says. What it says nothing of is securely absent.
class Said final : public Findings {
 public:
  Task<Finding> find(Question question, Effort& /*effort*/, Cancel& /*cancel*/) override {
    asked.push_back(to_string(question));
    const auto found = known.find(asked.back());
    if (found != known.end()) co_return found->second;
    co_return Finding{
        .security = Security::Secure, .reason = "it is not there", .expires = kNow + seconds(60)};
  }
  Task<Finding> find_unproven(Question question, Effort& /*effort*/, Cancel& /*cancel*/) override {
    asked.push_back("unproven " + to_string(question));
    co_return Finding{
        .security = Security::Insecure, .reason = "nobody asked", .expires = kNow + seconds(60)};
  }

  std::map<std::string, Finding> known;
  std::vector<std::string> asked;
};

Finding alias(std::string_view target, Security security = Security::Secure, seconds ttl = seconds(300)) {
  return {.security = security, .alias = name(target), .expires = kNow + ttl};
}
Finding has(const std::string& line, Security security = Security::Secure, seconds ttl = seconds(300)) {
  return {.security = security, .records = {record(line)}, .expires = kNow + ttl};
}
Finding is(Security security) {
  return {.security = security, .reason = "so it is", .expires = kNow};
}

class DnsLookups : public ::testing::Test {
 protected:
  Found find(const std::string& host, RecordType type = RecordType::A) {
    std::optional<Found> found;
    spawn(*loop, into(lookups->find({.name = name(host), .type = type}, cancel), found));
    finish();
    return *found;
  }
  TlsaAnswer find_tlsa(const std::string& host) {
    std::optional<TlsaAnswer> found;
    TlsaQuestion question{.host = host};
    spawn(*loop, into(search->find(std::move(question), cancel), found));
    finish();
    return *found;
  }
  template <class T>
  static Task<void> into(Task<T> task, std::optional<T>& result) {
    result = co_await std::move(task);
  }
  void finish() {
    while (loop->tasks() > 0) event_base_loop(loop->base(), EVLOOP_ONCE);
  }
  std::unique_ptr<Lookups> make(std::unique_ptr<Said> findings) {
    const LeftOut left_out = [](const Name& each) -> std::optional<std::string> {
      if (each.is_under(name("corp.test"))) return "it is corp's";
      return std::nullopt;
    };
    return std::make_unique<Lookups>(std::move(findings), left_out, [this] { return now; });
  }

  void SetUp() override {
    auto findings = std::make_unique<Said>();
    said = findings.get();
    lookups = make(std::move(findings));
    auto for_search = std::make_unique<Said>();
    tlsa_said = for_search.get();
    search = std::make_unique<TlsaSearch>(make(std::move(for_search)));
  }

  std::unique_ptr<EventLoop> loop = *EventLoop::create();
  Cancel cancel;
  std::chrono::sys_seconds now = kNow;
  Said* said = nullptr;
  Said* tlsa_said = nullptr;
  std::unique_ptr<Lookups> lookups;
  std::unique_ptr<TlsaSearch> search;
};

TEST_F(DnsLookups, FollowsAliasesToTheEnd) {
  said->known = {{"a.test A", alias("b.test", Security::Secure, seconds(30))},
                 {"b.test A", has("b.test. IN A 192.0.2.1")}};
  const Found found = find("a.test");
  EXPECT_EQ(found.security, Security::Secure);
  EXPECT_EQ(found.name, name("b.test"));
  EXPECT_EQ(found.records.size(), 1U);
  EXPECT_EQ(found.expires, kNow + seconds(30));  // the shortest
}

TEST_F(DnsLookups, TheWorstStepCounts) {
  said->known = {{"a.test A", alias("b.test", Security::Insecure)},
                 {"b.test A", has("b.test. IN A 192.0.2.1")}};
  Found found = find("a.test");
  EXPECT_EQ(found.security, Security::Insecure);
  EXPECT_EQ(found.first, Security::Insecure);
  said->known = {{"c.test A", alias("d.test")}, {"d.test A", is(Security::Bogus)}};
  found = find("c.test");
  EXPECT_EQ(found.security, Security::Bogus);
  EXPECT_EQ(found.first, Security::Secure);
  EXPECT_EQ(found.reason, "so it is");
  EXPECT_TRUE(found.records.empty());
}

TEST_F(DnsLookups, AliasesEndSomewhere) {
  for (int i = 0; i < 20; ++i) {
    said->known.emplace("a" + std::to_string(i) + ".test A", alias("a" + std::to_string(i + 1) + ".test"));
  }
  EXPECT_EQ(find("a12.test").security, Security::Secure);  // eight aliases
  EXPECT_EQ(find("a11.test").security, Security::Bogus);
  said->known = {{"loop.test A", alias("loop.test")}};
  EXPECT_EQ(find("loop.test").security, Security::Bogus);
}

TEST_F(DnsLookups, RemembersUntilItExpires) {
  said->known = {{"a.test A", has("a.test. IN A 192.0.2.1")}};
  find("a.test");
  find("a.test");
  EXPECT_EQ(said->asked.size(), 1U);
  now += seconds(300);
  find("a.test");
  EXPECT_EQ(said->asked.size(), 2U);
}

TEST_F(DnsLookups, BogusIsRememberedShortlyAndUnreachableNotAtAll) {
  said->known = {{"a.test A", is(Security::Bogus)}, {"b.test A", is(Security::Unreachable)}};
  EXPECT_EQ(find("a.test").expires, kNow + seconds(30));
  find("a.test");
  EXPECT_EQ(said->asked.size(), 1U);
  find("b.test");
  find("b.test");
  EXPECT_EQ(said->asked.size(), 3U);
}

TEST_F(DnsLookups, WhatIsLeftOutIsAskedForWithoutProof) {
  EXPECT_EQ(find("www.corp.test").security, Security::Insecure);
  EXPECT_EQ(said->asked, std::vector<std::string>{"unproven www.corp.test A"});
}

using Texts = std::vector<std::string>;
const std::string kTlsa = " IN TLSA 3 1 1 abab";

TEST_F(DnsLookups, TlsaIsAtTheHost) {
  tlsa_said->known = {{"a.test A", has("a.test. IN A 192.0.2.1", Security::Secure, seconds(20))},
                      {"_443._tcp.a.test TLSA", has("_443._tcp.a.test." + kTlsa)}};
  const TlsaAnswer answer = find_tlsa("a.test");
  EXPECT_EQ(answer.security, Security::Secure);
  EXPECT_EQ(answer.base_domain, "a.test");
  ASSERT_EQ(answer.records.size(), 1U);
  EXPECT_EQ(answer.records.front(), (TlsaRecord{3, 1, 1, {0xab, 0xab}}));
  EXPECT_EQ(answer.expires, kNow + seconds(20));  // of the address, too
}

TEST_F(DnsLookups, TlsaIsFirstAtTheEndOfSecureAliases) {
  tlsa_said->known = {{"a.test A", alias("b.test")},
                      {"_443._tcp.a.test TLSA", has("_443._tcp.a.test. IN TLSA 3 1 1 cdcd")},
                      {"_443._tcp.b.test TLSA", has("_443._tcp.b.test." + kTlsa)}};
  EXPECT_EQ(find_tlsa("a.test").base_domain, "b.test");
  EXPECT_EQ(tlsa_said->asked, (Texts{"a.test A", "b.test A", "_443._tcp.b.test TLSA"}));
}

TEST_F(DnsLookups, TlsaIsAtTheHostWhereTheEndHasNone) {
  tlsa_said->known = {{"a.test A", alias("b.test")},
                      {"_443._tcp.a.test TLSA", has("_443._tcp.a.test." + kTlsa)}};
  EXPECT_EQ(find_tlsa("a.test").base_domain, "a.test");
}

TEST_F(DnsLookups, TlsaIsAtTheHostOnlyWhereTheAliasesAreNotSecureToTheEnd) {
  tlsa_said->known = {{"a.test A", alias("b.test")},
                      {"b.test A", has("b.test. IN A 192.0.2.1", Security::Insecure)},
                      {"_443._tcp.a.test TLSA", has("_443._tcp.a.test." + kTlsa)},
                      {"_443._tcp.b.test TLSA", has("_443._tcp.b.test." + kTlsa)}};
  EXPECT_EQ(find_tlsa("a.test").base_domain, "a.test");
  EXPECT_EQ(tlsa_said->asked, (Texts{"a.test A", "b.test A", "_443._tcp.a.test TLSA"}));
}

TEST_F(DnsLookups, TlsaOfAnUnsignedHostIsNotAskedFor) {
  tlsa_said->known = {{"a.test A", alias("b.test", Security::Insecure)}};
  const TlsaAnswer answer = find_tlsa("a.test");
  EXPECT_EQ(answer.security, Security::Insecure);
  EXPECT_TRUE(answer.records.empty());
  EXPECT_EQ(tlsa_said->asked, (Texts{"a.test A", "b.test A"}));
}

TEST_F(DnsLookups, TlsaThatIsInsecureIsNotShown) {
  tlsa_said->known = {{"_443._tcp.a.test TLSA", has("_443._tcp.a.test." + kTlsa, Security::Insecure)}};
  const TlsaAnswer answer = find_tlsa("a.test");
  EXPECT_EQ(answer.security, Security::Insecure);
  EXPECT_TRUE(answer.records.empty());
}

TEST_F(DnsLookups, ABrokenAddressIsABrokenAnswer) {
  for (const auto security : {Security::Bogus, Security::Unreachable}) {
    tlsa_said->known = {{"a.test A", is(security)}};
    EXPECT_EQ(find_tlsa("a.test").security, security);
    now += seconds(100);
  }
}

TEST_F(DnsLookups, ABrokenEndOfTheAliasesIsNoAbsence) {
  tlsa_said->known = {{"a.test A", alias("b.test")},
                      {"_443._tcp.b.test TLSA", is(Security::Unreachable)},
                      {"_443._tcp.a.test TLSA", has("_443._tcp.a.test." + kTlsa)}};
  EXPECT_EQ(find_tlsa("a.test").security, Security::Unreachable);
}

TEST_F(DnsLookups, TlsaOfWhatIsLeftOutIsNotAskedFor) {
  const TlsaAnswer answer = find_tlsa("www.corp.test");
  EXPECT_EQ(answer.security, Security::Insecure);
  EXPECT_EQ(answer.reason, "it is corp's");
  EXPECT_TRUE(tlsa_said->asked.empty());
}

TEST_F(DnsLookups, MoreTlsaRecordsThanAreSensibleAreBogus) {
  Finding many = has("_443._tcp.a.test." + kTlsa);
  many.records.resize(TlsaSearch::kMaxRecords + 1, many.records.front());
  tlsa_said->known = {{"_443._tcp.a.test TLSA", many}};
  const TlsaAnswer answer = find_tlsa("a.test");
  EXPECT_EQ(answer.security, Security::Bogus);
  EXPECT_TRUE(answer.records.empty());
}

TEST_F(DnsLookups, AHostThatIsNoNameIsRefused) {
  EXPECT_EQ(find_tlsa("a..test").security, Security::Bogus);
  EXPECT_TRUE(tlsa_said->asked.empty());
}

}  // namespace
}  // namespace tlscore::dns
