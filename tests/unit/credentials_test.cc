// Who may go where no party is: the credentials of `latchkey exec`, and how they arrive.
#include "proxy/credentials.h"

#include <gtest/gtest.h>

#include "proxy/proxy_authorization.h"
#include "tlscore/base/bytes.h"

namespace proxy {
namespace {

TEST(Credentials, AreGoodForAsLongAsTheirLease) {
  Credentials all;
  Credential kept;
  {
    const Credentials::Lease lease(all);
    kept = lease.credential();
    EXPECT_TRUE(all.valid(kept));
    EXPECT_FALSE(all.valid({kept.user, kept.password + "0"}));
    EXPECT_FALSE(all.valid({"other", kept.password}));
    EXPECT_FALSE(all.valid({kept.user, ""}));
  }
  EXPECT_FALSE(all.valid(kept));
}

TEST(Credentials, AreAllDifferent) {
  Credentials all;
  const Credentials::Lease first(all);
  const Credentials::Lease second(all);
  EXPECT_NE(first.credential().password, second.credential().password);
}

HttpRequest request_with(const std::string& value) {
  HttpRequest request;
  request.headers.push_back({"Proxy-Authorization", value});
  return request;
}

TEST(ProxyAuthorization, ReadsTheBasicScheme) {
  const auto credential =
      proxy_authorization(request_with("basic " + tlscore::to_base64(tlscore::as_bytes("exec:a:b"))));
  ASSERT_TRUE(credential.has_value());
  EXPECT_EQ(*credential, (Credential{"exec", "a:b"}));
}

TEST(ProxyAuthorization, TakesAnythingElseForNone) {
  EXPECT_FALSE(proxy_authorization(HttpRequest{}).has_value());
  EXPECT_FALSE(proxy_authorization(request_with("Bearer abc")).has_value());
  EXPECT_FALSE(proxy_authorization(request_with("Basic")).has_value());
  EXPECT_FALSE(proxy_authorization(request_with("Basic ****")).has_value());
  EXPECT_FALSE(proxy_authorization(request_with("Basic " + tlscore::to_base64(tlscore::as_bytes("no colon"))))
                   .has_value());
}

}  // namespace
}  // namespace proxy
