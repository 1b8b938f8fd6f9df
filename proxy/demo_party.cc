// A small HTTP server over TLS, for one request a connection.
#include "proxy/demo_party.h"

#include <algorithm>

#include "openpgp-auth/authenticating_key.h"
#include "openpgp-auth/envelope.h"
#include "openpgp-auth/new_certificate.h"
#include "proxy/demo_page.h"
#include "proxy/http_parser.h"
#include "proxy/input_buffer.h"
#include "proxy/party.h"
#include "proxy/services.h"
#include "proxy/shown_certificate.h"
#include "tlscore/base/log.h"
#include "tlscore/base/socket.h"
#include "tlscore/tls/tls_stream.h"
#include "tlscore/x509/date.h"
#include "tlscore/x509/private_key.h"

namespace proxy {

using namespace tlscore;

namespace {

/// Asked which key an OpenPGP certificate means, and nothing else.
class DemoAnswers final : public tls::ServerAnswers {
 public:
  Task<Result<std::optional<x509::PublicKey>>> peer_key(const tls::Engine& engine,
                                                        Cancel& /*cancel*/) override {
    const ByteView body = engine.peer_openpgp();
    if (std::ranges::equal(body, tls::kEmptyOpenPgpBody)) co_return std::nullopt;
    auto key = openpgp_auth::authenticating_key(body);
    if (!key) co_return fail(key.error());
    co_return std::move(*key);
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

DemoParty::DemoParty(EventLoop& loop, std::shared_ptr<const tls::ServerCredential> credential,
                     std::string fingerprint)
    : m_loop(loop), m_credential(std::move(credential)), m_fingerprint(std::move(fingerprint)) {}

Result<std::unique_ptr<DemoParty>> DemoParty::create(EventLoop& loop) {
  using namespace openpgp_auth;
  auto key = std::make_shared<x509::PrivateKey>(TRY(x509::PrivateKey::generate_p256()));
  const Bytes octets = TRY(make_certificate({.primary = *key,
                                             .user_id = "https://" + std::string(kDemoHost),
                                             .flags = kMayCertify | kMaySign | kMayAuthenticate,
                                             .created = x509::now() - std::chrono::hours(1)}));
  const Fingerprint fingerprint = TRY(Certificate::parse(octets)).primary().fingerprint;
  const auto draft = TRY(draft_envelope({.key = key->public_key(), .openpgp = octets, .now = x509::now()}));
  const Bytes signature = TRY(key->sign(draft.request()));
  const x509::Certificate envelope = TRY(draft.finish(signature));
  auto credential = *tls::ServerCredential::create({&envelope, 1}, key);
  credential.identity.openpgp = TRY(write_certificate_body(
      {.kind = CertificateBody::Kind::Subkey, .key_id = fingerprint.key_id(), .packets = octets}));
  return std::unique_ptr<DemoParty>(new DemoParty(
      loop, std::make_shared<const tls::ServerCredential>(std::move(credential)), fingerprint.to_hex()));
}

Result<UniqueFd> DemoParty::connect() {
  auto [ours, its] = TRY(make_socket_pair());
  spawn(m_loop, serve(std::move(its)));
  return std::move(ours);
}

Task<void> DemoParty::serve(UniqueFd fd) {
  auto socket = Socket::adopt(m_loop, std::move(fd));
  if (!socket) co_return;
  const tls::ServerSettings settings{
      .credential = m_credential, .ask_for_certificate = true, .takes_openpgp = true};
  auto engine = tls::Engine::create_server(settings);
  if (!engine) co_return;
  tls::TlsStream stream(std::move(*socket), std::move(*engine));
  DemoAnswers answers;
  auto shaken = co_await stream.handshake(answers, m_cancel, Limits::kHandshakeWait);
  if (!shaken) {
    log(LogLevel::Debug, "demo party: " + shaken.error().message);
    co_return;
  }
  const tls::CertificateSummary shown = shown_by_us(m_credential->identity, stream.engine().negotiated());
  InputBuffer input(stream);
  for (;;) {
    auto request = co_await read_request(input, m_cancel);
    if (!request) co_return;
    const Bytes page = to_bytes(demo_response(*request, stream.engine(), shown));
    auto written = co_await stream.write(page, m_cancel, Limits::kBodyWait);
    if (!written) co_return;
    if (request->keep_alive) continue;
    static_cast<void>(co_await stream.finish_writing(m_cancel, Limits::kBodyWait));
    co_return;
  }
}

}  // namespace proxy
