// A few lines of text, or the same as a page.
#include "proxy/demo_page.h"

#include "proxy/html.h"
#include "proxy/party.h"
#include "proxy/shown_certificate.h"

namespace proxy {

using namespace tlscore;

namespace {

/// Name and value, in the order in which they are shown.
using Facts = std::vector<std::pair<std::string, std::string>>;

Facts facts_about(const tls::Engine& connection, const tls::CertificateSummary& shown) {
  const tls::Negotiated& negotiated = connection.negotiated();
  const tls::CertificateSummary you = shown_by_peer(connection.peer_chain(), connection.peer_openpgp());
  Facts facts;
  if (const auto key = connection.peer_key(); !key || you.form.empty()) {
    facts.emplace_back("you are", "nobody: no certificate was shown");
  } else {
    facts.emplace_back("you are", you.name);
    facts.emplace_back("you showed", you.text());
    facts.emplace_back("your key", to_hex(key->spki_sha256()));
    facts.emplace_back("its kind", key->describe());
    facts.emplace_back("proved by", "a signature that your token made for this very connection");
  }
  facts.emplace_back("I showed", shown.text());
  facts.emplace_back("protocol", std::string(to_string(negotiated.version)) + ", " + negotiated.cipher_suite);
  return facts;
}

std::string as_text(const Facts& facts) {
  constexpr std::size_t kColumn = 13;
  std::string text = std::string(kDemoHost) + " saw you:\n";
  for (const auto& [name, value] : facts) {
    text.append("  ").append(name).append(kColumn - name.size(), ' ').append(value).append("\n");
  }
  return text;
}

Page as_html(const Facts& facts) {
  std::string rows;
  for (const auto& [name, value] : facts) {
    rows += "<dt>" + escape_html(name) + "</dt><dd>" + escape_html(value) + "</dd>\n";
  }
  return make_html_page(200, "Who you are to " + std::string(kDemoHost), "<dl>\n" + rows + "</dl>\n");
}

}  // namespace

std::string demo_response(const HttpRequest& request, const tls::Engine& connection,
                          const tls::CertificateSummary& shown) {
  const Facts facts = facts_about(connection, shown);
  if (wanted_format(request.headers) == PageFormat::Html)
    return write_page(as_html(facts), client_side(request));
  return write_page(
      {.status = 200, .content_type = "text/plain; charset=utf-8", .body = as_text(facts), .headers = {}},
      client_side(request));
}

}  // namespace proxy
