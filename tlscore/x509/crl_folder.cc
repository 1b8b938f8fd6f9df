// The folder's files, and which of their lists speaks for whom.
#include "tlscore/x509/crl_folder.h"

#include <dirent.h>
#include <mbedtls/x509_crt.h>
#include <sys/stat.h>

#include <algorithm>

#include "tlscore/base/c_handle.h"
#include "tlscore/x509/date.h"
#include "tlscore/x509/digest.h"
#include "tlscore/x509/pem.h"

namespace tlscore::x509 {
namespace {

constexpr std::size_t kMaxFiles = 256;

std::unexpected<Error> untrusted(const std::string& sentence) {
  return fail(ErrorKind::Untrusted, sentence);
}

bool is_crl_name(std::string_view name) {
  for (const std::string_view ending : {".crl", ".pem", ".der"}) {
    if (name.size() > ending.size() && name.ends_with(ending)) return true;
  }
  // As OpenSSL's rehash calls them.
  return name.size() > 3 && name.substr(name.size() - 3, 2) == ".r" && name.back() >= '0' &&
         name.back() <= '9';
}

/// Whole paths, in order.
Result<std::vector<std::string>> list_files(const std::string& folder) {
  const CHandle<DIR, ::closedir> opened(::opendir(folder.c_str()));
  if (!opened) return fail(ErrorKind::NotFound, folder + " is not a folder that can be read");
  std::vector<std::string> files;
  while (const dirent* entry = ::readdir(opened.get())) {
    if (!is_crl_name(entry->d_name)) continue;
    if (files.size() == kMaxFiles) return fail(ErrorKind::TooLarge, folder + " holds more than 256 CRLs");
    files.push_back(folder + "/" + entry->d_name);
  }
  std::ranges::sort(files);
  return files;
}

/// Names, places, sizes and times: another text when something was changed.
std::string state_of(const std::vector<std::string>& files) {
  std::string state;
  for (const std::string& file : files) {
    struct stat status{};
    const bool is_there = ::stat(file.c_str(), &status) == 0;
    state += file + '\0';
    if (!is_there) continue;
    for (const auto number : {std::int64_t{status.st_size}, static_cast<std::int64_t>(status.st_ino),
                              std::int64_t{status.st_mtim.tv_sec}, std::int64_t{status.st_mtim.tv_nsec}})
      state += std::to_string(number) + ' ';
  }
  return state;
}

Bytes copy(ByteView octets) {
  return {octets.begin(), octets.end()};
}

ByteView serial_of(const Certificate& certificate) {
  const auto& serial = certificate.handle()->serial;
  return {serial.p, serial.len};
}

}  // namespace

Result<CrlFolder> CrlFolder::open(std::string folder) {
  CrlFolder opened(std::move(folder));
  TRY(opened.read());
  return opened;
}

Result<void> CrlFolder::refresh() {
  const auto files = TRY(list_files(m_folder));
  return state_of(files) == m_state ? Result<void>() : read();
}

Result<void> CrlFolder::read() {
  m_state.clear();
  m_crls.clear();
  m_checked.clear();
  const auto files = TRY(list_files(m_folder));
  const std::string state = state_of(files);
  Bytes digests;
  for (const std::string& file : files) {
    const std::string octets = TRY(read_file(file));
    const Bytes digest = sha256(as_bytes(octets));
    digests.insert(digests.end(), digest.begin(), digest.end());
    const auto crls = parse_crls(octets);
    if (!crls) return fail(file, crls.error());
    m_crls.insert(m_crls.end(), crls->begin(), crls->end());
  }
  m_state = state;
  m_digest = sha256(digests);
  return {};
}

/// Whether that key of the CA signed it. Another key of the same name may have: then it speaks of others.
Result<bool> CrlFolder::is_of(const Crl& crl, const Certificate& issuer) {
  if (crl.issuer_key() != issuer.subject_key()) return false;
  const auto place = static_cast<std::size_t>(&crl - m_crls.data());
  const auto [known, is_new] = m_checked.try_emplace({place, issuer.public_key().spki_sha256()}, false);
  if (is_new) known->second = crl.check_signature(issuer).has_value();
  if (known->second) return true;
  const ByteView named = crl.authority_key_identifier();
  const ByteView own = issuer.subject_key_identifier();
  if (!named.empty() && !own.empty() && !std::ranges::equal(named, own)) return false;
  return untrusted("the CRL of " + issuer.subject() + " is not signed by it");
}

/// The lists that count, by their scopes.
Result<std::map<Bytes, const Crl*>> CrlFolder::newest_of(const Certificate& issuer) {
  std::map<Bytes, const Crl*> newest;
  for (const Crl& crl : m_crls) {
    if (!TRY(is_of(crl, issuer))) continue;
    const Crl*& place = newest[copy(crl.scope())];
    if (place == nullptr || place->this_update() < crl.this_update()) place = &crl;
  }
  return newest;
}

Result<std::chrono::sys_seconds> CrlFolder::check(const Certificate& certificate, const Certificate& issuer,
                                                  std::chrono::sys_seconds now) {
  auto until = std::chrono::sys_seconds::max();
  for (const auto& [scope, crl] : TRY(newest_of(issuer))) {
    const std::string whose = "the CRL of " + issuer.subject();
    if ((issuer.key_usage().value_or(kCrlSign) & kCrlSign) == 0)
      return untrusted(issuer.subject() + " may not sign CRLs (key usage)");
    if (now < crl->this_update())
      return untrusted(whose + " is not valid before " + to_date(crl->this_update()));
    if (crl->revokes(serial_of(certificate)))
      return untrusted("the certificate of " + certificate.subject() + " was revoked (" + whose + ")");
    if (now > crl->next_update()) return untrusted(whose + " expired on " + to_date(crl->next_update()));
    until = std::min(until, crl->next_update());
  }
  return until;
}

}  // namespace tlscore::x509
