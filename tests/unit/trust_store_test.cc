// Roots: the system's, a file's, and the digest that caches are keyed by.
#include "tlscore/x509/trust_store.h"

#include <gtest/gtest.h>

#include <algorithm>

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
  for (const Certificate& root : store->roots()) {
    const auto found = store->with_subject(root.subject_key());
    EXPECT_NE(std::ranges::find(found, root), found.end()) << root.subject();
  }
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

TEST(TrustStore, FindsAllRootsOfOneName) {
  const Certificate a = test_certificates("constrained.pem").front();
  const Certificate b = test_certificates("constrained-loosely.pem").front();
  const Certificate other = test_certificates("root.pem").front();
  const auto store = TrustStore::from_certificates({a, other, b});
  EXPECT_EQ(store->with_subject(a.subject_key()), (std::vector{a, b}));
  EXPECT_TRUE(store->with_subject("").empty());
  EXPECT_TRUE(TrustStore::from_certificates({})->with_subject(a.subject_key()).empty());
}

TEST(TrustStore, HoldsABoundedNumber) {
  const std::vector<Certificate> many(4097, test_certificates("root.pem").front());
  EXPECT_EQ(TrustStore::from_certificates(many).error().kind, ErrorKind::TooLarge);
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
