// What is remembered of secure TLSA records, for how long, and through which damage.
#include "tlscore/judge/seen_tlsa.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "tests/unit/temp_folder.h"
#include "tlscore/x509/date.h"
#include "tlscore/x509/pem.h"

namespace tlscore::judge {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::seconds;
using std::chrono::sys_seconds;

const std::string kParty = "_443._tcp.party.example";
const std::string kOther = "_443._tcp.other.example";

class SeenTlsaTest : public testing::Test {
 protected:
  [[nodiscard]] std::unique_ptr<SeenTlsa> open() const { return SeenTlsa::open(m_path); }
  [[nodiscard]] std::string contents() const { return x509::read_file(m_path).value_or("none"); }

  tests::TempFolder m_made;
  std::string m_folder = m_made.path();
  std::string m_path = m_folder + "/tlsa-seen";
  sys_seconds m_now = *x509::parse_rfc3339("2030-01-01T12:00:00Z");
};

TEST_F(SeenTlsaTest, WhatWasSeenCountsForThirtyDays) {
  const auto seen = open();
  EXPECT_FALSE(seen->was_seen(kParty, m_now));
  seen->note(kParty, m_now);
  EXPECT_TRUE(seen->was_seen(kParty, m_now));
  EXPECT_TRUE(seen->was_seen(kParty, m_now + days(30) - seconds(1)));
  EXPECT_FALSE(seen->was_seen(kParty, m_now + days(30)));
  EXPECT_FALSE(seen->was_seen(kOther, m_now));
}

TEST_F(SeenTlsaTest, ItOutlivesTheProcessInAFileOfTheUsersAlone) {
  open()->note(kParty, m_now);
  EXPECT_EQ(contents(), kParty + " 2030-01-01T12:00:00Z\n");
  struct stat status{};
  ASSERT_EQ(::stat(m_path.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777U, 0600U);
  EXPECT_TRUE(open()->was_seen(kParty, m_now));
  EXPECT_FALSE(std::filesystem::exists(m_path + ".new"));
}

TEST_F(SeenTlsaTest, AProofOfAbsenceEndsIt) {
  const auto seen = open();
  seen->note(kParty, m_now);
  seen->note(kOther, m_now);
  seen->forget(kParty);
  EXPECT_FALSE(seen->was_seen(kParty, m_now));
  EXPECT_FALSE(open()->was_seen(kParty, m_now));
  EXPECT_TRUE(open()->was_seen(kOther, m_now));
}

TEST_F(SeenTlsaTest, TheFileIsWrittenOnceADayForOneServer) {
  const auto seen = open();
  seen->note(kParty, m_now);
  std::filesystem::remove(m_path);
  seen->note(kParty, m_now + hours(23));
  EXPECT_EQ(contents(), "none");
  seen->note(kParty, m_now + hours(24));
  EXPECT_EQ(contents(), kParty + " 2030-01-02T12:00:00Z\n");
}

TEST_F(SeenTlsaTest, ATimeToComeIsMended) {
  const auto seen = open();
  seen->note(kParty, m_now + days(1000));
  EXPECT_TRUE(seen->was_seen(kParty, m_now));
  seen->note(kParty, m_now);
  EXPECT_EQ(contents(), kParty + " 2030-01-01T12:00:00Z\n");
}

TEST_F(SeenTlsaTest, BeyondItsBoundWhoWasSeenLongestAgoIsForgotten) {
  SeenEntries many;
  for (std::size_t i = 0; i < SeenTlsa::kMaxEntries; ++i)
    many.emplace("_443._tcp.x" + std::to_string(i) + ".example", m_now + seconds(i));
  std::ofstream(m_path) << to_text(many);
  const auto seen = open();
  seen->note(kParty, m_now + hours(2));
  EXPECT_FALSE(seen->was_seen("_443._tcp.x0.example", m_now));
  EXPECT_TRUE(seen->was_seen("_443._tcp.x1.example", m_now));
  EXPECT_TRUE(seen->was_seen(kParty, m_now));
  EXPECT_EQ(parse_seen_entries(contents()).size(), SeenTlsa::kMaxEntries);
}

TEST_F(SeenTlsaTest, WithoutAPlaceItIsKeptInMemory) {
  const auto nowhere = SeenTlsa::open("");
  nowhere->note(kParty, m_now);
  EXPECT_TRUE(nowhere->was_seen(kParty, m_now));
  const auto broken = SeenTlsa::open(m_folder + "/missing/file");
  broken->note(kParty, m_now);
  EXPECT_TRUE(broken->was_seen(kParty, m_now));
}

TEST_F(SeenTlsaTest, ADraftThatIsALinkIsNotFollowed) {
  std::filesystem::create_symlink(m_folder + "/target", m_path + ".new");
  open()->note(kParty, m_now);
  EXPECT_FALSE(std::filesystem::exists(m_folder + "/target"));
}

TEST(SeenEntries, OfADamagedFileRemainsWhatCanBeRead) {
  const SeenEntries entries = parse_seen_entries(
      "garbage\n"
      "_443._tcp.a.example 2030-01-01T00:00:00Z\n"
      "\n"
      " 2030-01-01T00:00:00Z\n"
      "_443._tcp.b.example yesterday\n"
      "_443._tcp.B.example 2030-01-01T00:00:00Z\n"
      "a.example 2030-01-01T00:00:00Z\n"
      "_443._tcp.c.example 2030-01-01T00:00:00Z 2\n"
      "_443._tcp.e.example 2030-01-01T00:00:00Z");
  ASSERT_EQ(entries.size(), 2U);
  EXPECT_TRUE(entries.contains("_443._tcp.a.example"));
  EXPECT_TRUE(entries.contains("_443._tcp.e.example")) << "the last line may lack its end";
}

}  // namespace
}  // namespace tlscore::judge
