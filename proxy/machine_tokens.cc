// Where tokens come from, by what the configuration names.
#include "proxy/machine_tokens.h"

#include <utility>

#include "proxy/token_settings.h"
#include "tlscore/base/log.h"
#include "tlscore/token/soft_token.h"

namespace proxy {

using namespace tlscore;

namespace {

constexpr const char* kAway = "you have logged out, or another user has the seat";

TokenSettings settings_of(const TokenConfig& config, const std::string& state_folder,
                          std::string how_to_unlock) {
  TokenSettings settings = token_settings(config, state_folder);
  settings.how_to_unlock = std::move(how_to_unlock);
  return settings;
}

}  // namespace

MachineTokens::MachineTokens(EventLoop& loop, TokenConfig config, std::string state_folder,
                             Callbacks callbacks, std::string how_to_unlock)
    : m_loop(loop),
      m_config(std::move(config)),
      m_state_folder(std::move(state_folder)),
      m_plugged(std::move(callbacks.plugged)),
      m_tokens(loop, settings_of(m_config, m_state_folder, std::move(how_to_unlock)),
               std::move(callbacks.disarmed)) {}

Result<void> MachineTokens::start() {
  if (m_config.module == "soft") {
    spawn(m_loop, open_soft_token());
    return {};
  }
  if (m_config.device != "none" || m_config.module == "auto") return watch();
  m_unwatched.push_back({.key = m_config.module, .text = m_config.module});
  plugged(m_unwatched.back());
  return {};
}

void MachineTokens::stop() {
  m_stopped = true;
  m_watch.reset();
}

std::vector<TokenPlace> MachineTokens::here() const {
  return m_watch ? m_watch->places().in() : m_unwatched;
}

void MachineTokens::set_away(bool away) {
  if (m_stopped || std::exchange(m_away, away) == away) return;
  for (const TokenPlace& place : here()) {
    if (away) {
      m_tokens.pulled(place, kAway);
    } else {
      plugged(place);
    }
  }
  m_tokens.set_why_none(away ? kAway : m_watch ? m_watch->places().why_none() : "");
}

void MachineTokens::plugged(const TokenPlace& place) {
  if (m_away) return;
  m_tokens.plugged(place);
  if (m_plugged) m_plugged();
}

Task<void> MachineTokens::open_soft_token() {
  Cancel never;
  token::SoftTokenOptions options;
  options.state_folder = m_state_folder;
  auto made = co_await token::make_soft_token(m_loop, std::move(options), never);
  if (!made) log(LogLevel::Error, "the software token cannot be made: " + made.error().message);
  if (!made || m_stopped) co_return;
  m_unwatched.push_back({.key = "soft", .text = "a file"});
  plugged(m_unwatched.back());
}

Result<void> MachineTokens::watch() {
  TokenWatch::Callbacks callbacks{
      .came = [this](const TokenPlace& place) { plugged(place); },
      .left = [this](const TokenPlace& place, const std::string& why) { m_tokens.pulled(place, why); },
      .held = [this](const TokenPlace& place) { m_tokens.held(place); },
      .released = [this](const TokenPlace& place) { m_tokens.released(place); },
      .looked = [this] { m_tokens.set_why_none(m_away ? kAway : m_watch->places().why_none()); }};
  m_watch = TRY(TokenWatch::start(m_loop, m_config, std::move(callbacks)));
  return {};
}

}  // namespace proxy
