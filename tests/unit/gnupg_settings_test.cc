// The lines by which scdaemon shares a card.
#include "tlscore/token/gnupg_settings.h"

#include <gtest/gtest.h>

namespace tlscore::token {
namespace {

using Lines = std::vector<std::string>;

TEST(GnupgSettings, BothLinesAreMissingInAnEmptyFile) {
  EXPECT_EQ(missing_sharing_lines(""), (Lines{"disable-ccid", "pcsc-shared"}));
}

TEST(GnupgSettings, LinesAreFoundAnywhereAndWithDashes) {
  EXPECT_EQ(missing_sharing_lines("reader-port 1\n  --disable-ccid # past libusb\npcsc-shared"), Lines());
}

TEST(GnupgSettings, ACommentAndALongerWordAreNotTheLine) {
  EXPECT_EQ(missing_sharing_lines("# disable-ccid\npcsc-shared-not\n"),
            (Lines{"disable-ccid", "pcsc-shared"}));
}

}  // namespace
}  // namespace tlscore::token
