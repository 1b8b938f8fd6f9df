// A private key that lies in memory: the demo party's, the gate's, the tests'. Never a user's: those are on
// tokens.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "tlscore/x509/public_key.h"

struct mbedtls_pk_context;

namespace tlscore::x509 {

/// Owns the key, and wipes it when it goes. One thread at a time may sign.
class PrivateKey {
 public:
  /// A fresh key on P-256. Fails with Internal.
  static Result<PrivateKey> generate_p256();

  /// Reads an unencrypted PEM key, PKCS#8, PKCS#1 or SEC 1. Fails with Malformed; Unsupported for an
  /// encrypted one or another kind of key than RSA, P-256 and P-384; TooLarge over 32 KiB.
  static Result<PrivateKey> parse_pem(std::string_view pem);

  ~PrivateKey();
  PrivateKey(PrivateKey&&) noexcept;
  PrivateKey& operator=(PrivateKey&&) noexcept;
  PrivateKey(const PrivateKey&) = delete;
  PrivateKey& operator=(const PrivateKey&) = delete;

  [[nodiscard]] const PublicKey& public_key() const;

  /// Signs the digest. Fails with Unsupported when the scheme does not fit the key, Malformed when the digest
  /// does not fit its hash, Internal when the library fails.
  [[nodiscard]] Result<Bytes> sign(const SignatureRequest& request);

  /// Unencrypted PEM, SEC 1 or PKCS#1, for a file that only its owner reads; whoever takes it wipes it. Fails
  /// with Internal.
  [[nodiscard]] Result<std::string> to_pem() const;

  /// For mbedTLS (`mbedtls_ssl_conf_own_cert`); never null; valid as long as this key, also when it moves.
  [[nodiscard]] mbedtls_pk_context* handle();

 private:
  struct Data;
  explicit PrivateKey(std::unique_ptr<Data> data);
  static Result<PrivateKey> finish(std::unique_ptr<Data> data);

  std::unique_ptr<Data> m_data;
};

}  // namespace tlscore::x509
