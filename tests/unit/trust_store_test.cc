// Roots: the system's, a file's, and the digest that caches are keyed by.
#include "tlscore/x509/trust_store.h"

#include <gtest/gtest.h>

#include "tests/unit/x509_test_data.h"

namespace tlscore::x509 {
namespace {

Bytes digest_of(std::vector<Certificate> roots) {
  return TrustStore::from_certificates(std::move(roots))->digest();
}

TEST(TrustStore, ReadsTheSystems) {
  const auto store = TrustStore::system();
  ASSERT_TRUE(store) << store.error().message;
  EXPECT_GT(store->roots().size(), 50U);
  EXPECT_NE(store->handle(), nullptr);
}

TEST(TrustStore, ReadsAFile) {
  const auto store = TrustStore::from_file(test_data_path("root.pem"));
  ASSERT_TRUE(store);
  EXPECT_EQ(store->roots(), test_certificates("root.pem"));
}

TEST(TrustStore, RefusesAFileWithoutReadableCertificates) {
  EXPECT_EQ(TrustStore::from_file("/nonexistent").error().kind, ErrorKind::NotFound);
  EXPECT_EQ(TrustStore::from_file(test_data_path("p256.key")).error().kind, ErrorKind::NotFound);
  EXPECT_EQ(TrustStore::from_file(test_data_path("unknown-critical.pem")).error().kind,
            ErrorKind::Unsupported);
  EXPECT_EQ(TrustStore::from_file("tests").error().kind, ErrorKind::Internal) << "a folder";
}

TEST(TrustStore, WithoutRootsHasNoList) {
  EXPECT_EQ(TrustStore::from_certificates({})->handle(), nullptr);
}

TEST(TrustStore, ItsDigestIsOfTheSet) {
  const Certificate a = test_certificates("root.pem").front();
  const Certificate b = test_certificates("intermediate.pem").front();
  EXPECT_EQ(digest_of({a, b}), digest_of({b, a}));
  EXPECT_EQ(digest_of({a, b, a}), digest_of({a, b}));
  EXPECT_NE(digest_of({a}), digest_of({a, b}));
  EXPECT_NE(digest_of({a}), digest_of({b}));
}

}  // namespace
}  // namespace tlscore::x509
