// `latchkey token`, as a user types it, with the software token in a fresh home.
#include "proxy/command_token.h"

#include <gtest/gtest.h>

#include <array>
#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "tests/unit/temp_folder.h"
#include "tlscore/x509/certificate.h"

namespace proxy {
namespace {

class CommandTokenTest : public testing::Test {
 protected:
  void SetUp() override {
    for (const char* variable : {"XDG_CONFIG_HOME", "XDG_STATE_HOME"}) ::setenv(variable, home.c_str(), 1);
  }
  void TearDown() override {
    for (const char* variable : {"XDG_CONFIG_HOME", "XDG_STATE_HOME"}) ::unsetenv(variable);
  }

  int run(const std::vector<const char*>& arguments) {
    out.str("");
    err.str("");
    return run_token(arguments, out, err);
  }
  nlohmann::json list() {
    EXPECT_EQ(run({"list", "--json"}), 0) << err.str();
    return nlohmann::json::parse(out.str());
  }

  tests::TempFolder folder;
  std::string home = folder.path();
  std::ostringstream out;
  std::ostringstream err;
};

TEST_F(CommandTokenTest, ListsTheSoftwareTokenAndSaysWhatItIs) {
  ASSERT_EQ(run({"list"}), 0) << err.str();
  for (const char* part :
       {"latchkey", "file key, no protection", "P-256, ECDSA", "fingerprint", "latchkey token enroll"}) {
    EXPECT_NE(out.str().find(part), std::string::npos) << part << " is not in\n" << out.str();
  }
}

TEST_F(CommandTokenTest, ListsAsJson) {
  const auto token = list().at("tokens").at(0);
  EXPECT_EQ(token.at("label"), "latchkey");
  EXPECT_EQ(token.at("hardware"), false);
  EXPECT_EQ(token.at("pin_tries"), "enough");
  EXPECT_TRUE(token.at("error").is_null());
  const auto key = token.at("keys").at(0);
  EXPECT_EQ(key.at("id"), "01");
  EXPECT_EQ(key.at("type"), "P-256");
  EXPECT_EQ(key.at("schemes"), nlohmann::json({"ECDSA"}));
  EXPECT_EQ(key.at("fingerprint").get<std::string>().size(), 64U);
  EXPECT_TRUE(key.at("certificate").is_null());
}

TEST_F(CommandTokenTest, EnrollsAKeyWhoseCertificateIsListedThen) {
  ASSERT_EQ(run({"enroll", "--subject", "Ann Example"}), 0) << err.str();
  const std::string path = out.str().substr(out.str().find('/'));
  const auto certificates = tlscore::x509::load_certificates(path.substr(0, path.find('\n')));
  ASSERT_TRUE(certificates.has_value()) << certificates.error().message;
  EXPECT_EQ(certificates->at(0).subject(), "CN=Ann Example");
  const auto certificate = list().at("tokens").at(0).at("keys").at(0).at("certificate");
  EXPECT_EQ(certificate.at("subject"), "CN=Ann Example");
  EXPECT_EQ(certificate.at("on_token"), false);
  EXPECT_EQ(certificate.at("sha256"), tlscore::to_hex(certificates->at(0).sha256()));
}

TEST_F(CommandTokenTest, TheSubjectIsTheTokensLabelUnlessGiven) {
  const std::string fingerprint = list().at("tokens").at(0).at("keys").at(0).at("fingerprint");
  ASSERT_EQ(run({"enroll", "--key", fingerprint.c_str()}), 0) << err.str();
  EXPECT_NE(out.str().find("CN=latchkey"), std::string::npos);
}

TEST_F(CommandTokenTest, AKeyThatIsNotThereFails) {
  EXPECT_EQ(run({"enroll", "--key", "other"}), 1);
  EXPECT_EQ(err.str(), "latchkey token enroll: the token has no key other\n");
}

TEST_F(CommandTokenTest, AModuleThatIsNotThereFails) {
  EXPECT_EQ(run({"list", "--module", "/nonexistent.so"}), 1);
  EXPECT_NE(err.str().find("/nonexistent.so"), std::string::npos);
}

TEST_F(CommandTokenTest, RefusesWhatItDoesNotKnow) {
  EXPECT_EQ(run({}), 2);
  EXPECT_EQ(run({"erase"}), 2);
  EXPECT_EQ(run({"list", "more"}), 2);
  EXPECT_EQ(run({"list", "--colour"}), 2);
  EXPECT_EQ(run({"list", "--config", "/nonexistent.toml"}), 2);
}

TEST_F(CommandTokenTest, HasHelp) {
  EXPECT_EQ(run({"--help"}), 0);
  EXPECT_NE(out.str().find("usage: latchkey token"), std::string::npos);
}

}  // namespace
}  // namespace proxy
