// A small HTTP server over TLS, for one request a connection.
#include "proxy/demo_party.h"

#include "proxy/demo_page.h"
#include "proxy/http_parser.h"
#include "proxy/input_buffer.h"
#include "proxy/party.h"
#include "proxy/services.h"
#include "tlscore/base/log.h"
#include "tlscore/base/socket.h"
#include "tlscore/tls/tls_stream.h"
#include "tlscore/x509/self_signed.h"

namespace proxy {

using namespace tlscore;

namespace {

/// A server's handshake asks for nothing.
class ServerAnswers final : public tls::HandshakeAnswers {
 public:
  Task<Result<std::shared_ptr<const tls::Identity>>> judge(const tls::Engine& /*engine*/,
                                                           Cancel& /*cancel*/) override {
    co_return std::shared_ptr<const tls::Identity>();
  }
  Task<Result<Bytes>> sign(const x509::SignatureRequest& /*request*/, Cancel& /*cancel*/) override {
    co_return fail(ErrorKind::Internal, "a server's key signs by itself");
  }
};

/// Reads one request to its end; the body is dropped.
Task<Result<HttpRequest>> read_request(InputBuffer& input, Cancel& cancel) {
  HttpRequestParser parser;
  bool body = false;
  for (;;) {
    auto used = parser.consume(input.view());
    if (!used) co_return fail(used.error());
    input.drop(*used);
    if (parser.header_done() && !body) {
      parser.resume_body([](ByteView) {});
      body = true;
      continue;
    }
    if (parser.message_done()) co_return parser.take_message();
    auto more = co_await input.more(cancel, Limits::kBodyWait);
    if (!more) co_return fail(more.error());
    if (!*more) co_return fail(ErrorKind::Closed, "");
  }
}

}  // namespace

DemoParty::DemoParty(EventLoop& loop, x509::PrivateKey key, x509::Certificate certificate)
    : m_loop(loop),
      m_key(std::make_shared<x509::PrivateKey>(std::move(key))),
      m_certificate(std::move(certificate)) {}

Result<std::unique_ptr<DemoParty>> DemoParty::create(EventLoop& loop) {
  x509::PrivateKey key = TRY(x509::PrivateKey::generate_p256());
  const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  constexpr auto kValidity = std::chrono::days(3650);
  x509::Certificate certificate = TRY(x509::self_sign(key, {.common_name = std::string(kDemoHost),
                                                            .key = key.public_key(),
                                                            .not_before = now - std::chrono::days(1),
                                                            .not_after = now + kValidity,
                                                            .client_auth = false,
                                                            .server_auth = true,
                                                            .dns_names = {std::string(kDemoHost)}}));
  return std::unique_ptr<DemoParty>(new DemoParty(loop, std::move(key), std::move(certificate)));
}

Result<UniqueFd> DemoParty::connect() {
  auto [ours, its] = TRY(make_socket_pair());
  spawn(m_loop, serve(std::move(its)));
  return std::move(ours);
}

Task<void> DemoParty::serve(UniqueFd fd) {
  auto socket = Socket::adopt(m_loop, std::move(fd));
  if (!socket) co_return;
  const auto credential = tls::ServerCredential::create({&m_certificate, 1}, m_key);
  const tls::ServerSettings settings{.credential = [&credential](const std::string&) { return credential; },
                                     .alpn = {},
                                     .ask_for_certificate = true};
  auto engine = tls::Engine::create_server(settings);
  if (!engine) co_return;
  tls::TlsStream stream(std::move(*socket), std::move(*engine));
  ServerAnswers answers;
  auto shaken = co_await stream.handshake(answers, m_cancel, Limits::kHandshakeWait);
  if (!shaken) {
    log(LogLevel::Debug, "demo party: " + shaken.error().message);
    co_return;
  }
  InputBuffer input(stream);
  for (;;) {
    auto request = co_await read_request(input, m_cancel);
    if (!request) co_return;
    const Bytes page = to_bytes(demo_response(*request, stream.engine()));
    auto written = co_await stream.write(page, m_cancel, Limits::kBodyWait);
    if (!written) co_return;
    if (request->keep_alive) continue;
    static_cast<void>(co_await stream.finish_writing(m_cancel, Limits::kBodyWait));
    co_return;
  }
}

}  // namespace proxy
