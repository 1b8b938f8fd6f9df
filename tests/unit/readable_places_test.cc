// What a fence leaves open for reading.
#include "proxy/readable_places.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>

#include "tests/unit/temp_folder.h"

namespace proxy {
namespace {

class ReadablePlaces : public testing::Test {
 protected:
  void SetUp() override {
    for (const char* name : {"home", "home/config", "certificates", "elsewhere"})
      ASSERT_EQ(::mkdir(path(name).c_str(), 0700), 0);
    m_base.home = path("home");
    m_base.config_home = path("home/config");
  }
  [[nodiscard]] std::string path(const std::string& name) const { return m_folder.path() + "/" + name; }

  /// With `roots` as those of a party.
  [[nodiscard]] std::vector<std::string> places(const std::string& roots,
                                                const std::string& config_file = "") const {
    Config config = built_in_config();
    config.parties.front().roots = roots;
    return readable_places(config, config_file, m_base);
  }
  [[nodiscard]] static bool has(const std::vector<std::string>& places, const std::string& place) {
    return std::ranges::find(places, place) != places.end();
  }

  BaseFolders m_base;

 private:
  tests::TempFolder m_folder;
};

TEST_F(ReadablePlaces, AreTheSystemsAndNoHome) {
  const auto found = places("");
  EXPECT_TRUE(has(found, "/etc") && has(found, "/usr"));
  EXPECT_FALSE(has(found, path("home")) || has(found, "/") || has(found, "/home") || has(found, "/tmp"));
}

TEST_F(ReadablePlaces, HoldTheFolderOfWhatIsConfigured) {
  EXPECT_TRUE(has(places(path("certificates/root.pem")), path("certificates")));
  EXPECT_TRUE(has(places("", path("elsewhere/config.toml")), path("elsewhere")));
}

TEST_F(ReadablePlaces, FollowLinks) {
  std::ofstream(path("elsewhere/real.pem")) << "text";
  ASSERT_EQ(::symlink(path("elsewhere/real.pem").c_str(), path("certificates/root.pem").c_str()), 0);
  const auto found = places(path("certificates/root.pem"));
  EXPECT_TRUE(has(found, path("certificates"))) << "the link may be replaced by a file";
  EXPECT_TRUE(has(found, path("elsewhere")));
}

TEST_F(ReadablePlaces, AreTheNearestFolderAboveWhatIsNotThereYet) {
  EXPECT_TRUE(has(places(""), path("home/config"))) << "latchkey/config.toml may be written later";
  EXPECT_TRUE(has(places(path("certificates/not/there/root.pem")), path("certificates")));
  EXPECT_FALSE(has(places("/nowhere/root.pem"), "/"));
}

TEST_F(ReadablePlaces, OfAGateAreItsFilesAndNoKeyOfAToken) {
  GateConfig gate;
  gate.certificates = {{.chain_file = path("certificates/chain.pem"), .key = "pkcs11:object=key"}};
  gate.authorize = {
      {.kind = tlscore::judge::AuthorizationRuleText::Kind::Allow, .path = path("elsewhere/list")}};
  const auto found = readable_places(gate, CacheConfig(), "", m_base);
  EXPECT_TRUE(has(found, path("certificates")) && has(found, path("elsewhere")));
  EXPECT_TRUE(std::ranges::none_of(found, [](const std::string& each) { return each.contains("pkcs11"); }));
}

}  // namespace
}  // namespace proxy
