// One run of gpg-connect-agent.
#include "tlscore/token/gnupg_logout.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>

#include "tlscore/base/future.h"
#include "tlscore/base/log.h"
#include "tlscore/base/process.h"
#include "tlscore/base/unique_fd.h"
#include "tlscore/token/card_holder.h"

namespace tlscore::token {
namespace {

constexpr const char* kConnectAgent = "/usr/bin/gpg-connect-agent";
constexpr std::chrono::seconds kLimit{3};

ChildProcess::Options reset_command(const UniqueFd& nothing) {
  ChildProcess::Options options;
  options.arguments = logout_command();
  for (const int number : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
    options.descriptors.emplace_back(nothing.get(), number);
  return options;
}

}  // namespace

std::vector<std::string> logout_command() {
  // RESET is for the card that this conversation has opened, which SERIALNO does: it is open already.
  return {kConnectAgent, "--no-autostart", "SCD SERIALNO", "SCD RESET", "/bye"};
}

Task<void> tell_gnupg_of_logout(EventLoop& loop) {
  const auto holders = programs_at_pcscd();
  const auto is_mine = [](const CardHolder& holder) {
    return is_gnupg(holder) && holder.owner == ::getuid();
  };
  if (!std::ranges::any_of(holders, is_mine)) co_return;
  const UniqueFd nothing(::open("/dev/null", O_RDWR | O_CLOEXEC));
  if (!nothing) co_return;
  const Promise<void> ended(loop);
  const auto child =
      ChildProcess::start(loop, reset_command(nothing), [ended](int /*status*/) { ended.settle({}); });
  if (!child) co_return;
  Cancel never;
  const auto waited = co_await ended.wait(never, kLimit);
  if (waited) log(LogLevel::Info, "GnuPG, which shares the card, will ask for its PIN again");
}

}  // namespace tlscore::token
