// Everything that happens to a signer process, in the order of its life.
#include "tlscore/token/signer_connection.h"

#include <sys/socket.h>
#include <sys/wait.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstring>

#include "tlscore/token/signer_client.h"
#include "tlscore/token/signer_limits.h"
#include "tlscore/token/signer_process.h"

namespace tlscore::token {
namespace {

constexpr std::size_t kReadBytes = 16UL * 1024;

bool is_crash(int wait_status) {
  if (!WIFSIGNALED(wait_status)) return false;
  const int number = WTERMSIG(wait_status);
  return number == SIGSEGV || number == SIGBUS || number == SIGABRT || number == SIGILL || number == SIGFPE;
}

Error exit_reason(int wait_status, const std::string& module, std::string_view doing) {
  const std::string during = " during " + std::string(doing);
  if (is_crash(wait_status)) {
    return {ErrorKind::Closed, "the PKCS#11 module " + module + " crashed (" +
                                   signal_name(WTERMSIG(wait_status)) + ")" + during};
  }
  return {ErrorKind::Closed, "the signer process of the PKCS#11 module " + module + " ended" + during + ": " +
                                 describe_exit(wait_status)};
}

}  // namespace

Result<std::shared_ptr<SignerConnection>> SignerConnection::start(EventLoop& loop,
                                                                  const SignerOptions& options) {
  std::shared_ptr<SignerConnection> self(new SignerConnection(loop, options.module));
  auto [ours, its] = TRY(make_socket_pair());
  auto* const raw = self.get();  // owns what calls back
  // What the signer loads is the module, and nothing that somebody has put in front of it.
  std::vector<std::string> environment = options.environment;
  environment.insert(environment.end(), {"LD_PRELOAD", "LD_AUDIT"});
  std::vector<std::string> arguments = {options.program, "signer"};
  if (options.network) arguments.emplace_back(kNetworkArgument);
  const ChildProcess::Options child{.arguments = std::move(arguments),
                                    .descriptors = {{its.get(), kSignerSocketFd}},
                                    .environment = std::move(environment)};
  self->m_child = TRY(ChildProcess::start(loop, child, [raw](int status) { raw->on_child_exit(status); }));
  self->m_child->on_stopped([raw](int number) { raw->on_child_stopped(number); });
  self->m_socket = TRY(Socket::adopt(loop, std::move(ours)));
  self->m_socket->on_ready([raw](bool can_read, bool) {
    if (can_read) raw->on_readable();
  });
  return self;
}

Task<Result<Message>> SignerConnection::ask(std::shared_ptr<SignerConnection> self, SignerRequest request,
                                            Cancel& cancel) {
  if (cancel.requested()) co_return fail(cancel.reason());
  if (self->m_end) co_return fail(*self->m_end);
  if (self->m_closing) co_return fail(*self->m_closing);
  const auto waiting = self->enqueue(std::move(request));
  if (!waiting) co_return fail(waiting.error());
  auto answer = co_await (*waiting)->answer.wait(cancel);
  if (!answer) self->withdraw(*waiting);
  if (!answer) co_return fail(answer.error());
  if (auto* failure = std::get_if<Failure>(&*answer)) co_return fail(failure->error);
  co_return std::move(*answer);
}

Task<void> SignerConnection::logout_and_end(std::shared_ptr<SignerConnection> self,
                                            std::chrono::milliseconds limit) {
  const Error locked{ErrorKind::Cancelled, "the token was locked"};
  if (self->m_end || self->m_closing) co_return;
  self->m_closing = locked;
  self->fail_queued(locked);
  self->stop_prompt();
  const auto waiting = self->enqueue({Logout{}, UniqueFd(), limit, "the logout"});
  if (waiting) {
    Cancel never;
    auto answer = co_await (*waiting)->answer.wait(never, limit);
  }
  self->end(locked, false);
}

Result<std::shared_ptr<SignerConnection::Waiting>> SignerConnection::enqueue(SignerRequest request) {
  const std::uint32_t id = ++m_last_id;
  const bool is_login = std::holds_alternative<Login>(request.message);
  auto frame = TRY(encode_frame({id, std::move(request.message)}));
  auto waiting = std::make_shared<Waiting>(id, std::move(frame), std::move(request.descriptor), request.limit,
                                           request.doing, is_login, Promise<Message>(m_loop));
  m_queue.push_back(waiting);
  send_next();
  return waiting;
}

void SignerConnection::send_next() {
  if (m_current || m_queue.empty() || m_end) return;
  m_current = std::move(m_queue.front());
  m_queue.pop_front();
  m_limit = m_loop.after(m_current->limit, [this, limit = m_current->limit] {
    end({ErrorKind::TimedOut, "the token did not answer within " + tlscore::describe(limit)}, true);
  });
  send(m_current->frame, m_current->descriptor.get());
  m_current->descriptor.reset();
}

void SignerConnection::send(ByteView octets, int descriptor) {
  iovec vector{const_cast<std::uint8_t*>(octets.data()), octets.size()};
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> control{};
  msghdr header{};
  header.msg_iov = &vector;
  header.msg_iovlen = 1;
  if (descriptor >= 0) {
    header.msg_control = control.data();
    header.msg_controllen = control.size();
    cmsghdr* rights = CMSG_FIRSTHDR(&header);
    rights->cmsg_level = SOL_SOCKET;
    rights->cmsg_type = SCM_RIGHTS;
    rights->cmsg_len = CMSG_LEN(sizeof descriptor);
    std::memcpy(CMSG_DATA(rights), &descriptor, sizeof descriptor);
  }
  // One request at a time always fits in the socket's buffer. A broken socket means that the process is
  // ending; how, comes from on_child_exit.
  const ssize_t count = ::sendmsg(m_socket->fd(), &header, MSG_NOSIGNAL);
  if (count != static_cast<ssize_t>(octets.size()) && m_child) m_child->signal(SIGKILL);
}

void SignerConnection::withdraw(const std::shared_ptr<Waiting>& waiting) {
  std::erase(m_queue, waiting);
  if (m_current == waiting) stop_prompt();
}

void SignerConnection::stop_prompt() {
  if (!m_current || !m_current->is_login || m_end) return;
  if (const auto frame = encode_frame({m_current->id, Stop{}})) send(*frame, -1);
}

void SignerConnection::fail_queued(const Error& reason) {
  for (const auto& waiting : std::exchange(m_queue, {})) waiting->answer.settle(fail(reason));
}

void SignerConnection::on_readable() {
  std::array<std::uint8_t, kReadBytes> buffer{};
  while (!m_end) {
    const auto count = m_socket->try_read(buffer);
    if (count && !*count) return;
    if (!count || **count == 0) {
      // Closed: the process is ending or has to. on_child_exit tells how.
      m_child->signal(SIGKILL);
      return;
    }
    m_received.insert(m_received.end(), buffer.begin(),
                      buffer.begin() + static_cast<std::ptrdiff_t>(**count));
    take_frames();
  }
}

void SignerConnection::take_frames() {
  while (!m_end) {
    auto decoded = decode_frame(m_received);
    if (!decoded) end(decoded.error(), true);
    if (!decoded || !*decoded) return;
    m_received.erase(m_received.begin(),
                     m_received.begin() + static_cast<std::ptrdiff_t>((*decoded)->wire_bytes));
    take(std::move((*decoded)->frame));
  }
}

void SignerConnection::take(Frame frame) {
  if (!m_current || frame.id != m_current->id) {
    end({ErrorKind::Malformed, "the signer answered what it was not asked"}, true);
  } else if (const auto* prompt = std::get_if<PinPrompt>(&frame.message)) {
    set_waiting_for_pin(prompt->shown);
  } else {
    settle(std::move(frame.message));
  }
}

void SignerConnection::settle(Message answer) {
  if (const auto* failure = std::get_if<Failure>(&answer)) m_pin_tries = failure->pin_tries;
  if (const auto* list = std::get_if<TokenList>(&answer); list != nullptr && list->tokens.size() == 1) {
    m_pin_tries = list->tokens.front().pin_tries;
  }
  if (m_current->is_login && std::holds_alternative<Done>(answer)) m_pin_tries = PinTries::Enough;
  m_limit.reset();
  set_waiting_for_pin(false);
  std::exchange(m_current, nullptr)->answer.settle(std::move(answer));
  send_next();
}

void SignerConnection::set_waiting_for_pin(bool shown) {
  if (m_waiting_for_pin == shown) return;
  m_waiting_for_pin = shown;
  m_loop.post([weak = weak_from_this(), shown] {
    const auto self = weak.lock();
    if (!self) return;
    if (const auto listener = self->on_pin_prompt) listener(shown);
  });
}

void SignerConnection::on_child_exit(int wait_status) {
  const auto keep = shared_from_this();
  if (m_socket && !m_end) on_readable();  // a last answer may have come before the end
  if (m_end) return;
  end(exit_reason(wait_status, m_module, m_current ? m_current->doing : "a pause"), true);
}

void SignerConnection::on_child_stopped(int signal_number) {
  const auto keep = shared_from_this();
  end({ErrorKind::Closed, "the signer was stopped (" + signal_name(signal_number) + ") during " +
                              std::string(m_current ? m_current->doing : "a pause") + ", and so was ended"},
      true);
}

void SignerConnection::end(Error reason, bool tell) {
  if (m_end) return;
  m_end = std::move(reason);
  if (m_child) m_child->signal(SIGKILL);
  if (m_socket) m_socket->close(false);
  m_limit.reset();
  set_waiting_for_pin(false);
  if (m_current) std::exchange(m_current, nullptr)->answer.settle(fail(*m_end));
  fail_queued(*m_end);
  if (!tell) return;
  m_loop.post([weak = weak_from_this()] {
    const auto self = weak.lock();
    if (!self) return;
    if (const auto listener = self->on_exit) listener(*self->m_end);
  });
}

void SignerConnection::forget_listeners() {
  on_exit = nullptr;
  on_pin_prompt = nullptr;
}

}  // namespace tlscore::token
