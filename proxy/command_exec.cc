// exec: a program with the proxy's variables and a credential that lasts as long as it does.
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <nlohmann/json.hpp>

#include "proxy/commands.h"
#include "proxy/control_client.h"
#include "proxy/environment.h"
#include "tlscore/base/process.h"

namespace proxy {

using namespace tlscore;
using nlohmann::json;

namespace {

int wait_for(pid_t pid) {
  int status = 0;
  while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  return exit_status(status);
}

int spawn_and_wait(const std::vector<std::string>& command, std::ostream& err) {
  std::vector<char*> argv;
  argv.reserve(command.size() + 1);
  for (const std::string& word : command) argv.push_back(const_cast<char*>(word.c_str()));
  argv.push_back(nullptr);
  pid_t pid = -1;
  const int error = ::posix_spawnp(&pid, argv[0], nullptr, nullptr, argv.data(), environ);
  constexpr int kNotFoundStatus = 127;
  if (error != 0) {
    return complain(err, "exec", {ErrorKind::NotFound, command[0] + ": " + ::strerror(error)},
                    kNotFoundStatus);
  }
  // Keys like Ctrl-C go to the whole group: the program decides, we wait for it.
  static_cast<void>(::signal(SIGINT, SIG_IGN));
  static_cast<void>(::signal(SIGQUIT, SIG_IGN));
  return wait_for(pid);
}

}  // namespace

int run_exec(Arguments arguments, std::ostream& out, std::ostream& err) {
  const auto parsed = parse_arguments(arguments, {}, {});
  if (!parsed) return complain(err, "exec", parsed.error(), kUsage);
  if (parsed->has("--help") || parsed->rest.empty()) {
    (parsed->has("--help") ? out : err) << "usage: latchkey exec -- COMMAND [ARGUMENTS...]\n"
                                           "Runs COMMAND so that it uses the proxy. Parties are reached with "
                                           "your key; any other public host is\n"
                                           "passed through as it is. Exit status: the command's.\n";
    return parsed->has("--help") ? kSuccess : kUsage;
  }
  auto client = ControlClient::connect();
  if (!client) return complain(err, "exec", client.error(), kNotRunning);
  const auto lease = client->ask({{"command", "lease"}});
  if (!lease) return complain(err, "exec", lease.error(), kFailure);
  const auto address = (*lease)["listen"].at(0).get<std::string>();
  const std::string credential =
      (*lease)["user"].get<std::string>() + ":" + (*lease)["password"].get<std::string>();
  for (const auto& [name, value] : program_variables(address, credential, err))
    ::setenv(name.c_str(), value.c_str(), 1);
  // The lease lasts until `client` goes.
  return spawn_and_wait(parsed->rest, err);
}

}  // namespace proxy
