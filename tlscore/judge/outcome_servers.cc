// Keys to servers, and one wait for all of them.
#include "tlscore/judge/outcome_servers.h"

#include <algorithm>
#include <map>
#include <set>

#include "tlscore/base/future.h"

namespace tlscore::judge {
namespace {

/// As memcached takes it: without blanks and control characters, 250 octets at most.
std::string name_of(const OutcomeKey& key) {
  return "latchkey:" + to_hex(key);
}

/// What has come so far, for one who waits.
struct Answer {
  Answer(EventLoop& loop, std::size_t size) : values(size), done(loop) {}

  std::vector<Bytes> values;
  std::set<std::size_t> waits_for;  ///< Servers.
  bool is_over = false;             ///< Nobody waits any more.
  Promise<bool> done;
};

/// The keys that one server has.
struct Part {
  std::vector<std::string> names;
  std::vector<std::size_t> places;
};

}  // namespace

Result<std::unique_ptr<OutcomeServers>> OutcomeServers::create(
    EventLoop& loop, const std::vector<MemcachedRing::Server>& servers) {
  std::unique_ptr<OutcomeServers> made(new OutcomeServers(loop, TRY(MemcachedRing::create(servers))));
  for (const MemcachedRing::Server& server : servers) {
    made->m_servers.push_back(std::make_unique<OutcomeServer>(loop, server.host, server.port));
  }
  return made;
}

Task<std::vector<Bytes>> OutcomeServers::get(std::vector<OutcomeKey> keys, Cancel& cancel) {
  std::map<std::size_t, Part> parts;
  for (std::size_t i = 0; i < keys.size(); ++i) {
    std::string name = name_of(keys[i]);
    Part& part = parts[m_ring.place_of(name)];
    part.names.push_back(std::move(name));
    part.places.push_back(i);
  }
  const auto answer = std::make_shared<Answer>(m_loop, keys.size());
  for (auto& [server, part] : parts) {
    auto on_values = [answer, server, places = std::move(part.places)](std::vector<Bytes> values) {
      if (answer->is_over) return;
      for (std::size_t i = 0; i < values.size(); ++i) answer->values[places[i]] = std::move(values[i]);
      answer->waits_for.erase(server);
      if (answer->waits_for.empty()) answer->done.settle(true);
    };
    const bool is_asked = m_servers[server]->get(std::move(part.names), std::move(on_values));
    if (is_asked) answer->waits_for.insert(server);
  }
  if (!answer->waits_for.empty()) {
    const auto all = co_await answer->done.wait(cancel, kMaxDelay);
    const bool is_late = !all && all.error().kind == ErrorKind::TimedOut && !cancel.requested();
    if (is_late) {
      for (const std::size_t server : answer->waits_for) m_servers[server]->too_late();
    }
  }
  answer->is_over = true;
  co_return std::move(answer->values);
}

void OutcomeServers::set(const OutcomeKey& key, Bytes entry, std::chrono::seconds lifetime) {
  // memcached takes more for a point in time.
  constexpr std::chrono::hours kLongest{24 * 30};
  std::string name = name_of(key);
  const std::size_t server = m_ring.place_of(name);
  m_servers[server]->set(std::move(name), std::move(entry),
                         std::min<std::chrono::seconds>(lifetime, kLongest));
}

void OutcomeServers::refuse(const OutcomeKey& key) {
  m_servers[m_ring.place_of(name_of(key))]->refuse();
}

std::vector<OutcomeServerState> OutcomeServers::servers() const {
  std::vector<OutcomeServerState> states;
  states.reserve(m_servers.size());
  for (const auto& server : m_servers) states.push_back(server->state());
  return states;
}

}  // namespace tlscore::judge
