// Asks the configured name servers, in turn, until one gives an answer that can be used.
#pragma once

#include <functional>
#include <map>
#include <vector>

#include "tlscore/dns/server.h"
#include "tlscore/dns/signature.h"

namespace tlscore::dns {

/// The servers to be asked now. Called for each question, so that a change of the network counts at once.
using ServerSource = std::function<std::vector<Server>()>;

/// Loop's thread only. The servers are recursive ones: they find the answers, and we check them.
class Client {
 public:
  /// For how long one server may be silent, at first and when it is asked again.
  static constexpr std::chrono::milliseconds kFirstLimit{1500};
  static constexpr std::chrono::milliseconds kSecondLimit{3000};
  static constexpr std::size_t kMaxServers = 8;
  /// What is known of a server's signatures is tested again after this.
  static constexpr std::chrono::minutes kFitnessKept{10};

  /// The servers that have answered a question, as Server::text().
  using Answered = std::vector<std::string>;

  Client(EventLoop& loop, ServerSource servers) : m_loop(loop), m_servers(std::move(servers)) {}

  /// A response that is NOERROR or NXDOMAIN. A server that does not pass signatures on is not asked for
  /// proofs: its first question is for the root's keys.
  ///
  /// Those in `answered` are passed over, the others then asked once each; who answers joins them. Null:
  /// every server is asked.
  ///
  /// Fails with TooLarge where `effort` has no questions left; with Refused where the servers have nothing
  /// but SERVFAIL; with Unreachable where none gives an answer that can be used, and `effort`'s time is up;
  /// or as `cancel` says.
  Task<Result<Message>> ask(Question question, Ask ask, Effort& effort, Cancel& cancel,
                            Answered* answered = nullptr);

 private:
  struct Fitness {
    std::chrono::steady_clock::time_point until{};
    std::optional<Error> problem{};
  };

  [[nodiscard]] std::vector<Server> in_order() const;
  Task<Result<Message>> ask_one(Server server, Question question, Ask ask, std::chrono::milliseconds limit,
                                Cancel& cancel);
  Task<Result<void>> check_fitness(Server server, std::chrono::milliseconds limit, Cancel& cancel);

  EventLoop& m_loop;
  ServerSource m_servers;
  std::string m_last_good;
  std::map<std::string, Fitness, std::less<>> m_fitness;
};

}  // namespace tlscore::dns
