// JSON from a connection, and text from JSON.
#include "proxy/connection_report.h"

#include <array>
#include <ctime>
#include <nlohmann/json.hpp>

#include "tlscore/base/log.h"

namespace proxy {

using namespace tlscore;
using nlohmann::json;

namespace {

json summary_report(const tls::CertificateSummary& summary) {
  if (summary.form.empty()) return nullptr;
  return {{"form", summary.form}, {"fingerprint", summary.fingerprint}, {"name", summary.name}};
}

}  // namespace

json connection_report(const LiveConnection& connection) {
  return {{"id", connection.id},
          {"since", rfc3339(connection.since)},
          {"asked_by", connection.asked_by},
          {"party", printable(connection.party)},
          {"phase", connection.phase},
          {"local", connection.local},
          {"protocol", connection.protocol},
          {"alpn", printable(connection.alpn)},
          {"identity", connection.identity},
          {"judgement", connection.judgement},
          {"shown", summary_report(connection.shown)},
          {"peer", summary_report(connection.peer)},
          {"shown_in_clear", connection.shown_in_clear},
          {"resumed", connection.resumed},
          {"bytes_to_party", connection.counts.to_party},
          {"bytes_to_client", connection.counts.to_client}};
}

std::string connection_text(const json& report) {
  const std::string indent = "\n             ";
  std::string text = "connection   " + dash_if_empty(report["party"]) + " by " +
                     report["asked_by"].get<std::string>() + ", " + report["phase"].get<std::string>() +
                     ", " + dash_if_empty(report["protocol"]);
  if (report["resumed"].get<bool>()) text += ", resumed";
  if (!report["peer"].is_null()) text += indent + "it showed " + summary_text(report["peer"]);
  if (!report["shown"].is_null()) text += indent + "you showed " + summary_text(report["shown"]);
  if (report["shown_in_clear"].get<bool>()) {
    text += indent + "in TLS 1.2 your certificate, with " + report["shown"]["name"].get<std::string>() +
            " in it, crossed the network in clear";
  }
  return text + '\n';
}

json refusals_report(const LiveConnections& connections) {
  json refusals = json::array();
  for (const Refusal& refusal : connections.refusals()) {
    refusals.push_back({{"when", rfc3339(refusal.when)},
                        {"asked_for", printable(refusal.asked_for)},
                        {"reason", printable(refusal.reason)}});
  }
  return refusals;
}

std::string refusal_text(const json& report) {
  return "refused      " + report["when"].get<std::string>() + " " + report["asked_for"].get<std::string>() +
         ": " + report["reason"].get<std::string>() + '\n';
}

std::string rfc3339(std::chrono::system_clock::time_point time) {
  const std::time_t seconds = std::chrono::system_clock::to_time_t(time);
  std::tm parts{};
  ::gmtime_r(&seconds, &parts);
  std::array<char, 32> text{};
  const std::size_t size = std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &parts);
  return {text.data(), size};
}

std::string dash_if_empty(const json& text) {
  const auto its = text.get<std::string>();
  return its.empty() ? "-" : its;
}

std::string summary_text(const json& summary) {
  if (summary.is_null()) return {};
  return tls::CertificateSummary{
      .form = summary["form"], .fingerprint = summary["fingerprint"], .name = summary["name"]}
      .text();
}

}  // namespace proxy
