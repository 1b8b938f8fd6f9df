// Sockets and processes, put together by inode number.
#include "tlscore/token/card_holder.h"

#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <fstream>

#include "tlscore/base/log.h"
#include "tlscore/base/sock_diag.h"
#include "tlscore/token/gnupg_settings.h"
#include "tlscore/token/process_look.h"

namespace tlscore::token {
namespace {

constexpr std::string_view kScdaemon = "scdaemon";

std::string link_of(std::uint32_t inode) {
  return "socket:[" + std::to_string(inode) + "]";
}

/// Where libpcsclite looks for pcscd.
std::string pcscd_socket() {
  const char* named = ::secure_getenv("PCSCLITE_CSOCK_NAME");
  return named != nullptr && *named != '\0' ? named : "/run/pcscd/pcscd.comm";
}

std::optional<FileId> file_id(const std::string& path) {
  struct stat about{};
  if (::stat(path.c_str(), &about) != 0) return std::nullopt;
  constexpr unsigned kMinorBits = 20;
  return FileId{.device = (::major(about.st_dev) << kMinorBits) | ::minor(about.st_dev),
                .inode = static_cast<std::uint32_t>(about.st_ino)};
}

/// All connected UNIX sockets.
Result<std::vector<UnixSocket>> unix_sockets() {
  std::vector<UnixSocket> sockets;
  const Bytes request = encode_unix_diag_request(kSockDiagSequence);
  TRY(ask_sock_diag(request, kMaxUnixDiagBytes, [&sockets](ByteView answer) {
    return parse_unix_diag_answer(answer, kSockDiagSequence, sockets);
  }));
  return sockets;
}

std::string usb_node(std::uint16_t bus, std::uint16_t device) {
  std::array<char, 64> path{};
  const int size =
      std::snprintf(path.data(), path.size(), "/dev/bus/usb/%03u/%03u", unsigned{bus}, unsigned{device});
  return {path.data(), static_cast<std::size_t>(std::max(size, 0))};
}

template <class Range, class Value>
bool contains(const Range& range, const Value& value) {
  return std::ranges::find(range, value) != range.end();
}

Asking this_program() {
  Asking asking{.user = ::getuid()};
  std::ifstream name("/proc/self/comm");
  std::getline(name, asking.program);
  return asking;
}

bool is_ours(const Process& process, const Asking& asking) {
  return process.owner == asking.user && process.name == asking.program;
}

bool is_hidden_scdaemon(const Process& process, uid_t owner) {
  return process.is_hidden && process.owner == owner && process.name == kScdaemon;
}

CardHolder holder(const Process& process) {
  return {.pid = process.pid, .owner = process.owner, .name = process.name};
}

void put_gnupg_first(std::vector<CardHolder>& holders) {
  const auto gnupg = std::ranges::find_if(holders, is_gnupg);
  if (gnupg != holders.end()) std::rotate(holders.begin(), gnupg, std::next(gnupg));
}

}  // namespace

std::vector<std::string> client_links(const std::vector<UnixSocket>& sockets, FileId service) {
  std::vector<std::string> links;
  for (const UnixSocket& socket : sockets) {
    if (socket.bound_to == service && socket.peer_inode != 0) links.push_back(link_of(socket.peer_inode));
  }
  return links;
}

std::vector<CardHolder> choose_pcscd_users(const std::vector<UnixSocket>& sockets, FileId service,
                                           const std::vector<Process>& processes, const Asking& asking) {
  std::vector<CardHolder> found;
  for (const Process& process : processes) {
    if (!process.open.empty() && !is_ours(process, asking)) found.push_back(holder(process));
  }
  // The users who have a client that no process tells of.
  std::vector<uid_t> hidden;
  for (const std::string& link : client_links(sockets, service)) {
    const bool told =
        std::ranges::any_of(processes, [&](const Process& process) { return contains(process.open, link); });
    const auto socket =
        std::ranges::find(sockets, link, [](const UnixSocket& s) { return link_of(s.inode); });
    const uid_t owner = socket != sockets.end() ? socket->owner.value_or(asking.user) : asking.user;
    if (!told && !contains(hidden, owner)) hidden.push_back(owner);
  }
  for (const uid_t owner : hidden) {
    const auto scdaemon = std::ranges::find_if(
        processes, [&](const Process& process) { return is_hidden_scdaemon(process, owner); });
    if (scdaemon != processes.end()) found.push_back(holder(*scdaemon));
    // Of this user it may be one of Latchkey's own processes, which hide too.
    if (scdaemon == processes.end() && owner != asking.user) found.push_back({.pid = 0, .owner = owner});
  }
  put_gnupg_first(found);
  return found;
}

std::vector<CardHolder> choose_file_users(const std::vector<Process>& processes, const Asking& asking) {
  std::vector<CardHolder> found;
  for (const Process& process : processes) {
    if (!process.open.empty() && !is_ours(process, asking)) found.push_back(holder(process));
  }
  if (found.empty()) {
    for (const Process& process : processes) {
      if (is_hidden_scdaemon(process, asking.user)) found.push_back(holder(process));
    }
  }
  put_gnupg_first(found);
  return found;
}

std::vector<CardHolder> programs_at_pcscd() {
  const auto service = file_id(pcscd_socket());
  const auto sockets = unix_sockets();
  if (!service || !sockets) return {};
  const auto links = client_links(*sockets, *service);
  if (links.empty()) return {};
  return choose_pcscd_users(*sockets, *service, look_at_processes(links), this_program());
}

std::vector<CardHolder> programs_at_usb_device(std::uint16_t bus, std::uint16_t device) {
  const std::string path = usb_node(bus, device);
  return choose_file_users(look_at_processes({path}), this_program());
}

bool is_gnupg(const CardHolder& holder) {
  return holder.name == kScdaemon;
}

std::string describe(const std::vector<CardHolder>& holders) {
  std::string text;
  for (const CardHolder& each : holders) {
    if (!text.empty()) text += " or ";
    if (each.pid == 0) {
      text += "a program of user " + std::to_string(each.owner);
    } else {
      text +=
          printable(each.name) + (is_gnupg(each) ? " (GnuPG)" : "") + ", process " + std::to_string(each.pid);
    }
  }
  return text.empty() ? "another program" : text;
}

std::string held_sentence(const std::vector<CardHolder>& holders) {
  const bool gnupg = !holders.empty() && is_gnupg(holders.front());
  const bool ends_in_number = !holders.empty() && holders.back().pid != 0;
  return describe(gnupg ? std::vector{holders.front()} : holders) + (ends_in_number || gnupg ? "," : "") +
         " has the card for itself alone: " +
         (gnupg ? how_gnupg_shares() + "; or have GnuPG sign, with `module = \"gpg-agent\"` in [token]"
                : "end it, or have it share the card");
}

}  // namespace tlscore::token
