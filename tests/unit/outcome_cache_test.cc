// What makes an outcome another one, and what a judgement does with it.
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>

#include "tests/unit/x509_test_data.h"
#include "tlscore/judge/judgement.h"
#include "tlscore/x509/date.h"

namespace tlscore::judge {
namespace {

using std::chrono::seconds;
using std::chrono::sys_seconds;

Bytes octets(std::uint8_t value) {
  Bytes all(OutcomeSecret::kLeastBytes, value);
  return all;
}

Presented presented() {
  return {.host = "party.example",
          .chain = {x509::test_certificates("leaf.pem").front()},
          .openpgp = {1, 2, 3},
          .key = x509::test_certificates("leaf.pem").front().public_key(),
          .now = *x509::parse_rfc3339("2030-01-01")};
}

class OutcomeKeyTest : public testing::Test {
 protected:
  [[nodiscard]] OutcomeKey key() const {
    return m_secret.key_of(
        {.assessor = m_assessor, .trust = m_trust, .depends_on = m_depends_on, .presented = m_presented});
  }

  OutcomeSecret m_secret{octets(1), "realm"};
  std::string m_assessor = "pkix";
  std::string m_trust = "pkix";
  std::string m_depends_on = "roots";
  Presented m_presented = presented();
  OutcomeKey m_before = key();
};

TEST_F(OutcomeKeyTest, IsTheSameForTheSameQuestionAtAnotherTime) {
  m_presented.now += seconds(1);
  EXPECT_EQ(key(), m_before);
}

TEST_F(OutcomeKeyTest, IsAnotherOneForAnotherSecretOrRealm) {
  m_secret = OutcomeSecret(octets(2), "realm");
  EXPECT_NE(key(), m_before);
  m_secret = OutcomeSecret(octets(1), "another");
  EXPECT_NE(key(), m_before);
}

TEST_F(OutcomeKeyTest, IsAnotherOneForAnythingElseThatIsPresented) {
  const std::vector<std::function<void(Presented&)>> changes = {
      [](Presented& one) { one.host = "other.example"; },
      [](Presented& one) { one.port = 444; },
      [](Presented& one) { one.transport = Transport::Udp; },
      [](Presented& one) { one.role = Role::Client; },
      [](Presented& one) { one.chain.clear(); },
      [](Presented& one) { one.chain.push_back(x509::test_certificates("intermediate.pem").front()); },
      [](Presented& one) { one.openpgp[0] ^= 1U; },
      [](Presented& one) { one.openpgp.push_back(4); },
      [](Presented& one) { one.key = x509::test_certificates("intermediate.pem").front().public_key(); },
      [](Presented& one) { one.key.reset(); }};
  for (std::size_t i = 0; i < changes.size(); ++i) {
    SCOPED_TRACE(i);
    m_presented = presented();
    changes[i](m_presented);
    EXPECT_NE(key(), m_before);
  }
}

TEST_F(OutcomeKeyTest, IsAnotherOneForAnotherAssessorExpressionOrGeneration) {
  for (std::string* const part : {&m_assessor, &m_trust, &m_depends_on}) {
    const std::string before = *part;
    *part += "x";
    EXPECT_NE(key(), m_before);
    *part = before;
  }
}

TEST_F(OutcomeKeyTest, DoesNotTakeTheEndOfOnePartForTheBeginningOfTheNext) {
  m_assessor = "pkixp";
  m_trust = "kix";
  EXPECT_NE(key(), m_before);
}

TEST(OutcomeMemory, ForgetsTheLeastRecentlyUsed) {
  OutcomeMemory memory;
  const auto now = sys_seconds(seconds(1000));
  const auto key = [](std::size_t number) {
    return OutcomeKey{static_cast<std::uint8_t>(number >> 8U), static_cast<std::uint8_t>(number)};
  };
  for (std::size_t i = 0; i < OutcomeMemory::kMaxOutcomes; ++i)
    memory.keep(key(i), {.expires = now + seconds(1)});
  EXPECT_TRUE(memory.find(key(0), now));
  memory.keep(key(OutcomeMemory::kMaxOutcomes), {.expires = now + seconds(1)});
  EXPECT_EQ(memory.size(), OutcomeMemory::kMaxOutcomes);
  EXPECT_TRUE(memory.find(key(0), now));
  EXPECT_FALSE(memory.find(key(1), now));
}

TEST(OutcomeMemory, IsBoundedInOctetsAndForgetsWhatHasExpired) {
  OutcomeMemory memory;
  const auto now = sys_seconds(seconds(1000));
  for (std::uint8_t i = 0; i < 10; ++i)
    memory.keep(OutcomeKey{i},
                {.reason = std::string(OutcomeMemory::kMaxBytes / 4, 'a'), .expires = now + seconds(1)});
  EXPECT_EQ(memory.size(), 4U);
  EXPECT_TRUE(memory.find(OutcomeKey{9}, now));
  EXPECT_FALSE(memory.find(OutcomeKey{9}, now + seconds(1)));
  EXPECT_EQ(memory.size(), 3U);
}

/// Says what it is told to, and counts.
class Scripted final : public Assessor {
 public:
  [[nodiscard]] std::string_view name() const override { return "pkix"; }
  [[nodiscard]] Task<std::optional<std::string>> depends_on(const Presented& /*presented*/,
                                                            Cancel& /*cancel*/) override {
    co_return generation;
  }
  [[nodiscard]] Task<Finding> assess(const Presented& asked_about, Cancel& /*cancel*/) override {
    ++asked;
    if (changes) generation = "changed";
    co_return Finding{"pkix", verdict, "so it is", asked_about.now + lifetime};
  }

  int asked = 0;
  bool changes = false;
  Verdict verdict = Verdict::Pass;
  seconds lifetime{1000000};
  std::optional<std::string> generation = "1";
};

/// A store of the test's own, with no delay; `spoil` is done to every value that it gives.
class Store final : public OutcomeStore {
 public:
  [[nodiscard]] Task<std::vector<Bytes>> get(std::vector<OutcomeKey> keys, Cancel& /*cancel*/) override {
    std::vector<Bytes> found;
    for (const OutcomeKey& key : keys) {
      found.push_back(values.contains(key) ? values[key] : Bytes());
      if (spoil && !found.back().empty()) spoil(found.back());
    }
    co_return found;
  }
  void set(const OutcomeKey& key, Bytes entry, seconds lifetime) override {
    values[key] = std::move(entry);
    last_lifetime = lifetime;
  }
  void refuse(const OutcomeKey& /*key*/) override { ++refused; }
  [[nodiscard]] std::vector<OutcomeServerState> servers() const override { return {}; }

  std::map<OutcomeKey, Bytes> values;
  std::function<void(Bytes&)> spoil;
  seconds last_lifetime{0};
  int refused = 0;
};

class OutcomeCacheTest : public testing::Test {
 protected:
  static constexpr seconds kTtlMax{3600};

  /// A cache that shares what the others of the test have put into their stores.
  struct Made {
    std::shared_ptr<OutcomeCache> cache;
    Store* store;
  };
  static Made make(std::map<OutcomeKey, Bytes> shared = {}) {
    auto store = std::make_unique<Store>();
    store->values = std::move(shared);
    Store* const its = store.get();
    return {std::make_shared<OutcomeCache>(OutcomeSecret(octets(1), "realm"), kTtlMax, std::move(store)),
            its};
  }

  Judgement run(std::shared_ptr<OutcomeCache> cache, bool fresh = false) {
    Judgement result;
    const auto body = [](OutcomeCacheTest& self, Remembered remembered, Judgement& into) -> Task<void> {
      Assessor* const all[] = {&self.m_assessor};
      into = co_await judge(self.m_presented, self.m_trust, all, self.m_cancel, std::move(remembered));
    };
    spawn(*m_loop, body(*this, {std::move(cache), fresh}, result));
    while (m_loop->tasks() > 0) event_base_loop(m_loop->base(), EVLOOP_ONCE);
    return result;
  }

  std::unique_ptr<EventLoop> m_loop = *EventLoop::create();
  Cancel m_cancel;
  TrustExpression m_trust = *TrustExpression::parse("pkix");
  Presented m_presented = presented();
  Scripted m_assessor;
};

TEST_F(OutcomeCacheTest, AsksOnceForTheSameQuestion) {
  const auto [cache, store] = make();
  const Judgement first = run(cache);
  const Judgement second = run(cache);
  EXPECT_EQ(m_assessor.asked, 1);
  EXPECT_TRUE(second.trusted());
  EXPECT_EQ(first.summary, second.summary);
  EXPECT_EQ(cache->counts().at("pkix").hits, 1U);
  EXPECT_EQ(cache->counts().at("pkix").misses, 1U);
}

TEST_F(OutcomeCacheTest, AsksAgainWhenFreshAndRemembersThat) {
  const auto [cache, store] = make();
  run(cache);
  m_assessor.verdict = Verdict::Fail;
  EXPECT_FALSE(run(cache, true).trusted());
  EXPECT_FALSE(run(cache).trusted());
  EXPECT_EQ(m_assessor.asked, 2);
}

TEST_F(OutcomeCacheTest, AsksAgainForAnotherGeneration) {
  const auto [cache, store] = make();
  run(cache);
  m_assessor.generation = "2";
  run(cache);
  EXPECT_EQ(m_assessor.asked, 2);
}

TEST_F(OutcomeCacheTest, DoesNotRememberWhatChangedWhileItWasFound) {
  const auto [cache, store] = make();
  m_assessor.changes = true;
  run(cache);
  EXPECT_EQ(cache->remembered(), 0U);
}

TEST_F(OutcomeCacheTest, DoesNotRememberAnAssessorThatDoesNotSayWhatItDependsOn) {
  const auto [cache, store] = make();
  m_assessor.generation.reset();
  run(cache);
  run(cache);
  EXPECT_EQ(m_assessor.asked, 2);
}

TEST_F(OutcomeCacheTest, EndsWithTheFirstOfItsLifetimes) {
  const auto [cache, store] = make();
  EXPECT_EQ(run(cache).expires, m_presented.now + m_assessor.lifetime);
  EXPECT_EQ(store->last_lifetime, kTtlMax);
  EXPECT_EQ(run(cache).expires, m_presented.now + kTtlMax);
  m_presented.now += kTtlMax;
  run(cache);
  EXPECT_EQ(m_assessor.asked, 2);
  m_assessor.lifetime = seconds(5);
  run(cache, true);
  EXPECT_EQ(store->last_lifetime, seconds(5));
}

TEST_F(OutcomeCacheTest, RemembersAFailureForAMinuteAtMost) {
  const auto [cache, store] = make();
  m_assessor.verdict = Verdict::Fail;
  run(cache);
  EXPECT_EQ(store->last_lifetime, kFailLifetime);
  m_presented.now += kFailLifetime;
  run(cache);
  EXPECT_EQ(m_assessor.asked, 2);
}

TEST_F(OutcomeCacheTest, DoesNotRememberWhatHasNoLifetime) {
  const auto [cache, store] = make();
  m_assessor.lifetime = seconds(0);
  run(cache);
  EXPECT_EQ(cache->remembered(), 0U);
  EXPECT_TRUE(store->values.empty());
}

TEST_F(OutcomeCacheTest, SharesWhatAnotherOfTheRealmHasFound) {
  const auto first = make();
  const Judgement found = run(first.cache);
  const auto second = make(first.store->values);
  const Judgement shared = run(second.cache);
  EXPECT_EQ(m_assessor.asked, 1);
  EXPECT_EQ(shared.summary, found.summary);
  EXPECT_EQ(second.cache->counts().at("pkix").shared_hits, 1U);
}

TEST_F(OutcomeCacheTest, RefusesEveryOctetThatTheStoreHasChanged) {
  const auto first = make();
  run(first.cache);
  const std::size_t size = first.store->values.begin()->second.size();
  for (std::size_t place = 0; place < size; ++place) {
    const auto second = make(first.store->values);
    second.store->spoil = [place](Bytes& entry) { entry[place] ^= 0x01U; };
    m_assessor.asked = 0;
    run(second.cache);
    EXPECT_EQ(m_assessor.asked, 1) << place;
    EXPECT_EQ(second.store->refused, 1) << place;
  }
}

TEST_F(OutcomeCacheTest, RefusesAnEntryOfAnotherKeyAndOneThatHasExpired) {
  const auto first = make();
  run(first.cache);
  const Bytes old = first.store->values.begin()->second;
  m_assessor.generation = "2";
  const auto moved = make(first.store->values);
  m_assessor.asked = 0;
  run(moved.cache);
  const OutcomeKey key = std::ranges::find_if(moved.store->values, [&](const auto& entry) {
                           return !first.store->values.contains(entry.first);
                         })->first;
  const auto third = make({{key, old}});
  run(third.cache);
  EXPECT_EQ(third.store->refused, 1);
  m_assessor.generation = "1";
  m_presented.now += kTtlMax;
  const auto replayed = make(first.store->values);
  run(replayed.cache);
  EXPECT_EQ(m_assessor.asked, 3);
}

TEST_F(OutcomeCacheTest, RefusesAnEntryThatLivesLongerThanItWouldHaveWrittenIt) {
  const auto first = make();
  run(first.cache);
  m_presented.now -= seconds(1);
  const auto second = make(first.store->values);
  run(second.cache);
  EXPECT_EQ(m_assessor.asked, 2);
}

TEST_F(OutcomeCacheTest, RemembersNothingThatWasCancelled) {
  const auto [cache, store] = make();
  m_cancel.request({ErrorKind::Cancelled, "the token left"});
  EXPECT_FALSE(run(cache).trusted());
  EXPECT_EQ(cache->remembered(), 0U);
}

}  // namespace
}  // namespace tlscore::judge
