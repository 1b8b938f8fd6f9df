// Roots, as objects of ours and as a list of mbedTLS's over the same octets.
#include "tlscore/x509/trust_store.h"

#include <mbedtls/x509_crt.h>

#include <algorithm>

#include "tlscore/base/c_handle.h"
#include "tlscore/x509/mbedtls_error.h"
#include "tlscore/x509/mbedtls_hash.h"
#include "tlscore/x509/pem.h"

namespace tlscore::x509 {
namespace {

constexpr const char* kSystemStore = "/etc/ssl/certs/ca-certificates.crt";

Bytes digest_of(const std::vector<Certificate>& roots) {
  std::vector<Bytes> ders;
  ders.reserve(roots.size());
  for (const Certificate& root : roots) ders.emplace_back(root.der().begin(), root.der().end());
  std::ranges::sort(ders);
  const auto repeated = std::ranges::unique(ders);
  ders.erase(repeated.begin(), repeated.end());
  Bytes all;
  // A DER says its own length, so nothing has to be put between them.
  for (const Bytes& der : ders) all.insert(all.end(), der.begin(), der.end());
  return sha256(all);
}

}  // namespace

struct TrustStore::Data {
  std::vector<Certificate> roots;
  Bytes digest;
  // Points into the DERs of `roots`, so it goes first.
  CValue<mbedtls_x509_crt, mbedtls_x509_crt_init, mbedtls_x509_crt_free> list;
};

TrustStore::TrustStore(std::shared_ptr<Data> data) : m_data(std::move(data)) {}

Result<TrustStore> TrustStore::from_certificates(std::vector<Certificate> roots) {
  auto data = std::make_shared<Data>();
  data->roots = std::move(roots);
  data->digest = digest_of(data->roots);
  for (const Certificate& root : data->roots) {
    const int code = ::mbedtls_x509_crt_parse_der_with_ext_cb(
        data->list.get(), root.der().data(), root.der().size(), 0, accept_name_constraints, nullptr);
    if (code != 0) return fail(mbedtls_error("trusted certificate", code));
  }
  return TrustStore(std::move(data));
}

Result<TrustStore> TrustStore::system() {
  const std::string text = TRY(read_file(kSystemStore));
  std::vector<Certificate> roots;
  for (const Bytes& block : TRY(parse_pem(text, "CERTIFICATE"))) {
    auto root = Certificate::parse_der(block);
    if (root) roots.push_back(std::move(*root));
  }
  if (roots.empty()) {
    return fail(ErrorKind::NotFound, std::string("there is no usable certificate in ") + kSystemStore);
  }
  return from_certificates(std::move(roots));
}

Result<TrustStore> TrustStore::from_file(const std::string& path) {
  return from_certificates(TRY(load_certificates(path)));
}

const std::vector<Certificate>& TrustStore::roots() const {
  return m_data->roots;
}
const Bytes& TrustStore::digest() const {
  return m_data->digest;
}

mbedtls_x509_crt* TrustStore::handle() const {
  return m_data->roots.empty() ? nullptr : m_data->list.get();
}

}  // namespace tlscore::x509
