// AD, SERVFAIL, and what they mean.
#include "tlscore/dns/believing.h"

#include <algorithm>
#include <utility>

namespace tlscore::dns {
namespace {

/// Only those on loopback.
ServerSource on_loopback(ServerSource servers) {
  return [servers = std::move(servers)] {
    std::vector<Server> kept = servers();
    std::erase_if(kept, [](const Server& server) { return !server.is_loopback(); });
    return kept;
  };
}

Finding nothing(Security security, std::string reason, std::chrono::sys_seconds now) {
  return {.security = security, .reason = std::move(reason), .expires = now};
}

}  // namespace

Believing::Believing(EventLoop& loop, ServerSource servers, Clock now)
    : m_now(std::move(now)), m_client(loop, on_loopback(std::move(servers))) {}

Task<Finding> Believing::find(Question question, Effort& effort, Cancel& cancel) {
  auto response = co_await m_client.ask(question, Ask::ForVerdict, effort, cancel);
  if (!response && response.error().kind == ErrorKind::Refused) {
    auto unchecked = co_await m_client.ask(question, Ask::Unchecked, effort, cancel);
    if (unchecked) co_return nothing(Security::Bogus, "the resolver finds that it is bogus", m_now());
  }
  if (!response) co_return nothing(Security::Unreachable, response.error().message, m_now());
  Finding finding = read_unsigned(*response, m_now(), "the resolver does not find it secure");
  bool secure = response->authentic;
  // The bit is for all of an answer: of several aliases the first may be secure, and the last not.
  if (!secure && finding.alias) {
    Name name = question.name;
    secure = co_await is_alias_secure(std::move(name), effort, cancel);
  }
  if (secure && finding.security == Security::Insecure) {
    finding.security = Security::Secure;
    finding.reason = finding.records.empty() && !finding.alias
                         ? "the resolver says that it is proven not to be there"
                         : "";
  }
  co_return finding;
}

Task<Finding> Believing::find_unproven(Question question, Effort& effort, Cancel& cancel) {
  auto response = co_await m_client.ask(question, Ask::Unchecked, effort, cancel);
  if (!response) co_return nothing(Security::Unreachable, response.error().message, m_now());
  co_return read_unsigned(*response, m_now(), "it is in a zone that dns.insecure lists");
}

Task<bool> Believing::is_alias_secure(Name name, Effort& effort, Cancel& cancel) {
  const Question question{.name = std::move(name), .type = RecordType::Cname};
  auto response = co_await m_client.ask(question, Ask::ForVerdict, effort, cancel);
  co_return response && response->authentic;
}

}  // namespace tlscore::dns
