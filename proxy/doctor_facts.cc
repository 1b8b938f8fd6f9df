// Each fact from where it is.
#include "proxy/doctor_facts.h"

#include <sys/prctl.h>
#include <sys/timex.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "openpgp-auth/gnupg_version.h"
#include "openpgp-auth/minimal_certificate.h"
#include "openpgp-auth/own_certificate.h"
#include "proxy/browser_policies.h"
#include "proxy/control_client.h"
#include "proxy/hosts_file.h"
#include "proxy/paths.h"
#include "proxy/port_client.h"
#include "proxy/proxy_address.h"
#include "proxy/reader_look.h"
#include "tlscore/base/folder_fence.h"
#include "tlscore/token/gnupg_settings.h"
#include "tlscore/x509/date.h"
#include "tlscore/x509/pem.h"

namespace proxy {
namespace {

using namespace tlscore;
using nlohmann::json;

constexpr std::chrono::seconds kPortLimit{5};
constexpr std::chrono::seconds kDemoLimit{20};  // a card may take seconds to sign

Result<json> daemon_status() {
  ControlClient client = TRY(ControlClient::connect());
  json answer = TRY(client.ask({{"command", "status"}}));
  return answer["status"];
}

void look_at_gnupg(DoctorFacts& facts) {
  std::error_code ignored;
  facts.gnupg_home = token::gnupg_home();
  facts.gnupg_in_use = !facts.gnupg_home.empty() &&
                       std::filesystem::is_directory(facts.gnupg_home, ignored) &&
                       std::filesystem::exists("/usr/lib/gnupg/scdaemon", ignored);
  std::ifstream file(facts.gnupg_home + "/scdaemon.conf");
  facts.scdaemon_conf.resize(kMaxScdaemonConfBytes);
  file.read(facts.scdaemon_conf.data(), static_cast<std::streamsize>(kMaxScdaemonConfBytes));
  facts.scdaemon_conf.resize(static_cast<std::size_t>(file.gcount()));
}

Result<std::vector<OpenPgpState>> certificates_for(const json& key) {
  const auto spki = from_base64(key.value("public_key", ""));
  if (!spki) return fail(spki.error());
  const auto public_key = x509::PublicKey::parse_spki(*spki);
  if (!public_key) return fail(public_key.error());
  const std::string scratch = TRY(make_runtime_folder(BaseFolders::of_this_process()));
  const auto keyring = TRY(openpgp_auth::Keyring::create("", scratch));
  std::vector<OpenPgpState> states;
  for (const auto& found : TRY(openpgp_auth::certificates_with_key(keyring, *public_key))) {
    const openpgp_auth::UserId* const user_id = openpgp_auth::primary_user_id(found.certificate);
    states.push_back({.fingerprint = found.primary.fingerprint,
                      .user_id = user_id == nullptr ? "without a user ID" : user_id->text,
                      .good = found.is_good(),
                      .revoked = found.primary.revoked || found.used.revoked,
                      .expired = found.primary.expired || found.used.expired,
                      .expires = found.expires()});
  }
  return states;
}

void look_at_clock(DoctorFacts& facts) {
  facts.now = x509::now();
  std::error_code error;
  const auto written = std::filesystem::last_write_time("/proc/self/exe", error);
  if (!error)
    facts.installed = std::chrono::floor<std::chrono::seconds>(std::chrono::file_clock::to_sys(written));
  timex clock{};
  facts.clock_is_kept = ::adjtimex(&clock) >= 0 && (clock.status & STA_UNSYNC) == 0;
}

void look_at_kernel(DoctorFacts& facts) {
  facts.filters_calls = ::prctl(PR_GET_SECCOMP, 0, 0, 0, 0) >= 0;
  facts.fences_folders = landlock_version() > 0;
}

/// Of all keys of the tokens that the daemon has armed.
void look_into_keyring(DoctorFacts& facts) {
  facts.gnupg_version = openpgp_auth::gnupg_version();
  if (!facts.status || !facts.gnupg_version) return;
  for (const json& token : facts.status->value("tokens", json::array())) {
    for (const json& key : token.value("keys", json::array()))
      facts.openpgp.insert_or_assign(key.value("fingerprint", ""), certificates_for(key));
  }
}

/// Those that are there.
std::map<std::string, std::string> policy_files() {
  std::map<std::string, std::string> texts;
  for (const BrowserWithPolicy& browser : kBrowsersWithPolicy) {
    const std::string path(browser.path);
    if (const auto text = x509::read_file(path)) texts.insert_or_assign(path, *text);
  }
  return texts;
}

std::set<std::string, std::less<>> hosts_fixed_by_system(const Config& config) {
  HostsFile file;
  std::set<std::string, std::less<>> fixed;
  for (const Party& party : config.parties) {
    for (const std::string& host : party.hosts) {
      if (file.lists(host)) fixed.insert(host);
    }
  }
  return fixed;
}

Result<std::string> port_address(const DoctorFacts& facts) {
  if (facts.status) {
    const json listen = facts.status->value("listen", json::array());
    if (!listen.empty() && listen[0].is_string()) return listen[0].get<std::string>();
  }
  if (!facts.config) return fail(facts.config.error());
  return proxy_address(*facts.config);
}

/// All that is found one after the other.
void look_at_the_rest(DoctorFacts& facts) {
  std::error_code ignored;
  facts.status = daemon_status();
  facts.units = look_at_service_units();
  facts.pcscd_installed = std::filesystem::exists("/usr/sbin/pcscd", ignored);
  const SeenReaders seen = look_at_readers();
  facts.readers = seen.readers;
  facts.usb = seen.usb;
  facts.usb_holders = holders_of_unseen(seen);
  look_at_gnupg(facts);
  look_into_keyring(facts);
  if (facts.config) {
    const json key = facts.status ? facts.status->value("local_ca_key", json()) : json();
    facts.browsers = look_into_browsers(*facts.config, BaseFolders::of_this_process(),
                                        key.is_string() ? key.get<std::string>() : "");
  } else {
    facts.browsers = fail(facts.config.error());
  }
  facts.old_files = facts.config ? look_for_old_files(*facts.config, BaseFolders::of_this_process())
                                 : fail(facts.config.error());
  facts.proxies = look_at_browser_proxies(BaseFolders::of_this_process());
  facts.policies = policy_files();
  facts.address = port_address(facts);
  if (!facts.address) return;
  facts.pac = ask_port(*facts.address, "/proxy.pac", *facts.address, kPortLimit);
  // Without a PIN the demo party would have it asked for.
  if (facts.status && facts.status->value("armed", false)) {
    const std::string host(kDemoHost);
    facts.demo = ask_port(*facts.address, "http://" + host + "/", host, kDemoLimit);
    // The software token is enrolled with its first use.
    facts.status = daemon_status();
  }
}

}  // namespace

std::unique_ptr<DoctorFacts> gather_doctor_facts(const std::string& config_file) {
  auto facts = std::make_unique<DoctorFacts>();
  facts->user = ::getuid();
  look_at_clock(*facts);
  look_at_kernel(*facts);
  facts->config = find_config(config_file);
  if (facts->config) {
    facts->fixed_hosts = hosts_fixed_by_system(*facts->config);
    // Before the rest, and in no thread of its own: the rest forks, and a fork copies what threads hold.
    facts->dns = look_at_dns(facts->config->dns);
  }
  look_at_the_rest(*facts);
  return facts;
}

}  // namespace proxy
