// What counts as left over, on real files.
#include "proxy/old_files.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "proxy/party_cas.h"
#include "tests/unit/temp_folder.h"

namespace proxy {
namespace {

namespace fs = std::filesystem;

class OldFilesTest : public testing::Test {
 protected:
  /// Makes it, and says that it was written so long ago.
  std::string put(const std::string& path, std::chrono::minutes age = std::chrono::hours(2)) const {
    const std::string file = folder.path() + "/" + path;
    fs::create_directories(fs::path(file).parent_path());
    std::ofstream(file) << "x";
    fs::last_write_time(file, fs::file_time_type::clock::now() - age);
    return file;
  }
  [[nodiscard]] OldFiles look() const { return *look_for_old_files(config, folders); }

  const tests::TempFolder folder;
  const BaseFolders folders{.home = folder.path(),
                            .config_home = folder.path() + "/config",
                            .state_home = folder.path() + "/state",
                            .runtime_dir = folder.path(),
                            .uid = ::geteuid()};
  Config config = built_in_config();
  const bool made = make_state_folder(folders) && make_runtime_folder(folders);
};

TEST_F(OldFilesTest, ACleanHomeHasNone) {
  put("config/latchkey/config.toml");
  put("state/latchkey/seen-tlsa");
  put("state/latchkey/certificates/00.pem");
  const OldFiles old = look();
  EXPECT_TRUE(old.half_written.empty() && old.local_cas.empty() && old.dead_socket.empty() &&
              old.other_daemon.empty() && old.software_token.empty());
}

TEST_F(OldFilesTest, DraftsOfInterruptedWritesAreHalfWritten) {
  const std::vector<std::string> drafts = {
      put("state/latchkey/seen-tlsa.a1B2c3"), put("state/latchkey/certificates/00.pem.a1B2c3"),
      put("state/latchkey/ca/0123456789abcdef.key.a1B2c3"), put("config/latchkey/config.toml.a1B2c3")};
  EXPECT_EQ(look().half_written, drafts);
}

TEST_F(OldFilesTest, WhatMayBeWrittenJustNowOrIsNotOursIsNot) {
  put("state/latchkey/seen-tlsa.a1B2c3", std::chrono::minutes(1));
  put("config/latchkey/config.toml.backup");
  put("config/latchkey/notes.a1B2c3");
  put("state/latchkey/certificates/00.pem");
  EXPECT_TRUE(look().half_written.empty());
}

TEST_F(OldFilesTest, TheKeyringOfAGoneDaemonIsHalfWritten) {
  const std::string keyring = folder.path() + "/latchkey/keyring-a1B2c3";
  fs::create_directory(keyring);
  fs::last_write_time(keyring, fs::file_time_type::clock::now() - std::chrono::hours(2));
  EXPECT_EQ(look().half_written, std::vector{keyring});
}

TEST_F(OldFilesTest, CasThatNoPartyNeedsAreOld) {
  const std::string state = folder.path() + "/state/latchkey";
  Party party;
  party.hosts = {"gone.example"};
  Config before = config;
  before.parties.push_back(party);
  for (const auto& names : wanted_local_cas(before))
    ASSERT_TRUE(LocalCaFolder(local_ca_path(state)).open(names));
  EXPECT_EQ(look().local_cas.size(), 2U);
  config = before;
  EXPECT_TRUE(look().local_cas.empty());
}

TEST_F(OldFilesTest, ASoftwareTokenIsOldOnceTheTokensAreOthers) {
  const std::string pin = put("state/latchkey/soft-token/pin");
  EXPECT_EQ(look().software_token, "");
  config.token.module = "auto";
  EXPECT_EQ(look().software_token, fs::path(pin).parent_path().string());
}

}  // namespace
}  // namespace proxy
