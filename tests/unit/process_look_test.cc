// The process table through a pipe.
#include "tlscore/token/process_look.h"

#include <gtest/gtest.h>

namespace tlscore::token {
namespace {

const std::vector<Process> kProcesses = {{.pid = 42, .owner = 1000, .name = "scdaemon"},
                                         {.pid = 4711,
                                          .owner = 0,
                                          .name = "",
                                          .is_hidden = false,
                                          .open = {"socket:[2]", "/dev/bus/usb/001/002"}}};

TEST(ProcessLook, GivesWhatWasRead) {
  EXPECT_EQ(decode_processes(encode_processes(kProcesses)).value(), kProcesses);
  EXPECT_TRUE(decode_processes({}).value().empty());
}

TEST(ProcessLook, RefusesWhatIsCutShort) {
  const Bytes octets = encode_processes({kProcesses[1]});
  for (std::size_t n = 1; n < octets.size(); ++n)
    EXPECT_FALSE(decode_processes(ByteView(octets).first(n)).has_value()) << n;
}

TEST(ProcessLook, RefusesAFlagThatIsNone) {
  Bytes octets = encode_processes({kProcesses[0]});
  octets[8] = 2;
  EXPECT_FALSE(decode_processes(octets).has_value());
}

}  // namespace
}  // namespace tlscore::token
