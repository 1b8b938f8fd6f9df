// What browsers are shown in a party's place: what is kept of it, for whom, how long; and which signatures a
// token is asked for where it has the CAs' key.
#include "proxy/local_leaves.h"

#include "tests/unit/soft_token_fixture.h"

namespace proxy {
namespace {

using namespace tlscore;

Party party(std::vector<std::string> hosts) {
  Party made;
  made.hosts = std::move(hosts);
  return made;
}

constexpr auto kSoon = std::chrono::days(1);
const Bytes kShown(32, 1);

class LocalLeavesTest : public token::SoftTokenTest {
 protected:
  using Leaf = std::shared_ptr<const tls::ServerCredential>;

  /// With the keys in files, or on the token.
  LocalLeaves& leaves(const std::string& uri = "") {
    if (!m_leaves) {
      m_leaves = std::make_unique<LocalLeaves>(*loop, *m_workers, tokens, LocalCaFolder(ca_folder, uri),
                                               [this] { return now; });
    }
    return *m_leaves;
  }

  LocalLeaves::Found find(const Party& its, const std::string& host, const Bytes& shown = kShown) {
    return wait(m_leaves->find(its, host, shown, cancel));
  }

  /// Of two that are wanted at the same time.
  std::vector<LocalLeaves::Found> find_both(const std::string& one, const std::string& two) {
    std::vector<std::optional<LocalLeaves::Found>> found(2);
    spawn(*loop, token::keep_outcome(m_leaves->find(wildcard, one, kShown, cancel), found[0]));
    spawn(*loop, token::keep_outcome(m_leaves->find(wildcard, two, kShown, cancel), found[1]));
    while (!found[0] || !found[1]) event_base_loop(loop->base(), EVLOOP_ONCE);
    return {*found[0], *found[1]};
  }

  /// Plugs the token in, whose module misbehaves as `misdeeds` say.
  void plug(const std::string& misdeeds = "slow:0") {
    if (!misdeeds.empty()) write(misdeeds_file, misdeeds);
    tokens.plugged(place);
    while (tokens.state() != TokenState::Armed) event_base_loop(loop->base(), EVLOOP_ONCE);
  }
  void pull() { tokens.pulled(place, "it was pulled out"); }

  void TearDown() override {
    pull();
    finish();
  }

  const Party wildcard = party({"*.party.example"});
  const TokenPlace place{.key = "1", .text = "a test"};
  std::chrono::sys_seconds now = x509::now();
  tests::TempFolder folder;
  const std::string ca_folder = folder.path() + "/ca";
  std::unique_ptr<Workers> m_workers = std::make_unique<Workers>(*loop, 1);
  Tokens tokens{*loop,
                {.signer = options("slow:0"),
                 .pin = token::PinSource::File,
                 .pin_file = s_token.pin_file(),
                 .certificate_folder = folder.path()},
                [](const ArmedToken&, const Error&, bool) {}};
  std::unique_ptr<LocalLeaves> m_leaves;
};

TEST_F(LocalLeavesTest, AreKeptForAHostACaAndWhatThePartyShowed) {
  leaves();
  const Leaf leaf = *find(wildcard, "a.party.example");
  EXPECT_EQ(*find(wildcard, "a.party.example"), leaf);
  EXPECT_NE(*find(wildcard, "b.party.example"), leaf);
  EXPECT_NE(*find(wildcard, "a.party.example", Bytes(32, 2)), leaf);
  EXPECT_NE(*find(wildcard, "a.party.example", Bytes()), leaf);
  EXPECT_NE(*find(party({"*.party.example", "other.example"}), "a.party.example"), leaf);
}

TEST_F(LocalLeavesTest, AreMadeAnewLongBeforeTheyEnd) {
  leaves();
  const Leaf leaf = *find(wildcard, "a.party.example");
  now += kSoon;
  EXPECT_EQ(*find(wildcard, "a.party.example"), leaf);
  now += x509::LocalCa::kLeafLifetime / 2;
  EXPECT_NE(*find(wildcard, "a.party.example"), leaf);
}

TEST_F(LocalLeavesTest, AreNotKeptWithoutEnd) {
  leaves();
  const Leaf leaf = *find(wildcard, "a.party.example");
  for (std::size_t number = 1; number < LocalLeaves::kMaxKept; ++number)
    ASSERT_TRUE(find(wildcard, "a" + std::to_string(number) + ".party.example"));
  EXPECT_EQ(*find(wildcard, "a.party.example"), leaf);
  ASSERT_TRUE(find(wildcard, "one-more.party.example"));
  EXPECT_NE(*find(wildcard, "a.party.example"), leaf);
}

TEST_F(LocalLeavesTest, OfACaThatIsNotThePartysAnyMoreAreNotUsed) {
  leaves();
  const Leaf leaf = *find(wildcard, "a.party.example");
  std::filesystem::remove_all(ca_folder);  // `latchkey ca uninstall`, while the daemon runs
  const Leaf of_new_ca = *find(wildcard, "a.party.example");
  EXPECT_NE(of_new_ca, leaf);
  EXPECT_EQ(*find(wildcard, "a.party.example"), of_new_ca);
}

TEST_F(LocalLeavesTest, ThatSeveralWantAtOnceAreMintedOnce) {
  leaves();
  const auto found = find_both("a.party.example", "a.party.example");
  EXPECT_EQ(*found[0], *found[1]);
}

TEST_F(LocalLeavesTest, AreForNoHostThatNoCaMayBeFor) {
  leaves();
  const auto found = find(party({"intranet", "www.party.example"}), "intranet");
  EXPECT_EQ(found.error().kind, ErrorKind::Unsupported);
  EXPECT_TRUE(found.error().message.contains("single label")) << found.error().message;
  EXPECT_FALSE(std::filesystem::exists(ca_folder));
}

class TokenLeavesTest : public LocalLeavesTest {
 protected:
  static constexpr const char* kP256 = "pkcs11:id=%01";
  static constexpr const char* kP384 = "pkcs11:id=%02";
  static constexpr const char* kRsa = "pkcs11:id=%03";
};

TEST_F(TokenLeavesTest, CostOneSignatureForTheCaAndOneForEachHost) {
  leaves(kP256);
  plug();
  const auto both = find_both("a.party.example", "a.party.example");
  ASSERT_TRUE(both[0]) << both[0].error().message;
  EXPECT_EQ(*both[0], *both[1]);
  EXPECT_EQ(calls("C_Sign"), 2U);
  EXPECT_TRUE(find(wildcard, "b.party.example"));
  EXPECT_EQ(calls("C_Sign"), 3U);
}

TEST_F(TokenLeavesTest, AreOfTheirPartysCaThoughOneKeySignsForAll) {
  leaves(kP256);
  plug();
  const Leaf leaf = *find(wildcard, "a.party.example");
  EXPECT_NE(*find(party({"*.party.example", "other.example"}), "a.party.example"), leaf);
}

TEST_F(TokenLeavesTest, OfTwoHostsAtOnceAreOfOneCa) {
  leaves(kP256);
  plug();
  const auto both = find_both("a.party.example", "b.party.example");
  EXPECT_TRUE(both[0] && both[1]);
  EXPECT_EQ(calls("C_Sign"), 3U);
}

TEST_F(TokenLeavesTest, AreNotSignedByAKeyOnAnotherCurveOrRsa) {
  plug();
  for (const auto& [uri, type] : {std::pair(kP384, "P-384"), std::pair(kRsa, "RSA")}) {
    m_leaves.reset();
    const auto found = wait(leaves(uri).find(wildcard, "a.party.example", kShown, cancel));
    ASSERT_FALSE(found) << uri;
    EXPECT_EQ(found.error().kind, ErrorKind::Unsupported) << found.error().message;
    EXPECT_TRUE(found.error().message.contains(type)) << found.error().message;
    EXPECT_TRUE(found.error().message.contains("P-256")) << found.error().message;
    EXPECT_EQ(leaves(uri).can_find(wildcard, "a.party.example").error().kind, ErrorKind::Unsupported);
  }
  EXPECT_EQ(calls("C_Sign"), 0U);
}

TEST_F(TokenLeavesTest, ThatAreKeptDoForAPageWhileTheTokenIsOut) {
  leaves(kP256);
  plug();
  const Leaf leaf = *find(wildcard, "a.party.example");
  EXPECT_NE(*find(wildcard, "a.party.example", Bytes()), leaf) << "while it is in a page has its own";
  const Leaf other = *find(wildcard, "b.party.example");
  pull();
  EXPECT_TRUE(leaves().can_find(wildcard, "b.party.example"));
  EXPECT_EQ(*find(wildcard, "b.party.example", Bytes()), other);
  EXPECT_EQ(find(wildcard, "b.party.example", Bytes(32, 2)).error().kind, ErrorKind::Disarmed);
  EXPECT_EQ(leaves().can_find(wildcard, "c.party.example").error().kind, ErrorKind::Disarmed);
  EXPECT_EQ(find(wildcard, "c.party.example", Bytes()).error().kind, ErrorKind::Disarmed);
}

TEST_F(TokenLeavesTest, AreNotKeptWhereTheTokenLeftWhileItSigned) {
  leaves(kP256);
  plug("hang");
  std::optional<LocalLeaves::Found> found;
  spawn(*loop, token::keep_outcome(m_leaves->find(wildcard, "a.party.example", kShown, cancel), found));
  while (calls("C_Sign") == 0) event_base_loop(loop->base(), EVLOOP_ONCE | EVLOOP_NONBLOCK);
  pull();
  while (!found) event_base_loop(loop->base(), EVLOOP_ONCE);
  EXPECT_EQ(found->error().kind, ErrorKind::Disarmed);
  EXPECT_EQ(leaves().can_find(wildcard, "a.party.example").error().kind, ErrorKind::Disarmed);
  plug();
  EXPECT_TRUE(find(wildcard, "a.party.example"));
}

TEST_F(TokenLeavesTest, OfATokenThatIsGoneDisarmIt) {
  leaves(kP256);
  plug();
  write(misdeeds_file, "removed");
  EXPECT_EQ(find(wildcard, "a.party.example").error().kind, ErrorKind::Disarmed);
  EXPECT_EQ(tokens.state(), TokenState::Broken);
}

TEST_F(TokenLeavesTest, OfATokenThatLiesAreNotShown) {
  leaves(kP256);
  plug("lie");
  EXPECT_FALSE(find(wildcard, "a.party.example"));
  EXPECT_TRUE(!std::filesystem::exists(ca_folder) ||
              LocalCaFolder(ca_folder, kP256).state_of({"party.example"}).empty());
}

}  // namespace
}  // namespace proxy
