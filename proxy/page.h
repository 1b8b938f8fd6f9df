// Our own answers over HTTP: pages for people and scripts, with the headers that keep other origins away from
// them.
//
// Every answer of ours is written here: refusals and failures, and whatever /proxy.pac and the status page
// say.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "proxy/http_message.h"
#include "proxy/http_serialize.h"

namespace proxy {

/// Something that a person has to know, in words for that person. Plain text: rendering escapes it, and
/// replaces control characters, which may come from a certificate and would reach a terminal.
struct Problem {
  int status = 500;           ///< Of HTTP.
  std::string title;          ///< A few words, no full stop.
  std::string what_happened;  ///< A sentence or two.
  std::string what_to_do;     ///< The same.
  HttpHeaders headers{};      ///< Of the answer; values of ours only, without CR and LF.
};

enum class PageFormat : std::uint8_t { Html, Text, Json };

/// Html for browsers (Accept lists text/html), Json where application/json comes first, Text for everybody
/// else.
[[nodiscard]] PageFormat wanted_format(const HttpHeaders& headers);

/// The body alone. Html needs the Content-Security-Policy that write_problem sends with it.
[[nodiscard]] std::string render_problem(const Problem& problem, PageFormat format);

/// The Content-Security-Policy of our pages: nothing, and what `style` adds ("style-src ...; ", or empty).
[[nodiscard]] std::string page_policy(std::string_view style);

/// An answer of ours.
struct Page {
  int status = 200;
  std::string content_type;
  std::string body;
  HttpHeaders headers;  ///< More of them; values of ours only, without CR and LF.
};

/// The whole response with its header. Adds X-Content-Type-Options, Cross-Origin-Resource-Policy,
/// Referrer-Policy, a Content-Security-Policy that allows nothing, and Cache-Control: no-store, each unless
/// `page.headers` has it. To a HEAD the body is left out and its length told.
[[nodiscard]] std::string write_page(const Page& page, const HttpClientSide& client);

/// The same header for a body that comes piece by piece, in the framing that it gives; `page.body` is not
/// used.
[[nodiscard]] HttpResponseHead write_page_head(const Page& page, const HttpClientSide& client);

/// render_problem and write_page together.
[[nodiscard]] std::string write_problem(const Problem& problem, PageFormat format,
                                        const HttpClientSide& client);

}  // namespace proxy
