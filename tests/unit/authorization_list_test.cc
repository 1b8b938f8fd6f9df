// Who is listed, and who is not.
#include "tlscore/judge/authorization_list.h"

#include <gtest/gtest.h>

namespace tlscore::judge {
namespace {

const std::string kFingerprint = "0123456789abcdef0123456789abcdef01234567";
const std::string kKey = std::string(32, 'a') + std::string(32, '0');

Peer alice() {
  Peer client;
  client.method = PeerMethod::OpenPgp;
  client.vouched_for = true;
  client.fingerprint = kFingerprint;
  client.key_sha256 = kKey;
  client.user_ids = {"Alice Example <alice@example.org>", "host.example.org"};
  client.mail_addresses = {"alice@example.org"};
  client.dns_names = {"host.example.org"};
  return client;
}

Peer with_method(PeerMethod method) {
  Peer client = alice();
  client.method = method;
  return client;
}

bool allows(std::string_view text, const Peer& client) {
  const auto list = PeerList::parse(text);
  EXPECT_TRUE(list.has_value()) << text << ": " << (list ? "" : list.error().message);
  return list && list->contains(client);
}

TEST(PeerList, AnEmptyOneLetsNobodyIn) {
  for (const char* text : {"", "\n\n", "# alice@example.org\n", "  \t\r\n#\n"}) {
    EXPECT_FALSE(allows(text, alice())) << text;
  }
}

TEST(PeerList, EveryKindOfEntryLetsItsOwnIn) {
  for (const std::string& entry :
       {kFingerprint, std::string("0123 4567 89AB CDEF 0123  4567 89AB CDEF 0123 4567"), kKey,
        std::string("Alice Example <alice@example.org>"), std::string("alice@example.org"),
        std::string("alice@EXAMPLE.org"), std::string("@example.org"), std::string("@Example.ORG."),
        std::string("host.example.org"), std::string("HOST.example.org")}) {
    EXPECT_TRUE(allows(entry, alice())) << entry;
    EXPECT_TRUE(allows("# first\r\nbob@example.net\r\n \t" + entry + " \r\n", alice())) << entry;
  }
}

TEST(PeerList, NearMissesAreMisses) {
  for (const char* entry :
       {"0123456789abcdef0123456789abcdef01234568", "Alice Example <alice@example.org", "Alice Example",
        "alice example <alice@example.org>", "ALICE@example.org", "lice@example.org", "@org", "@ample.org",
        "@sub.example.org", "example.org", "*.example.org", "*", "st.example.org"}) {
    EXPECT_FALSE(allows(entry, alice())) << entry;
  }
}

TEST(PeerList, AKeyThatNobodyVouchesForPassesByItsFingerprintOnly) {
  Peer client = alice();
  client.vouched_for = false;
  EXPECT_TRUE(allows(kKey, client));
  EXPECT_TRUE(allows(kFingerprint, client));
  for (const char* entry : {"alice@example.org", "@example.org", "host.example.org"}) {
    EXPECT_FALSE(allows(entry, client)) << entry;
  }
}

TEST(PeerList, WhatWasRefusedPassesByNothing) {
  Peer client = alice();
  client.why_refused = "the OpenPGP key is revoked";
  EXPECT_FALSE(allows(kKey + "\n" + kFingerprint + "\n@example.org\n", client));
}

TEST(PeerList, WhoShowedNothingIsNeverListed) {
  const Peer nobody;
  EXPECT_FALSE(allows(kKey + "\n@example.org\n", nobody));
  EXPECT_FALSE(allows(kKey, with_method(PeerMethod::None)));
}

TEST(PeerList, AUserIdThatLooksLikeADomainEntryIsNotTheDomain) {
  Peer client = with_method(PeerMethod::OpenPgp);
  client.user_ids = {"@example.org"};
  client.mail_addresses.clear();
  EXPECT_FALSE(allows("@example.org", client));
}

TEST(PeerList, RefusesWhatCanOnlyBeAMistake) {
  for (const std::string& text : {std::string("0123456789ABCDEF"), std::string(41, 'a'), std::string(63, '0'),
                                  std::string("@"), std::string("@-"), std::string("@192.0.2.1"),
                                  std::string("alice\x01@example.org"), std::string("a\0b", 3)}) {
    const auto list = PeerList::parse("# one\n" + text + "\n");
    ASSERT_FALSE(list.has_value()) << text;
    EXPECT_EQ(list.error().kind, tlscore::ErrorKind::Malformed);
    EXPECT_TRUE(list.error().message.starts_with("line 2: ")) << list.error().message;
  }
  EXPECT_EQ(PeerList::parse(std::string(PeerList::kMaxBytes + 1, '\n')).error().kind,
            tlscore::ErrorKind::TooLarge);
}

}  // namespace
}  // namespace tlscore::judge
