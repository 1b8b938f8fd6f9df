// Findings as lines and as JSON.
#include "proxy/verify_report.h"

#include <nlohmann/json.hpp>
#include <optional>
#include <ostream>
#include <string>

#include "tlscore/x509/date.h"

namespace proxy {

using tlscore::judge::Finding;
using tlscore::judge::Judgement;

namespace {

std::optional<std::string> shown(std::chrono::sys_seconds expires) {
  if (expires == std::chrono::sys_seconds::max()) return std::nullopt;
  return tlscore::x509::to_rfc3339(expires);
}

/// The X.509 certificate; null without one.
nlohmann::ordered_json certificate_json(const tlscore::judge::Presented& presented) {
  if (presented.chain.empty()) return {};
  const auto& leaf = presented.chain.front();
  return {{"subject", leaf.subject()},
          {"issuer", leaf.issuer()},
          {"not_before", tlscore::x509::to_rfc3339(leaf.not_before())},
          {"not_after", tlscore::x509::to_rfc3339(leaf.not_after())},
          {"sha256", tlscore::to_hex(leaf.sha256())},
          {"pin", tlscore::to_base64(leaf.public_key().spki_sha256())}};
}

nlohmann::ordered_json to_json(const VerifyReport& report) {
  const auto& [presented, trust, judgement] = report;
  const auto time = [](std::chrono::sys_seconds expires) {
    const auto text = shown(expires);
    return text ? nlohmann::ordered_json(*text) : nlohmann::ordered_json();
  };
  nlohmann::ordered_json evidence = nlohmann::ordered_json::array();
  for (const Finding& finding : judgement.findings) {
    evidence.push_back({{"assessor", finding.assessor},
                        {"verdict", to_string(finding.verdict)},
                        {"reason", finding.reason},
                        {"warning", finding.is_warning},
                        {"expires", time(finding.expires)}});
  }
  return {{"host", presented.host},
          {"port", presented.port},
          {"trust", trust},
          {"verdict", to_string(judgement.verdict)},
          {"trusted", judgement.trusted()},
          {"summary", judgement.summary},
          {"expires", time(judgement.expires)},
          {"evidence", evidence},
          {"certificate", certificate_json(presented)}};
}

}  // namespace

void print_text(std::ostream& out, const VerifyReport& report) {
  const Judgement& judgement = report.judgement;
  for (const Finding& finding : judgement.findings) {
    out << finding.assessor << ": " << to_string(finding.verdict) << ": " << finding.reason;
    if (const auto expires = shown(finding.expires)) out << " (until " << *expires << ")";
    out << "\n";
  }
  out << report.trust << ": " << to_string(judgement.verdict) << "\n" << judgement.summary << "\n";
}

void print_json(std::ostream& out, const VerifyReport& report) {
  // The library would throw at octets that are not UTF-8; file names and hosts may have them.
  out << to_json(report).dump(2, ' ', false, nlohmann::json::error_handler_t::replace) << "\n";
}

}  // namespace proxy
