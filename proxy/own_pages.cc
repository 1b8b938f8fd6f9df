// Who may read, and what.
#include "proxy/own_pages.h"

#include <algorithm>

#include "proxy/http_response.h"
#include "proxy/status_page.h"

namespace proxy {

using namespace tlscore;

namespace {

/// Host is exactly an address of ours with our port, or localhost with it: a name that a hostile site made
/// point here (DNS rebinding) is none of them.
bool is_our_host(const Services& services, const HttpRequest& request) {
  if (!request.host) return false;
  return std::ranges::any_of(services.addresses, [&](const std::string& address) {
    const auto ours = parse_authority(address);
    if (!ours || ours->port != request.host->port) return false;
    return request.host->host == ours->host || request.host->host == "localhost";
  });
}

/// Another site's page made this request: browsers say so in one of these.
bool is_cross_site(const HttpRequest& request) {
  if (const std::string* site = find_header(request.headers, "Sec-Fetch-Site")) {
    return *site != "none" && *site != "same-origin";
  }
  const std::string* origin = find_header(request.headers, "Origin");
  return origin != nullptr && request.host && to_lower(*origin) != "http://" + host_field(*request.host, 80);
}

std::string plain(int status, std::string text, const HttpRequest& request, std::string more_headers = {}) {
  return make_response({.status = status,
                        .body = std::move(text),
                        .head = request.method == "HEAD",
                        .more_headers = std::move(more_headers)});
}

std::string pac_page(const Services& /*services*/, const HttpRequest& request) {
  return make_response(
      {.status = 200,
       .content_type = "application/x-ns-proxy-autoconfig",
       .body = "",
       .head = request.method == "HEAD",
       // A changed configuration is to be seen soon; a stopped daemon is no reason to forget it.
       .more_headers = "Cache-Control: no-cache, max-age=60\r\n"});
}

}  // namespace

std::string own_page(Services& services, const HttpRequest& request) {
  if (!is_our_host(services, request)) {
    return plain(
        421,
        "This is Latchkey's own port. Its pages are at http://" + services.addresses.front() + "/ only.\n",
        request);
  }
  const bool has_origin = find_header(request.headers, "Origin") != nullptr;
  if (is_cross_site(request) || (has_origin && request.target.form != HttpTargetForm::Origin)) {
    return plain(403, "Pages of other sites may not read this.\n", request);
  }
  if (!request.upgrade.empty()) return plain(400, "Nothing here can be upgraded to.\n", request);
  if (request.method != "GET" && request.method != "HEAD") {
    return plain(405, "Only GET and HEAD are answered here.\n", request, "Allow: GET, HEAD\r\n");
  }
  const std::string path = request.target.path.substr(0, request.target.path.find('?'));
  if (path == "/proxy.pac") return pac_page(services, request);
  if (path == "/") return status_page(services, request);
  return plain(404,
               "There is nothing at " + path + "; the status page is at http://" +
                   services.addresses.front() + "/ and the PAC file at /proxy.pac.\n",
               request);
}

}  // namespace proxy
