// Looking a token up, and the same thing for each of them.
#include "proxy/tokens.h"

#include <algorithm>

#include "tlscore/base/log.h"

namespace proxy {

using namespace tlscore;

namespace {

bool holds(const ArmedToken& token, const std::string& selection) {
  return token.info() && token.select(selection).has_value();
}

/// Why an armed token is not the one for this selection.
Error missing_key(const ArmedToken& token, const std::string& selection) {
  const auto selected = token.select(selection);
  const bool is_unclear = !selected && selected.error().kind != ErrorKind::NotFound;
  return {ErrorKind::Disarmed, is_unclear
                                   ? selected.error().message
                                   : "the key " + printable(selection) +
                                         " is on no token that is plugged in: insert the one that holds it"};
}

/// How far on its way to being armed.
int progress(TokenState state) {
  switch (state) {
    case TokenState::Armed: return 5;
    case TokenState::WaitsForPin: return 4;
    case TokenState::Opening: return 3;
    case TokenState::Locked: return 2;
    case TokenState::Broken: return 1;
    case TokenState::Absent: return 0;
  }
  return 0;
}

}  // namespace

Tokens::Tokens(EventLoop& loop, TokenSettings settings, OnDisarmed on_disarmed)
    : m_loop(loop), m_settings(std::move(settings)), m_on_disarmed(std::move(on_disarmed)) {}

std::shared_ptr<ArmedToken> Tokens::at(const TokenPlace& place) const {
  const auto found =
      std::ranges::find_if(m_tokens, [&](const auto& each) { return each->place().key == place.key; });
  return found == m_tokens.end() ? nullptr : *found;
}

void Tokens::set_ca_key(std::string uri) {
  m_settings.ca_key = std::move(uri);
}

void Tokens::plugged(const TokenPlace& place) {
  if (at(place)) return;
  const auto token = std::make_shared<ArmedToken>(
      m_loop, m_settings, place, [this](const ArmedToken& left, const Error& why) {
        const bool last = std::ranges::none_of(
            m_tokens, [](const auto& each) { return each->state() == TokenState::Armed; });
        m_on_disarmed(left, why, last);
      });
  m_tokens.push_back(token);
  token->plugged();
}

void Tokens::pulled(const TokenPlace& place, const std::string& why) {
  const auto token = at(place);
  if (!token) return;
  std::erase(m_tokens, token);
  token->pulled(why);
}

void Tokens::held(const TokenPlace& place) {
  if (const auto token = at(place)) token->held(place.holders);
}

void Tokens::released(const TokenPlace& place) {
  if (const auto token = at(place)) token->released();
}

Task<void> Tokens::lock(LockReason reason) {
  // All at once: each may take its half second.
  std::vector<Promise<void>> ended;
  for (const auto& token : m_tokens) {
    ended.emplace_back(m_loop);
    const auto lock_and_tell = [](std::shared_ptr<ArmedToken> one, LockReason why,
                                  Promise<void> done) -> Task<void> {
      co_await one->lock(why);
      done.settle({});
    };
    spawn(m_loop, lock_and_tell(token, reason, ended.back()));
  }
  Cancel never;
  for (const Promise<void>& each : ended) static_cast<void>(co_await each.wait(never));
}

Task<Result<void>> Tokens::unlock(std::function<std::optional<token::LoginOptions>()> make_login,
                                  Cancel& cancel) {
  if (m_tokens.empty()) co_return fail(disarmed_error());
  const auto tokens = m_tokens;  // they may come and go meanwhile
  for (const auto& token : tokens) {
    auto login = make_login();
    auto unlocked = co_await token->unlock(std::move(login), cancel);
    if (!unlocked) co_return fail(unlocked.error());
  }
  co_return Result<void>();
}

Task<Result<std::shared_ptr<ArmedToken>>> Tokens::armed_for(std::string selection, Cancel& cancel) {
  const auto tokens = m_tokens;
  const bool any = selection.empty() || selection == "auto";
  for (const auto& token : tokens) {
    if (token->state() == TokenState::Armed && (any || holds(*token, selection))) co_return token;
  }
  Error why = disarmed_error();
  for (const auto& token : tokens) {
    if (token->state() != TokenState::Armed) {
      auto armed = co_await token->arm(cancel);
      if (cancel.requested()) co_return fail(cancel.reason());
      if (!armed) why = armed.error();
    }
    if (token->state() == TokenState::Armed && (any || holds(*token, selection))) co_return token;
  }
  for (const auto& token : tokens) {
    if (token->state() == TokenState::Armed) why = missing_key(*token, selection);
  }
  co_return fail(why);
}

Result<Tokens::ArmedKey> Tokens::armed_key(const std::string& selection) const {
  Error why = disarmed_error();
  for (const auto& token : m_tokens) {
    if (token->state() != TokenState::Armed) continue;
    const auto key = token->select(selection);
    if (key) return ArmedKey{token, **key};
    why = missing_key(*token, selection);
  }
  return fail(why);
}

Result<void> Tokens::may_serve() const {
  Error why = disarmed_error();
  for (const auto& token : m_tokens) {
    const auto may = token->may_serve();
    if (may) return {};
    why = may.error();
  }
  return fail(why);
}

Error Tokens::disarmed_error() const {
  if (const ArmedToken* token = farthest()) return token->disarmed_error();
  return {ErrorKind::Disarmed, m_why_none.empty() ? "no token is plugged in: insert your token" : m_why_none};
}

const ArmedToken* Tokens::farthest() const {
  const auto found =
      std::ranges::max_element(m_tokens, {}, [](const auto& each) { return progress(each->state()); });
  return found == m_tokens.end() ? nullptr : found->get();
}

TokenState Tokens::state() const {
  const ArmedToken* token = farthest();
  return token == nullptr ? TokenState::Absent : token->state();
}

std::string Tokens::reason() const {
  const ArmedToken* token = farthest();
  return token == nullptr ? m_why_none : token->reason();
}

std::chrono::steady_clock::time_point Tokens::armed_since() const {
  std::chrono::steady_clock::time_point latest;
  for (const auto& token : m_tokens) latest = std::max(latest, token->armed_since());
  return latest;
}

bool Tokens::asks_person() const {
  return m_settings.pin == token::PinSource::Pinentry || m_settings.pin == token::PinSource::Terminal;
}

}  // namespace proxy
