// Servers in turn, and what their answers are good for.
#include "tlscore/dns/client.h"

#include <algorithm>
#include <array>
#include <utility>

namespace tlscore::dns {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr std::size_t kMaxFitness = 64;

/// Can the answer be used, by its code?
Result<void> check_code(const Server& server, const Message& message) {
  const std::string who = "the name server " + server.text();
  switch (message.code) {
    case ResponseCode::NoError:
    case ResponseCode::NxDomain: return {};
    case ResponseCode::ServFail: return fail(ErrorKind::Refused, who + " cannot find an answer (SERVFAIL)");
    case ResponseCode::Refused: return fail(ErrorKind::Unreachable, who + " does not serve us (REFUSED)");
    case ResponseCode::FormErr:
    case ResponseCode::NotImp: return fail(ErrorKind::Unreachable, who + " does not know EDNS");
  }
  return fail(ErrorKind::Unreachable,
              who + " answers with code " + std::to_string(std::to_underlying(message.code)));
}

bool has_signed_keys(const Message& message) {
  const RecordSet keys = find_set(message.answer, Name(), RecordType::Dnskey);
  return !keys.records.empty() && !keys.signatures.empty();
}

bool contains(const Client::Answered& servers, const std::string& server) {
  return std::ranges::find(servers, server) != servers.end();
}

/// What is left of the lookup's time, at most `limit`.
milliseconds within(const Effort& effort, milliseconds limit) {
  const auto left = std::chrono::duration_cast<milliseconds>(effort.end - steady_clock::now());
  return std::min(left, limit);
}

}  // namespace

std::vector<Server> Client::in_order() const {
  std::vector<Server> servers = m_servers();
  if (servers.size() > kMaxServers) servers.erase(servers.begin() + kMaxServers, servers.end());
  const auto good = std::ranges::find(servers, m_last_good, &Server::text);
  if (good != servers.end()) std::rotate(servers.begin(), good, good + 1);
  return servers;
}

Task<Result<Message>> Client::ask(Question question, Ask ask, Effort& effort, Cancel& cancel,
                                  Answered* answered) {
  if (effort.questions == 0) {
    co_return fail(ErrorKind::TooLarge, "more questions would have to be asked than is sensible");
  }
  --effort.questions;
  Error why{ErrorKind::Unreachable, "there is no name server"};
  std::vector<Server> servers = in_order();
  const bool is_again = answered != nullptr && !answered->empty();
  if (is_again) std::erase_if(servers, [&](const Server& one) { return contains(*answered, one.text()); });
  for (const milliseconds patience : {kFirstLimit, kSecondLimit}) {
    if (is_again && patience == kSecondLimit) break;
    for (const Server& server : servers) {
      const milliseconds limit = within(effort, patience);
      if (limit <= milliseconds(0)) co_return fail(ErrorKind::Unreachable, why.message);
      auto message = co_await ask_one(server, question, ask, limit, cancel);
      if (cancel.requested()) co_return fail(cancel.reason());
      if (message) {
        m_last_good = server.text();
        if (answered != nullptr) answered->push_back(server.text());
        co_return message;
      }
      // That a server has looked and found nothing says more than that another is silent.
      if (why.kind != ErrorKind::Refused) why = message.error();
    }
  }
  co_return fail(why.kind == ErrorKind::Refused ? ErrorKind::Refused : ErrorKind::Unreachable, why.message);
}

Task<Result<Message>> Client::ask_one(Server server, Question question, Ask ask, milliseconds limit,
                                      Cancel& cancel) {
  if (ask == Ask::ForProofs) {
    auto fit = co_await check_fitness(server, limit, cancel);
    if (!fit) co_return fail(fit.error());
  }
  auto message = co_await ask_server(m_loop, server, question, ask, cancel, limit);
  if (!message) co_return fail(message.error());
  if (auto usable = check_code(server, *message); !usable) co_return fail(usable.error());
  co_return message;
}

Task<Result<void>> Client::check_fitness(Server server, milliseconds limit, Cancel& cancel) {
  const auto known = m_fitness.find(server.text());
  if (known != m_fitness.end() && known->second.until > steady_clock::now()) {
    if (known->second.problem) co_return fail(*known->second.problem);
    co_return Result<void>();
  }
  const Question roots_keys{.name = Name(), .type = RecordType::Dnskey};
  auto message = co_await ask_server(m_loop, server, roots_keys, Ask::ForProofs, cancel, limit);
  if (!message) co_return fail(message.error());
  if (auto usable = check_code(server, *message); !usable) co_return fail(usable.error());
  Fitness found{.until = steady_clock::now() + kFitnessKept};
  if (!has_signed_keys(*message)) {
    found.problem =
        Error{ErrorKind::Unreachable, "the name server " + server.text() +
                                          " does not pass signatures on, so DNSSEC cannot be checked"};
  }
  if (m_fitness.size() >= kMaxFitness) m_fitness.clear();
  m_fitness.insert_or_assign(server.text(), found);
  if (found.problem) co_return fail(*found.problem);
  co_return Result<void>();
}

}  // namespace tlscore::dns
