// What the backend is told, and what no client can tell it.
#include "proxy/gate_headers.h"

#include <gtest/gtest.h>

namespace proxy {
namespace {

GateClient alice() {
  GateClient client;
  client.method = GateMethod::OpenPgp;
  client.vouched_for = true;
  client.fingerprint = "0123";
  client.user_ids = {"Alice <alice@example.org>"};
  return client;
}

const HttpHeaders kAlices = {{"X-Latchkey-Identity", "Alice%20%3Calice@example.org%3E"},
                             {"X-Latchkey-Fingerprint", "0123"},
                             {"X-Latchkey-Method", "openpgp"}};

TEST(GateHeaders, OursStandBehindTheOthers) {
  const HttpHeaders headers = gate_headers({{"Host", "a.example"}, {"Accept", "*/*"}}, alice());
  const HttpHeaders expected = {{"Host", "a.example"}, {"Accept", "*/*"}, kAlices[0], kAlices[1], kAlices[2]};
  EXPECT_EQ(headers, expected);
}

TEST(GateHeaders, WhateverCouldBeTakenForOursIsTakenAway) {
  for (const char* name :
       {"X-Latchkey-Identity", "x-latchkey-identity", "X_LATCHKEY_IDENTITY", "X-Latchkey_Fingerprint",
        "X.Latchkey.Method", "x~latchkey!method", "X-Latchkey", "X-Latchkey-", "X-Latchkey-Tomorrow"}) {
    EXPECT_EQ(gate_headers({{name, "mallory"}}, alice()), kAlices) << name;
    EXPECT_EQ(gate_headers({{name, "mallory"}, {name, "mallory"}}, {}), HttpHeaders{}) << name;
  }
}

TEST(GateHeaders, WhatOnlyLooksSimilarStays) {
  for (const char* name :
       {"X-Latchkeys", "Latchkey-Identity", "X-Latch-Key-Identity", "XLatchkey-Identity"}) {
    const HttpHeaders sent = {{name, "a"}};
    EXPECT_EQ(gate_headers(sent, {}), sent) << name;
  }
}

TEST(GateHeaders, AConnectionFieldTakesAwayTheClientsHeadersAndNeverOurs) {
  for (const char* name : {"Connection", "proxy-connection"}) {
    const HttpHeaders sent = {
        {name, "X-Listed, X-Latchkey-Identity"}, {"x-listed", "a"}, {"X-Latchkey-Method", "mallory"}};
    EXPECT_EQ(gate_headers(sent, alice()), kAlices) << name;
  }
}

TEST(GateHeaders, OfNobodyNothingIsSaid) {
  EXPECT_EQ(gate_headers({}, GateClient{}), HttpHeaders{});
}

TEST(GateHeaders, AKeyThatNobodyNamesHasNoIdentity) {
  GateClient client;
  client.method = GateMethod::Key;
  client.fingerprint = "ab";
  const HttpHeaders expected = {{"X-Latchkey-Fingerprint", "ab"}, {"X-Latchkey-Method", "key"}};
  EXPECT_EQ(gate_headers({}, client), expected);
}

TEST(GateHeaders, ValuesArePercentEncoded) {
  EXPECT_EQ(percent_encode("azAZ09-._~@"), "azAZ09-._~@");
  EXPECT_EQ(percent_encode("J\xc3\xbcrgen, \"+%\"\r\n"), "J%C3%BCrgen%2C%20%22%2B%25%22%0D%0A");
  EXPECT_EQ(percent_encode(std::string_view("\0\xff", 2)), "%00%FF");
}

}  // namespace
}  // namespace proxy
