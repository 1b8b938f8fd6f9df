// Programs that a process starts through its launcher, in a process of the test's own.
#include "tlscore/base/launcher.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>

#include "tlscore/base/call_filter.h"

namespace tlscore {
namespace {

int status_of(pid_t pid) {
  int status = -1;
  ::waitpid(pid, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
}

Launch shell(const std::string& script) {
  return {.arguments = {"/bin/sh", "-c", script}};
}

bool allows_shells(const Launch& what) {
  return what.arguments.front() == "/bin/sh" || what.arguments.front() == "/nowhere/program" ||
         what.arguments.front() == "true";
}

/// Runs `claim` in a child that has a launcher and may start nothing itself; whether it held.
bool holds(bool (*claim)(), int signal_at_parents_end = 0) {
  const pid_t child = ::fork();
  if (child == 0) {
    const auto started =
        Launcher::start({.allows = allows_shells, .signal_at_parents_end = signal_at_parents_end});
    const bool is_bound = started && forbid_calls({}).has_value();
    ::_exit(is_bound && claim() ? 0 : 1);
  }
  return status_of(child) == 0;
}

TEST(LauncherTest, ItsProgramsAreChildrenOfWhoeverAsked) {
  EXPECT_TRUE(holds([] {
    const auto pid = launch(shell("exit 7"));
    return pid && status_of(*pid) == 7;
  }));
}

TEST(LauncherTest, StartsNothingThatIsNotOnItsList) {
  EXPECT_TRUE(holds([] {
    const auto pid = launch({.arguments = {"/bin/true"}});
    return !pid && pid.error().kind == ErrorKind::Refused;
  }));
}

TEST(LauncherTest, SaysThatAProgramIsNotThere) {
  EXPECT_TRUE(holds([] {
    const auto pid = launch({.arguments = {"/nowhere/program"}});
    const bool is_reaped = ::waitpid(-1, nullptr, WNOHANG | __WALL) <= 0;
    return !pid && pid.error().kind == ErrorKind::NotFound && is_reaped;
  }));
}

TEST(LauncherTest, SearchesThePathWhereItIsAskedTo) {
  EXPECT_TRUE(holds([] {
    const auto searched = launch({.arguments = {"true"}, .search_path = true});
    const auto plain = launch({.arguments = {"true"}});
    return searched && status_of(*searched) == 0 && !plain;
  }));
}

TEST(LauncherTest, HandsOverDescriptorsUnderTheirNumbersAndNoOthers) {
  EXPECT_TRUE(holds([] {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) return false;
    Launch what = shell("echo here >&3; ls /proc/self/fd | wc -l >&3");
    what.descriptors = {{ends[1], 3}, {ends[0], 4}};
    const auto pid = launch(what);
    if (!pid || status_of(*pid) != 0) return false;
    std::array<char, 64> text{};
    const ssize_t size = ::read(ends[0], text.data(), text.size());
    // 0, 1, 2, the two, and the folder that ls reads.
    return std::string_view(text.data(), static_cast<std::size_t>(size)) == "here\n6\n";
  }));
}

TEST(LauncherTest, ChangesTheEnvironment) {
  ::setenv("LATCHKEY_TEST_GONE", "there", 1);
  EXPECT_TRUE(holds([] {
    Launch what = shell(R"([ "$LATCHKEY_TEST_NEW" = "new" ] && [ -z "$LATCHKEY_TEST_GONE" ])");
    what.environment = {"LATCHKEY_TEST_NEW=new", "LATCHKEY_TEST_GONE"};
    const auto pid = launch(what);
    return pid && status_of(*pid) == 0;
  }));
  ::unsetenv("LATCHKEY_TEST_GONE");
}

TEST(LauncherTest, MakesAGroupWhereItIsAskedTo) {
  EXPECT_TRUE(holds([] {
    const Launch alone = shell("kill -STOP $$");
    Launch with_us = alone;
    with_us.own_group = false;
    const auto first = launch(alone);
    const auto second = launch(with_us);
    const bool is_good = first && second && ::getpgid(*first) == *first && ::getpgid(*second) == ::getpgrp();
    ::kill(*first, SIGKILL);
    ::kill(*second, SIGKILL);
    return is_good && status_of(*first) == 1000 + SIGKILL && status_of(*second) == 1000 + SIGKILL;
  }));
}

TEST(LauncherTest, ItsProgramsKnowNoSignalsOfOurs) {
  EXPECT_TRUE(holds([] {
    const auto pid = launch(shell("kill -INT $$; exit 3"));
    return pid && status_of(*pid) == 1000 + SIGINT;
  }));
}

TEST(LauncherTest, ItsProgramsEndWithUsWhereThatIsAskedFor) {
  std::array<int, 2> ends{};
  ASSERT_EQ(::pipe(ends.data()), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    ::close(ends[0]);
    const auto started = Launcher::start({.allows = allows_shells, .signal_at_parents_end = SIGKILL});
    Launch what = shell("echo >&3; exec sleep 100");
    what.descriptors = {{ends[1], 3}};
    ::_exit(started && launch(what) ? 0 : 1);
  }
  ::close(ends[1]);
  EXPECT_EQ(status_of(child), 0);
  // The end of the pipe: nobody holds it any more.
  char text = 0;
  while (::read(ends[0], &text, 1) > 0) {
  }
  ::close(ends[0]);
}

}  // namespace
}  // namespace tlscore
