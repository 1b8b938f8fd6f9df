// From an accepted connection to an authenticated client.
#include <array>

#include "proxy/client_hello.h"
#include "proxy/gate_deadline.h"
#include "proxy/gate_judge.h"
#include "proxy/gate_openpgp.h"
#include "proxy/gate_session.h"
#include "proxy/input_buffer.h"
#include "proxy/peer_openpgp.h"
#include "proxy/services.h"

namespace proxy {

using namespace tlscore;

namespace {

/// For the whole handshake, ClientHello included.
constexpr std::chrono::seconds kHandshakeLimit{20};

/// A key in memory signs by itself, and a client is judged after the handshake.
class GateAnswers final : public tls::HandshakeAnswers {
 public:
  explicit GateAnswers(GateSession& session) : m_session(session) {}

  Task<Result<std::optional<x509::PublicKey>>> peer_key(const tls::Engine& engine, Cancel& cancel) override {
    return key_of_openpgp(*m_session.settings->keyring(), engine, m_openpgp, cancel);
  }
  Task<Result<std::shared_ptr<const tls::Identity>>> judge(const tls::Engine& /*engine*/,
                                                           Cancel& /*cancel*/) override {
    co_return std::shared_ptr<const tls::Identity>();
  }
  Task<Result<Bytes>> sign(const x509::SignatureRequest& /*request*/, Cancel& /*cancel*/) override {
    co_return fail(ErrorKind::Internal, "a server's key signs by itself");
  }

  /// The body of the client's OpenPGP Certificate message; empty: it sent none.
  [[nodiscard]] Bytes take_openpgp() { return std::move(m_openpgp); }

 private:
  GateSession& m_session;
  Bytes m_openpgp;
};

/// Reads the ClientHello, which stays in the buffer for the engine.
Task<Result<ClientHello>> read_client_hello(InputBuffer& input, Cancel& cancel) {
  for (;;) {
    auto hello = parse_client_hello(input.view());
    if (!hello) co_return fail(hello.error());
    if (*hello) co_return std::move(**hello);
    auto more = co_await input.more(cancel, kNoLimit);
    if (!more) co_return fail(more.error());
    if (!*more) co_return fail(ErrorKind::Closed, "it closed before its ClientHello was whole");
  }
}

/// A fatal alert before there is anything to protect it with (RFC 8446, section 6).
Task<void> send_plain_alert(Stream& stream, std::uint8_t description, Cancel& cancel) {
  const std::array<std::uint8_t, 7> alert = {0x15, 0x03, 0x03, 0x00, 0x02, 0x02, description};
  auto written = co_await stream.write(alert, cancel, Limits::kRequestHeader);
  if (written) static_cast<void>(co_await stream.finish_writing(cancel, Limits::kRequestHeader));
}

tls::ServerSettings server_settings(const GateSession& session) {
  const bool is_http = session.settings->config().forwarding == GateForwarding::Http;
  return {.credential = session.shown->credential(),
          .alpn = is_http ? std::vector<std::string>{"http/1.1"} : std::vector<std::string>{},
          .ask_for_certificate = true,
          .takes_openpgp = session.settings->keyring() != nullptr,
          .ticket_table = session.tickets,
          .ticket_scope = session.server_name.value_or("")};
}

/// Chooses who to be, and sets TLS up with what was read already.
Task<Result<void>> begin_tls(GateSession& session, std::unique_ptr<Socket> socket, Cancel& cancel) {
  constexpr std::uint8_t kDecodeError = 50;
  constexpr std::uint8_t kUnrecognizedName = 112;  // RFC 6066, section 3
  InputBuffer input(*socket);
  auto hello = co_await read_client_hello(input, cancel);
  if (!hello) {
    if (hello.error().kind == ErrorKind::Malformed) co_await send_plain_alert(*socket, kDecodeError, cancel);
    co_return fail(hello.error());
  }
  session.server_name = std::move(hello->sni);
  session.shown = session.settings->find(session.server_name);
  if (session.shown == nullptr) {
    co_await send_plain_alert(*socket, kUnrecognizedName, cancel);
    co_return fail(ErrorKind::Refused, "it asks for " + *session.server_name + ", which this gate is not");
  }
  auto engine = tls::Engine::create_server(server_settings(session));
  if (!engine) co_return fail(engine.error());
  (*engine)->add_input(input.view());
  session.stream = std::make_unique<tls::TlsStream>(std::move(socket), std::move(*engine));
  co_return Result<void>();
}

}  // namespace

Task<Result<void>> accept_gate_tls(GateSession& session, std::unique_ptr<Socket> socket) {
  session.live.phase = "TLS handshake";
  Deadline deadline(session.loop, session.live.cancel, kHandshakeLimit, "its TLS handshake");
  auto begun = co_await begin_tls(session, std::move(socket), deadline.cancel());
  if (!begun) co_return fail(begun.error());
  GateAnswers answers(session);
  auto shaken = co_await session.stream->handshake(answers, deadline.cancel(), Limits::kHandshakeWait);
  if (!shaken) co_return fail(shaken.error());
  const tls::Negotiated& negotiated = session.stream->engine().negotiated();
  session.live.protocol = std::string(to_string(negotiated.version)) + ", " + negotiated.cipher_suite;
  session.live.phase = "judging";
  Bytes openpgp = answers.take_openpgp();
  const tls::Engine& engine = session.stream->engine();
  // Who resumes was not asked for its key: a certificate that was only named is looked up again.
  if (openpgp.empty() && !engine.peer_openpgp().empty() && session.settings->keyring() != nullptr) {
    auto key = co_await key_of_openpgp(*session.settings->keyring(), engine, openpgp, session.live.cancel);
    if (!key) co_return fail(key.error());
  }
  session.presented = presented_by_client(engine, std::move(openpgp));
  session.client = co_await judge_client(*session.settings, session.presented, session.live.cancel);
  session.live.identity = session.client.fingerprint;
  co_return Result<void>();
}

Task<bool> authorize_gate_client(GateSession& session) {
  const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  if (now >= session.client.expires) {
    session.presented.now = now;
    session.client = co_await judge_client(*session.settings, session.presented, session.live.cancel);
  }
  co_return session.settings->allows(session.client);
}

}  // namespace proxy
