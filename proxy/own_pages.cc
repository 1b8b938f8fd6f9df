// Who may read, and what.
#include "proxy/own_pages.h"

#include <algorithm>

#include "pac/pac_script.h"
#include "proxy/page_problems.h"
#include "proxy/party_pac.h"
#include "proxy/status_page.h"
#include "tlscore/base/bytes.h"

namespace proxy {

using namespace tlscore;

namespace {

/// Host is exactly an address of ours with our port, or localhost with it: a name that a hostile site made
/// point here (DNS rebinding) is none of them.
bool is_our_host(const Services& services, const HttpRequest& request) {
  // Only in that one spelling: "localhost." is another name.
  const std::string* spelt = find_header(request.headers, "Host");
  if (!request.host || spelt == nullptr || to_lower(*spelt) != host_field(*request.host, 80)) return false;
  return std::ranges::any_of(services.addresses, [&](const std::string& address) {
    const auto ours = parse_authority(address);
    if (!ours || ours->port != request.host->port) return false;
    return request.host->host == ours->host || request.host->host == "localhost";
  });
}

/// Another site's page made this request: browsers say so in one of these.
bool is_cross_site(const HttpRequest& request) {
  const std::string* site = find_header(request.headers, "Sec-Fetch-Site");
  if (site != nullptr && *site != "none" && *site != "same-origin") return true;
  const std::string* origin = find_header(request.headers, "Origin");
  return origin != nullptr && to_lower(*origin) != "http://" + host_field(*request.host, 80);
}

/// The PAC file for the address at which it was asked for: a browser that reached it there reaches the proxy
/// there.
Page pac_page(const Services& services, const HttpRequest& request) {
  const std::string address = to_string(*request.host);
  const auto script = pac::make_pac(pac_rules(services.settings->config().parties),
                                    request.host->is_address ? address : services.addresses.front());
  // Every host and address in it was parsed; a script that cannot be written is none, and never one with
  // DIRECT.
  if (!script)
    return {
        .status = 500, .content_type = "text/plain", .body = script.error().message + "\n", .headers = {}};
  return {.status = 200,
          .content_type = "application/x-ns-proxy-autoconfig",
          .body = *script,
          // A changed configuration is to be seen soon.
          .headers = {{"Cache-Control", "no-cache"}}};
}

}  // namespace

std::string own_page(Services& services, const HttpRequest& request) {
  HttpClientSide client = client_side(request);
  client.keep_alive = false;
  const PageFormat format = wanted_format(request.headers);
  if (!is_our_host(services, request))
    return write_problem(wrong_host(services.addresses.front()), format, client);
  if (is_cross_site(request)) return write_problem(another_origin(), format, client);
  if (!request.upgrade.empty()) {
    return write_problem(bad_request({ErrorKind::Malformed, "nothing here can be upgraded to"}), format,
                         client);
  }
  if (request.method != "GET" && request.method != "HEAD")
    return write_problem(method_not_allowed(), format, client);
  const std::string path = request.target.path.substr(0, request.target.path.find('?'));
  if (path == "/proxy.pac") return write_page(pac_page(services, request), client);
  if (path == "/") return write_page(status_page(services, format), client);
  return write_problem(no_such_page(), format, client);
}

}  // namespace proxy
