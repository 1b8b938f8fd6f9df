// GPGME's operations, each followed by a look at how gpg ended.
#include "openpgp-auth/gpgme_context.h"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <mutex>

#include "openpgp-auth/limited_gpg.h"

namespace openpgp_auth {

using tlscore::Bytes;
using tlscore::ByteView;
using tlscore::ErrorKind;
using tlscore::fail;
using tlscore::Result;

namespace {

constexpr const char* kOldestGpgme = "1.18.0";

using Data = tlscore::CHandle<gpgme_data, gpgme_data_release>;

/// GPGME's code as an Error, naming the operation.
auto gpgme_failure(gpgme_error_t error, std::string_view doing) {
  const gpgme_err_code_t code = ::gpgme_err_code(error);
  const ErrorKind kind = code == GPG_ERR_NO_PUBKEY || code == GPG_ERR_NOT_FOUND ? ErrorKind::NotFound
                         : code == GPG_ERR_NO_DATA || code == GPG_ERR_BAD_DATA  ? ErrorKind::Malformed
                                                                                : ErrorKind::Internal;
  return fail(kind, std::string(doing) + ": " + ::gpgme_strerror(error) + " (GnuPG)");
}

bool is_no_such_key(gpgme_err_code_t code) {
  return code == GPG_ERR_NO_PUBKEY || code == GPG_ERR_NOT_FOUND || code == GPG_ERR_NO_DATA;
}

/// Takes what gpg writes, up to a limit.
struct BoundedSink {
  Bytes octets;
  std::size_t max_bytes;
};

gpgme_ssize_t write_to_sink(void* handle, const void* buffer, std::size_t size) noexcept {
  auto& sink = *static_cast<BoundedSink*>(handle);
  if (size > sink.max_bytes - sink.octets.size()) {
    errno = EFBIG;
    return -1;
  }
  const auto* const begin = static_cast<const std::uint8_t*>(buffer);
  sink.octets.insert(sink.octets.end(), begin, begin + size);
  return static_cast<gpgme_ssize_t>(size);
}

void start_gpgme() {
  static std::once_flag once;
  std::call_once(once, [] { ::gpgme_check_version(kOldestGpgme); });
}

}  // namespace

gpgme_error_t GpgmeContext::on_status(void* status, const char* keyword, const char* arguments) noexcept {
  auto& seen = *static_cast<Status*>(status);
  const std::string_view text(arguments);
  if (keyword == kGpgEndedKeyword) {
    std::from_chars(text.data(), text.data() + text.size(), seen.ended);
  } else if (std::string_view(keyword) == "ERROR") {
    // "keylist.getkey 9": where, and a code with its source in the upper octets.
    const std::size_t space = text.find(' ');
    unsigned error = 0;
    if (space == std::string_view::npos) return 0;
    std::from_chars(text.data() + space + 1, text.data() + text.size(), error);
    if (is_no_such_key(::gpgme_err_code(error))) {
      seen.no_such_key = true;
    } else {
      seen.error = ::gpgme_err_code(error);
    }
  }
  return 0;
}

Result<GpgmeContext> GpgmeContext::create(const std::string& program, const std::string& home) {
  start_gpgme();
  gpgme_ctx_t raw = nullptr;
  if (const auto error = ::gpgme_new(&raw)) return gpgme_failure(error, "starting GPGME");
  GpgmeContext context;
  context.m_context.reset(raw);
  context.m_status = std::make_unique<Status>();
  if (const auto error = ::gpgme_set_protocol(raw, GPGME_PROTOCOL_OpenPGP)) {
    return gpgme_failure(error, "choosing OpenPGP");
  }
  if (const auto error =
          ::gpgme_ctx_set_engine_info(raw, GPGME_PROTOCOL_OpenPGP, program.c_str(), home.c_str())) {
    return gpgme_failure(error, "starting gpg (is GnuPG installed?)");
  }
  ::gpgme_set_offline(raw, 1);
  ::gpgme_set_armor(raw, 0);
  ::gpgme_set_pinentry_mode(raw, GPGME_PINENTRY_MODE_ERROR);
  if (const auto error = ::gpgme_set_ctx_flag(raw, "full-status", "1")) {
    return gpgme_failure(error, "asking GPGME for all status lines");
  }
  ::gpgme_set_status_cb(raw, on_status, context.m_status.get());
  return context;
}

Result<void> GpgmeContext::finish(gpgme_error_t error, std::string_view doing) {
  const Status status = std::exchange(*m_status, {});
  if (status.ended == kGpgNotStarted) {
    return fail(ErrorKind::NotFound, std::string(doing) + ": cannot start gpg; install GnuPG");
  }
  if (status.ended < 0 || status.ended > kGpgDiedOfSignal) {
    return fail(ErrorKind::TimedOut, std::string(doing) + ": gpg did not come to its end");
  }
  if (error != 0) return gpgme_failure(error, doing);
  if (status.error != 0) return gpgme_failure(status.error, doing);
  return {};
}

Result<void> GpgmeContext::finish_search(gpgme_error_t error, std::string_view doing) {
  const Status status = *m_status;
  TRY(finish(error, doing));
  // Whatever else goes wrong, a trustdb that is broken for one, is told by the exit status alone.
  if (status.ended == 0 || status.no_such_key) return {};
  return fail(ErrorKind::Internal,
              std::string(doing) + ": gpg ended with status " + std::to_string(status.ended));
}

Result<void> GpgmeContext::list_started(const OnKey& on_key) {
  for (;;) {
    gpgme_key_t raw = nullptr;
    const gpgme_error_t error = ::gpgme_op_keylist_next(m_context.get(), &raw);
    if (::gpgme_err_code(error) == GPG_ERR_EOF) break;
    if (error != 0) return finish(error, "listing keys");
    const GpgmeKey key(raw);
    TRY(on_key(*key));
  }
  return finish_search(0, "listing keys");
}

Result<void> GpgmeContext::list(const std::vector<std::string>& patterns, const OnKey& on_key) {
  std::vector<const char*> pointers;
  pointers.reserve(patterns.size() + 1);
  for (const std::string& pattern : patterns) pointers.push_back(pattern.c_str());
  pointers.push_back(nullptr);
  ::gpgme_set_keylist_mode(m_context.get(), GPGME_KEYLIST_MODE_LOCAL | GPGME_KEYLIST_MODE_WITH_TOFU);
  if (const auto error = ::gpgme_op_keylist_ext_start(m_context.get(), pointers.data(), 0, 0)) {
    return finish(error, "listing keys");
  }
  return list_started(on_key);
}

Result<void> GpgmeContext::list_all(const OnKey& on_key) {
  ::gpgme_set_keylist_mode(m_context.get(), GPGME_KEYLIST_MODE_LOCAL);
  if (const auto error = ::gpgme_op_keylist_start(m_context.get(), nullptr, 0)) {
    return finish(error, "listing keys");
  }
  return list_started(on_key);
}

Result<std::vector<std::string>> GpgmeContext::import(ByteView octets) {
  gpgme_data_t raw = nullptr;
  if (const auto error =
          ::gpgme_data_new_from_mem(&raw, reinterpret_cast<const char*>(octets.data()), octets.size(), 0)) {
    return gpgme_failure(error, "reading the certificate");
  }
  const Data data(raw);
  TRY(finish(::gpgme_op_import(m_context.get(), data.get()), "reading the certificate"));
  const auto* const result = ::gpgme_op_import_result(m_context.get());
  if (result == nullptr) return fail(ErrorKind::Internal, "GnuPG says nothing of the certificate");
  if (result->secret_read > 0) return fail(ErrorKind::Refused, "this is a secret key, and not a certificate");
  std::vector<std::string> fingerprints;
  for (const auto* entry = result->imports; entry != nullptr; entry = entry->next) {
    if (entry->result != 0 || entry->fpr == nullptr) continue;
    std::string fingerprint = tlscore::to_lower(entry->fpr);
    if (std::ranges::find(fingerprints, fingerprint) == fingerprints.end())
      fingerprints.push_back(std::move(fingerprint));
  }
  if (fingerprints.empty()) {
    return fail(ErrorKind::Malformed, "GnuPG finds no OpenPGP certificate with a good self-signature in it");
  }
  return fingerprints;
}

Result<Bytes> GpgmeContext::export_minimal(const std::string& fingerprint, std::size_t max_bytes) {
  BoundedSink sink{{}, max_bytes};
  gpgme_data_cbs callbacks{.read = nullptr, .write = write_to_sink, .seek = nullptr, .release = nullptr};
  gpgme_data_t raw = nullptr;
  if (const auto error = ::gpgme_data_new_from_cbs(&raw, &callbacks, &sink)) {
    return gpgme_failure(error, "exporting a key");
  }
  const Data data(raw);
  const auto error =
      ::gpgme_op_export(m_context.get(), fingerprint.c_str(), GPGME_EXPORT_MODE_MINIMAL, data.get());
  if (::gpgme_err_code(error) == GPG_ERR_EFBIG) {
    *m_status = {};
    return fail(ErrorKind::TooLarge, "the key " + fingerprint + " has more than " +
                                         std::to_string(max_bytes) + " bytes in the keyring");
  }
  TRY(finish_search(error, "exporting a key"));
  if (sink.octets.empty()) return fail(ErrorKind::NotFound, "the keyring has no key " + fingerprint);
  return std::move(sink.octets);
}

}  // namespace openpgp_auth
