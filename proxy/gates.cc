// Old gates and new ones, told apart by where they listen.
#include "proxy/gates.h"

#include <algorithm>

#include "tlscore/base/log.h"

namespace proxy {

using namespace tlscore;

Result<Gates::Prepared> Gates::prepare(std::span<const GateConfig> configs,
                                       const std::shared_ptr<judge::OutcomeCache>& outcomes) {
  Prepared prepared;
  for (const GateConfig& config : configs) {
    // With port 0 every gate has a port of its own.
    const auto same = std::ranges::find_if(m_gates, [&config](const std::unique_ptr<Gate>& gate) {
      return gate->config().listen == config.listen;
    });
    Prepared::One one;
    if (same != m_gates.end()) {
      auto settings = GateSettings::create(m_loop, config, outcomes);
      if (!settings) return fail("gate " + config.listen.text(), std::move(settings.error()));
      one.existing = same->get();
      one.settings = std::move(*settings);
    } else {
      auto started = Gate::start(m_loop, config, &m_tokens, outcomes);
      if (!started) return fail("gate " + config.listen.text(), std::move(started.error()));
      one.started = std::move(*started);
    }
    prepared.m_all.push_back(std::move(one));
  }
  return prepared;
}

void Gates::use(Prepared prepared) {
  std::vector<std::unique_ptr<Gate>> before = std::exchange(m_gates, {});
  for (Prepared::One& one : prepared.m_all) {
    if (one.started) {
      log(LogLevel::Notice, "a gate listens at " + one.started->address().text());
      m_gates.push_back(std::move(one.started));
      continue;
    }
    const auto place = std::ranges::find(before, one.existing, &std::unique_ptr<Gate>::get);
    (*place)->use(std::move(one.settings));
    m_gates.push_back(std::move(*place));
    before.erase(place);
  }
  std::erase_if(m_retired, [](const std::unique_ptr<Gate>& gate) { return gate->connections().size() == 0; });
  for (std::unique_ptr<Gate>& gate : before) {
    gate->close_port();
    m_retired.push_back(std::move(gate));
  }
}

void Gates::token_left(const ArmedToken& token, const Error& why) {
  for (const auto& gate : m_gates) gate->token_left(token, why);
  for (const auto& gate : m_retired) gate->token_left(token, why);
}

std::chrono::steady_clock::time_point Gates::last_use() const {
  std::chrono::steady_clock::time_point latest;
  for (const auto* gates : {&m_gates, &m_retired}) {
    for (const auto& gate : *gates) latest = std::max(latest, gate->connections().last_use());
  }
  return latest;
}

void Gates::stop() {
  for (const auto& gate : m_gates) gate->stop();
  for (const auto& gate : m_retired) gate->stop();
}

}  // namespace proxy
