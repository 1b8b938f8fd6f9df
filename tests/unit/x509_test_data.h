// Files of tests/data/x509, which make.sh made with OpenSSL.
#pragma once

#include <gtest/gtest.h>

#include <string>

#include "tlscore/x509/certificate.h"
#include "tlscore/x509/pem.h"

namespace tlscore::x509 {

inline std::string test_data_path(const std::string& name) {
  return "tests/data/x509/" + name;
}

/// A whole file; tests run in the repository's root.
inline std::string test_data(const std::string& name) {
  auto text = read_file(test_data_path(name));
  EXPECT_TRUE(text) << text.error().message;
  return text ? *text : "";
}

inline std::vector<Certificate> test_certificates(const std::string& name) {
  auto certificates = load_certificates(test_data_path(name));
  EXPECT_TRUE(certificates) << certificates.error().message;
  return certificates ? *certificates : std::vector<Certificate>{};
}

}  // namespace tlscore::x509
