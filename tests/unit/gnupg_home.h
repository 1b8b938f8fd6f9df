// A GnuPG home of a test's own, and the certificates of tests/data/keyring.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "tests/unit/temp_folder.h"
#include "tlscore/base/bytes.h"
#include "tlscore/x509/pem.h"

namespace tests {

inline std::string keyring_file(const std::string& name) {
  return "tests/data/keyring/" + name + ".pgp";
}

inline tlscore::Bytes keyring_data(const std::string& name) {
  const auto octets = tlscore::x509::read_file(keyring_file(name));
  EXPECT_TRUE(octets) << name;
  return octets ? tlscore::to_bytes(*octets) : tlscore::Bytes{};
}

/// The fingerprints that a certificate was made with, the primary key's first.
inline std::vector<std::string> fingerprints_in(const std::string& name) {
  std::ifstream index("tests/data/keyring/index");
  for (std::string line; std::getline(index, line);) {
    std::istringstream words(line);
    std::string word;
    words >> word;
    if (word != name) continue;
    std::vector<std::string> fingerprints;
    while (words >> word) fingerprints.push_back(word);
    return fingerprints;
  }
  ADD_FAILURE() << "no " << name << " in the index";
  return {"", ""};
}
inline std::string primary_of(const std::string& name) {
  return fingerprints_in(name).at(0);
}
inline std::string subkey_of(const std::string& name) {
  return fingerprints_in(name).at(1);
}

/// Gone at its end, with every file that gpg made in it. No agent is ever started in it.
class GnupgHome {
 public:
  GnupgHome() {
    std::filesystem::create_directory(home());
    std::filesystem::permissions(home(), std::filesystem::perms::owner_all);
    std::filesystem::create_directory(scratch());
  }

  [[nodiscard]] std::string home() const { return m_folder.path() + "/home"; }
  [[nodiscard]] std::string scratch() const { return m_folder.path() + "/scratch"; }

  void gpg(const std::string& arguments) const {
    const std::string command =
        "gpg --homedir " + home() + " --no-autostart --batch --quiet --no-tty " + arguments + " 2>/dev/null";
    EXPECT_EQ(std::system(command.c_str()), 0) << command;
  }
  void import(const std::string& name) const { gpg("--import " + keyring_file(name)); }
  /// 6 is ultimate, 5 full, 4 marginal, 3 never.
  void trust(const std::string& fingerprint, int owner_trust) const {
    const std::string file = m_folder.path() + "/ownertrust";
    std::ofstream(file) << fingerprint << ":" << owner_trust << ":\n";
    gpg("--import-ownertrust " + file);
  }
  void configure(const std::string& gpg_conf) const { std::ofstream(home() + "/gpg.conf") << gpg_conf; }

 private:
  TempFolder m_folder;
};

}  // namespace tests
