// libmemcached in short waits, with bounded memory.
#include "tlscore/judge/memcached_link.h"

#include <algorithm>
#include <cstdlib>

namespace tlscore::judge {
namespace {

using FoundValue = CHandle<memcached_result_st, memcached_result_free>;

bool is_too_much(std::size_t size) {
  return size > MemcachedLink::kMaxAllocation;
}

// libmemcached says by malloc's own return that there is no memory.
void* allocate(const memcached_st* /*self*/, const std::size_t size, void* /*context*/) noexcept {
  return is_too_much(size) ? nullptr : std::malloc(size);
}
void release(const memcached_st* /*self*/, void* memory, void* /*context*/) noexcept {
  std::free(memory);
}
void* reallocate(const memcached_st* /*self*/, void* memory, const std::size_t size,
                 void* /*context*/) noexcept {
  return is_too_much(size) ? nullptr : std::realloc(memory, size);
}
void* allocate_zeroed(const memcached_st* /*self*/, std::size_t count, const std::size_t size,
                      void* /*context*/) noexcept {
  const bool fits = size == 0 || count <= MemcachedLink::kMaxAllocation / size;
  return fits ? std::calloc(count, size) : nullptr;
}

void set_behaviour(memcached_st* handle) {
  constexpr auto kWait = static_cast<std::uint64_t>(MemcachedLink::kWait.count());
  const auto set = [handle](memcached_behavior_t which, std::uint64_t value) {
    static_cast<void>(::memcached_behavior_set(handle, which, value));
  };
  set(MEMCACHED_BEHAVIOR_NO_BLOCK, 1);
  set(MEMCACHED_BEHAVIOR_TCP_NODELAY, 1);
  set(MEMCACHED_BEHAVIOR_CONNECT_TIMEOUT, kWait);
  set(MEMCACHED_BEHAVIOR_POLL_TIMEOUT, kWait);
  set(MEMCACHED_BEHAVIOR_SND_TIMEOUT, kWait * 1000);
  set(MEMCACHED_BEHAVIOR_RCV_TIMEOUT, kWait * 1000);
  // Whether a dead server is asked again is told by outcome_server.h.
  set(MEMCACHED_BEHAVIOR_RETRY_TIMEOUT, 0);
  set(MEMCACHED_BEHAVIOR_SERVER_FAILURE_LIMIT, 0);
}

}  // namespace

Result<void> MemcachedLink::connect() {
  if (m_handle) return {};
  Handle handle(::memcached_create(nullptr));
  if (!handle) return fail(ErrorKind::Internal, "no memory for a client of memcached");
  static_cast<void>(::memcached_set_memory_allocators(handle.get(), allocate, release, reallocate,
                                                      allocate_zeroed, nullptr));
  set_behaviour(handle.get());
  const auto added = ::memcached_server_add(handle.get(), m_host.c_str(), m_port);
  if (added != MEMCACHED_SUCCESS) return fail(error_of(added));
  m_handle = std::move(handle);
  return {};
}

Error MemcachedLink::error_of(memcached_return_t code) const {
  const std::string text = ::memcached_strerror(m_handle.get(), code);
  switch (code) {
    case MEMCACHED_TIMEOUT: return {ErrorKind::TimedOut, "it does not answer in time"};
    case MEMCACHED_HOST_LOOKUP_FAILURE:
    case MEMCACHED_CONNECTION_FAILURE:
    case MEMCACHED_CONNECTION_SOCKET_CREATE_FAILURE:
    case MEMCACHED_SERVER_MARKED_DEAD:
    case MEMCACHED_SERVER_TEMPORARILY_DISABLED:
    case MEMCACHED_UNKNOWN_READ_FAILURE:
    case MEMCACHED_READ_FAILURE:
    case MEMCACHED_WRITE_FAILURE:
    case MEMCACHED_ERRNO:
    case MEMCACHED_NO_SERVERS: return {ErrorKind::Unreachable, "it cannot be reached (" + text + ")"};
    case MEMCACHED_SERVER_MEMORY_ALLOCATION_FAILURE:
    case MEMCACHED_E2BIG:
    case MEMCACHED_NOTSTORED: return {ErrorKind::Refused, "it does not store (" + text + ")"};
    default: break;
  }
  return {ErrorKind::Malformed, "its answer is none (" + text + ")"};
}

Result<std::vector<Bytes>> MemcachedLink::get(const std::vector<std::string>& keys) {
  TRY(connect());
  auto values = fetch(keys);
  if (!values) m_handle.reset();
  return values;
}

Result<std::vector<Bytes>> MemcachedLink::fetch(const std::vector<std::string>& keys) {
  std::vector<const char*> names;
  std::vector<std::size_t> sizes;
  for (const std::string& key : keys) {
    names.push_back(key.data());
    sizes.push_back(key.size());
  }
  const auto asked = ::memcached_mget(m_handle.get(), names.data(), sizes.data(), keys.size());
  if (asked != MEMCACHED_SUCCESS) return fail(error_of(asked));
  std::vector<Bytes> values(keys.size());
  for (std::size_t count = 0;; ++count) {
    memcached_return_t code = MEMCACHED_SUCCESS;
    const FoundValue result(::memcached_fetch_result(m_handle.get(), nullptr, &code));
    const bool is_end = code == MEMCACHED_END || code == MEMCACHED_NOTFOUND;
    if (!result && !is_end) return fail(error_of(code));
    if (!result) return values;
    const std::string_view key(::memcached_result_key_value(result.get()),
                               ::memcached_result_key_length(result.get()));
    const auto place = std::ranges::find(keys, key);
    if (count >= keys.size() || place == keys.end()) {
      return fail(ErrorKind::Malformed, "it answers what was not asked");
    }
    const auto* const octets = reinterpret_cast<const std::uint8_t*>(::memcached_result_value(result.get()));
    values[static_cast<std::size_t>(place - keys.begin())].assign(
        octets, octets + ::memcached_result_length(result.get()));
  }
}

Result<void> MemcachedLink::set(const std::string& key, ByteView value, std::chrono::seconds lifetime) {
  TRY(connect());
  const std::string_view text = as_text(value);
  const auto done = ::memcached_set(m_handle.get(), key.data(), key.size(), text.data(), text.size(),
                                    static_cast<std::time_t>(lifetime.count()), 0);
  if (done == MEMCACHED_SUCCESS) return {};
  Error error = error_of(done);
  m_handle.reset();
  return fail(std::move(error));
}

Result<MemcachedRing> MemcachedRing::create(const std::vector<Server>& servers) {
  Handle handle(::memcached_create(nullptr));
  if (!handle) return fail(ErrorKind::Internal, "no memory for memcached's ring of servers");
  static_cast<void>(::memcached_behavior_set(handle.get(), MEMCACHED_BEHAVIOR_DISTRIBUTION,
                                             MEMCACHED_DISTRIBUTION_CONSISTENT_KETAMA));
  static_cast<void>(
      ::memcached_behavior_set(handle.get(), MEMCACHED_BEHAVIOR_KETAMA_HASH, MEMCACHED_HASH_MD5));
  for (const Server& server : servers) {
    const auto added = ::memcached_server_add(handle.get(), server.host.c_str(), server.port);
    if (added != MEMCACHED_SUCCESS) {
      return fail(ErrorKind::Internal,
                  std::string("memcached's ring: ") + ::memcached_strerror(handle.get(), added));
    }
  }
  return MemcachedRing(std::move(handle), servers.size());
}

std::size_t MemcachedRing::place_of(const std::string& key) const {
  return ::memcached_generate_hash(m_handle.get(), key.data(), key.size()) % m_size;
}

}  // namespace tlscore::judge
