// What an entry gives back, and to whom; what it does not survive.
#include "tlscore/judge/outcome_entry.h"

#include <gtest/gtest.h>

#include "tlscore/x509/date.h"

namespace tlscore::judge {
namespace {

Bytes octets(std::uint8_t value) {
  Bytes all(OutcomeSecret::kLeastBytes, value);
  return all;
}

class OutcomeEntryTest : public testing::Test {
 protected:
  OutcomeSecret m_secret{octets(1), ""};
  OutcomeKey m_key = {7};
  Outcome m_outcome{.verdict = Verdict::Pass,
                    .reason = "its certificate leads to a trusted CA",
                    .expires = *x509::parse_rfc3339("2030-01-01"),
                    .texts = {"Alice <alice@example.org>", ""}};
  Bytes m_entry = *write_outcome(m_secret, m_key, m_outcome);
};

TEST_F(OutcomeEntryTest, GivesBackWhatWasWritten) {
  const auto read = read_outcome(m_secret, m_key, m_entry);
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(*read, m_outcome);
}

TEST_F(OutcomeEntryTest, TellsNothingToWhoLacksTheSecret) {
  const Bytes same = *write_outcome(m_secret, m_key, m_outcome);
  EXPECT_NE(same, m_entry) << "two of the same cannot be told to be";
  EXPECT_FALSE(as_text(m_entry).contains("certificate"));
  EXPECT_FALSE(as_text(m_entry).contains("alice@example.org"));
  m_outcome.verdict = Verdict::Fail;
  m_outcome.reason = "no";
  EXPECT_EQ(write_outcome(m_secret, m_key, m_outcome)->size(), m_entry.size());
}

TEST_F(OutcomeEntryTest, IsRefusedWithOtherFieldsThanItsOwn) {
  const Bytes fields = *m_secret.decrypt(m_key, ByteView(m_entry).subspan(1));
  const auto entry_of = [this](ByteView changed) {
    Bytes entry = m_secret.encrypt(m_key, changed);
    entry.insert(entry.begin(), m_entry.front());
    return entry;
  };
  EXPECT_TRUE(read_outcome(m_secret, m_key, entry_of(fields)));
  Bytes ends_otherwise = fields;
  ends_otherwise.back() = 1;
  EXPECT_FALSE(read_outcome(m_secret, m_key, entry_of(ends_otherwise)));
  Bytes longer = fields;
  longer.resize(fields.size() + 256);
  EXPECT_FALSE(read_outcome(m_secret, m_key, entry_of(longer)));
  Bytes no_verdict = fields;
  no_verdict[8] = 3;
  EXPECT_FALSE(read_outcome(m_secret, m_key, entry_of(no_verdict)));
  EXPECT_FALSE(read_outcome(m_secret, m_key, entry_of(ByteView(fields).first(20))));
}

TEST_F(OutcomeEntryTest, IsRefusedWithAnyBitChanged) {
  for (std::size_t place = 0; place < m_entry.size(); ++place) {
    for (unsigned bit = 0; bit < 8; ++bit) {
      Bytes changed = m_entry;
      changed[place] ^= static_cast<std::uint8_t>(1U << bit);
      EXPECT_FALSE(read_outcome(m_secret, m_key, changed)) << "octet " << place << ", bit " << bit;
    }
  }
}

TEST_F(OutcomeEntryTest, IsRefusedCutOrContinued) {
  for (std::size_t size = 0; size < m_entry.size(); ++size)
    EXPECT_FALSE(read_outcome(m_secret, m_key, ByteView(m_entry).first(size)));
  m_entry.push_back(0);
  EXPECT_FALSE(read_outcome(m_secret, m_key, m_entry));
}

TEST_F(OutcomeEntryTest, IsRefusedUnderAnotherKeyOrSecret) {
  EXPECT_FALSE(read_outcome(m_secret, OutcomeKey{8}, m_entry));
  EXPECT_FALSE(read_outcome(OutcomeSecret(octets(2), ""), m_key, m_entry));
  EXPECT_FALSE(read_outcome(OutcomeSecret(octets(1), "realm"), m_key, m_entry));
}

TEST_F(OutcomeEntryTest, IsNotWrittenBeyondItsBounds) {
  m_outcome.reason.assign(kMaxOutcomeEntryBytes, 'a');
  EXPECT_FALSE(write_outcome(m_secret, m_key, m_outcome));
  m_outcome.reason.clear();
  m_outcome.texts.assign(kMaxOutcomeTexts + 1, "");
  EXPECT_FALSE(write_outcome(m_secret, m_key, m_outcome));
}

}  // namespace
}  // namespace tlscore::judge
