// Our own answers: nothing in them is markup but ours, and other origins are kept out.
#include "proxy/page.h"

#include <gtest/gtest.h>
#include <mbedtls/sha256.h>

#include <array>
#include <nlohmann/json.hpp>

#include "proxy/http_parser.h"

namespace proxy {
namespace {

const Problem kHostile{502, "<script>alert(1)</script>", "a & b \"c\" 'd'\r\nSet-Cookie: x",
                       "\x1b[2J\xc2\x9b"
                       "31m\x7f"};

HttpResponse parsed(const std::string& text) {
  HttpResponseParser parser(HttpResponseContext{});
  const auto taken = parser.consume(tlscore::as_bytes(text));
  EXPECT_TRUE(taken.has_value()) << (taken ? "" : taken.error().message);
  EXPECT_TRUE(parser.header_done());
  return parser.take_message();
}

std::string header_of(const HttpResponse& response, std::string_view name) {
  const std::string* value = find_header(response.headers, name);
  return value == nullptr ? "none" : *value;
}

bool has_control(std::string_view text) {
  return text.find_first_of("\x1b\x7f\r\x9b") != std::string_view::npos;
}

TEST(Page, HtmlEscapesEverything) {
  const std::string html = render_problem(kHostile, PageFormat::Html);
  EXPECT_EQ(html.find("<script"), std::string::npos);
  EXPECT_NE(html.find("&lt;script&gt;alert(1)&lt;/script&gt;"), std::string::npos);
  EXPECT_NE(html.find("a &amp; b &quot;c&quot; &#39;d&#39;"), std::string::npos);
  EXPECT_FALSE(has_control(html));
}

TEST(Page, TextCannotCommandATerminal) {
  EXPECT_FALSE(has_control(render_problem(kHostile, PageFormat::Text)));
}

TEST(Page, JsonIsValidWhateverTheText) {
  const Problem problem{503, "quote \" backslash \\", "not UTF-8: \xff\xc2", "tab\t"};
  const auto json = nlohmann::json::parse(render_problem(problem, PageFormat::Json), nullptr, false);
  ASSERT_TRUE(json.is_object());
  EXPECT_EQ(json["status"], 503);
  EXPECT_EQ(json["title"], "quote \" backslash \\");
  EXPECT_TRUE(json.contains("what_happened"));
  EXPECT_TRUE(json.contains("what_to_do"));
}

TEST(Page, BrowsersGetHtmlAndOthersText) {
  EXPECT_EQ(wanted_format({}), PageFormat::Text);
  EXPECT_EQ(wanted_format({{"Accept", "*/*"}}), PageFormat::Text);
  EXPECT_EQ(wanted_format({{"Accept", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}}),
            PageFormat::Html);
  EXPECT_EQ(wanted_format({{"accept", "Text/HTML;q=0.9"}}), PageFormat::Html);
  EXPECT_EQ(wanted_format({{"Accept", "application/json, text/plain"}}), PageFormat::Json);
  EXPECT_EQ(wanted_format({{"Accept", "text/htmlx"}}), PageFormat::Text);
}

TEST(Page, CarriesTheHeadersThatKeepOtherOriginsOut) {
  for (const auto format : {PageFormat::Html, PageFormat::Text, PageFormat::Json}) {
    const HttpResponse response = parsed(write_problem(kHostile, format, {}));
    EXPECT_EQ(header_of(response, "X-Content-Type-Options"), "nosniff");
    EXPECT_EQ(header_of(response, "Cache-Control"), "no-store");
    EXPECT_EQ(header_of(response, "Cross-Origin-Resource-Policy"), "same-origin");
    EXPECT_EQ(header_of(response, "Referrer-Policy"), "no-referrer");
    EXPECT_TRUE(header_of(response, "Content-Security-Policy").starts_with("default-src 'none'; "));
    EXPECT_EQ(header_of(response, "Set-Cookie"), "none");
  }
}

TEST(Page, ThePolicyAllowsTheStyleThatIsThereAndNoOther) {
  const std::string html = render_problem(kHostile, PageFormat::Html);
  const std::size_t start = html.find("<style>") + std::string_view("<style>").size();
  const std::string style = html.substr(start, html.find("</style>") - start);
  std::array<std::uint8_t, 32> hash{};
  ASSERT_EQ(mbedtls_sha256(tlscore::as_bytes(style).data(), style.size(), hash.data(), 0), 0);
  const HttpResponse response = parsed(write_problem(kHostile, PageFormat::Html, {}));
  EXPECT_NE(header_of(response, "Content-Security-Policy")
                .find("style-src 'sha256-" + tlscore::to_base64(hash) + "'"),
            std::string::npos)
      << "the style has changed: its hash is " << tlscore::to_base64(hash);
}

TEST(Page, IsAWholeResponse) {
  const std::string text = write_problem({403, "t", "h", "d"}, PageFormat::Text, {.keep_alive = false});
  const HttpResponse response = parsed(text);
  EXPECT_TRUE(text.starts_with("HTTP/1.1 403 Forbidden\r\n"));
  EXPECT_TRUE(text.ends_with("\r\n\r\nt\n\nh\nd\n"));
  EXPECT_EQ(response.framing, (HttpFraming{HttpFraming::Kind::Length, 7}));
  EXPECT_EQ(header_of(response, "Connection"), "close");
}

TEST(Page, AHeadGetsTheLengthAndNoBody) {
  const std::string text = write_problem({403, "t", "h", "d"}, PageFormat::Text, {.head = true});
  EXPECT_NE(text.find("Content-Length: 7\r\n"), std::string::npos);
  EXPECT_TRUE(text.ends_with("\r\n\r\n"));
}

TEST(Page, MayCarryHeadersOfItsOwn) {
  const Page page{.content_type = "application/x-ns-proxy-autoconfig",
                  .body = "x",
                  .headers = {{"cache-control", "no-cache"}, {"ETag", "\"a\""}}};
  const HttpResponse response = parsed(write_page(page, {}));
  EXPECT_EQ(header_of(response, "Content-Type"), "application/x-ns-proxy-autoconfig");
  EXPECT_EQ(header_of(response, "Cache-Control"), "no-cache");
  EXPECT_EQ(count_headers(response.headers, "Cache-Control"), 1U);
  EXPECT_EQ(header_of(response, "ETag"), "\"a\"");
}

}  // namespace
}  // namespace proxy
