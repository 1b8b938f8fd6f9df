// JSON from gates, and text from JSON.
#include "proxy/gate_report.h"

#include <nlohmann/json.hpp>

#include "proxy/connection_report.h"
#include "proxy/gates.h"
#include "tlscore/base/log.h"

namespace proxy {

using namespace tlscore;
using nlohmann::json;

namespace {

json gate_report(const Gate& gate) {
  json report{{"listen", gate.address().text()},
              {"names", json::array()},
              {"backend", printable(gate.config().backend.text())},
              {"open", gate.connections().size()},
              {"connections", json::array()},
              {"refusals", refusals_report(gate.connections())}};
  for (const std::string& name : gate.settings().names()) report["names"].push_back(printable(name));
  for (const LiveConnection* connection : gate.connections().all()) {
    if (report["connections"].size() == kShownGateConnections) break;
    report["connections"].push_back(connection_report(*connection));
  }
  return report;
}

std::string names_text(const json& names) {
  std::string text;
  for (const json& name : names) text += (text.empty() ? "" : ", ") + name.get<std::string>();
  return text.empty() ? "no name" : text;
}

std::string client_text(const json& connection) {
  const std::string who = summary_text(connection["peer"]);
  return "             " + connection["party"].get<std::string>() + ", " +
         connection["phase"].get<std::string>() + ", " + dash_if_empty(connection["protocol"]) +
         (connection["resumed"].get<bool>() ? ", resumed" : "") + ": " +
         (who.empty() ? "it showed nothing" : "it showed " + who) + '\n';
}

}  // namespace

json gates_report(const Services& services) {
  json gates = json::array();
  if (services.gates == nullptr) return gates;
  for (const auto& gate : services.gates->all()) gates.push_back(gate_report(*gate));
  return gates;
}

std::string gate_text(const json& report) {
  std::string text = "gate         " + report["listen"].get<std::string>() + " (" +
                     names_text(report["names"]) + ") to " + report["backend"].get<std::string>() + ", " +
                     std::to_string(report["open"].get<std::size_t>()) + " connections\n";
  for (const json& connection : report["connections"]) text += client_text(connection);
  for (const json& refusal : report["refusals"]) text += refusal_text(refusal);
  return text;
}

}  // namespace proxy
