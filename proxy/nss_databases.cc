// Where they are, and certutil.
#include "proxy/nss_databases.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <utility>

#include "tlscore/base/run_program.h"

namespace proxy {

using namespace tlscore;
namespace fs = std::filesystem;

namespace {

constexpr std::size_t kMaxProfiles = 64;
constexpr std::size_t kMaxNicknameColumn = 60;

bool has_database(const std::string& folder) {
  std::error_code error;
  return fs::exists(folder + "/cert9.db", error);
}

bool is_folder(const std::string& path) {
  std::error_code error;
  return fs::is_directory(path, error);
}

/// The folders of the profiles that a profiles.ini lists: "Path=" lines, relative ones unless it says
/// "IsRelative=0".
std::vector<std::string> profiles_of(const std::string& folder) {
  std::vector<std::string> found;
  std::ifstream file(folder + "/profiles.ini");
  for (std::string line; std::getline(file, line) && found.size() < kMaxProfiles;) {
    if (!line.starts_with("Path=")) continue;
    const std::string path = line.substr(line.find('=') + 1);
    std::string whole = path.starts_with("/") ? "" : folder + "/";
    whole += path;
    if (is_folder(whole)) found.push_back(std::move(whole));
  }
  return found;
}

std::string source(const NssDatabase& database) {
  return "sql:" + database.folder;
}

Result<std::string> certutil(const NssDatabase& database, std::vector<std::string> arguments,
                             const std::string& input = "") {
  std::vector<std::string> command = {"certutil", arguments.front(), "-d", source(database)};
  command.insert(command.end(), arguments.begin() + 1, arguments.end());
  auto done = run_program(command, input);
  if (!done && done.error().kind == ErrorKind::NotFound)
    return fail(ErrorKind::NotFound, "certutil is not installed: apt install libnss3-tools");
  if (!done) return fail(done.error());
  if (done->status != 0)
    return fail(ErrorKind::Internal, database.browser + ": certutil says: " + done->errors);
  return std::move(done->output);
}

Result<void> make_database(const NssDatabase& database) {
  std::error_code error;
  fs::create_directories(database.folder, error);
  if (error) return fail(ErrorKind::Internal, database.folder + " cannot be made");
  TRY(certutil(database, {"-N", "--empty-password"}));
  return {};
}

/// Chromium's own, and in the places where other packages have theirs.
std::vector<NssDatabase> find_chromiums(const std::string& home, const std::string& data_home) {
  constexpr auto kChromiums =
      std::to_array<std::string_view>({".config/chromium", ".config/google-chrome", ".config/BraveSoftware",
                                       ".config/microsoft-edge", ".config/vivaldi"});
  std::vector<NssDatabase> found;
  const std::string shared = home + "/.pki/nssdb";
  const std::string newer = (data_home.empty() ? home + "/.local/share" : data_home) + "/pki/nssdb";
  const bool has_chromium = std::ranges::any_of(
      kChromiums, [&](std::string_view path) { return is_folder(home + "/" + std::string(path)); });
  if (has_database(newer)) found.push_back({"Chromium", newer, true});
  if (has_database(shared)) found.push_back({"Chromium", shared, true});
  // Every version uses this one once it is there.
  if (has_chromium && found.empty()) found.push_back({"Chromium", shared, false});
  constexpr auto kElsewhere = std::to_array<std::pair<std::string_view, std::string_view>>(
      {{"Chromium (snap)", "/snap/chromium/current/.pki/nssdb"},
       {"Chromium (snap)", "/snap/chromium/current/.local/share/pki/nssdb"},
       {"Chromium (flatpak)", "/.var/app/org.chromium.Chromium/.pki/nssdb"},
       {"Chromium (flatpak)", "/.var/app/org.chromium.Chromium/data/pki/nssdb"}});
  for (const auto& [name, path] : kElsewhere) {
    const std::string folder = home + std::string(path);
    if (has_database(folder)) found.push_back({std::string(name), folder, true});
  }
  return found;
}

constexpr auto kFirefoxes = std::to_array<std::string_view>(
    {".mozilla/firefox", ".config/mozilla/firefox", "snap/firefox/common/.mozilla/firefox",
     ".var/app/org.mozilla.firefox/.mozilla/firefox"});

/// Every profile.
std::vector<NssDatabase> find_firefoxes(const std::string& home) {
  std::vector<NssDatabase> found;
  for (const std::string_view path : kFirefoxes) {
    for (const std::string& profile : profiles_of(home + "/" + std::string(path))) {
      const std::string name = fs::path(profile).filename().string();
      found.push_back({"Firefox (profile " + name + ")", profile, has_database(profile)});
    }
  }
  return found;
}

}  // namespace

std::vector<NssDatabase> find_nss_databases(const std::string& home, const std::string& data_home) {
  std::vector<NssDatabase> found = find_chromiums(home, data_home);
  std::ranges::move(find_firefoxes(home), std::back_inserter(found));
  return found;
}

std::vector<std::string> firefox_profile_lists(const std::string& home) {
  std::vector<std::string> files;
  files.reserve(kFirefoxes.size());
  for (const std::string_view path : kFirefoxes)
    files.push_back(home + "/" + std::string(path) + "/profiles.ini");
  return files;
}

Result<std::vector<std::string>> nss_nicknames(const NssDatabase& database) {
  std::vector<std::string> names;
  if (!has_database(database.folder)) return names;
  const std::string list = TRY(certutil(database, {"-L"}));
  std::size_t start = 0;
  while (start < list.size()) {
    const std::size_t end = std::min(list.find('\n', start), list.size());
    std::string line = list.substr(start, end - start);
    start = end + 1;
    line.resize(line.find_last_not_of(' ') + 1);
    // The name, spaces up to a column, and the trust flags, which have no space in them.
    const std::size_t flags = line.find_last_of(' ');
    if (line.size() < kMaxNicknameColumn || flags == std::string::npos ||
        line.find(',', flags) == std::string::npos)
      continue;
    line.resize(flags);
    line.resize(line.find_last_not_of(' ') + 1);
    if (!line.empty()) names.push_back(std::move(line));
  }
  return names;
}

Result<void> nss_add(const NssDatabase& database, const std::string& nickname,
                     const x509::Certificate& certificate) {
  if (!has_database(database.folder)) TRY(make_database(database));
  auto added = certutil(database, {"-A", "-t", "C,,", "-n", nickname, "-a"}, certificate.pem());
  if (added) return {};
  // It may be there and not be trusted.
  static_cast<void>(nss_remove(database, nickname));
  if (added.error().message.contains("SEC_ERROR_BAD_PASSWORD")) {
    return fail(
        ErrorKind::Internal,
        database.browser + " has a primary password: run this in a terminal, where certutil asks for it");
  }
  return fail(added.error());
}

Result<void> nss_remove(const NssDatabase& database, const std::string& nickname) {
  TRY(certutil(database, {"-D", "-n", nickname}));
  return {};
}

}  // namespace proxy
