// Evidence in words.
#include "proxy/explain_report.h"

#include <nlohmann/json.hpp>

#include "openpgp-auth/certificate.h"
#include "openpgp-auth/rfc6091_body.h"
#include "proxy/connection_report.h"
#include "tlscore/base/log.h"

namespace proxy {

using namespace tlscore;
using nlohmann::json;

Result<Authority> parse_explained_url(const std::string& url) {
  std::string_view rest = url;
  std::uint16_t port = 443;
  if (rest.starts_with("https://")) {
    rest.remove_prefix(8);
  } else if (rest.starts_with("http://")) {
    rest.remove_prefix(7);
    port = 80;
  }
  rest = rest.substr(0, rest.find_first_of("/?#"));
  return parse_authority(rest, port);
}

namespace {

/// The OpenPGP certificate that the party sent: what it claims, which the findings are about. Null: none.
json openpgp_report(ByteView sent) {
  const auto body = openpgp_auth::parse_certificate_body(sent);
  if (!body) return {};
  const auto certificate = openpgp_auth::Certificate::parse(body->packets);
  if (!certificate) return {};
  json report{{"fingerprint", certificate->primary().fingerprint.to_hex()},
              {"key_id", body->key_id.to_hex()},
              {"user_ids", json::array()}};
  for (const openpgp_auth::UserId& user_id : certificate->user_ids())
    report["user_ids"].push_back(printable(user_id.text));
  return report;
}

std::string openpgp_text(const json& report) {
  std::string text = "  OpenPGP     " + report["fingerprint"].get<std::string>() +
                     ", authenticated by its key " + report["key_id"].get<std::string>() + '\n';
  for (const json& user_id : report["user_ids"]) text += "              " + user_id.get<std::string>() + '\n';
  return text;
}

}  // namespace

json explain_report(const Destination& destination, const Explanation& explanation) {
  const judge::Judgement& judgement = *explanation.judgement;
  json report{{"party", destination.text()},
              {"verdict", std::string(judge::to_string(judgement.verdict))},
              {"summary", judgement.summary},
              {"trust", destination.settings->trust_of(*destination.party).expression.text()},
              {"findings", json::array()},
              {"protocol", std::string(to_string(explanation.negotiated.version))},
              {"protocol_note", printable(explanation.protocol_note)},
              {"certificate_type", std::string(to_string(explanation.negotiated.certificate_type))},
              {"certificate_asked", explanation.negotiated.certificate_asked},
              {"identity", explanation.identity},
              {"identity_form", explanation.shown.text()},
              {"identity_name", explanation.shown.name},
              {"identity_note", printable(explanation.identity_note)},
              {"identity_in_clear",
               !explanation.identity.empty() && explanation.negotiated.version == tls::Version::Tls12}};
  for (const judge::Finding& finding : judgement.findings) {
    report["findings"].push_back({{"assessor", finding.assessor},
                                  {"verdict", std::string(judge::to_string(finding.verdict))},
                                  {"reason", finding.reason},
                                  {"warning", finding.is_warning}});
  }
  if (!explanation.chain.empty()) {
    const x509::Certificate& leaf = explanation.chain.front();
    report["certificate"] = {{"subject", leaf.subject()},
                             {"issuer", leaf.issuer()},
                             {"not_after", rfc3339(leaf.not_after())},
                             {"key_sha256", to_base64(leaf.public_key().spki_sha256())}};
  }
  if (json openpgp = openpgp_report(explanation.openpgp); !openpgp.is_null())
    report["openpgp"] = std::move(openpgp);
  return report;
}

std::string explain_text(const json& report) {
  std::string text = report["party"].get<std::string>() + ": " + report["summary"].get<std::string>() + "\n";
  text += "  trust       " + report["trust"].get<std::string>() + '\n';
  for (const json& finding : report["findings"]) {
    std::string name = finding["assessor"].get<std::string>();
    name.resize(12, ' ');
    text += "  " + name + finding["verdict"].get<std::string>() +
            (finding["warning"].get<bool>() ? " (take care): " : ": ") +
            finding["reason"].get<std::string>() + '\n';
  }
  text += "  protocol    " + report["protocol"].get<std::string>();
  if (const auto note = report["protocol_note"].get<std::string>(); !note.empty())
    text += ", because " + note;
  text += '\n';
  if (report.contains("certificate")) {
    const json& certificate = report["certificate"];
    text += "  certificate " + certificate["subject"].get<std::string>() + ", by " +
            certificate["issuer"].get<std::string>() + ", until " +
            certificate["not_after"].get<std::string>() + '\n';
    text += "  its key     pin = [\"" + certificate["key_sha256"].get<std::string>() + "\"]\n";
  }
  if (report.contains("openpgp")) text += openpgp_text(report["openpgp"]);
  const auto identity = report["identity"].get<std::string>();
  text += "  you show    " +
          (identity.empty() ? "nothing (" + report["identity_note"].get<std::string>() + ")" : identity) +
          '\n';
  if (const auto form = report["identity_form"].get<std::string>(); !form.empty())
    text += "              as " + form + '\n';
  if (report["identity_in_clear"].get<bool>()) {
    text += "              in TLS 1.2 your certificate, with " + report["identity_name"].get<std::string>() +
            " in it, crosses the network in clear\n";
  }
  return text;
}

}  // namespace proxy
