// The rules about PINs are here: entered once, never again by itself, the last try only on the user's word.
#include "tlscore/token/pkcs11_keys.h"

#include <algorithm>

#include "tlscore/token/soft_token_maker.h"
#include "tlscore/token/token_signature.h"

namespace tlscore::token {

Result<std::unique_ptr<KeySource>> make_pkcs11_keys(const std::string& module, PersonAccess person) {
  auto loaded = TRY(Pkcs11Module::load(module));
  return std::make_unique<Pkcs11Keys>(std::move(loaded), std::move(person));
}

Result<std::vector<TokenInfo>> Pkcs11Keys::tokens() {
  return m_module.tokens();
}

Result<void> Pkcs11Keys::require_open() const {
  if (!m_session) return fail(ErrorKind::Disarmed, "no token is open");
  return {};
}

PinTries Pkcs11Keys::pin_tries() const {
  if (!m_token) return PinTries::Enough;
  const auto token = m_module.token(m_token->slot);
  return token ? token->pin_tries : m_token->pin_tries;
}

Result<TokenInfo> Pkcs11Keys::open(const Open& request) {
  std::vector<TokenInfo> tokens = TRY(m_module.tokens());
  if (!request.reader.empty())
    std::erase_if(tokens, [&](const TokenInfo& token) { return !is_in_reader(token, request.reader); });
  TokenInfo token = TRY(select_token(tokens, request.token));
  m_keys.reset();
  m_session.reset();
  m_session.emplace(TRY(Pkcs11Session::open(m_module, token.slot)));
  m_token = token;
  return token;
}

Result<void> Pkcs11Keys::load_keys() {
  const auto mechanisms = TRY(m_module.signing_mechanisms(m_token->slot));
  m_keys = TRY(find_keys(*m_session, *m_token, mechanisms));
  if (m_keys->empty() && m_session->logged_in())
    return fail(ErrorKind::NotFound, TRY(why_no_key(*m_session)));
  return {};
}

Result<std::vector<KeyInfo>> Pkcs11Keys::keys(bool anew) {
  TRY(require_open());
  if (anew || !m_keys) TRY(load_keys());
  std::vector<KeyInfo> infos;
  for (const TokenKey& key : *m_keys) infos.push_back(key.info);
  return infos;
}

Result<void> Pkcs11Keys::check_tries(const Login& request) {
  m_token = TRY(m_module.token(m_token->slot));
  if (m_token->pin_tries == PinTries::None) {
    return fail(ErrorKind::Refused, "the PIN is locked; unblock it with the token's own tools");
  }
  if (m_token->pin_tries == PinTries::One && !request.allow_final_try) {
    return fail(
        ErrorKind::Refused,
        "one try is left before the PIN locks; it is used only if you say so (latchkey unlock --final-try)");
  }
  return {};
}

Result<void> Pkcs11Keys::enter_pin(const Login& request, CK_USER_TYPE user, int terminal_fd) {
  Result<void> outcome;
  if (m_token->pin_pad) {
    m_person.listener(true);
    outcome = m_session->login(nullptr, user);
    m_person.listener(false);
  } else {
    const Secret pin = TRY(read_pin(request, {*m_token, m_person.stop_fd, terminal_fd, m_person.listener}));
    outcome = m_session->login(&pin, user);
  }
  if (outcome || outcome.error().kind != ErrorKind::WrongPin) return outcome;
  Error wrong = outcome.error();
  wrong.message += "; " + std::string(describe(pin_tries()));
  return fail(std::move(wrong));
}

Result<void> Pkcs11Keys::login(const Login& request, int terminal_fd) {
  TRY(require_open());
  if (m_session->logged_in()) return {};
  TRY(check_tries(request));
  if (m_token->login_required) TRY(enter_pin(request, CKU_USER, terminal_fd));
  m_login = request;
  m_keys.reset();  // the private ones show now
  return {};
}

Result<Bytes> Pkcs11Keys::sign(const Sign& request) {
  TRY(require_open());
  if (!m_keys) TRY(load_keys());
  const auto key = std::ranges::find_if(
      *m_keys, [&](const TokenKey& candidate) { return candidate.info.fingerprint == request.fingerprint; });
  if (key == m_keys->end())
    return fail(ErrorKind::NotFound, "the token no longer shows the key that is to sign");
  const auto login_again = [&]() -> Result<void> {
    if (!key->info.always_authenticate) return {};
    TRY(check_tries(m_login));
    return enter_pin(m_login, CKU_CONTEXT_SPECIFIC, -1);
  };
  return sign_with_key(*m_session, *key, request.request, login_again);
}

Result<void> Pkcs11Keys::logout() {
  TRY(require_open());
  TRY(m_session->logout());
  m_keys.reset();
  return {};
}

Result<void> Pkcs11Keys::make_soft_token(const MakeSoftToken& request) {
  return make_soft_token_here(m_module, request);
}

}  // namespace tlscore::token
