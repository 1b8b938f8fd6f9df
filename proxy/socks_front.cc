// Two dialects of one question.
#include "proxy/socks_front.h"

#include "proxy/client_watch.h"
#include "proxy/last_answer.h"
#include "proxy/socks4_request.h"
#include "proxy/socks5_request.h"
#include "proxy/tunnel.h"

namespace proxy {

using namespace tlscore;

namespace {

/// Reads with `parse` until a whole message is there, and drops its octets.
template <class Parse>
auto read_message(InputBuffer& client, Parse parse, Cancel& cancel)
    -> Task<Result<typename std::invoke_result_t<Parse, ByteView>::value_type::value_type>> {
  for (;;) {
    auto parsed = parse(client.view());
    if (!parsed) co_return fail(parsed.error());
    if (*parsed) {
      client.drop((*parsed)->wire_bytes);
      co_return std::move(**parsed);
    }
    auto more = co_await client.more(cancel, Limits::kRequestHeader);
    if (!more) co_return fail(more.error());
    if (!*more) co_return fail(ErrorKind::Closed, "the client closed in mid-request");
  }
}

/// A refusal, sent whole before the connection closes.
Task<void> answer_and_close(InputBuffer& client, Bytes answer, Cancel& cancel) {
  static_cast<void>(co_await write_last_answer(client.stream(), std::move(answer), cancel));
}

/// RFC 1928, section 6, for what went wrong.
Socks5Reply socks5_reply(const Error& error) {
  switch (error.kind) {
    case ErrorKind::Refused:
    case ErrorKind::Disarmed:
    case ErrorKind::TokenRemoved:
    case ErrorKind::Untrusted: return Socks5Reply::NotAllowed;
    case ErrorKind::NotFound:
    case ErrorKind::TimedOut: return Socks5Reply::HostUnreachable;
    case ErrorKind::Unreachable: return Socks5Reply::ConnectionRefused;
    default: return Socks5Reply::GeneralFailure;
  }
}

/// From a read request to the end. `success` and `refusal` are in the client's dialect.
template <class Refusal>
Task<Result<void>> run(Services& services, InputBuffer& client, Authority asked,
                       std::optional<Credential> credential, Bytes success, Refusal refusal,
                       LiveConnection& live) {
  live.party = to_string(asked);
  auto destination = find_destination(services, asked, credential);
  if (!destination) {
    co_await answer_and_close(client, refusal(destination.error()), live.cancel);
    co_return fail(destination.error());
  }
  const bool tells_later = tells_within_tls(*destination, {});
  auto preparing = prepare_link(services, *destination, tells_later, live);
  auto link = co_await while_client_stays(services.loop, client, live, std::move(preparing));
  if (!link) {
    co_await answer_and_close(client, refusal(link.error()), live.cancel);
    co_return fail(link.error());
  }
  auto answered = co_await client.stream().write(success, live.cancel, Limits::kRequestHeader);
  if (!answered) co_return fail(answered.error());
  co_return co_await run_tunnel(services, *destination, client, std::move(*link), live);
}

/// Method and, where it was chosen, user name and password.
Task<Result<std::optional<Credential>>> greet(InputBuffer& client, LiveConnection& live) {
  auto greeting = co_await read_message(client, parse_socks5_greeting, live.cancel);
  if (!greeting) co_return fail(greeting.error());
  const Socks5Method method = greeting->offers_password ? Socks5Method::Password
                              : greeting->offers_none   ? Socks5Method::None
                                                        : Socks5Method::NoneAcceptable;
  const Bytes choice = make_socks5_method_reply(method);
  auto answered = co_await client.stream().write(choice, live.cancel, Limits::kRequestHeader);
  if (!answered) co_return fail(answered.error());
  if (method == Socks5Method::NoneAcceptable)
    co_return fail(ErrorKind::Unsupported, "no SOCKS5 method in common");
  if (method == Socks5Method::None) co_return std::optional<Credential>();
  auto login = co_await read_message(client, parse_socks5_login, live.cancel);
  if (!login) co_return fail(login.error());
  // Any name and password will do for a party: the port is for its user only. For more, it has to be ours.
  const Bytes accepted = make_socks5_login_reply(true);
  answered = co_await client.stream().write(accepted, live.cancel, Limits::kRequestHeader);
  if (!answered) co_return fail(answered.error());
  co_return std::optional(std::move(login->credential));
}

}  // namespace

Task<Result<void>> serve_socks4(Services& services, InputBuffer& client, LiveConnection& live) {
  live.asked_by = "SOCKS4";
  live.phase = "reading the request";
  const auto refusal = [](const Error&) { return make_socks4_reply(Socks4Reply::Refused); };
  auto request = co_await read_message(client, parse_socks4_request, live.cancel);
  if (!request || request->command != Socks4Command::Connect) {
    co_await answer_and_close(client, make_socks4_reply(Socks4Reply::Refused), live.cancel);
    if (!request) co_return fail(request.error());
    co_return fail(ErrorKind::Unsupported, "SOCKS4 BIND is not supported");
  }
  Bytes success = make_socks4_reply(Socks4Reply::Granted);
  const std::optional<Credential> none;
  co_return co_await run(services, client, request->destination, none, std::move(success), refusal, live);
}

Task<Result<void>> serve_socks5(Services& services, InputBuffer& client, LiveConnection& live) {
  live.asked_by = "SOCKS5";
  live.phase = "reading the request";
  const auto refusal = [](const Error& error) { return make_socks5_reply(socks5_reply(error)); };
  auto credential = co_await greet(client, live);
  if (!credential) co_return fail(credential.error());
  auto request = co_await read_message(client, parse_socks5_request, live.cancel);
  if (!request) {
    const bool type = request.error().kind == ErrorKind::Unsupported;
    const Socks5Reply reply = type ? Socks5Reply::AddressTypeNotSupported : Socks5Reply::GeneralFailure;
    co_await answer_and_close(client, make_socks5_reply(reply), live.cancel);
    co_return fail(request.error());
  }
  if (request->command != Socks5Command::Connect) {
    co_await answer_and_close(client, make_socks5_reply(Socks5Reply::CommandNotSupported), live.cancel);
    co_return fail(ErrorKind::Unsupported, "SOCKS5 BIND and UDP ASSOCIATE are not supported");
  }
  Bytes success = make_socks5_reply(Socks5Reply::Succeeded);
  co_return co_await run(services, client, request->destination, std::move(*credential), std::move(success),
                         refusal, live);
}

}  // namespace proxy
