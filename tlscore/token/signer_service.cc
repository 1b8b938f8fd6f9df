// From a request to a call of the source of keys.
#include "tlscore/token/signer_service.h"

namespace tlscore::token {

Message SignerService::answer(const Message& request, UniqueFd terminal) {
  m_terminal_fd = terminal.get();
  auto answer = std::visit([this](const auto& message) { return handle(message); }, request);
  m_terminal_fd = -1;
  if (answer) return std::move(*answer);
  return Failure{std::move(answer.error()), m_source ? m_source->pin_tries() : PinTries::Enough};
}

Result<void> SignerService::load(const std::string& module) {
  if (m_source && m_module_name == module) return {};
  if (m_source) return fail(ErrorKind::Refused, "this signer has another module loaded");
  m_source = TRY(m_make_source(module, m_person));
  m_module_name = module;
  return {};
}

Result<void> SignerService::require_source() const {
  if (!m_source) return fail(ErrorKind::Disarmed, "no token is open");
  return {};
}

Result<Message> SignerService::handle(const ListTokens& request) {
  TRY(load(request.module));
  return TokenList{TRY(m_source->tokens())};
}

Result<Message> SignerService::handle(const Open& request) {
  TRY(load(request.module));
  return TokenList{{TRY(m_source->open(request))}};
}

Result<Message> SignerService::handle(const ListKeys& request) {
  TRY(require_source());
  const auto keys = TRY(m_source->keys(request.first == 0));
  KeyList list;
  // As many as a frame holds; each alone fits, because the source bounds what they are made of.
  for (std::size_t i = request.first; i < keys.size(); ++i) {
    list.keys.push_back(keys[i]);
    if (encode_frame({0, list})) continue;
    list.keys.pop_back();
    list.more = !list.keys.empty();
    break;
  }
  return list;
}

Result<Message> SignerService::handle(const Login& request) {
  TRY(require_source());
  TRY(m_source->login(request, m_terminal_fd));
  return Done{};
}

Result<Message> SignerService::handle(const Sign& request) {
  TRY(require_source());
  return Signature{TRY(m_source->sign(request))};
}

Result<Message> SignerService::handle(const Logout& /*request*/) {
  TRY(require_source());
  TRY(m_source->logout());
  return Done{};
}

Result<Message> SignerService::handle(const MakeSoftToken& request) {
  TRY(load(request.module));
  TRY(m_source->make_soft_token(request));
  return Done{};
}

}  // namespace tlscore::token
