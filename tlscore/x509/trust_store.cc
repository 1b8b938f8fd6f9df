// Roots, found by their subjects.
#include "tlscore/x509/trust_store.h"

#include <algorithm>
#include <map>

#include "tlscore/x509/digest.h"
#include "tlscore/x509/local_ca.h"
#include "tlscore/x509/pem.h"

namespace tlscore::x509 {
namespace {

constexpr std::size_t kMaxRoots = 4096;

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
  std::multimap<std::string, Certificate> by_subject;
};

TrustStore::TrustStore(std::shared_ptr<const Data> data) : m_data(std::move(data)) {}

Result<TrustStore> TrustStore::from_certificates(std::vector<Certificate> roots) {
  if (roots.size() > kMaxRoots) return fail(ErrorKind::TooLarge, "more than 4096 trusted certificates");
  auto data = std::make_shared<Data>();
  data->roots = std::move(roots);
  data->digest = digest_of(data->roots);
  for (const Certificate& root : data->roots) data->by_subject.emplace(root.subject_key(), root);
  return TrustStore(std::move(data));
}

Result<TrustStore> TrustStore::system() {
  const std::string text = TRY(read_file(kSystemStore));
  std::vector<Certificate> roots;
  for (const Bytes& block : TRY(parse_pem(text, "CERTIFICATE"))) {
    auto root = Certificate::parse_der(block);
    if (root && !is_of_local_ca(*root)) roots.push_back(std::move(*root));
  }
  if (roots.empty()) {
    return fail(ErrorKind::NotFound, std::string("there is no usable certificate in ") + kSystemStore);
  }
  return from_certificates(std::move(roots));
}

Result<TrustStore> TrustStore::from_file(const std::string& path) {
  auto roots = TRY(load_certificates(path));
  if (std::ranges::any_of(roots, is_of_local_ca))
    return fail(ErrorKind::Refused,
                path + " holds a local CA of Latchkey's, which proves nothing about a server");
  return from_certificates(std::move(roots));
}

const std::vector<Certificate>& TrustStore::roots() const {
  return m_data->roots;
}
const Bytes& TrustStore::digest() const {
  return m_data->digest;
}

std::vector<Certificate> TrustStore::with_subject(const std::string& subject_key) const {
  std::vector<Certificate> found;
  const auto [begin, end] = m_data->by_subject.equal_range(subject_key);
  for (auto entry = begin; entry != end; ++entry) found.push_back(entry->second);
  return found;
}

}  // namespace tlscore::x509
