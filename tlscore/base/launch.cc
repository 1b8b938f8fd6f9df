// posix_spawn, where there is no launcher.
#include "tlscore/base/launch.h"

#include <signal.h>
#include <spawn.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <iterator>
#include <string_view>

#include "tlscore/base/c_handle.h"
#include "tlscore/base/launcher.h"

namespace tlscore {
namespace {

int init_actions(posix_spawn_file_actions_t* actions) {
  return ::posix_spawn_file_actions_init(actions);
}
int free_actions(posix_spawn_file_actions_t* actions) {
  return ::posix_spawn_file_actions_destroy(actions);
}
using SpawnActions = CValue<posix_spawn_file_actions_t, init_actions, free_actions>;
using SpawnAttributes = CValue<posix_spawnattr_t, posix_spawnattr_init, posix_spawnattr_destroy>;

std::string_view name_of(std::string_view variable) {
  return variable.substr(0, variable.find('='));
}

void set_attributes(posix_spawnattr_t* attributes, bool own_group) {
  sigset_t none;
  sigset_t to_default;
  sigemptyset(&none);
  sigemptyset(&to_default);
  for (const int number : kSignalsToDefault) sigaddset(&to_default, number);
  ::posix_spawnattr_setpgroup(attributes, 0);
  ::posix_spawnattr_setsigmask(attributes, &none);
  ::posix_spawnattr_setsigdefault(attributes, &to_default);
  const int group = own_group ? POSIX_SPAWN_SETPGROUP : 0;
  ::posix_spawnattr_setflags(attributes,
                             static_cast<short>(group | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF));
}

Result<pid_t> launch_here(const Launch& what) {
  SpawnActions actions;
  SpawnAttributes attributes;
  for (const auto& [ours, its] : what.descriptors) {
    ::posix_spawn_file_actions_adddup2(actions.get(), ours, its);
  }
  set_attributes(attributes.get(), what.own_group);
  const std::vector<std::string> environment = merged_environment(what.environment);
  const auto spawn = what.search_path ? ::posix_spawnp : ::posix_spawn;
  pid_t pid = -1;
  const int error = spawn(&pid, what.arguments[0].c_str(), actions.get(), attributes.get(),
                          as_argv(what.arguments).data(), as_argv(environment).data());
  if (error != 0) return fail(launch_error(what.arguments[0], error));
  return pid;
}

}  // namespace

std::vector<std::string> merged_environment(const std::vector<std::string>& environment) {
  std::vector<std::string> merged;
  std::ranges::copy_if(environment, std::back_inserter(merged),
                       [](const std::string& own) { return own.contains('='); });
  for (char** variable = environ; *variable != nullptr; ++variable) {
    const bool replaced = std::ranges::any_of(
        environment, [&](const std::string& own) { return name_of(own) == name_of(*variable); });
    if (!replaced) merged.emplace_back(*variable);
  }
  return merged;
}

std::vector<char*> as_argv(const std::vector<std::string>& strings) {
  std::vector<char*> pointers;
  pointers.reserve(strings.size() + 1);
  for (const std::string& string : strings) pointers.push_back(const_cast<char*>(string.c_str()));
  pointers.push_back(nullptr);
  return pointers;
}

Error launch_error(const std::string& program, int error_number) {
  const ErrorKind kind = error_number == ENOENT   ? ErrorKind::NotFound
                         : error_number == EACCES ? ErrorKind::Refused
                                                  : ErrorKind::Internal;
  return {kind, program + " cannot be started: " + std::strerror(error_number)};
}

Result<pid_t> launch(const Launch& what) {
  if (what.arguments.empty()) return fail(ErrorKind::Internal, "no program is named");
  if (const Launcher* launcher = Launcher::of_this_process()) return launcher->launch(what);
  return launch_here(what);
}

}  // namespace tlscore
