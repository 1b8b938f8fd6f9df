// Who may read, and what.
#include "proxy/own_pages.h"

#include <algorithm>

#include "pac/pac_script.h"
#include "proxy/last_answer.h"
#include "proxy/page_actions.h"
#include "proxy/page_problems.h"
#include "proxy/party_pac.h"
#include "proxy/status_files.h"
#include "proxy/status_page.h"
#include "proxy/status_stream.h"
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

Page own_file(std::string_view type, std::string_view text) {
  return {.status = 200,
          .content_type = std::string(type),
          .body = std::string(text),
          // Another version of Latchkey may have another.
          .headers = {{"Cache-Control", "no-cache"}}};
}

/// What is read with GET, or nothing.
std::optional<Page> find_page(Services& services, const HttpRequest& request, std::string_view path) {
  if (path == "/") return status_page(services, wanted_format(request.headers));
  if (path == "/proxy.pac") return pac_page(services, request);
  if (path == "/status.css") return own_file("text/css; charset=utf-8", status_style());
  if (path == "/status.js") return own_file("text/javascript; charset=utf-8", status_script());
  if (path == "/icon.svg") return own_file("image/svg+xml", status_icon());
  return std::nullopt;
}

/// Why this request is not answered, if so.
std::optional<Problem> why_not(const Services& services, const HttpRequest& request, std::string_view path) {
  if (!is_our_host(services, request)) return wrong_host(services.addresses.front());
  if (is_cross_site(request)) return another_origin();
  if (!request.upgrade.empty()) return bad_request({ErrorKind::Malformed, "nothing here can be upgraded to"});
  if (is_action(path)) {
    if (request.method != "POST") return method_not_allowed("POST");
  } else if (request.method != "GET" && request.method != "HEAD") {
    return method_not_allowed("GET, HEAD");
  }
  return std::nullopt;
}

}  // namespace

Task<void> serve_own_page(Services& services, InputBuffer& client, HttpRequestParser& parser,
                          LiveConnection& live) {
  live.asked_by = "own page";
  const HttpRequest& request = parser.message();
  HttpClientSide side = client_side(request);
  side.keep_alive = false;
  const std::string path = request.target.path.substr(0, request.target.path.find('?'));
  auto problem = why_not(services, request, path);
  std::string text;
  if (!problem && path == "/events") {
    co_await stream_status(services, client, request, live);
    co_return;
  }
  if (!problem && is_action(path)) {
    text = co_await answer_action(services, client, parser, live);
  } else if (const auto page = problem ? std::nullopt : find_page(services, request, path)) {
    text = write_page(*page, side);
  } else {
    if (!problem) problem = no_such_page();
    text = write_problem(*problem, wanted_format(request.headers), side);
  }
  co_await send_last_answer(client, std::move(text), live.cancel);
}

}  // namespace proxy
