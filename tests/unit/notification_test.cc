// Text for a desktop that reads markup. The rest needs a desktop:
// tests/functional/test_question_notifications.py.
#include "udev/notification.h"

#include <gtest/gtest.h>

namespace udev {
namespace {

TEST(Notification, EscapesWhatMarkupIsMadeOf) {
  EXPECT_EQ(escape_markup("<b>a & b</b> &lt;"), "&lt;b&gt;a &amp; b&lt;/b&gt; &amp;lt;");
  EXPECT_EQ(escape_markup("Jane's \"key\"\n\xc3\xa4"), "Jane's \"key\"\n\xc3\xa4");
  EXPECT_EQ(escape_markup(""), "");
}

}  // namespace
}  // namespace udev
