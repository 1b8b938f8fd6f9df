// One conversation with gpg through GPGME: offline, limited in time, and sure to have come to its end.
#pragma once

#include <gpgme.h>

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "tlscore/base/bytes.h"
#include "tlscore/base/c_handle.h"

namespace openpgp_auth {

using GpgmeKey = tlscore::CHandle<_gpgme_key, gpgme_key_unref>;

/// For one thread, and one operation after the other. Blocks for kGpgLimit at most (limited_gpg.h), apart
/// from a gpg that the kernel itself holds up. Every operation fails with TimedOut or Internal when gpg did
/// not end by itself: half an answer is none.
class GpgmeContext {
 public:
  /// `program` is a path to our own binary under the name "gpg" (limited_gpg.h); `home` a folder that exists.
  static tlscore::Result<GpgmeContext> create(const std::string& program, const std::string& home);

  /// Called with each key found; an error ends the listing.
  using OnKey = std::function<tlscore::Result<void>(const _gpgme_key& key)>;

  /// The public keys that one of `patterns` names: fingerprints or key IDs. At least one pattern; that there
  /// is no such key is no error. Fails also as `on_key` does.
  tlscore::Result<void> list(const std::vector<std::string>& patterns, const OnKey& on_key);
  /// Every public key.
  tlscore::Result<void> list_all(const OnKey& on_key);

  /// Imports `octets`, binary or armored. Returns the fingerprints of the primary keys in it, lower case,
  /// each once. Fails with Malformed where there is no certificate that holds, and Refused for a secret key.
  tlscore::Result<std::vector<std::string>> import(tlscore::ByteView octets);

  /// The certificate as the keyring has it, in binary, without signatures of others and without images. Fails
  /// with NotFound, and TooLarge over `max_bytes`.
  tlscore::Result<tlscore::Bytes> export_minimal(const std::string& fingerprint, std::size_t max_bytes);

 private:
  /// What the status lines of the operation said. GPGME keeps its address.
  struct Status {
    int ended = -1;            // kGpgEndedKeyword's number
    bool no_such_key = false;  // an ERROR line says so
    gpgme_err_code_t error{};  // of any other ERROR line
  };

  GpgmeContext() = default;
  static gpgme_error_t on_status(void* status, const char* keyword, const char* arguments) noexcept;
  tlscore::Result<void> finish(gpgme_error_t error, std::string_view doing);
  tlscore::Result<void> finish_search(gpgme_error_t error, std::string_view doing);
  tlscore::Result<void> list_started(const OnKey& on_key);

  std::unique_ptr<Status> m_status;
  tlscore::CHandle<gpgme_context, gpgme_release> m_context;
};

}  // namespace openpgp_auth
