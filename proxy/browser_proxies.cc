// Where each of them looks.
#include "proxy/browser_proxies.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include "proxy/desktop_proxy.h"
#include "proxy/firefox_prefs.h"
#include "proxy/nss_databases.h"
#include "tlscore/base/run_program.h"
#include "tlscore/x509/pem.h"

namespace proxy {

using namespace tlscore;
namespace fs = std::filesystem;

namespace {

/// It answers within milliseconds, or not at all.
constexpr std::chrono::seconds kDesktopLimit{3};

constexpr std::size_t kMaxPolicyFiles = 100;

std::string text_of_file(const std::string& path) {
  return x509::read_file(path).value_or("");
}

std::string variable(const char* name) {
  const char* const value = std::getenv(name);
  return value == nullptr ? "" : value;
}

/// Of the desktops whose settings Chromium reads with gsettings, and of KDE.
bool desktop_is_any_of(std::initializer_list<std::string_view> names) {
  const std::string all = ":" + variable("XDG_CURRENT_DESKTOP") + ":";
  return std::ranges::any_of(
      names, [&](std::string_view name) { return all.contains(":" + std::string(name) + ":"); });
}

/// Where the machine's policies are; the last one of a folder counts, as Chromium has it.
std::optional<ProxyChoice> chromium_policy() {
  std::vector<std::string> files;
  for (const char* folder : {"/etc/chromium/policies/managed", "/etc/opt/chrome/policies/managed"}) {
    std::error_code error;
    for (fs::directory_iterator at(folder, error), end; !error && at != end && files.size() < kMaxPolicyFiles;
         at.increment(error))
      files.push_back(at->path().string());
  }
  std::ranges::sort(files);
  std::optional<ProxyChoice> found;
  for (const std::string& file : files) {
    if (auto choice = read_chromium_policy(text_of_file(file))) found = std::move(choice);
  }
  return found;
}

/// Asked once, and only if need be: it is another program.
class Desktop {
 public:
  explicit Desktop(const BaseFolders& folders) : m_folders(folders) {}

  [[nodiscard]] std::optional<ProxyChoice> gsettings() {
    if (!m_listed) {
      const auto done =
          run_program({"gsettings", "list-recursively", "org.gnome.system.proxy"}, "", kDesktopLimit);
      m_listed = done && done->status == 0 ? done->output : "";
    }
    return read_gsettings(*m_listed);
  }
  [[nodiscard]] std::optional<ProxyChoice> kde() const {
    const std::string folder =
        m_folders.config_home.empty() ? m_folders.home + "/.config" : m_folders.config_home;
    return read_kioslaverc(text_of_file(folder + "/kioslaverc"));
  }

 private:
  const BaseFolders& m_folders;
  std::optional<std::string> m_listed;
};

ProxyChoice of_chromium(Desktop& desktop) {
  auto choice = chromium_policy();
  if (!choice && desktop_is_any_of({"GNOME", "Unity", "X-Cinnamon", "Deepin", "DDE", "Pantheon", "UKUI"}))
    choice = desktop.gsettings();
  if (!choice && desktop_is_any_of({"KDE"})) choice = desktop.kde();
  if (!choice) choice = read_environment(variable, true);
  return choice.value_or(ProxyChoice{});
}

ProxyChoice of_firefox(const std::string& profile, Desktop& desktop) {
  auto choice = read_firefox_policy(text_of_file("/etc/firefox/policies/policies.json"));
  FirefoxPrefs prefs;
  read_firefox_prefs(text_of_file(profile + "/prefs.js"), prefs);
  read_firefox_prefs(text_of_file(profile + "/user.js"), prefs);  // Firefox puts it over the other
  if (!choice) choice = choice_of(prefs);
  if (!choice) choice = desktop.gsettings();
  if (!choice) choice = read_environment(variable, false);
  return choice.value_or(ProxyChoice{});
}

}  // namespace

std::vector<BrowserProxy> look_at_browser_proxies(const BaseFolders& folders) {
  Desktop desktop(folders);
  std::vector<BrowserProxy> found;
  for (const NssDatabase& store : find_nss_databases(folders.home, folders.data_home)) {
    if (std::ranges::find(found, store.browser, &BrowserProxy::browser) != found.end()) continue;
    const bool is_firefox = store.browser.starts_with("Firefox");
    found.push_back({store.browser, is_firefox ? of_firefox(store.folder, desktop) : of_chromium(desktop)});
  }
  return found;
}

}  // namespace proxy
