// The processes of this machine, and which of some files they have open, as /proc tells (proc(5)).
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

namespace tlscore::token {

/// A process.
struct Process {
  int pid = 0;
  uid_t owner = 0;
  std::string name{};  ///< The kernel's: of at most 15 octets, which the process itself may choose.
  bool is_hidden =
      true;  ///< It does not tell what it has open: another user's, or one that protects its memory.
  std::vector<std::string> open{};  ///< Those of the wanted links that it has open.

  friend bool operator==(const Process&, const Process&) = default;
};

/// More processes, and more descriptors of one, are not looked at.
inline constexpr std::size_t kMaxProcesses = 32768;
inline constexpr std::size_t kMaxDescriptors = 16384;

/// All processes under `proc` ("/proc"). `wanted` are links as descriptors have them: "socket:[123]",
/// "/dev/bus/usb/001/002". Takes milliseconds; one that ends meanwhile may be missing.
[[nodiscard]] std::vector<Process> read_processes(const std::string& proc,
                                                  const std::vector<std::string>& wanted);

}  // namespace tlscore::token
