// One CA for each party.
#include "proxy/party_cas.h"

#include <algorithm>

#include "tlscore/base/private_file.h"
#include "tlscore/x509/pem.h"
#include "tlscore/x509/trust_store.h"

namespace proxy {

using namespace tlscore;

namespace {

constexpr std::size_t kDigitsOfKey = 8;

bool speaks_tls_with_programs(const Party& party) {
  return party.local == LocalMode::Auto || party.local == LocalMode::Terminate;
}

/// Nothing where only the daemon can have it made.
Result<std::optional<x509::Certificate>> certificate_of(const std::vector<std::string>& names,
                                                        const LocalCaFolder& folder,
                                                        const std::string& token_key) {
  if (folder.key_uri().empty()) return TRY(folder.open(names)).certificate();
  const auto kept = TRY(folder.find(names));
  if (!kept) return std::nullopt;
  const bool is_of_today =
      token_key.empty() || to_hex(kept->certificate().public_key().spki_sha256()) == token_key;
  return is_of_today ? std::optional(kept->certificate()) : std::nullopt;
}

}  // namespace

bool has_local_ca(const Party& party) {
  return speaks_tls_with_programs(party) && !local_ca_names(party).empty();
}

std::vector<std::vector<std::string>> wanted_local_cas(const Config& config) {
  std::vector<std::vector<std::string>> wanted;
  for (const Party& party : config.parties) {
    if (has_local_ca(party)) wanted.push_back(local_ca_names(party));
  }
  return wanted;
}

std::string local_ca_path(const std::string& state_folder) {
  return state_folder + "/ca";
}

Result<PartyCas> open_party_cas(const Config& config, const std::string& host, const LocalCaFolder& folder,
                                const std::string& token_key) {
  PartyCas found;
  for (const Party& party : config.parties) {
    if (!host.empty() && std::ranges::find(party.hosts, host) == party.hosts.end()) continue;
    if (!speaks_tls_with_programs(party)) continue;
    const auto names = local_ca_names(party);
    if (names.empty()) {
      found.left_out.push_back(party.name() + " " + why_no_local_ca(party.name()) + ": left out");
      continue;
    }
    const auto certificate = TRY(certificate_of(names, folder, token_key));
    std::string name = std::string(kLocalCaNickname) + names.front();
    if (!certificate) {
      found.missing.push_back(std::move(name));
      continue;
    }
    const std::string digits = to_hex(certificate->sha256()).substr(0, kDigitsOfKey);
    name.append(" [").append(digits).append("]");
    found.cas.push_back({std::move(name), *certificate});
  }
  return found;
}

Result<std::string> write_ca_bundle(const PartyCas& local, const std::string& state_folder) {
  const std::string folder = local_ca_path(state_folder);
  std::string text = TRY(x509::read_file(x509::kSystemStore));
  if (!text.ends_with('\n')) text += '\n';
  for (const PartyCa& one : local.cas) text += one.certificate.pem();
  TRY(make_private_folder(folder));
  std::string path = folder + "/bundle.pem";
  TRY(write_private_file(path, as_bytes(text)));
  return path;
}

}  // namespace proxy
