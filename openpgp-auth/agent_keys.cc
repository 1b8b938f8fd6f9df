// One conversation for the signer's life.
#include "openpgp-auth/agent_keys.h"

#include <unistd.h>

#include <algorithm>
#include <array>

#include "openpgp-auth/agent_signature.h"
#include "tlscore/token/pkcs11_module.h"

namespace openpgp_auth {

using tlscore::Bytes;
using tlscore::ErrorKind;
using tlscore::fail;
using tlscore::Result;
using tlscore::token::KeyInfo;
using tlscore::token::PinTries;
using tlscore::token::TokenInfo;

Result<std::unique_ptr<tlscore::token::KeySource>> make_agent_keys(tlscore::token::PersonAccess person) {
  auto agent = TRY(AgentConnection::connect());
  return std::make_unique<AgentKeys>(std::move(agent), std::move(person));
}

Result<std::vector<TokenInfo>> AgentKeys::tokens() {
  std::vector<TokenInfo> found;
  if (auto card = agent_card(m_agent)) found.push_back(std::move(*card));
  found.push_back(agent_disk());
  return found;
}

Result<TokenInfo> AgentKeys::open(const tlscore::token::Open& request) {
  m_keys.reset();
  m_token.reset();
  m_logged_in = false;
  std::vector<TokenInfo> candidates;
  if (request.reader.empty()) {
    candidates = TRY(tokens());
  } else {
    candidates.push_back(TRY(agent_card(m_agent)));
  }
  m_token = TRY(tlscore::token::select_token(candidates, request.token));
  return *m_token;
}

Result<void> AgentKeys::require_open() const {
  if (!m_token) return fail(ErrorKind::Disarmed, "no token is open");
  return {};
}

Result<void> AgentKeys::load_keys() {
  m_keys = m_token->hardware ? TRY(card_keys(m_agent, *m_token)) : TRY(disk_keys(m_agent));
  if (!m_keys->empty()) return {};
  return fail(ErrorKind::NotFound,
              m_token->hardware
                  ? "the card has no authentication key: `gpg --edit-key`, addcardkey or keytocard"
                  : "gpg-agent has no key on disk that may authenticate: `gpg --quick-add-key FINGERPRINT "
                    "rsa3072 auth` makes one");
}

Result<std::vector<KeyInfo>> AgentKeys::keys(bool anew) {
  TRY(require_open());
  if (anew || !m_keys) TRY(load_keys());
  std::vector<KeyInfo> infos;
  for (const AgentKey& key : *m_keys) infos.push_back(key.info);
  return infos;
}

void AgentKeys::tell_screen(const tlscore::token::Login& request, int terminal_fd) {
  std::vector<std::string> options = request.pinentry_options;
  std::array<char, 256> name{};
  if (terminal_fd >= 0 && ::ttyname_r(terminal_fd, name.data(), name.size()) == 0)
    options.push_back("ttyname=" + std::string(name.data()));
  // One that it does not know costs a worse place for the prompt, and no more.
  for (const std::string& option : options)
    static_cast<void>(m_agent.ask("OPTION " + option, "telling gpg-agent the screen"));
}

Result<void> AgentKeys::enter_pin(const tlscore::token::Login& request) {
  m_token = TRY(agent_card(m_agent));
  if (m_token->pin_tries == PinTries::None)
    return fail(ErrorKind::Refused, "the PIN is locked; `gpg --card-edit`, admin, passwd unblocks it");
  if (m_token->pin_tries == PinTries::One && !request.allow_final_try)
    return fail(
        ErrorKind::Refused,
        "one try is left before the PIN locks; it is used only if you say so (latchkey unlock --final-try)");
  m_person.listener(true);
  const auto checked = m_agent.ask("SCD CHECKPIN " + m_token->reader, "entering the PIN");
  m_person.listener(false);
  if (!checked) return fail(checked.error());
  return {};
}

Result<void> AgentKeys::login(const tlscore::token::Login& request, int terminal_fd) {
  TRY(require_open());
  if (m_logged_in) return {};
  tell_screen(request, terminal_fd);
  if (m_token->hardware) TRY(enter_pin(request));
  m_logged_in = true;
  return {};
}

Result<Bytes> AgentKeys::sign(const tlscore::token::Sign& request) {
  TRY(require_open());
  if (!m_logged_in) return fail(ErrorKind::Disarmed, "the token wants its PIN");
  if (!m_keys) TRY(load_keys());
  const auto key = std::ranges::find_if(
      *m_keys, [&](const AgentKey& candidate) { return candidate.info.fingerprint == request.fingerprint; });
  if (key == m_keys->end())
    return fail(ErrorKind::NotFound, "gpg-agent no longer has the key that is to sign");
  return sign_with_agent(m_agent, *key, request.request);
}

Result<void> AgentKeys::logout() {
  TRY(require_open());
  m_logged_in = false;
  if (m_token->hardware) {
    TRY(m_agent.ask("SCD SERIALNO", "locking the card"));
    TRY(m_agent.ask("SCD RESET", "locking the card"));
    return {};
  }
  if (!m_keys) return {};
  for (const AgentKey& key : *m_keys)
    TRY(m_agent.ask("CLEAR_PASSPHRASE --mode=normal " + key.grip, "forgetting a passphrase"));
  return {};
}

PinTries AgentKeys::pin_tries() const {
  return m_token ? m_token->pin_tries : PinTries::Enough;
}

Result<void> AgentKeys::make_soft_token(const tlscore::token::MakeSoftToken& /*request*/) {
  return fail(ErrorKind::Unsupported, "gpg-agent makes no software token");
}

}  // namespace openpgp_auth
