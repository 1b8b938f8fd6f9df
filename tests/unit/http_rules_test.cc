// The rules by themselves, where Boost.Beast would refuse as well: they must hold whatever stands in front of
// them.
#include "proxy/http_rules.h"

#include <gtest/gtest.h>

namespace proxy {
namespace {

bool accepts(const HttpHeaders& headers) {
  return make_request("POST", "http://a.example/", 1, headers).has_value();
}

TEST(HttpRules, AcceptOneWayToFrameABody) {
  EXPECT_TRUE(accepts({{"Transfer-Encoding", "chunked"}}));
  EXPECT_TRUE(accepts({{"Content-Length", "5"}}));
  EXPECT_TRUE(accepts({{"Content-Length", "5"}, {"content-length", "5"}}));
}

TEST(HttpRules, RefuseTwoWaysToFrameABody) {
  EXPECT_FALSE(accepts({{"Content-Length", "5"}, {"Transfer-Encoding", "chunked"}}));
  EXPECT_FALSE(accepts({{"Transfer-Encoding", "chunked"}, {"Content-Length", "0"}}));
  EXPECT_FALSE(accepts({{"Transfer-Encoding", "chunked"}, {"transfer-encoding", "chunked"}}));
  EXPECT_FALSE(accepts({{"Transfer-Encoding", "chunked"}, {"Transfer-Encoding", "gzip"}}));
  EXPECT_FALSE(accepts({{"Content-Length", "5"}, {"Content-Length", "6"}}));
}

TEST(HttpRules, TellTheStatusOfEachFailure) {
  EXPECT_EQ(status_for({tlscore::ErrorKind::Malformed, "x"}), 400);
  EXPECT_EQ(status_for({tlscore::ErrorKind::TooLarge, "x"}), 431);
  EXPECT_EQ(status_for({tlscore::ErrorKind::Unsupported, "x"}), 505);
}

}  // namespace
}  // namespace proxy
