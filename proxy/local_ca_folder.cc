// Names, and files by their digest.
#include "proxy/local_ca_folder.h"

#include <fcntl.h>
#include <libpsl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>

#include "proxy/party_host.h"
#include "tlscore/base/private_file.h"
#include "tlscore/base/secret.h"
#include "tlscore/base/unique_fd.h"
#include "tlscore/x509/date.h"
#include "tlscore/x509/mbedtls_hash.h"
#include "tlscore/x509/pem.h"

namespace proxy {

using namespace tlscore;
namespace fs = std::filesystem;

namespace {

constexpr std::size_t kIdOctets = 8;

std::string base_name(const std::string& host) {
  return host.starts_with("*.") ? host.substr(2) : host;
}

/// Sets of names read differently wherever they differ: no name holds a line's end, and none is empty.
std::string id_of(const std::vector<std::string>& names, const std::string& key_uri) {
  std::string all;
  for (const std::string& name : names) all += name + "\n";
  if (!key_uri.empty()) all += "\n" + key_uri;
  Bytes digest = x509::sha256(as_bytes(all));
  digest.resize(kIdOctets);
  return to_hex(digest);
}

bool is_id(std::string_view text) {
  const auto is_digit = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); };
  return text.size() == 2 * kIdOctets && std::ranges::all_of(text, is_digit);
}

Result<UniqueFd> locked(const std::string& folder) {
  UniqueFd file(::open((folder + "/lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!file || ::flock(file.get(), LOCK_EX) != 0)
    return fail(ErrorKind::Internal, folder + "/lock cannot be locked");
  return file;
}

Result<x509::LocalCa> read_ca(const std::string& stem) {
  auto certificates = TRY(x509::load_certificates(stem + ".pem"));
  std::string text = TRY(x509::read_file(stem + ".key"));
  auto key = x509::PrivateKey::parse_pem(text);
  wipe(text);
  if (!key) return fail(stem + ".key", key.error());
  return x509::LocalCa::adopt(std::move(certificates.front()), std::move(*key));
}

bool lasts(const x509::Certificate& certificate) {
  return certificate.not_after() > x509::now() + x509::LocalCa::kLeafLifetime;
}

Result<std::optional<x509::LocalCaCertificate>> read_certificate(const std::string& stem) {
  if (!fs::exists(stem + ".pem")) return std::nullopt;
  auto certificates = TRY(x509::load_certificates(stem + ".pem"));
  auto kept = TRY(x509::LocalCaCertificate::adopt(std::move(certificates.front())));
  if (!lasts(kept.certificate())) return std::nullopt;
  return kept;
}

/// The key first: a certificate without key would be one that nobody can make good.
Result<void> write_ca(const std::string& stem, const x509::LocalCa& ca) {
  std::string key = TRY(ca.key_pem());
  auto written = write_private_file(stem + ".key", as_bytes(key));
  wipe(key);
  if (!written) return written;
  return write_private_file(stem + ".pem", as_bytes(ca.certificate().pem()));
}

}  // namespace

std::string why_no_local_ca(std::string_view host) {
  const std::string name(host);
  if (canonical_address(name)) return "is an address, and a local CA is for names only";
  if (!name.contains('.')) return "is a single label, which means another host in another network";
  if (::psl_is_public_suffix(::psl_builtin(), name.c_str()) != 0)
    return "is a public suffix, under which strangers have their names";
  return "";
}

std::vector<std::string> local_ca_names(const Party& party) {
  std::vector<std::string> names;
  for (const std::string& host : party.hosts) {
    std::string name = base_name(host);
    if (why_no_local_ca(name).empty()) names.push_back(std::move(name));
  }
  std::ranges::sort(names);
  const auto repeated = std::ranges::unique(names);
  names.erase(repeated.begin(), repeated.end());
  return names;
}

Result<x509::LocalCa> LocalCaFolder::open(const std::vector<std::string>& names) const {
  TRY(make_private_folder(m_path));
  const UniqueFd lock = TRY(locked(m_path));
  const std::string stem = stem_of(names);
  if (fs::exists(stem + ".pem")) {
    auto kept = TRY(read_ca(stem));
    if (lasts(kept.certificate())) return kept;
  }
  auto made = TRY(x509::LocalCa::create(names, x509::now()));
  TRY(write_ca(stem, made));
  return made;
}

std::string LocalCaFolder::state_of(const std::vector<std::string>& names) const {
  struct stat about{};
  if (::stat((stem_of(names) + ".pem").c_str(), &about) != 0) return "";
  // Files are never written to, but replaced (private_file.h).
  return std::to_string(about.st_ino) + " " + std::to_string(about.st_mtim.tv_sec) + "." +
         std::to_string(about.st_mtim.tv_nsec);
}

Result<std::optional<x509::LocalCaCertificate>> LocalCaFolder::find(
    const std::vector<std::string>& names) const {
  TRY(make_private_folder(m_path));
  const UniqueFd lock = TRY(locked(m_path));
  return read_certificate(stem_of(names));
}

Result<x509::LocalCaCertificate> LocalCaFolder::keep(const std::vector<std::string>& names,
                                                     const x509::LocalCaCertificate& made) const {
  TRY(make_private_folder(m_path));
  const UniqueFd lock = TRY(locked(m_path));
  const std::string stem = stem_of(names);
  const auto kept = TRY(read_certificate(stem));
  if (kept && kept->certificate().public_key() == made.certificate().public_key()) return *kept;
  TRY(write_private_file(stem + ".pem", as_bytes(made.certificate().pem())));
  return made;
}

std::vector<std::string> LocalCaFolder::others(std::span<const std::vector<std::string>> wanted) const {
  std::vector<std::string> stems;
  for (const std::vector<std::string>& names : wanted) stems.push_back(stem_of(names));
  std::vector<std::string> found;
  std::error_code error;
  for (fs::directory_iterator at(m_path, error), end; !error && at != end; at.increment(error)) {
    const fs::path& path = at->path();
    if (!is_id(path.stem().string()) || (path.extension() != ".pem" && path.extension() != ".key")) continue;
    if (std::ranges::find(stems, m_path + "/" + path.stem().string()) == stems.end())
      found.push_back(path.string());
  }
  return found;
}

Result<void> LocalCaFolder::forget_others(std::span<const std::vector<std::string>> wanted) const {
  TRY(make_private_folder(m_path));
  const UniqueFd lock = TRY(locked(m_path));
  for (const std::string& file : others(wanted)) {
    std::error_code error;
    if (!fs::remove(file, error) && error)
      return fail(ErrorKind::Internal, "the local CA " + file + " cannot be removed: " + error.message());
  }
  return {};
}

std::string LocalCaFolder::stem_of(const std::vector<std::string>& names) const {
  return m_path + "/" + id_of(names, m_key_uri);
}

}  // namespace proxy
