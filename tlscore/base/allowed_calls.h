// The system calls that a server of ours needs (call_filter.h), by name.
#pragma once

#include <span>

namespace tlscore {

/// What glibc, its resolver, libevent, threads and our libraries call, on each architecture and with room for
/// other versions of them: files, sockets that are open, memory, time, signals, threads, and asking about
/// oneself. A name that an architecture lacks is left out there. Without: sockets and clone, which
/// call_filter.cc lets through by their arguments.
[[nodiscard]] std::span<const char* const> allowed_calls();

/// What no process of ours is to call, whatever it loads: the kernel's own affairs, other processes' memory,
/// mounts, and ways around a filter.
[[nodiscard]] std::span<const char* const> forbidden_calls();

}  // namespace tlscore
