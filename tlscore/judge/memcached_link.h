// One memcached server, asked in turn and waited for: libmemcached's home.
#pragma once

#include <libmemcached/memcached.h>

#include <chrono>
#include <string>
#include <vector>

#include "tlscore/base/bytes.h"
#include "tlscore/base/c_handle.h"

namespace tlscore::judge {

/// Blocks, for kWait at a time and not on the event loop's thread. Connects when it is first asked, and again
/// after an error, so that a late answer is never taken for the next one's.
class MemcachedLink {
 public:
  static constexpr std::chrono::milliseconds kWait{20};
  /// The library gets no more memory at once, whatever size a server announces.
  static constexpr std::size_t kMaxAllocation = std::size_t{64} * 1024;

  MemcachedLink(std::string host, std::uint16_t port) : m_host(std::move(host)), m_port(port) {}

  /// One value for each key, empty where there is none. Fails with Unreachable, TimedOut, or with Malformed
  /// for an answer that is none.
  [[nodiscard]] Result<std::vector<Bytes>> get(const std::vector<std::string>& keys);

  /// Fails as above, and with Refused where the server does not take it, as when it is full.
  [[nodiscard]] Result<void> set(const std::string& key, ByteView value, std::chrono::seconds lifetime);

 private:
  using Handle = CHandle<memcached_st, memcached_free>;

  Result<void> connect();
  Result<std::vector<Bytes>> fetch(const std::vector<std::string>& keys);
  [[nodiscard]] Error error_of(memcached_return_t code) const;

  std::string m_host;
  std::uint16_t m_port;
  Handle m_handle;
};

/// Which server a key belongs to: ketama, so that one that comes or goes moves few keys. Immutable; connects
/// to nobody.
class MemcachedRing {
 public:
  struct Server {
    std::string host;
    std::uint16_t port;
  };

  /// Fails with Internal without memory.
  static Result<MemcachedRing> create(const std::vector<Server>& servers);

  /// A place in the list that it was made from, whose order does not matter.
  [[nodiscard]] std::size_t place_of(const std::string& key) const;

 private:
  using Handle = CHandle<memcached_st, memcached_free>;

  explicit MemcachedRing(Handle handle, std::size_t size) : m_handle(std::move(handle)), m_size(size) {}

  Handle m_handle;
  std::size_t m_size;
};

}  // namespace tlscore::judge
