// Typed questions and answers over SignerConnection.
#include "tlscore/token/signer_client.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <utility>

#include "tlscore/token/signer_connection.h"

namespace tlscore::token {
namespace {

using Connection = std::shared_ptr<SignerConnection>;

constexpr std::size_t kMaxSignatureBytes = 1024;
constexpr std::size_t kMaxKeys = 256;

/// The answer of the kind that belongs to the question, or the error in its place.
template <class Answer>
Result<Answer> expect(Result<Message> message) {
  if (!message) return fail(std::move(message.error()));
  if (auto* answer = std::get_if<Answer>(&*message)) return std::move(*answer);
  return fail(ErrorKind::Malformed, "the signer answered something else than what it was asked");
}

Task<Result<void>> ask_for_done(Connection connection, SignerRequest request, Cancel& cancel) {
  auto answer = co_await SignerConnection::ask(std::move(connection), std::move(request), cancel);
  const auto done = expect<Done>(std::move(answer));
  if (!done) co_return fail(done.error());
  co_return Result<void>();
}

Task<Result<std::vector<TokenInfo>>> ask_for_tokens(Connection connection, SignerRequest request,
                                                    Cancel& cancel) {
  auto answer = co_await SignerConnection::ask(std::move(connection), std::move(request), cancel);
  auto list = expect<TokenList>(std::move(answer));
  if (!list) co_return fail(list.error());
  co_return std::move(list->tokens);
}

Task<Result<TokenInfo>> ask_to_open(Connection connection, SignerRequest request, Cancel& cancel) {
  auto tokens = co_await ask_for_tokens(std::move(connection), std::move(request), cancel);
  if (!tokens) co_return fail(tokens.error());
  if (tokens->size() != 1) co_return fail(ErrorKind::Malformed, "the signer opened more than one token");
  co_return std::move(tokens->front());
}

Task<Result<std::vector<KeyInfo>>> ask_for_keys(Connection connection, std::chrono::milliseconds limit,
                                                Cancel& cancel) {
  std::vector<KeyInfo> keys;
  for (;;) {
    SignerRequest request{ListKeys{static_cast<std::uint16_t>(keys.size())}, UniqueFd(), limit,
                          "a look at its keys"};
    auto answer = co_await SignerConnection::ask(connection, std::move(request), cancel);
    auto list = expect<KeyList>(std::move(answer));
    if (!list) co_return fail(list.error());
    if (keys.size() + list->keys.size() > kMaxKeys || (list->more && list->keys.empty())) {
      co_return fail(ErrorKind::TooLarge, "the token has more than 256 keys");
    }
    for (KeyInfo& key : list->keys) keys.push_back(std::move(key));
    if (!list->more) co_return std::move(keys);
  }
}

Task<Result<Bytes>> ask_for_signature(Connection connection, SignerRequest request, Cancel& cancel) {
  auto answer = co_await SignerConnection::ask(std::move(connection), std::move(request), cancel);
  auto signature = expect<Signature>(std::move(answer));
  if (!signature) co_return fail(signature.error());
  if (signature->octets.empty() || signature->octets.size() > kMaxSignatureBytes) {
    co_return fail(ErrorKind::Malformed, "the signer answered with a signature of an impossible length");
  }
  co_return std::move(signature->octets);
}

void add_option(std::vector<std::string>& options, std::string_view name, const char* value) {
  if (value != nullptr && *value != '\0') options.push_back(std::string(name) + "=" + value);
}

}  // namespace

std::vector<std::string> pinentry_options_here(int terminal_fd) {
  std::vector<std::string> options;
  std::array<char, 256> name{};
  const bool named = terminal_fd >= 0 && ::ttyname_r(terminal_fd, name.data(), name.size()) == 0;
  add_option(options, "ttyname", named ? name.data() : std::getenv("GPG_TTY"));
  add_option(options, "ttytype", std::getenv("TERM"));
  add_option(options, "display", std::getenv("DISPLAY"));
  add_option(options, "lc-ctype", std::getenv("LC_CTYPE"));
  return options;
}

SignerClient::SignerClient(Connection connection, SignerOptions options)
    : m_connection(std::move(connection)), m_options(std::move(options)) {}

Result<std::unique_ptr<SignerClient>> SignerClient::start(EventLoop& loop, SignerOptions options) {
  auto connection = TRY(SignerConnection::start(loop, options));
  return std::unique_ptr<SignerClient>(new SignerClient(std::move(connection), std::move(options)));
}

SignerClient::~SignerClient() {
  m_connection->forget_listeners();
  stop();
}

Task<Result<std::vector<TokenInfo>>> SignerClient::list_tokens(Cancel& cancel) {
  return ask_for_tokens(
      m_connection, {ListTokens{m_options.module}, UniqueFd(), m_options.call_limit, "a look at its tokens"},
      cancel);
}

Task<Result<TokenInfo>> SignerClient::open(Cancel& cancel) {
  return open(m_options.token, cancel);
}

Task<Result<TokenInfo>> SignerClient::open(std::string token, Cancel& cancel) {
  Open request{m_options.module, std::move(token), m_options.reader};
  return ask_to_open(
      m_connection, {std::move(request), UniqueFd(), m_options.call_limit, "the opening of a token"}, cancel);
}

Task<Result<std::vector<KeyInfo>>> SignerClient::list_keys(Cancel& cancel) {
  return ask_for_keys(m_connection, m_options.call_limit, cancel);
}

Task<Result<void>> SignerClient::login(LoginOptions options, Cancel& cancel) {
  // A little less than our own limit, so that a question nobody answers ends without killing the signer.
  const auto limit = std::chrono::duration_cast<std::chrono::seconds>(m_options.login_limit * 9 / 10);
  Login request{
      .source = options.source,
      .file = std::move(options.pin_file),
      .allow_final_try = options.allow_final_try,
      .limit_seconds = static_cast<std::uint32_t>(std::max<std::chrono::seconds::rep>(limit.count(), 1)),
      .pinentry_options = std::move(options.pinentry_options)};
  return ask_for_done(m_connection,
                      {std::move(request), std::move(options.terminal), m_options.login_limit, "a login"},
                      cancel);
}

Task<Result<Bytes>> SignerClient::sign(std::string fingerprint, x509::SignatureRequest request,
                                       Cancel& cancel) {
  return ask_for_signature(
      m_connection,
      {Sign{std::move(fingerprint), std::move(request)}, UniqueFd(), m_options.sign_limit, "a signature"},
      cancel);
}

Task<Result<void>> SignerClient::logout(Cancel& cancel) {
  return ask_for_done(m_connection, {Logout{}, UniqueFd(), m_options.call_limit, "a logout"}, cancel);
}

Task<Result<void>> SignerClient::make_soft_token(MakeSoftToken request, Cancel& cancel) {
  return ask_for_done(
      m_connection, {std::move(request), UniqueFd(), m_options.make_limit, "the making of a token"}, cancel);
}

void SignerClient::stop() {
  m_connection->end({ErrorKind::Cancelled, "the signer was stopped"}, false);
}

Task<void> SignerClient::logout_and_stop(std::chrono::milliseconds limit) {
  return SignerConnection::logout_and_end(m_connection, limit);
}

void SignerClient::on_exit(std::function<void(const Error&)> listener) {
  m_connection->on_exit = std::move(listener);
}

void SignerClient::on_pin_prompt(std::function<void(bool)> listener) {
  m_connection->on_pin_prompt = std::move(listener);
}

bool SignerClient::waiting_for_pin() const {
  return m_connection->waiting_for_pin();
}

PinTries SignerClient::pin_tries() const {
  return m_connection->pin_tries();
}

bool SignerClient::running() const {
  return m_connection->running();
}

int SignerClient::pid() const {
  return m_connection->pid();
}

}  // namespace tlscore::token
