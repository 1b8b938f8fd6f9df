// One line out, one line in.
#include "tlscore/judge/authorization_socket.h"

#include <sys/socket.h>
#include <sys/un.h>

#include <array>
#include <cerrno>

#include "tlscore/base/socket.h"

namespace tlscore::judge {
namespace {

/// A UNIX socket connects at once or not at all: where the server's queue is full it is EAGAIN.
Result<UniqueFd> connect_to(const std::string& path) {
  UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!fd) return fail(ErrorKind::Internal, describe_errno(errno));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, sizeof(address.sun_path) - 1);
  if (::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) {
    return fail(ErrorKind::Unreachable, "nobody answers at " + path + ": " + describe_errno(errno));
  }
  return fd;
}

Task<Result<std::string>> read_line(Socket& socket, Cancel& cancel) {
  std::string line;
  std::array<std::uint8_t, 1024> buffer{};
  while (!line.contains('\n')) {
    auto count = co_await socket.read(buffer, cancel, kNoLimit);
    if (!count) co_return fail(count.error());
    if (*count == 0) co_return fail(ErrorKind::Closed, "it closed before its answer was whole");
    line += as_text(ByteView(buffer).first(*count));
    if (line.size() > kMaxHookAnswerBytes) co_return fail(ErrorKind::TooLarge, "it answers more than 4 KiB");
  }
  line.resize(line.find('\n'));
  co_return line;
}

}  // namespace

Task<Result<HookAnswer>> AuthorizationSocket::ask_now(const std::string& line, Cancel& cancel) {
  auto fd = connect_to(m_path);
  if (!fd) co_return fail(fd.error());
  auto socket = Socket::adopt(m_loop, std::move(*fd));
  if (!socket) co_return fail(socket.error());
  // The limit is for the whole: who gives one octet after the other gains nothing.
  Cancel within;
  const auto outer = cancel.on_request([&within](const Error& why) { within.request(why); });
  const auto timer = m_loop.after(kLimit, [&within] {
    within.request({ErrorKind::TimedOut, "it does not answer within " + describe(kLimit)});
  });
  auto written = co_await (*socket)->write(as_bytes(line), within, kNoLimit);
  if (!written) co_return fail(written.error());
  const auto answer = co_await read_line(**socket, within);
  if (!answer) co_return fail(answer.error());
  co_return parse_hook_answer(*answer);
}

}  // namespace tlscore::judge
