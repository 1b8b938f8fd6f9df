// What is sent of a page that changes.
#include "proxy/status_stream.h"

#include <gtest/gtest.h>

namespace proxy {
namespace {

TEST(StatusStream, SendsEverythingFirst) {
  EXPECT_EQ(events_for({{"a", "<p>1</p>\n"}, {"b", "x\ny\n"}}, {}),
            "event: a\ndata: <p>1</p>\n\nevent: b\ndata: x\ndata: y\n\n");
}

TEST(StatusStream, SendsThenOnlyWhatChanged) {
  EXPECT_EQ(events_for({{"a", "1"}, {"b", "3"}}, {{"a", "1"}, {"b", "2"}}), "event: b\ndata: 3\n\n");
  EXPECT_EQ(events_for({{"a", "1"}}, {{"a", "1"}}), "");
}

TEST(StatusStream, TellsThatAPartIsEmptyNow) {
  EXPECT_EQ(events_for({{"a", ""}}, {{"a", "1"}}), "event: a\ndata: \n\n");
}

TEST(StatusStream, KeepsEmptyLinesWithinAPart) {
  EXPECT_EQ(events_for({{"a", "1\n\n2"}}, {}), "event: a\ndata: 1\ndata: \ndata: 2\n\n");
}

}  // namespace
}  // namespace proxy
