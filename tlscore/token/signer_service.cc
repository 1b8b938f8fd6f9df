// The rules about PINs are here: entered once, never again by itself, the last try only on the user's word.
#include "tlscore/token/signer_service.h"

#include <algorithm>

#include "tlscore/token/soft_token_maker.h"
#include "tlscore/token/token_signature.h"

namespace tlscore::token {

Message SignerService::answer(const Message& request, UniqueFd terminal) {
  m_terminal_fd = terminal.get();
  auto answer = std::visit([this](const auto& message) { return handle(message); }, request);
  m_terminal_fd = -1;
  if (answer) return std::move(*answer);
  return Failure{std::move(answer.error()), tries_now()};
}

Result<void> SignerService::load(const std::string& module) {
  if (m_module && m_module_name == module) return {};
  if (m_module) return fail(ErrorKind::Refused, "this signer has another PKCS#11 module loaded");
  m_module = TRY(Pkcs11Module::load(module));
  m_module_name = module;
  return {};
}

Result<void> SignerService::require_open() const {
  if (!m_session) return fail(ErrorKind::Disarmed, "no token is open");
  return {};
}

PinTries SignerService::tries_now() const {
  if (!m_module || !m_token) return PinTries::Enough;
  const auto token = m_module->token(m_token->slot);
  return token ? token->pin_tries : m_token->pin_tries;
}

Result<Message> SignerService::handle(const ListTokens& request) {
  TRY(load(request.module));
  return TokenList{TRY(m_module->tokens())};
}

Result<Message> SignerService::handle(const Open& request) {
  TRY(load(request.module));
  std::vector<TokenInfo> tokens = TRY(m_module->tokens());
  if (!request.reader.empty())
    std::erase_if(tokens, [&](const TokenInfo& token) { return !is_in_reader(token, request.reader); });
  const TokenInfo token = TRY(select_token(tokens, request.token));
  m_keys.reset();
  m_session.reset();
  m_session.emplace(TRY(Pkcs11Session::open(*m_module, token.slot)));
  m_token = token;
  return TokenList{{token}};
}

Result<void> SignerService::load_keys() {
  const auto mechanisms = TRY(m_module->signing_mechanisms(m_token->slot));
  m_keys = TRY(find_keys(*m_session, *m_token, mechanisms));
  if (m_keys->empty() && m_session->logged_in())
    return fail(ErrorKind::NotFound, TRY(why_no_key(*m_session)));
  return {};
}

Result<Message> SignerService::handle(const ListKeys& request) {
  TRY(require_open());
  if (request.first == 0 || !m_keys) TRY(load_keys());
  KeyList list;
  // As many as a frame holds; each alone fits, because find_keys bounds what they are made of.
  for (std::size_t i = request.first; i < m_keys->size(); ++i) {
    list.keys.push_back((*m_keys)[i].info);
    if (encode_frame({0, list})) continue;
    list.keys.pop_back();
    list.more = !list.keys.empty();
    break;
  }
  return list;
}

Result<void> SignerService::check_tries(const Login& request) {
  m_token = TRY(m_module->token(m_token->slot));
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

Result<void> SignerService::enter_pin(const Login& request, CK_USER_TYPE user) {
  Result<void> outcome;
  if (m_token->pin_pad) {
    m_listener(true);
    outcome = m_session->login(nullptr, user);
    m_listener(false);
  } else {
    const Secret pin = TRY(read_pin(request, {*m_token, m_stop_fd, m_terminal_fd, m_listener}));
    outcome = m_session->login(&pin, user);
  }
  if (outcome || outcome.error().kind != ErrorKind::WrongPin) return outcome;
  Error wrong = outcome.error();
  wrong.message += "; " + std::string(describe(tries_now()));
  return fail(std::move(wrong));
}

Result<Message> SignerService::handle(const Login& request) {
  TRY(require_open());
  if (m_session->logged_in()) return Done{};
  TRY(check_tries(request));
  if (m_token->login_required) TRY(enter_pin(request, CKU_USER));
  m_login = request;
  m_keys.reset();  // the private ones show now
  return Done{};
}

Result<Message> SignerService::handle(const Sign& request) {
  TRY(require_open());
  if (!m_keys) TRY(load_keys());
  const auto key = std::ranges::find_if(
      *m_keys, [&](const TokenKey& candidate) { return candidate.info.fingerprint == request.fingerprint; });
  if (key == m_keys->end())
    return fail(ErrorKind::NotFound, "the token no longer shows the key that is to sign");
  const auto login_again = [&]() -> Result<void> {
    if (!key->info.always_authenticate) return {};
    TRY(check_tries(m_login));
    return enter_pin(m_login, CKU_CONTEXT_SPECIFIC);
  };
  return Signature{TRY(sign_with_key(*m_session, *key, request.request, login_again))};
}

Result<Message> SignerService::handle(const Logout& /*request*/) {
  TRY(require_open());
  TRY(m_session->logout());
  m_keys.reset();
  return Done{};
}

Result<Message> SignerService::handle(const MakeSoftToken& request) {
  TRY(load(request.module));
  TRY(make_soft_token_here(*m_module, request));
  return Done{};
}

}  // namespace tlscore::token
