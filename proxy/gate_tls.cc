// From an accepted connection to an authenticated client.
#include "proxy/client_hello_reader.h"
#include "proxy/deadline.h"
#include "proxy/gate_credential.h"
#include "proxy/gate_judge.h"
#include "proxy/gate_openpgp.h"
#include "proxy/gate_session.h"
#include "proxy/input_buffer.h"
#include "proxy/peer_openpgp.h"
#include "proxy/services.h"
#include "proxy/shown_certificate.h"
#include "tlscore/base/log.h"

namespace proxy {

using namespace tlscore;

namespace {

/// For the whole handshake, ClientHello included.
constexpr std::chrono::seconds kHandshakeLimit{20};

/// A key in memory signs by itself, and a token is asked.
class GateAnswers final : public tls::ServerAnswers {
 public:
  explicit GateAnswers(GateSession& session) : m_session(session) {}

  Task<Result<std::optional<x509::PublicKey>>> peer_key(const tls::Engine& engine, Cancel& cancel) override {
    return key_of_openpgp(*m_session.settings->keyring(), engine, m_openpgp, cancel);
  }
  Task<Result<Bytes>> sign(const x509::SignatureRequest& request, Cancel& cancel) override {
    LiveConnection& live = m_session.live;
    if (const auto& key = m_session.shown->ed25519_key) co_return key->sign(request.digest);
    if (!live.token) co_return co_await ServerAnswers::sign(request, cancel);
    live.phase = "signing";
    std::shared_ptr<const tls::Identity> ours(m_session.credential, &m_session.credential->identity);
    auto signature = co_await live.token->sign(std::move(ours), request, cancel);
    if (signature || cancel.requested()) co_return signature;
    // This client gets an alert; what else the token had opened is closed.
    live.bound_to_token = false;
    if (signature.error().kind == ErrorKind::TokenRemoved) live.token->lost(signature.error());
    co_return fail(ErrorKind::Disarmed, signature.error().message);
  }

  /// The body of the client's OpenPGP Certificate message; empty: it sent none.
  [[nodiscard]] Bytes take_openpgp() { return std::move(m_openpgp); }

 private:
  GateSession& m_session;
  Bytes m_openpgp;
};

tls::ServerSettings server_settings(const GateSession& session, const GateCredential& credential) {
  const bool is_http = session.settings->config().forwarding == GateForwarding::Http;
  return {.credential = session.credential,
          .alpn = is_http ? std::vector<std::string>{"http/1.1"} : std::vector<std::string>{},
          .ask_for_certificate = true,
          .takes_openpgp = session.settings->keyring() != nullptr,
          .ticket_table = session.tickets,
          .ticket_scope = session.server_name.value_or(""),
          .lowest = credential.lowest,
          .highest = credential.highest};
}

/// Chooses who to be, and sets TLS up with what was read already.
Task<Result<void>> begin_tls(GateSession& session, std::unique_ptr<Socket> socket, Cancel& cancel) {
  InputBuffer input(*socket);
  auto hello = co_await read_client_hello(input, cancel);
  if (!hello) {
    if (hello.error().kind == ErrorKind::Malformed)
      co_await send_plain_alert(*socket, PlainAlert::DecodeError, cancel);
    co_return fail(hello.error());
  }
  session.server_name = std::move(hello->sni);
  session.shown = session.settings->find(session.server_name);
  if (session.shown == nullptr) {
    co_await send_plain_alert(*socket, PlainAlert::UnrecognizedName, cancel);
    co_return fail(ErrorKind::Refused, "it asks for " + *session.server_name + ", which this gate is not");
  }
  auto credential = gate_credential(*session.shown, session.tokens);
  if (!credential) {
    co_await send_plain_alert(*socket, PlainAlert::InternalError, cancel);
    co_return fail(credential.error());
  }
  session.credential = std::move(credential->shown);
  session.why_limited = std::move(credential->why_limited);
  session.live.token = std::move(credential->token);
  session.live.bound_to_token = session.live.token != nullptr;
  auto engine = tls::Engine::create_server(server_settings(session, *credential));
  if (!engine) co_return fail(engine.error());
  (*engine)->add_input(input.view());
  session.stream = std::make_unique<tls::TlsStream>(std::move(socket), std::move(*engine));
  co_return Result<void>();
}

void tell_of_entry(GateSession& session, const std::string& gate) {
  session.told = true;
  const std::string from = session.from.text();
  session.log_of_clients.log(LogLevel::Info,
                             gate + ": let in " + session.client.describe() + ", from " + from,
                             {{"EVENT", "let-in"},
                              {"PARTY", from},
                              {"KEY", session.client.key_sha256},
                              {"CERTIFICATE", session.client.fingerprint}});
}

}  // namespace

Task<Result<void>> accept_gate_tls(GateSession& session, std::unique_ptr<Socket> socket) {
  session.live.phase = "TLS handshake";
  Deadline deadline(session.loop, session.live.cancel, kHandshakeLimit, "its TLS handshake");
  auto begun = co_await begin_tls(session, std::move(socket), deadline.cancel());
  if (!begun) co_return fail(begun.error());
  GateAnswers answers(session);
  auto shaken = co_await session.stream->handshake(answers, deadline.cancel(), Limits::kHandshakeWait);
  if (!shaken && !session.why_limited.empty())
    co_return fail(shaken.error().kind, shaken.error().message + "; " + session.why_limited);
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
  session.crls = session.settings->trust().crls_state();
  session.client = co_await judge_client(*session.settings, session.presented, session.live.cancel);
  session.live.identity = session.client.fingerprint;
  session.live.peer = {.form = std::string(to_string(session.client.method)),
                       .fingerprint = session.client.fingerprint,
                       .name = printable(session.client.identity())};
  if (!negotiated.resumed) session.live.shown = shown_by_us(session.credential->identity, negotiated);
  session.live.resumed = negotiated.resumed;
  co_return Result<void>();
}

Task<bool> authorize_gate_client(GateSession& session) {
  const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  const std::string crls = session.settings->trust().crls_state();
  if (now >= session.client.expires || crls != session.crls) {
    session.crls = crls;
    session.presented.now = now;
    session.client = co_await judge_client(*session.settings, session.presented, session.live.cancel);
  }
  const judge::AuthorizationQuestion question{.service = "gate " + session.settings->config().listen.text(),
                                              .local = session.server_name.value_or(""),
                                              .remote = session.client};
  const auto decision = co_await session.settings->authorize(question, session.live.cancel);
  session.why_denied =
      decision.allowed ? "" : session.client.describe() + " may not pass: " + decision.text();
  if (decision.allowed && !session.told) tell_of_entry(session, question.service);
  co_return decision.allowed;
}

}  // namespace proxy
