// Another program, run to its end.
#include "tlscore/base/run_program.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/time.h>

namespace tlscore {
namespace {

TEST(RunProgram, GivesItInputAndTakesWhatItWrites) {
  const auto end = run_program({"sh", "-c", "tr a-z A-Z; echo no >&2; exit 3"}, "text");
  ASSERT_TRUE(end) << end.error().message;
  EXPECT_EQ(end->status, 3);
  EXPECT_EQ(end->output, "TEXT");
  EXPECT_EQ(end->errors, "no ");
}

TEST(RunProgram, TellsOfASignalAsShellsDo) {
  EXPECT_EQ(run_program({"sh", "-c", "kill -TERM $$"}, "")->status, 143);
}

TEST(RunProgram, RefusesAProgramThatIsNotThere) {
  EXPECT_EQ(run_program({"latchkey-no-such-program"}, "").error().kind, tlscore::ErrorKind::NotFound);
}

TEST(RunProgram, WaitsThroughSignals) {
  struct sigaction heard{};
  heard.sa_handler = [](int) {};
  struct sigaction before{};
  ASSERT_EQ(::sigaction(SIGALRM, &heard, &before), 0);
  const itimerval often{.it_interval = {.tv_sec = 0, .tv_usec = 5000},
                        .it_value = {.tv_sec = 0, .tv_usec = 5000}};
  ::setitimer(ITIMER_REAL, &often, nullptr);
  const auto end = run_program({"sh", "-c", "sleep 0.1; echo done"}, "");
  const itimerval never{};
  ::setitimer(ITIMER_REAL, &never, nullptr);
  ::sigaction(SIGALRM, &before, nullptr);
  ASSERT_TRUE(end) << end.error().message;
  EXPECT_EQ(end->output, "done\n");
}

TEST(RunProgram, EndsWhatTakesTooLong) {
  const auto end = run_program({"sleep", "100"}, "", std::chrono::milliseconds(50));
  ASSERT_FALSE(end);
  EXPECT_EQ(end.error().kind, ErrorKind::TimedOut);
}

TEST(RunProgram, DropsOutputThatIsTooMuch) {
  EXPECT_EQ(run_program({"head", "-c", "3000000", "/dev/zero"}, "")->output.size(), std::size_t{1} << 21U);
}

}  // namespace
}  // namespace tlscore
