// From a destination to a stream.
#include "proxy/party_link.h"

#include "proxy/address_rules.h"
#include "proxy/demo_party.h"
#include "proxy/dialer.h"
#include "proxy/identity_choices.h"
#include "proxy/identity_questions.h"
#include "proxy/own_identity.h"
#include "proxy/party_answers.h"
#include "proxy/party_memory.h"
#include "proxy/party_sessions.h"
#include "proxy/resolver.h"
#include "proxy/shown_certificate.h"
#include "proxy/tokens.h"

namespace proxy {

using namespace tlscore;

namespace {

tls::ClientSettings tls_settings(const Destination& destination) {
  tls::ClientSettings settings;
  if (!destination.is_address) settings.server_name = destination.host;
  const TlsVersions versions = destination.party->tls;
  settings.lowest = versions == TlsVersions::Only13 ? tls::Version::Tls13 : tls::Version::Tls12;
  settings.highest = versions == TlsVersions::Only12 ? tls::Version::Tls12 : tls::Version::Tls13;
  return settings;
}

/// The end of a socket that is dialled, or made within this process.
Task<Result<UniqueFd>> connect_to(Services& services, const Destination& destination, LiveConnection& live) {
  const Party* party = destination.party;
  if (party != nullptr && party->demo) co_return services.demo.connect();
  live.phase = "resolving";
  auto addresses =
      co_await services.resolver.resolve(destination.host, destination.port, live.cancel, Limits::kResolve);
  if (!addresses) co_return fail(addresses.error());
  live.phase = "dialling";
  const Reach reach = destination.mode() == LocalMode::Tunnel ? Reach::Tunnel : Reach::Wrap;
  const bool allow_private = party != nullptr && party->allow_private;
  AddressCheck check = [reach, allow_private](const SocketAddress& address) {
    return check_address(address, reach, allow_private);
  };
  const DialLimits limits{.whole = Limits::kConnect};
  co_return co_await dial(services.loop, destination.host, std::move(*addresses), std::move(check),
                          live.cancel, limits);
}

/// The identity that it may see now.
Identity identity_for(const Services& services, const Destination& destination) {
  if (destination.party == nullptr) return {.kind = Identity::Kind::None};
  return services.questions.identity_of(*destination.party);
}

std::string describe(const tls::Negotiated& negotiated, tls::CertificateType type) {
  std::string text = std::string(to_string(negotiated.version)) + ", " + negotiated.cipher_suite;
  if (type == tls::CertificateType::OpenPgp) text += ", OpenPGP certificates (RFC 6091)";
  return text;
}

Error handshake_error(Error error) {
  if (error.kind == ErrorKind::Closed) error.kind = ErrorKind::Malformed;
  return partys_error(std::move(error));
}

/// Stops where our certificate would leave.
class ExplainAnswers final : public PartyAnswers {
 public:
  using PartyAnswers::PartyAnswers;

  Task<Result<std::shared_ptr<const tls::Identity>>> judge(const tls::Engine& engine,
                                                           Cancel& cancel) override {
    co_await ask_assessors(engine, cancel);
    m_found.judgement = judgement();
    m_found.negotiated = engine.negotiated();
    m_found.chain = engine.peer_chain();
    m_found.openpgp = peer_openpgp();
    const auto identity = fitting_identity(engine.negotiated());
    if (!engine.negotiated().certificate_asked) {
      m_found.identity_note = "the party does not ask for a certificate";
    } else if (!identity) {
      m_found.identity_note = identity.error().message;
    } else if (*identity) {
      m_found.shown = shown_by_us(**identity, engine.negotiated());
      if (!m_found.shown.form.empty()) m_found.identity = key_fingerprint();
      if (m_found.identity.empty())
        m_found.identity_note = "it wants an " +
                                std::string(to_string(engine.negotiated().certificate_type)) +
                                " certificate, and your key has none";
    }
    co_return fail(ErrorKind::Cancelled, "explain stops here");
  }

  /// What the last handshake found; an empty one is left.
  Explanation take() { return std::exchange(m_found, {}); }

 private:
  Explanation m_found;
};

/// How one handshake is to be made.
struct Manner {
  bool tls12_only = false;
  bool takes_sessions = true;
  bool offers_session = true;     ///< If there is one.
  bool session_offered = false;   ///< Set by the handshake.
  std::vector<std::string> alpn;  ///< What the party may choose from.
};

/// What tells the token whose key is shown from others; empty where none is.
std::string token_text(const LiveConnection& live) {
  return live.token && live.token->info() ? live.token->info()->uri : "";
}

/// The connection is up: it shows how its ends were authenticated, and its sessions inherit that.
void settle_link(tls::SessionStore& store, const std::string& key, std::uint64_t generation,
                 const std::shared_ptr<const tls::SessionOrigin>& origin, tls::TlsStream& stream,
                 LiveConnection& live) {
  const tls::Negotiated& negotiated = stream.engine().negotiated();
  if (live.local.empty()) live.local = "wrap";
  live.protocol = describe(negotiated, origin->certificate_type);
  live.alpn = negotiated.alpn;
  live.identity = origin->identity;
  live.judgement = origin->judgement.summary;
  live.shown = origin->shown;
  live.peer = origin->peer;
  live.resumed = negotiated.resumed;
  live.shown_in_clear =
      !negotiated.resumed && negotiated.version == tls::Version::Tls12 && !origin->identity.empty();
  stream.on_session([&store, key, generation, origin](std::shared_ptr<const tls::Session> session) {
    store.keep(key, {std::move(session), origin}, generation);
  });
}

/// One handshake with the party.
Task<Result<std::unique_ptr<tls::TlsStream>>> shake_hands(Services& services, const Destination& destination,
                                                          std::unique_ptr<Socket> socket, Manner& manner,
                                                          PartyAnswers& answers, LiveConnection& live) {
  live.phase = "handshake";
  tls::ClientSettings settings = tls_settings(destination);
  if (manner.tls12_only) settings.highest = tls::Version::Tls12;
  settings.resumable = manner.takes_sessions;
  settings.alpn = manner.alpn;
  settings.certificate_types = answers.certificate_types();
  tls::SessionStore& store = services.memory.sessions();
  const std::uint64_t generation = store.generation();
  const std::string crls = destination.settings->trust_of(*destination.party).crls_state();
  const std::string key = session_key(destination, settings, services.keyring.generation(), crls,
                                      answers.key_fingerprint(), token_text(live));
  std::optional<tls::SessionStore::Entry> offered;
  if (manner.offers_session) offered = store.take(key);
  if (offered) settings.session = offered->session;
  manner.session_offered = offered.has_value();
  auto engine = tls::Engine::create_client(settings);
  if (!engine) co_return fail(engine.error());
  auto stream = std::make_unique<tls::TlsStream>(std::move(socket), std::move(*engine));
  const LiveConnection::ClosesWith closes(live, *stream);
  auto done = co_await stream->handshake(answers, live.cancel, Limits::kHandshakeWait);
  const bool resumed = stream->engine().negotiated().resumed;
  if (offered && (!resumed || !done)) store.drop(key);
  if (!done) co_return fail(handshake_error(done.error()));
  settle_link(store, key, generation, resumed ? offered->origin : answers.origin(), *stream, live);
  co_return stream;
}

/// The same over a socket of its own.
Task<Result<std::unique_ptr<tls::TlsStream>>> dial_again(Services& services, const Destination& destination,
                                                         Manner& manner, PartyAnswers& answers,
                                                         LiveConnection& live) {
  auto socket = co_await dial_destination(services, destination, live);
  if (!socket) co_return fail(socket.error());
  co_return co_await shake_hands(services, destination, std::move(*socket), manner, answers, live);
}

bool allows_tls12(const Destination& destination) {
  return destination.party->tls != TlsVersions::Only13;
}

/// A key that cannot sign in TLS 1.3, for this reason, where nothing else is spoken: what to do about it.
/// `error` is what became of TLS 1.2.
Error no_tls12_either(const Destination& destination, std::string reason, const Error& error) {
  if (!allows_tls12(destination)) {
    reason += R"(; set tls = "1.2+" for this party, or show it another key)";
  } else {
    reason += ", and TLS 1.2 did not work (" + error.message +
              "); show this party another key, on P-256 for example";
  }
  return {ErrorKind::Unsupported, std::move(reason)};
}

/// Looks for the OpenPGP key on every token, those that are armed first. Empty: none of them has it, which
/// counts once the party asks for a certificate.
Task<std::string> find_openpgp_token_key(Services& services, const std::string& fingerprint, Cancel& cancel) {
  const auto tokens = services.tokens.all();  // they may come and go meanwhile
  for (const bool is_armed : {true, false}) {
    for (const auto& token : tokens) {
      if ((token->state() == TokenState::Armed) != is_armed) continue;
      if (!is_armed) {
        const auto armed = co_await token->arm(cancel);
        if (!armed) continue;
      }
      auto keys = token->keys();
      std::string wanted = fingerprint;
      auto found = co_await find_openpgp_key(std::move(keys), std::move(wanted), services.keyring, cancel);
      if (found) co_return std::move(*found);
    }
  }
  co_return std::string();
}

/// The party was found good and wants to know who we are, which the user has to decide. It does not wait for
/// that, but is dialled again; whoever uses the connection does.
Task<Result<std::unique_ptr<tls::TlsStream>>> ask_and_dial_again(Services& services,
                                                                 const Destination& destination,
                                                                 LiveConnection& live,
                                                                 std::vector<std::string> alpn) {
  auto question = co_await identity_question(services, destination, live.cancel);
  if (!question) co_return fail(question.error());
  live.phase = "waiting for your answer";
  const auto answered = co_await services.questions.ask(std::move(*question), live.cancel);
  if (!answered) co_return fail(answered.error());
  auto socket = co_await dial_destination(services, destination, live);
  if (!socket) co_return fail(socket.error());
  co_return co_await secure_link(services, destination, std::move(*socket), live, std::move(alpn));
}

}  // namespace

Error partys_error(Error error) {
  const bool means_a_rule = error.kind == ErrorKind::Refused || error.kind == ErrorKind::Unsupported;
  if (means_a_rule) error.kind = ErrorKind::Malformed;
  return error;
}

Task<Result<std::unique_ptr<Socket>>> dial_destination(Services& services, const Destination& destination,
                                                       LiveConnection& live) {
  live.party = destination.text();
  live.local = destination.mode() == LocalMode::Tunnel ? "tunnel" : "";
  live.phase = "waiting for the token";
  const Identity identity = identity_for(services, destination);
  const bool shows_key = identity.kind != Identity::Kind::None && destination.mode() != LocalMode::Tunnel;
  std::string selection = key_selection(identity);
  if (shows_key && identity.kind == Identity::Kind::OpenPgpFingerprint) {
    auto found = co_await find_openpgp_token_key(services, identity.value, live.cancel);
    if (!found.empty()) selection = std::move(found);
  }
  auto armed = co_await services.tokens.armed_for(std::move(selection), live.cancel);
  if (!armed) co_return fail(armed.error());
  live.bound_to_token = true;
  // Where no key is shown any token will do, and the last one ends the connection.
  live.token = shows_key ? std::move(*armed) : nullptr;
  auto fd = co_await connect_to(services, destination, live);
  if (!fd) co_return fail(fd.error());
  co_return Socket::adopt(services.loop, std::move(*fd));
}

Task<Result<std::unique_ptr<tls::TlsStream>>> secure_link(Services& services, const Destination& destination,
                                                          std::unique_ptr<Socket> socket,
                                                          LiveConnection& live,
                                                          std::vector<std::string> alpn) {
  PartyAnswers answers(services, destination, live);
  co_await answers.find_identity(live.cancel);
  const std::string key = answers.key_fingerprint();
  const std::string* limit = services.memory.tls12_reason(destination.text(), key);
  auto reason = limit == nullptr ? std::nullopt : std::optional(*limit);
  Manner manner{.tls12_only = reason.has_value(), .alpn = std::move(alpn)};
  auto stream = co_await shake_hands(services, destination, std::move(socket), manner, answers, live);
  if (!stream && answers.must_ask() && !live.cancel.requested())
    co_return co_await ask_and_dial_again(services, destination, live, std::move(manner.alpn));
  // A session that was offered narrows what the server may choose, and may be what it stumbles over.
  const bool stumbled = !stream && stream.error().kind == ErrorKind::Malformed && !answers.judgement();
  if (stumbled && manner.session_offered && !live.cancel.requested()) {
    manner.offers_session = false;
    stream = co_await dial_again(services, destination, manner, answers, live);
  }
  if (!stream && answers.needs_tls12() && !live.cancel.requested()) {
    reason = answers.needs_tls12();
    manner.tls12_only = true;
    if (allows_tls12(destination)) stream = co_await dial_again(services, destination, manner, answers, live);
    if (stream) services.memory.limit_to_tls12(destination.text(), key, *reason);
  }
  // What the party did in TLS 1.2 is told together with why it came to that.
  if (!stream && reason && stream.error().kind == ErrorKind::Malformed)
    co_return fail(no_tls12_either(destination, *reason, stream.error()));
  if (!stream) co_return fail(stream.error());
  co_return std::move(*stream);
}

Task<Result<Explanation>> explain_destination(Services& services, const Destination& destination,
                                              LiveConnection& live, bool fresh) {
  auto socket = co_await dial_destination(services, destination, live);
  if (!socket) co_return fail(socket.error());
  ExplainAnswers answers(services, destination, live);
  if (fresh) answers.judge_afresh();
  co_await answers.find_identity(live.cancel);
  const std::string* limit = services.memory.tls12_reason(destination.text(), answers.key_fingerprint());
  std::string note = limit == nullptr ? "" : *limit;
  Manner manner{.tls12_only = limit != nullptr, .takes_sessions = false, .offers_session = false, .alpn = {}};
  auto stopped = co_await shake_hands(services, destination, std::move(*socket), manner, answers, live);
  Explanation explanation = answers.take();
  if (!explanation.judgement) co_return fail(stopped.error());
  if (const auto reason = answers.needs_tls12()) {
    Explanation with_tls12;
    if (allows_tls12(destination)) {
      manner.tls12_only = true;
      stopped = co_await dial_again(services, destination, manner, answers, live);
      with_tls12 = answers.take();
    }
    if (with_tls12.judgement) {
      explanation = std::move(with_tls12);
      note = *reason;
    } else {
      explanation.identity_note = no_tls12_either(destination, *reason, stopped.error()).message;
    }
  }
  explanation.protocol_note = std::move(note);
  co_return explanation;
}

}  // namespace proxy
