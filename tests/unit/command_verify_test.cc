// `latchkey verify`: its exit statuses, and what it prints.
#include "proxy/command_verify.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <nlohmann/json.hpp>
#include <sstream>

#include "tests/unit/gnupg_home.h"
#include "tests/unit/x509_test_data.h"

namespace proxy {
namespace {

struct Outcome {
  int status;
  std::string out;
  std::string err;
};

Outcome verify(const std::vector<std::string>& args) {
  std::vector<const char*> pointers;
  pointers.reserve(args.size());
  for (const std::string& argument : args) pointers.push_back(argument.c_str());
  std::ostringstream out;
  std::ostringstream err;
  const int status = run_verify(pointers, out, err);
  return {status, out.str(), err.str()};
}

/// With <leaf>.pem alone as chain, issued by what is taken as root.
std::vector<std::string> arguments(std::vector<std::string> more, const std::string& leaf = "leaf.pem") {
  std::vector<std::string> args = {"--host",  "party.example",
                                   "--chain", tlscore::x509::test_data_path(leaf),
                                   "--roots", tlscore::x509::test_data_path("intermediate.pem"),
                                   "--time",  "2030-01-01T00:00:00Z"};
  args.insert(args.end(), more.begin(), more.end());
  return args;
}

std::string pin_of_leaf() {
  return tlscore::to_base64(tlscore::x509::test_certificates("leaf.pem").front().public_key().spki_sha256());
}

std::string spki_sha256_of_leaf() {
  return tlscore::to_hex(tlscore::x509::test_certificates("leaf.pem").front().public_key().spki_sha256());
}

TEST(CommandVerify, SaysTrustedWithStatus0) {
  const Outcome outcome = verify(arguments({}));
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_NE(outcome.out.find("pkix: pass"), std::string::npos) << outcome.out;
  EXPECT_TRUE(outcome.err.empty());
}

TEST(CommandVerify, SaysWhyNotWithStatus1) {
  const Outcome outcome = verify(arguments({}, "leaf-expired.pem"));
  EXPECT_EQ(outcome.status, 1);
  EXPECT_NE(outcome.out.find("party.example is not trusted: the certificate expired on 2025-03-01 (pkix)"),
            std::string::npos)
      << outcome.out;
}

TEST(CommandVerify, WithPinsBothHaveToPass) {
  EXPECT_EQ(verify(arguments({"--pin", pin_of_leaf()})).status, 0);
  EXPECT_EQ(verify(arguments({"--pin=" + pin_of_leaf()}, "leaf-expired.pem")).status, 1);
  EXPECT_EQ(verify(arguments({"--pin", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="})).status, 1);
  EXPECT_EQ(verify(arguments({"--pin=" + pin_of_leaf(), "--trust", "pin"}, "leaf-expired.pem")).status, 0);
}

TEST(CommandVerify, WithoutTlsaItCountsAsProvenThatThereIsNone) {
  const Outcome outcome = verify(arguments({"--trust", "dane"}));
  EXPECT_EQ(outcome.status, 1);
  EXPECT_NE(outcome.out.find("dane: absent: it has no TLSA records\n"), std::string::npos) << outcome.out;
}

TEST(CommandVerify, TlsaCountsAsSecurelySeen) {
  const std::string match = "3 1 1 " + spki_sha256_of_leaf();
  EXPECT_EQ(verify(arguments({"--tlsa", match, "--trust", "dane"}, "leaf-expired.pem")).status, 0)
      << "it has the same key, and DANE-EE does not look at dates";
  EXPECT_EQ(verify(arguments({"--tlsa", match, "--trust", "dane"}, "leaf-rsa1024.pem")).status, 1);
  EXPECT_EQ(verify(arguments({"--tlsa=" + match, "--trust", "dane"})).status, 0);
  EXPECT_EQ(verify(arguments({"--tlsa", "3 1 1 " + std::string(64, '0'), "--tlsa", match})).status, 0);
}

TEST(CommandVerify, TlsaThatDoesNotMatchIsNotHealedByPkix) {
  const Outcome outcome = verify(arguments({"--tlsa", "3 1 1 " + std::string(64, '0')}));
  EXPECT_EQ(outcome.status, 1);
  EXPECT_NE(outcome.out.find("dane: fail: what it presented is not what its TLSA records say (3 1 1)"),
            std::string::npos);
  EXPECT_NE(outcome.out.find("pkix: pass"), std::string::npos) << "every assessor is shown";
}

TEST(CommandVerify, TlsaThatCannotBeUsedLeavesItToPkix) {
  const Outcome outcome = verify(arguments({"--tlsa", "3 1 1 00"}));
  EXPECT_EQ(outcome.status, 0);
  EXPECT_NE(
      outcome.out.find("dane: absent: none of its TLSA records can be used (3 1 1: its digest has 1 octets)"),
      std::string::npos)
      << outcome.out;
}

TEST(CommandVerify, EveryAssessorOfTheDefaultIsShown) {
  const auto json = nlohmann::json::parse(verify(arguments({"--json"})).out);
  EXPECT_EQ(json["trust"], "openpgp or dane or pkix");
  ASSERT_EQ(json["evidence"].size(), 3U);
  for (const auto& finding : json["evidence"]) EXPECT_EQ(finding["warning"], false);
}

/// A keyring of its own, and a place to check certificates in.
class CommandVerifyOpenPgp : public testing::Test {
 public:
  ~CommandVerifyOpenPgp() override { ::unsetenv("XDG_RUNTIME_DIR"); }
  CommandVerifyOpenPgp(const CommandVerifyOpenPgp&) = delete;
  CommandVerifyOpenPgp& operator=(const CommandVerifyOpenPgp&) = delete;
  CommandVerifyOpenPgp(CommandVerifyOpenPgp&&) = delete;
  CommandVerifyOpenPgp& operator=(CommandVerifyOpenPgp&&) = delete;

 protected:
  CommandVerifyOpenPgp() {
    ::chmod(m_gnupg.scratch().c_str(), S_IRWXU);
    ::setenv("XDG_RUNTIME_DIR", m_gnupg.scratch().c_str(), 1);
  }

  [[nodiscard]] Outcome verify_key(const std::string& name, const std::vector<std::string>& more = {}) const {
    std::vector<std::string> args = {"--host",    "party.test",   "--openpgp", tests::keyring_file(name),
                                     "--keyring", m_gnupg.home(), "--trust",   "openpgp"};
    args.insert(args.end(), more.begin(), more.end());
    return verify(args);
  }

  tests::GnupgHome m_gnupg;
};

TEST_F(CommandVerifyOpenPgp, JudgesAnOpenPgpCertificate) {
  EXPECT_NE(verify_key("good").out.find("openpgp: absent"), std::string::npos);
  m_gnupg.import("good");
  EXPECT_NE(verify_key("good").out.find("not valid there"), std::string::npos);
  m_gnupg.trust(tests::primary_of("good"), 6);
  const Outcome outcome = verify_key("good");
  EXPECT_EQ(outcome.status, 0) << outcome.out << outcome.err;
}

TEST_F(CommandVerifyOpenPgp, AListedKeyNeedsNoKeyring) {
  EXPECT_EQ(verify_key("good", {"--listed", tests::primary_of("good")}).status, 0);
  EXPECT_EQ(verify_key("good", {"--listed", tests::primary_of("adopted")}).status, 1);
}

TEST_F(CommandVerifyOpenPgp, TheKeyCanBeNamed) {
  const std::vector<std::string> listed = {"--listed", tests::primary_of("good"), "--openpgp-key"};
  const auto with = [&](const std::string& key) {
    std::vector<std::string> options = listed;
    options.push_back(key);
    return verify_key("good", options);
  };
  EXPECT_EQ(with(tests::subkey_of("good")).status, 0);
  // The primary key may sign, so it may authenticate as well.
  EXPECT_EQ(with(tests::primary_of("good")).status, 0);
  EXPECT_EQ(with(tests::primary_of("adopted")).status, 2) << "not in it";
  EXPECT_EQ(with("12345678").status, 2) << "no fingerprint";
}

TEST_F(CommandVerifyOpenPgp, WhoListsKeysDoesNotTakeX509InTheirPlace) {
  const Outcome outcome =
      verify(arguments({"--keyring", m_gnupg.home(), "--listed", tests::primary_of("good")}));
  EXPECT_EQ(outcome.status, 1);
  EXPECT_NE(outcome.out.find("OpenPGP keys are listed, and no OpenPGP certificate was presented"),
            std::string::npos);
}

TEST_F(CommandVerifyOpenPgp, WhatNobodyAsksForIsAnError) {
  EXPECT_EQ(verify_key("good", {"--trust", "pkix"}).status, 2);
  EXPECT_EQ(verify_key("nothing").status, 2);
}

TEST(CommandVerify, JsonHasTheFindings) {
  const Outcome outcome = verify(arguments({"--json", "--port", "8443", "--trust", "dane or pkix"}));
  EXPECT_EQ(outcome.status, 0);
  const auto json = nlohmann::json::parse(outcome.out);
  EXPECT_EQ(json["host"], "party.example");
  EXPECT_EQ(json["port"], 8443);
  EXPECT_EQ(json["verdict"], "pass");
  EXPECT_EQ(json["trusted"], true);
  EXPECT_EQ(json["evidence"].size(), 2U);
  EXPECT_EQ(json["evidence"][0]["verdict"], "absent");
  EXPECT_EQ(json["evidence"][0]["expires"], nullptr);
  EXPECT_EQ(json["evidence"][1]["expires"], "2124-12-31T23:59:59Z");
  EXPECT_EQ(json["certificate"]["pin"], pin_of_leaf());
}

TEST(CommandVerify, WrongUsageIsStatus2WithOneSentence) {
  const std::vector<std::vector<std::string>> wrong = {
      {},
      {"--host", "party.example"},
      {"--chain", tlscore::x509::test_data_path("leaf.pem")},
      arguments({"--nonsense", "x"}),
      arguments({"--pin"}),
      arguments({"--pin", "short"}),
      arguments({"--port", "0"}),
      arguments({"--port", "65536"}),
      arguments({"--time", "yesterday"}),
      arguments({"--trust", "pkix or ca"}),
      arguments({"--trust", "pkix", "--pin", pin_of_leaf()}),
      arguments({"--tlsa", "3 1 1 xyz"}),
      arguments({"--tlsa", "3 1 1"}),
      arguments({"--tlsa", "3 1 1 00", "--trust", "pkix"}),
      arguments({"--chain", "/nonexistent"}),
      arguments({"--host", "not a host"}),
      arguments({"--roots", tlscore::x509::test_data_path("make.sh")}),
  };
  for (const auto& args : wrong) {
    const Outcome outcome = verify(args);
    EXPECT_EQ(outcome.status, 2) << outcome.out;
    EXPECT_TRUE(outcome.out.empty());
    EXPECT_EQ(std::ranges::count(outcome.err, '\n'), 1) << outcome.err;
  }
}

TEST(CommandVerify, HelpNamesEveryOption) {
  const Outcome outcome = verify({"--help"});
  EXPECT_EQ(outcome.status, 0);
  for (const char* option : {"--host", "--port", "--chain", "--roots", "--openpgp", "--openpgp-key",
                             "--keyring", "--listed", "--time", "--tlsa", "--trust", "--pin", "--json"}) {
    EXPECT_NE(outcome.out.find(option), std::string::npos) << option;
  }
}

}  // namespace
}  // namespace proxy
