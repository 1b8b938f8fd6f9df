// Folders and sockets, one by one.
#include "proxy/old_files.h"

#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <filesystem>

#include "proxy/party_cas.h"
#include "tlscore/base/unique_fd.h"
#include "tlscore/token/soft_token.h"

namespace proxy {

using namespace tlscore;
namespace fs = std::filesystem;

namespace {

constexpr std::size_t kMaxEntries = 10'000;

bool is_letter_or_digit(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/// What mkstemp(3) makes: a name, the mark, and six characters. A word may be somebody's own name for a
/// copy, "backup": one draft in two hundred looks so.
bool is_temporary(std::string_view name, char mark) {
  constexpr std::size_t kRandom = 6;
  if (name.size() <= kRandom + 1 || name[name.size() - kRandom - 1] != mark) return false;
  const std::string_view random = name.substr(name.size() - kRandom);
  const bool is_word = std::ranges::all_of(random, [](char c) { return c >= 'a' && c <= 'z'; });
  return !is_word && std::ranges::all_of(random, is_letter_or_digit);
}

bool is_aged(const fs::path& path) {
  std::error_code error;
  const auto written = fs::last_write_time(path, error);
  return !error && fs::file_time_type::clock::now() - written > kAgeOfOldFiles;
}

std::vector<fs::path> entries_of(const std::string& folder) {
  std::vector<fs::path> found;
  std::error_code error;
  for (fs::directory_iterator at(folder, error), end; !error && at != end && found.size() < kMaxEntries;
       at.increment(error))
    found.push_back(at->path());
  std::ranges::sort(found);
  return found;
}

/// Files that were to take the place of those whose names begin so.
void add_drafts(const std::string& folder, std::string_view begin, OldFiles& old) {
  for (const fs::path& path : entries_of(folder)) {
    const std::string name = path.filename().string();
    if (name.starts_with(begin) && is_temporary(name, '.') && is_aged(path))
      old.half_written.push_back(path.string());
  }
}

/// Who listens on a socket that commands are to use.
struct Listener {
  bool is_there = false;  ///< The socket; maybe nobody listens on it any more.
  pid_t process = 0;      ///< Of whoever listens.
};

Listener listener_at(const std::string& path) {
  std::error_code error;
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (!fs::is_socket(path, error) || path.size() >= sizeof address.sun_path) return {};
  std::ranges::copy(path, address.sun_path);
  const UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!fd || ::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
    return {.is_there = true};
  ucred peer{};
  socklen_t size = sizeof peer;
  const bool is_known = ::getsockopt(fd.get(), SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0;
  return {.is_there = true, .process = is_known ? peer.pid : -1};
}

void look_at_sockets(const BaseFolders& folders, const std::string& state, const std::string& runtime,
                     OldFiles& old) {
  const Listener ours = listener_at(runtime + "/control.sock");
  if (ours.is_there && ours.process == 0) old.dead_socket = runtime + "/control.sock";
  if (ours.process == 0) {
    for (const fs::path& path : entries_of(runtime)) {
      if (is_temporary(path.filename().string(), '-') && is_aged(path))
        old.half_written.push_back(path.string());
    }
  }
  for (const std::string& other : {state + "/run", folders.run_user + "/latchkey"}) {
    const std::string socket = other + "/control.sock";
    const Listener theirs = other == runtime ? Listener() : listener_at(socket);
    if (theirs.process == 0) continue;
    old.other_daemon = socket;
    old.other_process = theirs.process;
  }
}

}  // namespace

Result<OldFiles> look_for_old_files(const Config& config, const BaseFolders& folders) {
  const std::string state = TRY(make_state_folder(folders));
  const std::string runtime = TRY(make_runtime_folder(folders));
  OldFiles old;
  add_drafts(state, "", old);
  add_drafts(state + "/certificates", "", old);
  add_drafts(local_ca_path(state), "", old);
  if (const auto file = config_file(folders)) {
    const fs::path path(*file);
    add_drafts(path.parent_path().string(), path.filename().string() + ".", old);
  }
  const std::string software_token = token::soft_token_in(state).folder;
  std::error_code error;
  if (const std::string draft = software_token + ".new"; fs::exists(draft, error) && is_aged(draft))
    old.half_written.push_back(draft);
  if (config.token.module != "soft" && fs::exists(software_token, error)) old.software_token = software_token;
  old.local_cas = LocalCaFolder(local_ca_path(state), config.ca.key).others(wanted_local_cas(config));
  std::ranges::sort(old.local_cas);
  look_at_sockets(folders, state, runtime, old);
  return old;
}

}  // namespace proxy
