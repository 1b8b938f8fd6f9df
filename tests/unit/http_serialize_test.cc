// What goes on to the party and to the client, and what stays behind.
#include "proxy/http_serialize.h"

#include <gtest/gtest.h>

#include "proxy/http_parser.h"

namespace proxy {
namespace {

using tlscore::as_bytes;
using tlscore::as_text;

HttpRequest request_of(const std::string& text) {
  HttpRequestParser parser;
  const auto taken = parser.consume(as_bytes(text));
  EXPECT_TRUE(taken.has_value()) << (taken ? "" : taken.error().message);
  EXPECT_TRUE(parser.header_done());
  return parser.take_message();
}

HttpResponse response_of(const std::string& text, HttpResponseContext context = {}) {
  HttpResponseParser parser(context);
  const auto taken = parser.consume(as_bytes(text));
  EXPECT_TRUE(taken.has_value()) << (taken ? "" : taken.error().message);
  EXPECT_TRUE(parser.header_done());
  return parser.take_message();
}

std::string passed_on(const std::string& lines, bool keep_alive = true) {
  return write_request(request_of("GET http://a.example/ HTTP/1.1\r\n" + lines + "\r\n"), keep_alive);
}

const std::string kStart = "GET / HTTP/1.1\r\nHost: a.example\r\n";

TEST(HttpSerialize, ARequestGoesOnInOriginFormWithHostFromTheTarget) {
  EXPECT_EQ(
      write_request(
          request_of("GET http://A.example:8080/b?c HTTP/1.1\r\nHost: evil.example\r\nX-A: b\r\n\r\n"), true),
      "GET /b?c HTTP/1.1\r\nHost: a.example:8080\r\nX-A: b\r\n\r\n");
  EXPECT_EQ(write_request(request_of("GET http://[2001:DB8::1]/ HTTP/1.0\r\n\r\n"), true),
            "GET / HTTP/1.1\r\nHost: [2001:db8::1]\r\n\r\n");
  EXPECT_EQ(write_request(request_of("GET https://a.example:443/ HTTP/1.1\r\n\r\n"), true), kStart + "\r\n");
  EXPECT_EQ(write_request(request_of("OPTIONS http://a.example HTTP/1.1\r\n\r\n"), true),
            "OPTIONS * HTTP/1.1\r\nHost: a.example\r\n\r\n");
}

TEST(HttpSerialize, HopByHopFieldsStayBehind) {
  for (const auto* line : {"Connection: keep-alive", "Proxy-Connection: keep-alive", "Keep-Alive: timeout=5",
                           "TE: trailers", "Trailer: X-T", "Upgrade: websocket",
                           "Proxy-Authorization: Basic bWU6cHc=", "Proxy-Authenticate: Basic",
                           "Proxy-Authentication-Info: x", "HTTP2-Settings: AAAA"}) {
    EXPECT_EQ(passed_on(line + std::string("\r\nX-A: b\r\n")), kStart + "X-A: b\r\n\r\n") << line;
  }
}

TEST(HttpSerialize, FieldsThatConnectionListsStayBehind) {
  EXPECT_EQ(passed_on("X-One: 1\r\nConnection: x-one, X-TWO\r\nConnection: x-three\r\nX-Two: 2\r\nX-Three: "
                      "3\r\nX-Four: 4\r\n"),
            kStart + "X-Four: 4\r\n\r\n");
  EXPECT_EQ(passed_on("Proxy-Connection: x-one\r\nX-One: 1\r\n"), kStart + "\r\n");
  EXPECT_EQ(passed_on("Connection: host, content-length\r\nContent-Length: 5\r\n"),
            kStart + "Content-Length: 5\r\n\r\n")
      << "what we make ourselves cannot be taken away";
}

TEST(HttpSerialize, NothingTellsThePartyOfAProxy) {
  const std::string text = passed_on("X-A: b\r\n");
  EXPECT_EQ(text.find("Via"), std::string::npos);
  EXPECT_EQ(text.find("Forwarded"), std::string::npos);
}

TEST(HttpSerialize, OrderSpellingAndRepetitionOfFieldsAreKept) {
  EXPECT_EQ(passed_on("x-B: 1\r\nX-a: 2\r\nx-b: \xc3\xa4\r\n"),
            kStart + "x-B: 1\r\nX-a: 2\r\nx-b: \xc3\xa4\r\n\r\n");
}

TEST(HttpSerialize, ARequestsFramingIsMadeAnew) {
  EXPECT_EQ(passed_on("Content-Length: 007\r\nContent-Length: 7\r\n"), kStart + "Content-Length: 7\r\n\r\n");
  EXPECT_EQ(passed_on("Content-Length: 0\r\n"), kStart + "Content-Length: 0\r\n\r\n");
  EXPECT_EQ(passed_on("transfer-encoding: CHUNKED\r\n"), kStart + "Transfer-Encoding: chunked\r\n\r\n");
}

TEST(HttpSerialize, ARequestMayAskThePartyToClose) {
  EXPECT_EQ(passed_on("", false), kStart + "Connection: close\r\n\r\n");
}

TEST(HttpSerialize, AnUpgradeIsPassedThrough) {
  EXPECT_EQ(passed_on("Connection: keep-alive, Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: k\r\n"),
            kStart + "Sec-WebSocket-Key: k\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
  EXPECT_EQ(passed_on("Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: A\r\n"),
            kStart + "\r\n");
}

TEST(HttpSerialize, AnExpectationGoesOnFromHttp11Only) {
  EXPECT_EQ(passed_on("Expect: 100-continue\r\nContent-Length: 1\r\n"),
            kStart + "Expect: 100-continue\r\nContent-Length: 1\r\n\r\n");
  EXPECT_EQ(write_request(request_of("GET http://a.example/ HTTP/1.0\r\nExpect: 100-continue\r\n\r\n"), true),
            kStart + "\r\n");
}

TEST(HttpSerialize, AResponseLosesItsHopByHopFields) {
  const auto head = write_response(response_of("HTTP/1.0 200 Fine\r\nConnection: x-one, keep-alive\r\nX-One: "
                                               "1\r\nKeep-Alive: max=3\r\nTrailer: a\r\n"
                                               "Proxy-Authenticate: Basic\r\nUpgrade: h2c\r\nSet-Cookie: "
                                               "a\r\nSet-Cookie: b\r\nContent-Length: 2\r\n\r\n"),
                                   {});
  EXPECT_EQ(head.text, "HTTP/1.1 200 Fine\r\nSet-Cookie: a\r\nSet-Cookie: b\r\nContent-Length: 2\r\n\r\n");
  EXPECT_EQ(head.framing, (HttpFraming{HttpFraming::Kind::Length, 2}));
  EXPECT_TRUE(head.keep_alive);
}

TEST(HttpSerialize, ABodyWithoutLengthIsChunkedForHttp11) {
  for (const auto* text :
       {"HTTP/1.1 200 OK\r\n\r\n", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"}) {
    const auto head = write_response(response_of(text), {});
    EXPECT_EQ(head.text, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
    EXPECT_TRUE(head.keep_alive);
  }
}

TEST(HttpSerialize, ABodyWithoutLengthLastsUntilTheCloseForHttp10) {
  for (const auto* text :
       {"HTTP/1.1 200 OK\r\n\r\n", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"}) {
    const auto head = write_response(response_of(text), {.minor_version = 0, .keep_alive = true});
    EXPECT_EQ(head.text, "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n");
    EXPECT_EQ(head.framing.kind, HttpFraming::Kind::UntilClose);
    EXPECT_FALSE(head.keep_alive);
  }
}

TEST(HttpSerialize, TheClientLearnsWhetherItsConnectionStays) {
  const HttpResponse response =
      response_of("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
  const std::string start = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n";
  EXPECT_EQ(write_response(response, {.keep_alive = true}).text, start + "\r\n");
  EXPECT_EQ(write_response(response, {.keep_alive = false}).text, start + "Connection: close\r\n\r\n");
  EXPECT_EQ(write_response(response, {.minor_version = 0, .keep_alive = true}).text,
            start + "Connection: keep-alive\r\n\r\n");
}

TEST(HttpSerialize, ALengthIsToldWithoutABodyOnlyWhereItMeansSomething) {
  const auto head =
      write_response(response_of("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", {.head = true}), {});
  EXPECT_EQ(head.text, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n");
  EXPECT_EQ(head.framing, HttpFraming{});
  EXPECT_EQ(write_response(response_of("HTTP/1.1 304 N\r\nContent-Length: 5\r\n\r\n"), {}).text,
            "HTTP/1.1 304 N\r\nContent-Length: 5\r\n\r\n");
  EXPECT_EQ(write_response(response_of("HTTP/1.1 204 N\r\nContent-Length: 5\r\n\r\n"), {}).text,
            "HTTP/1.1 204 N\r\n\r\n");
}

TEST(HttpSerialize, InterimAndSwitchingResponsesCarryNoFraming) {
  EXPECT_EQ(write_response(response_of("HTTP/1.1 103 Early Hints\r\nLink: x\r\nContent-Length: 5\r\n\r\n"),
                           {.keep_alive = false})
                .text,
            "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n");
  EXPECT_EQ(write_response(
                response_of("HTTP/1.1 101 S\r\nConnection: upgrade\r\nUpgrade: websocket\r\nX-A: b\r\n\r\n",
                            {.upgrade = true}),
                {})
                .text,
            "HTTP/1.1 101 S\r\nX-A: b\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
}

TEST(HttpSerialize, ChunksReadBackToTheBody) {
  const HttpFraming chunked{HttpFraming::Kind::Chunked};
  tlscore::Bytes output;
  write_body_piece(chunked, as_bytes("hello "), output);
  write_body_piece(chunked, {}, output);
  write_body_piece(chunked, as_bytes(std::string(26, 'x')), output);
  write_body_end(chunked, output);
  EXPECT_EQ(as_text(output), "6\r\nhello \r\n1a\r\n" + std::string(26, 'x') + "\r\n0\r\n\r\n");
}

TEST(HttpSerialize, OtherFramingsAddNothing) {
  for (const auto kind : {HttpFraming::Kind::Length, HttpFraming::Kind::UntilClose}) {
    tlscore::Bytes output;
    write_body_piece({kind, 5}, as_bytes("hello"), output);
    write_body_end({kind, 5}, output);
    EXPECT_EQ(as_text(output), "hello");
  }
}

}  // namespace
}  // namespace proxy
