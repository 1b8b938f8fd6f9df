// Path by path.
#include "proxy/readable_places.h"

#include <algorithm>
#include <array>
#include <filesystem>

#include "proxy/nss_databases.h"

namespace proxy {

using namespace tlscore;
namespace fs = std::filesystem;

namespace {

// What the C library, GnuTLS's neighbours, udev and systemd's libraries read as well; none of it is a user's.
constexpr auto kSystems =
    std::to_array<const char*>({"/etc", "/usr", "/lib", "/lib64", "/proc", "/sys", "/dev", "/run", "/var"});

class Places {
 public:
  Places() : m_all(kSystems.begin(), kSystems.end()) {}

  void add_folder(fs::path folder) {
    std::error_code error;
    while (!fs::exists(folder, error) && folder.has_relative_path()) folder = folder.parent_path();
    if (folder.has_relative_path() && std::ranges::find(m_all, folder.string()) == m_all.end())
      m_all.push_back(folder.string());
  }

  void add_folder_of(const std::string& file) {
    if (file.empty()) return;
    std::error_code error;
    const fs::path path = fs::absolute(file, error);
    add_folder(path.parent_path());
    add_folder(fs::weakly_canonical(path, error).parent_path());
  }

  void add_gate(const GateConfig& gate) {
    for (const GateCertificate& certificate : gate.certificates) {
      add_folder_of(certificate.chain_file);
      if (!certificate.key_on_token()) add_folder_of(certificate.key);
    }
    for (const std::string& file : gate.openpgp_files) add_folder_of(file);
    add_folder_of(gate.client_roots);
    if (!gate.client_crls.empty()) add_folder(fs::absolute(gate.client_crls));
    add_folder_of(gate.allow_file);
    using Kind = judge::AuthorizationRuleText::Kind;
    for (const auto& rule : gate.authorize) {
      if (rule.kind == Kind::Allow || rule.kind == Kind::Deny) add_folder_of(rule.path);
    }
  }

  void add_configuration(const std::string& named, const BaseFolders& base) {
    add_folder_of(named.empty() ? config_file(base).value_or("") : named);
  }

  std::vector<std::string> take() && { return std::move(m_all); }

 private:
  std::vector<std::string> m_all;
};

}  // namespace

std::vector<std::string> readable_places(const Config& config, const std::string& config_file,
                                         const BaseFolders& base) {
  Places places;
  places.add_configuration(config_file, base);
  for (const Party& party : config.parties) {
    places.add_folder_of(party.roots);
    if (!party.crls.empty()) places.add_folder(party.crls);
  }
  for (const GateConfig& gate : config.gates) places.add_gate(gate);
  places.add_folder_of(config.cache.secret);
  places.add_folder_of(config.dns.trust_anchor);
  std::vector<std::string> all = std::move(places).take();
  std::ranges::move(firefox_profile_lists(base.home), std::back_inserter(all));
  return all;
}

std::vector<std::string> readable_places(const GateConfig& gate, const CacheConfig& cache,
                                         const std::string& config_file, const BaseFolders& base) {
  Places places;
  places.add_configuration(config_file, base);
  places.add_gate(gate);
  places.add_folder_of(cache.secret);
  return std::move(places).take();
}

}  // namespace proxy
