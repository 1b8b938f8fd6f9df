// The process, the socket and the queue behind SignerClient.
#pragma once

#include <chrono>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "tlscore/base/process.h"
#include "tlscore/base/socket.h"
#include "tlscore/base/task.h"
#include "tlscore/token/signer_messages.h"

namespace tlscore::token {

struct SignerOptions;

/// Something to ask the signer.
struct SignerRequest {
  Message message;
  UniqueFd descriptor;              ///< Travels with it (SCM_RIGHTS), if there is one.
  std::chrono::milliseconds limit;  ///< From when it goes onto the wire.
  std::string_view doing;           ///< For "crashed during ...": "a signature". A literal.
};

/// Kept alive by its client and by the tasks that wait for answers. Tells its listeners by way of the loop's
/// queue, so no call into it is ever on the stack beneath them.
class SignerConnection : public std::enable_shared_from_this<SignerConnection> {
 public:
  static Result<std::shared_ptr<SignerConnection>> start(EventLoop& loop, const SignerOptions& options);

  /// Queues, waits for the turn and then for the answer; a Failure comes as its error.
  static Task<Result<Message>> ask(std::shared_ptr<SignerConnection> self, SignerRequest request,
                                   Cancel& cancel);
  static Task<void> logout_and_end(std::shared_ptr<SignerConnection> self, std::chrono::milliseconds limit);

  /// Kills the process; everything fails with `reason` from now on. `tell`: the exit listener hears of it.
  /// The first call counts.
  void end(Error reason, bool tell);
  void forget_listeners();

  std::function<void(const Error&)> on_exit;
  std::function<void(bool)> on_pin_prompt;

  [[nodiscard]] bool running() const { return !m_end.has_value(); }
  [[nodiscard]] bool waiting_for_pin() const { return m_waiting_for_pin; }
  [[nodiscard]] PinTries pin_tries() const { return m_pin_tries; }
  [[nodiscard]] int pid() const { return m_child ? m_child->pid() : -1; }

 private:
  struct Waiting {
    std::uint32_t id;
    Bytes frame;
    UniqueFd descriptor;
    std::chrono::milliseconds limit;
    std::string_view doing;
    bool is_login;
    Promise<Message> answer;
  };

  SignerConnection(EventLoop& loop, std::string module) : m_loop(loop), m_module(std::move(module)) {}
  [[nodiscard]] Result<std::shared_ptr<Waiting>> enqueue(SignerRequest request);
  void send_next();
  void send(ByteView octets, int descriptor);
  void withdraw(const std::shared_ptr<Waiting>& waiting);
  void stop_prompt();
  void fail_queued(const Error& reason);
  void on_readable();
  void take_frames();
  void take(Frame frame);
  void settle(Message answer);
  void set_waiting_for_pin(bool shown);
  void on_child_exit(int wait_status);
  /// Whoever can stop it can let it go on when nobody looks: one that is stopped has left, as a pulled token.
  void on_child_stopped(int signal_number);

  EventLoop& m_loop;
  std::string m_module;
  std::unique_ptr<ChildProcess> m_child;
  std::unique_ptr<Socket> m_socket;
  Bytes m_received;
  std::uint32_t m_last_id = 0;
  std::shared_ptr<Waiting> m_current;  ///< On the wire.
  std::unique_ptr<Timer> m_limit;
  std::deque<std::shared_ptr<Waiting>> m_queue;
  std::optional<Error> m_closing;  ///< Set while a logout is the last thing to be done.
  std::optional<Error> m_end;      ///< Set once the signer is no more.
  bool m_waiting_for_pin = false;
  PinTries m_pin_tries = PinTries::Enough;
};

}  // namespace tlscore::token
