// The process table, read by a process of its own where this one may not look into others.
//
// The proxy has a fence around it (tlscore/base/folder_fence.h), from behind which no other process tells
// what it has open. So `latchkey processes LINK...` reads /proc in its place, and ends.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "tlscore/base/bytes.h"
#include "tlscore/token/process_table.h"

namespace tlscore::token {

/// The first of the arguments that the binary is started with; the wanted links follow.
inline constexpr const char* kProcessesCommand = "processes";

/// As read_processes("/proc", wanted) has them, of those that have a wanted link open or hide what they have.
/// Blocks for about 20 ms, and for 2 s at most: where that process cannot be started, or takes longer, all
/// processes are told of, as those that hide.
[[nodiscard]] std::vector<Process> look_at_processes(const std::vector<std::string>& wanted);

/// Writes them to descriptor 1. Returns the exit status.
int run_process_look(std::span<const char* const> wanted);

// What goes through the pipe. Pure.

[[nodiscard]] Bytes encode_processes(const std::vector<Process>& processes);
/// Fails with Malformed.
[[nodiscard]] Result<std::vector<Process>> decode_processes(ByteView octets);

}  // namespace tlscore::token
