// From a destination to a stream.
#include "proxy/party_link.h"

#include "proxy/address_rules.h"
#include "proxy/demo_party.h"
#include "proxy/dialer.h"
#include "proxy/party_answers.h"
#include "proxy/resolver.h"
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

/// Where no key is shown any token will do, and the last one ends the connection.
bool shows_key(const Destination& destination) {
  return destination.party != nullptr && destination.mode() != LocalMode::Tunnel &&
         destination.party->identity.kind != Identity::Kind::None;
}

std::string describe(const tls::Negotiated& negotiated) {
  return std::string(to_string(negotiated.version)) + ", " + negotiated.cipher_suite;
}

/// What the party did wrong is no rule of ours: kinds that mean one are not for its alerts and refusals.
Error handshake_error(Error error) {
  const bool is_partys = error.kind == ErrorKind::Refused || error.kind == ErrorKind::Unsupported ||
                         error.kind == ErrorKind::Closed;
  if (is_partys) error.kind = ErrorKind::Malformed;
  return error;
}

/// Stops where our certificate would leave.
class ExplainAnswers final : public PartyAnswers {
 public:
  ExplainAnswers(Services& services, const Destination& destination, LiveConnection& live, Explanation& into)
      : PartyAnswers(services, destination, live), m_into(into) {}

  Task<Result<std::shared_ptr<const tls::Identity>>> judge(const tls::Engine& engine,
                                                           Cancel& cancel) override {
    co_await ask_assessors(engine, cancel);
    m_into.judgement = judgement();
    m_into.negotiated = engine.negotiated();
    m_into.chain = engine.peer_chain();
    if (engine.negotiated().certificate_asked) {
      auto identity = co_await chosen_identity(cancel);
      if (!identity) {
        m_into.identity_note = identity.error().message;
      } else if (*identity) {
        m_into.identity = to_hex((*identity)->key.spki_sha256());
      }
    } else {
      m_into.identity_note = "the party does not ask for a certificate";
    }
    co_return fail(ErrorKind::Cancelled, "explain stops here");
  }

 private:
  Explanation& m_into;
};

}  // namespace

Task<Result<std::unique_ptr<Socket>>> dial_destination(Services& services, const Destination& destination,
                                                       LiveConnection& live) {
  live.party = destination.text();
  live.phase = "waiting for the token";
  std::string selection = destination.party == nullptr ? "auto" : key_selection(destination.party->identity);
  auto armed = co_await services.tokens.armed_for(std::move(selection), live.cancel);
  if (!armed) co_return fail(armed.error());
  live.bound_to_token = true;
  live.token = shows_key(destination) ? std::move(*armed) : nullptr;
  auto fd = co_await connect_to(services, destination, live);
  if (!fd) co_return fail(fd.error());
  co_return Socket::adopt(services.loop, std::move(*fd));
}

Task<Result<std::unique_ptr<Stream>>> secure_link(Services& services, const Destination& destination,
                                                  std::unique_ptr<Socket> socket, LiveConnection& live) {
  live.phase = "handshake";
  auto engine = tls::Engine::create_client(tls_settings(destination));
  if (!engine) co_return fail(engine.error());
  auto stream = std::make_unique<tls::TlsStream>(std::move(socket), std::move(*engine));
  const LiveConnection::ClosesWith closes(live, *stream);
  PartyAnswers answers(services, destination, live);
  auto done = co_await stream->handshake(answers, live.cancel, Limits::kHandshakeWait);
  if (!done) co_return fail(handshake_error(done.error()));
  live.protocol = describe(stream->engine().negotiated());
  co_return std::unique_ptr<Stream>(std::move(stream));
}

Task<Result<Explanation>> explain_destination(Services& services, const Destination& destination,
                                              LiveConnection& live) {
  auto socket = co_await dial_destination(services, destination, live);
  if (!socket) co_return fail(socket.error());
  auto engine = tls::Engine::create_client(tls_settings(destination));
  if (!engine) co_return fail(engine.error());
  tls::TlsStream stream(std::move(*socket), std::move(*engine));
  const LiveConnection::ClosesWith closes(live, stream);
  Explanation explanation;
  ExplainAnswers answers(services, destination, live, explanation);
  auto done = co_await stream.handshake(answers, live.cancel, Limits::kHandshakeWait);
  if (!explanation.judgement)
    co_return fail(done ? Error{ErrorKind::Internal, "no judgement was asked for"} : done.error());
  co_return explanation;
}

}  // namespace proxy
