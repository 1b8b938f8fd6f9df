// Responses as parties send them: where their bodies end, and what is refused.
#include <gtest/gtest.h>

#include "proxy/http_parser.h"

namespace proxy {
namespace {

using namespace std::string_literals;
using tlscore::as_bytes;
using tlscore::as_text;
using tlscore::ErrorKind;

struct Outcome {
  HttpResponse response;
  std::string body;
  std::string rest;
  bool done = false;
};

Outcome read(const std::string& text, HttpResponseContext context = {}) {
  HttpResponseParser parser(context);
  Outcome outcome;
  auto taken = parser.consume(as_bytes(text));
  if (!taken || !parser.header_done()) {
    ADD_FAILURE() << "no whole header in " << text << (taken ? "" : ": " + taken.error().message);
    return outcome;
  }
  parser.resume_body([&](tlscore::ByteView piece) { outcome.body += as_text(piece); });
  const auto more = parser.consume(as_bytes(text).subspan(*taken));
  EXPECT_TRUE(more.has_value());
  outcome.done = parser.message_done();
  outcome.rest = text.substr(*taken + more.value_or(0));
  outcome.response = parser.take_message();
  return outcome;
}

bool is_refused(const std::string& text, HttpResponseContext context = {}) {
  HttpResponseParser parser(context);
  const auto taken = parser.consume(as_bytes(text));
  return !taken && taken.error().kind == ErrorKind::Malformed;
}

TEST(HttpResponseParser, ReadsAResponse) {
  const Outcome outcome = read("HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\nX-A: b\r\n\r\nhiNEXT");
  EXPECT_EQ(outcome.response.status, 404);
  EXPECT_EQ(outcome.response.reason, "Not Found");
  EXPECT_EQ(outcome.response.headers, (HttpHeaders{{"Content-Length", "2"}, {"X-A", "b"}}));
  EXPECT_EQ(outcome.body, "hi");
  EXPECT_EQ(outcome.rest, "NEXT");
  EXPECT_TRUE(outcome.done);
  EXPECT_TRUE(outcome.response.keep_alive);
}

TEST(HttpResponseParser, NeedsNoReasonNorTheSpaceBeforeIt) {
  EXPECT_EQ(read("HTTP/1.1 200 \r\nContent-Length: 0\r\n\r\n").response.status, 200);
  EXPECT_EQ(read("HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n").response.status, 200);
}

TEST(HttpResponseParser, ReadsChunks) {
  const Outcome outcome =
      read("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\nNEXT");
  EXPECT_EQ(outcome.body, "hi");
  EXPECT_EQ(outcome.rest, "NEXT");
  EXPECT_TRUE(outcome.done);
}

TEST(HttpResponseParser, ABodyMayLastUntilTheClose) {
  HttpResponseParser parser(HttpResponseContext{});
  const std::string head = "HTTP/1.1 200 OK\r\n\r\n";
  ASSERT_EQ(parser.consume(as_bytes(head)).value(), head.size());
  EXPECT_EQ(parser.message().framing.kind, HttpFraming::Kind::UntilClose);
  EXPECT_FALSE(parser.message().keep_alive);
  std::string body;
  parser.resume_body([&](tlscore::ByteView piece) { body += as_text(piece); });
  EXPECT_EQ(parser.consume(as_bytes("any")).value(), 3U);
  EXPECT_EQ(parser.consume(as_bytes("thing")).value(), 5U);
  EXPECT_FALSE(parser.message_done());
  EXPECT_TRUE(parser.end_of_input().has_value());
  EXPECT_TRUE(parser.message_done());
  EXPECT_EQ(body, "anything");
}

TEST(HttpResponseParser, TheCloseDoesNotEndOtherBodies) {
  for (const auto* text : {"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhi", "HTTP/1.1 200 OK\r\nContent-Le",
                           "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n"}) {
    HttpResponseParser parser(HttpResponseContext{});
    const auto taken = parser.consume(as_bytes(text));
    ASSERT_TRUE(taken.has_value());
    parser.resume_body([](tlscore::ByteView) {});
    ASSERT_TRUE(parser.consume(as_bytes(text).subspan(*taken)).has_value());
    EXPECT_EQ(parser.end_of_input().error().kind, ErrorKind::Closed) << text;
  }
}

TEST(HttpResponseParser, SomeResponsesNeverHaveABody) {
  for (const auto* text :
       {"HTTP/1.1 204 No Content\r\n\r\n", "HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n",
        "HTTP/1.1 304 Not Modified\r\nTransfer-Encoding: chunked\r\n\r\n",
        "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n"}) {
    const Outcome outcome = read(text + "NEXT"s);
    EXPECT_TRUE(outcome.done) << text;
    EXPECT_EQ(outcome.rest, "NEXT");
    EXPECT_EQ(outcome.response.framing, HttpFraming{});
  }
}

TEST(HttpResponseParser, HeadAndConnectDecideAboutTheBody) {
  const Outcome head = read("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nNEXT", {.head = true});
  EXPECT_EQ(head.rest, "NEXT");
  EXPECT_EQ(head.response.announced_length, 5U);
  EXPECT_TRUE(head.response.keep_alive);
  EXPECT_EQ(read("HTTP/1.1 200 OK\r\n\r\nNEXT", {.head = true}).rest, "NEXT");
  EXPECT_EQ(read("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nNEXT", {.connect = true}).rest, "NEXT");
  EXPECT_EQ(read("HTTP/1.1 502 Bad\r\nContent-Length: 4\r\n\r\nbody", {.connect = true}).body, "body");
}

TEST(HttpResponseParser, APartyThatFramesA204IsNotReadOn) {
  EXPECT_FALSE(read("HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n").response.keep_alive);
  EXPECT_FALSE(read("HTTP/1.1 204 No Content\r\nTransfer-Encoding: chunked\r\n\r\n").response.keep_alive);
  EXPECT_TRUE(read("HTTP/1.1 204 No Content\r\n\r\n").response.keep_alive);
}

TEST(HttpResponseParser, InterimResponsesComeOneAtATime) {
  const Outcome first = read("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
  EXPECT_TRUE(first.response.is_interim());
  EXPECT_FALSE(read(first.rest).response.is_interim());
}

TEST(HttpResponseParser, A101EndsHttp) {
  const std::string text =
      "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n\x81";
  const Outcome outcome = read(text, {.upgrade = true});
  EXPECT_FALSE(outcome.response.is_interim());
  EXPECT_EQ(outcome.response.upgrade, "websocket");
  EXPECT_EQ(outcome.rest, "\x81");
  EXPECT_TRUE(outcome.done);
}

TEST(HttpResponseParser, RefusesA101ThatNobodyAskedForOrThatNamesNothing) {
  const std::string text =
      "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n";
  EXPECT_TRUE(is_refused(text));
  EXPECT_TRUE(is_refused("HTTP/1.1 101 Switching Protocols\r\n\r\n", {.upgrade = true}));
}

TEST(HttpResponseParser, RefusesFramingThatCanBeReadInTwoWays) {
  for (const auto* lines :
       {"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", "Content-Length: 5\r\nContent-Length: 6\r\n",
        "Content-Length: +5\r\n", "Transfer-Encoding: gzip, chunked\r\n", "Content-Length: 5\r\n 6\r\n",
        "Content-Length : 5\r\n", "Transfer-Encoding: chunked\n\r\n"}) {
    EXPECT_TRUE(is_refused("HTTP/1.1 200 OK\r\n"s + lines + "\r\n")) << lines;
    EXPECT_TRUE(is_refused("HTTP/1.1 200 OK\r\n"s + lines + "\r\n", {.head = true})) << lines;
  }
  EXPECT_TRUE(is_refused("HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"));
}

TEST(HttpResponseParser, RefusesBadStatusLines) {
  for (const auto* line :
       {"HTTP/2.0 200 OK", "HTTP/1.2 200 OK", "ICY 200 OK", "HTTP/1.1 20 OK", "HTTP/1.1 2000 OK",
        "HTTP/1.1 099 X", "HTTP/1.1 600 X", "HTTP/1.1 2x0 X", "200 OK", "HTTP/1.1  200 OK"}) {
    EXPECT_TRUE(is_refused(line + "\r\n\r\n"s)) << line;
  }
}

TEST(HttpResponseParser, AClosingPartyIsTold) {
  EXPECT_FALSE(read("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n").response.keep_alive);
  EXPECT_FALSE(read("HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n").response.keep_alive);
  EXPECT_TRUE(
      read("HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 0\r\n\r\n").response.keep_alive);
}

}  // namespace
}  // namespace proxy
