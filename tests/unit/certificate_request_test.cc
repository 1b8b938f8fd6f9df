// Requests to a CA, which mbedTLS reads back.
#include "tlscore/x509/certificate_request.h"

#include <gtest/gtest.h>
#include <mbedtls/x509_csr.h>

#include <array>
#include <string>

#include "tests/unit/x509_test_data.h"
#include "tlscore/x509/private_key.h"

namespace tlscore::x509 {
namespace {

PrivateKey key(const std::string& name) {
  return std::move(*PrivateKey::parse_pem(test_data(name + ".key")));
}

TEST(CertificateRequest, IsReadByOthersWithEachKindOfKey) {
  for (const char* name : {"rsa2048", "p256", "p384"}) {
    SCOPED_TRACE(name);
    PrivateKey holder = key(name);
    const auto draft = draft_certificate_request(
        {.common_name = "Ann Example", .key = holder.public_key(), .mailboxes = {}});
    ASSERT_TRUE(draft) << draft.error().message;
    const auto whole = draft->finish(*holder.sign(draft->request()));
    ASSERT_TRUE(whole) << whole.error().message;
    mbedtls_x509_csr parsed;
    ::mbedtls_x509_csr_init(&parsed);
    ASSERT_EQ(::mbedtls_x509_csr_parse_der(&parsed, whole->data(), whole->size()), 0);
    EXPECT_EQ(parsed.key_usage, kDigitalSignature);
    ::mbedtls_x509_csr_free(&parsed);
  }
}

TEST(CertificateRequest, HasNoSignatureOfAnotherKey) {
  PrivateKey other = key("p384");
  const auto draft =
      draft_certificate_request({.common_name = "Ann", .key = key("p256").public_key(), .mailboxes = {}});
  EXPECT_EQ(draft->finish(*other.sign(draft->request())).error().kind, ErrorKind::Untrusted);
}

TEST(CertificateRequest, RefusesNamesThatAreNone) {
  const PublicKey its_key = key("p256").public_key();
  for (const std::string& name : std::to_array<std::string>({"", "a\nb", "\xff", std::string(65, 'a')}))
    EXPECT_FALSE(draft_certificate_request({.common_name = name, .key = its_key, .mailboxes = {}})) << name;
  EXPECT_FALSE(draft_certificate_request({.common_name = "Ann", .key = its_key, .mailboxes = {"ann"}}));
}

}  // namespace
}  // namespace tlscore::x509
