// One sentence for each browser, and the worst of them is the verdict.
#include "proxy/doctor_proxies.h"

#include <algorithm>

#include "proxy/doctor_check.h"
#include "tlscore/base/log.h"

namespace proxy {

using namespace tlscore;

namespace {

constexpr std::string_view kPacPath = "/proxy.pac";

/// The host and the port of "ADDRESS:PORT"; the host with its brackets.
std::pair<std::string_view, std::string_view> parts(std::string_view address) {
  const std::size_t colon = address.rfind(':');
  if (colon == std::string_view::npos) return {address, ""};
  return {address.substr(0, colon), address.substr(colon + 1)};
}

bool is_loopback(std::string_view host) {
  return host == "localhost" || host == "[::1]" || host == "::1" || host.starts_with("127.");
}

/// The same port of this machine: it may listen on several of its addresses.
bool is_ours(std::string_view address, const DoctorFacts& facts) {
  const auto [host, port] = parts(address);
  const auto [our_host, our_port] = parts(*facts.address);
  return (host == our_host || is_loopback(host)) && port == our_port;
}

std::string pac_url(const DoctorFacts& facts) {
  return "http://" + *facts.address + std::string(kPacPath);
}

/// What one browser does, with what is to be done about it.
struct Finding {
  Verdict verdict;
  std::string does;  ///< Follows the browser's name.
  std::string to_do;
};

Finding well(std::string does) {
  return {Verdict::Ok, std::move(does), ""};
}

std::string how_to_set(const std::string& browser, const DoctorFacts& facts) {
  const std::string url = pac_url(facts);
  if (browser.starts_with("Firefox"))
    return "in Firefox, Settings > Network Settings > Automatic proxy configuration URL: " + url;
  return "for Chromium, the automatic proxy of the desktop's network settings: " + url +
         ", or its option --proxy-pac-url";
}

Finding of_pac(const std::string& browser, const ProxyChoice& choice, const DoctorFacts& facts) {
  const std::string_view url = choice.target;
  if (url.starts_with("data:")) return well("a PAC script from a policy");
  const std::string_view rest = url.substr(std::min(url.find("://"), url.size()));
  const std::string_view place = rest.substr(std::min<std::size_t>(3, rest.size()));
  const std::string_view address = place.substr(0, place.find('/'));
  const std::string_view path = place.substr(address.size());
  if (url.starts_with("http://") && is_ours(address, facts) && path.starts_with(kPacPath))
    return well("PAC file " + printable(url));
  const std::string does = "PAC file " + printable(url) + ", not ";
  if (is_loopback(parts(address).first))
    return {Verdict::Warning, does + pac_url(facts), how_to_set(browser, facts)};
  return {Verdict::Skipped, does + "Latchkey's", how_to_set(browser, facts)};
}

Finding of_fixed(const std::string& browser, const ProxyChoice& choice, const DoctorFacts& facts) {
  if (!is_ours(choice.target, facts))
    return {Verdict::Skipped, "proxy " + printable(choice.target) + ", not Latchkey",
            how_to_set(browser, facts)};
  if (choice.looks_names_up) {
    return {Verdict::Warning, "Latchkey is asked for addresses in place of names, which are no parties",
            "in Firefox, set network.proxy.socks5_remote_dns to true in about:config; or better, " +
                how_to_set(browser, facts)};
  }
  return well("everything goes to Latchkey, which serves parties alone");
}

/// A host of a party's to which the browser goes by itself; empty: there is none. Either may be a suffix.
std::string excepted_party(const std::string& exceptions, const DoctorFacts& facts) {
  constexpr std::string_view kBetween = ", ;\t";
  const auto is_below = [](std::string_view name, std::string_view above) {
    return name == above || name.ends_with("." + std::string(above));
  };
  std::string_view left = exceptions;
  while (facts.config && !left.empty()) {
    std::string_view one = left.substr(0, left.find_first_of(kBetween));
    left.remove_prefix(std::min(one.size() + 1, left.size()));
    while (one.starts_with('*') || one.starts_with('.')) one.remove_prefix(1);
    one = one.substr(0, one.find(':'));
    if (one.empty()) continue;
    for (const Party& party : facts.config->parties) {
      for (const std::string& host : party.hosts) {
        const bool is_pattern = host.starts_with("*.");
        const std::string_view name = std::string_view(host).substr(is_pattern ? 2 : 0);
        if (is_below(name, one) || (is_pattern && is_below(one, name))) return host;
      }
    }
  }
  return {};
}

Finding of_browser(const BrowserProxy& one, const DoctorFacts& facts) {
  const ProxyChoice& choice = one.choice;
  if (const std::string host = excepted_party(choice.exceptions, facts);
      !host.empty() && choice.use != ProxyUse::Direct) {
    return {Verdict::Warning, "the party " + printable(host) + " is visited without any proxy",
            "in Firefox, take it out of Settings > Network Settings > No proxy for"};
  }
  switch (choice.use) {
    case ProxyUse::Pac: return of_pac(one.browser, choice, facts);
    case ProxyUse::Fixed: return of_fixed(one.browser, choice, facts);
    case ProxyUse::Direct:
    case ProxyUse::Detected: break;
  }
  return {Verdict::Skipped, "not told of Latchkey, so parties do not see your key there",
          how_to_set(one.browser, facts)};
}

/// Browsers that do the same are named together.
class Report {
 public:
  void add(const std::string& browser, Finding finding) {
    const auto same = std::ranges::find(m_done, finding.does, &Done::does);
    if (same == m_done.end()) {
      m_done.push_back({printable(browser), std::move(finding.does)});
    } else {
      same->browsers += " and " + printable(browser);
    }
    m_worst = std::max(m_worst, finding.verdict);
    if (!finding.to_do.empty() && !m_to_do.contains(finding.to_do))
      m_to_do += (m_to_do.empty() ? "" : "; ") + finding.to_do;
  }
  [[nodiscard]] Diagnosis diagnosis() const {
    std::string says;
    for (const Done& each : m_done) says += (says.empty() ? "" : "; ") + each.browsers + ": " + each.does;
    return result(m_worst, says, m_to_do);
  }

 private:
  struct Done {
    std::string browsers;
    std::string does;
  };
  std::vector<Done> m_done;
  std::string m_to_do;
  Verdict m_worst = Verdict::Ok;
};

}  // namespace

Diagnosis check_proxies(const DoctorFacts& facts) {
  if (!facts.address) return result(Verdict::Skipped, "without a port there is no PAC file to load");
  if (facts.proxies.empty())
    return result(Verdict::Skipped, "neither Chromium nor Firefox has been used here");
  Report report;
  for (const BrowserProxy& each : facts.proxies) report.add(each.browser, of_browser(each, facts));
  return report.diagnosis();
}

}  // namespace proxy
