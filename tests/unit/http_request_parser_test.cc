// Requests as clients send them, and one refusal for each rule of the design and of RFC 9112.
#include <gtest/gtest.h>

#include "proxy/http_parser.h"

namespace proxy {
namespace {

using namespace std::string_literals;
using tlscore::as_bytes;
using tlscore::as_text;
using tlscore::ErrorKind;

HttpRequest read(const std::string& text) {
  HttpRequestParser parser;
  const auto taken = parser.consume(as_bytes(text));
  EXPECT_TRUE(taken.has_value()) << (taken ? "" : taken.error().message);
  if (!taken || !parser.header_done()) {
    ADD_FAILURE() << "no whole header in " << text;
    return {};
  }
  return parser.take_message();
}

/// The status that answers `text`; 0 where nothing is wrong with it.
int refusal(const std::string& text, HttpLimits limits = {}) {
  HttpRequestParser parser(limits);
  auto taken = parser.consume(as_bytes(text));
  if (taken && parser.header_done()) {
    parser.resume_body([](tlscore::ByteView) {});
    taken = parser.consume(as_bytes(text).subspan(*taken));
  }
  return taken ? 0 : status_for(taken.error());
}

/// The same for a GET with these lines behind its Host.
int refusal_of(const std::string& lines) {
  return refusal("GET / HTTP/1.1\r\nHost: localhost\r\n" + lines + "\r\n");
}

/// The body of `text`, offered `step` octets at a time.
std::string read_body(const std::string& text, std::size_t step) {
  HttpRequestParser parser;
  std::string body;
  for (std::size_t i = 0; i < text.size();) {
    const auto taken = parser.consume(as_bytes(text).subspan(i, std::min(step, text.size() - i)));
    if (!taken) return "refused: " + taken.error().message;
    i += *taken;
    if (parser.message_done()) return body + "|" + text.substr(i);
    if (parser.header_done()) parser.resume_body([&](tlscore::ByteView piece) { body += as_text(piece); });
  }
  return body + "|unfinished";
}

TEST(HttpRequestParser, ReadsAbsoluteForm) {
  const HttpRequest request =
      read("GET http://Party.Example:8080/a?b=c HTTP/1.1\r\nHost: other.example\r\nX-A: b\r\n\r\n");
  EXPECT_EQ(request.method, "GET");
  EXPECT_EQ(request.target,
            (HttpTarget{HttpTargetForm::Absolute, "http", {"party.example", 8080, false}, "/a?b=c"}));
  EXPECT_EQ(request.headers, (HttpHeaders{{"Host", "other.example"}, {"X-A", "b"}}));
  EXPECT_EQ(request.host, std::nullopt) << "the target decides, not the field";
  EXPECT_EQ(request.framing, HttpFraming{});
  EXPECT_TRUE(request.keep_alive);
}

TEST(HttpRequestParser, CompletesThePathOfAbsoluteForm) {
  EXPECT_EQ(read("GET http://a.example HTTP/1.1\r\n\r\n").target.path, "/");
  EXPECT_EQ(read("GET http://a.example?q HTTP/1.1\r\n\r\n").target.path, "/?q");
  EXPECT_EQ(read("OPTIONS http://a.example HTTP/1.1\r\n\r\n").target.path, "*");
  EXPECT_EQ(read("GET http://a.example HTTP/1.1\r\n\r\n").target.authority.port, 80);
  EXPECT_EQ(read("GET HTTPS://a.example HTTP/1.1\r\n\r\n").target.authority.port, 443);
}

TEST(HttpRequestParser, ReadsConnectWhateverHostSays) {
  const HttpTarget target{HttpTargetForm::Authority, "", {"party.example", 443, false}, ""};
  EXPECT_EQ(read("CONNECT party.example:443 HTTP/1.1\r\nHost: other.example\r\n\r\n").target, target);
  EXPECT_EQ(read("CONNECT party.example:443 HTTP/1.1\r\nHost: @bad@\r\n\r\n").target, target);
  // Python's http.client sends this.
  EXPECT_EQ(read("CONNECT party.example:443 HTTP/1.0\r\n\r\n").target, target);
  EXPECT_EQ(read("CONNECT party.example:443 HTTP/1.1\r\nContent-Length: 0\r\n\r\n").target, target);
}

TEST(HttpRequestParser, StopsBehindTheHeaderOfAConnect) {
  const std::string head = "CONNECT party.example:443 HTTP/1.1\r\n\r\n";
  HttpRequestParser parser;
  EXPECT_EQ(parser.consume(as_bytes(head + "\x16\x03\x01")).value(), head.size());
  EXPECT_TRUE(parser.message_done());
}

TEST(HttpRequestParser, ReadsOriginForm) {
  const HttpRequest request = read("GET /proxy.pac HTTP/1.1\r\nhOsT: 127.0.0.1:6091\r\n\r\n");
  EXPECT_EQ(request.target.form, HttpTargetForm::Origin);
  EXPECT_EQ(request.target.path, "/proxy.pac");
  EXPECT_EQ(request.host, (Authority{"127.0.0.1", 6091, true}));
  EXPECT_EQ(read("GET / HTTP/1.0\r\n\r\n").host, std::nullopt);
}

TEST(HttpRequestParser, ReadsAsteriskForm) {
  EXPECT_EQ(read("OPTIONS * HTTP/1.1\r\nHost: localhost\r\n\r\n").target.form, HttpTargetForm::Asterisk);
}

TEST(HttpRequestParser, TellsWhetherTheConnectionStays) {
  const auto keeps = [](const std::string& lines) {
    return read("GET http://a.example/ HTTP/1." + lines).keep_alive;
  };
  EXPECT_TRUE(keeps("1\r\n\r\n"));
  EXPECT_FALSE(keeps("1\r\nConnection: x, Close\r\n\r\n"));
  EXPECT_FALSE(keeps("1\r\nProxy-Connection: close\r\n\r\n"));
  EXPECT_FALSE(keeps("0\r\n\r\n"));
  EXPECT_TRUE(keeps("0\r\nConnection: Keep-Alive\r\n\r\n"));
  EXPECT_FALSE(keeps("0\r\nConnection: keep-alive\r\nProxy-Connection: close\r\n\r\n"));
}

TEST(HttpRequestParser, TellsAnExpectationOfHttp11Only) {
  EXPECT_TRUE(read("PUT http://a.example/ HTTP/1.1\r\nExpect: 100-Continue\r\nContent-Length: 1\r\n\r\n")
                  .expect_continue);
  EXPECT_FALSE(read("PUT http://a.example/ HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\n")
                   .expect_continue);
}

TEST(HttpRequestParser, TellsAnUpgradeThatConnectionLists) {
  const auto upgrade = [](const std::string& lines) {
    return read("GET http://a.example/ HTTP/1." + lines).upgrade;
  };
  EXPECT_EQ(upgrade("1\r\nConnection: keep-alive, Upgrade\r\nUpgrade: WebSocket\r\n\r\n"), "WebSocket");
  EXPECT_EQ(upgrade("1\r\nUpgrade: websocket\r\n\r\n"), "");
  EXPECT_EQ(upgrade("0\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n"), "");
  EXPECT_EQ(upgrade("1\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: A\r\n\r\n"),
            "");
}

TEST(HttpRequestParser, ReadsBodiesOfEachFramingInPiecesOfAnySize) {
  const std::string post = "POST http://a.example/ HTTP/1.1\r\n";
  const std::string fixed = post + "Content-Length: 11\r\n\r\nhello worldNEXT";
  const std::string chunked =
      post +
      "Transfer-Encoding: Chunked\r\n\r\n"
      "5\r\nhello\r\n1;a=b;c=\"d\"\r\n \r\n0000005\r\nworld\r\n0\r\nX-T: v\r\n\r\nNEXT";
  for (std::size_t step = 1; step <= chunked.size(); ++step) {
    SCOPED_TRACE(testing::Message() << "in steps of " << step);
    EXPECT_EQ(read_body(fixed, step), "hello world|NEXT");
    EXPECT_EQ(read_body(chunked, step), "hello world|NEXT");
    EXPECT_EQ(read_body(post + "Content-Length: 0\r\n\r\nNEXT", step), "|NEXT");
    EXPECT_EQ(read_body(post + "\r\nNEXT", step), "|NEXT");
    EXPECT_EQ(read_body(post + "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\nNEXT", step), "|NEXT");
  }
}

TEST(HttpRequestParser, HoldsTheBodyBackUntilItIsResumed) {
  const std::string head = "POST http://a.example/ HTTP/1.1\r\nContent-Length: 4\r\n\r\n";
  HttpRequestParser parser;
  EXPECT_FALSE(parser.begun());
  EXPECT_EQ(parser.consume(as_bytes(head + "body")).value(), head.size());
  EXPECT_TRUE(parser.begun());
  EXPECT_EQ(parser.consume(as_bytes("body")).value(), 0U);
  EXPECT_FALSE(parser.message_done());
  std::string body;
  parser.resume_body([&](tlscore::ByteView piece) { body += as_text(piece); });
  EXPECT_EQ(parser.consume(as_bytes("body+")).value(), 4U);
  EXPECT_EQ(body, "body");
  EXPECT_TRUE(parser.message_done());
}

TEST(HttpRequestParser, TrailersNeverReachTheHeaders) {
  HttpRequestParser parser;
  const std::string head = "POST http://a.example/ HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n";
  ASSERT_EQ(parser.consume(as_bytes(head)).value(), head.size());
  parser.resume_body([](tlscore::ByteView) {});
  ASSERT_TRUE(parser.consume(as_bytes("0\r\nAuthorization: x\r\nConnection: close\r\n\r\n")).has_value());
  EXPECT_TRUE(parser.message_done());
  EXPECT_EQ(parser.message().headers.size(), 1U);
  EXPECT_TRUE(parser.message().keep_alive);
}

TEST(HttpRequestParser, DropsOneEmptyLineBeforeTheRequest) {
  EXPECT_EQ(read("\r\nGET http://a.example/ HTTP/1.1\r\n\r\n").method, "GET");
  EXPECT_EQ(refusal("\r\n\r\nGET http://a.example/ HTTP/1.1\r\n\r\n"), 400);
}

TEST(HttpRequestParser, AFailedParserFailsForEver) {
  HttpRequestParser parser;
  EXPECT_FALSE(parser.consume(as_bytes("\n")).has_value());
  EXPECT_FALSE(parser.consume(as_bytes("GET http://a.example/ HTTP/1.1\r\n\r\n")).has_value());
}

TEST(HttpRequestParser, TheEndOfInputIsAnErrorInsideAMessage) {
  HttpRequestParser parser;
  ASSERT_TRUE(parser.consume(as_bytes("GET http://a.exam")).has_value());
  EXPECT_EQ(parser.end_of_input().error().kind, ErrorKind::Closed);
}

TEST(HttpRequestRules, RefuseTwoHosts) {
  EXPECT_EQ(refusal_of("Host: localhost\r\n"), 400);
  EXPECT_EQ(refusal("GET http://a.example/ HTTP/1.1\r\nHost: a\r\nhost: a\r\n\r\n"), 400);
  EXPECT_EQ(refusal("CONNECT a.example:443 HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n"), 400);
}

TEST(HttpRequestRules, RefuseAMissingOrBadHostWhereItDecides) {
  EXPECT_EQ(refusal("GET / HTTP/1.1\r\n\r\n"), 400);
  for (const auto* host : {"", "a@b", "a b", "a/b", "127.1", "localhost:0", "a, b"}) {
    EXPECT_EQ(refusal("GET / HTTP/1.1\r\nHost: "s + host + "\r\n\r\n"), 400) << host;
  }
}

TEST(HttpRequestRules, RefuseUserinfoInTheTarget) {
  EXPECT_EQ(refusal("GET http://me:pw@a.example/ HTTP/1.1\r\n\r\n"), 400);
  EXPECT_EQ(refusal("CONNECT me@a.example:443 HTTP/1.1\r\n\r\n"), 400);
}

TEST(HttpRequestRules, RefuseABadAuthority) {
  for (const auto* authority : {"", "0x7f.1", "a..b", "a:0", "a:x", "[::1", "a%2eb", "a\\b", "-a"}) {
    EXPECT_EQ(refusal("GET http://"s + authority + "/ HTTP/1.1\r\n\r\n"), 400) << authority;
    EXPECT_EQ(refusal("CONNECT "s + authority + ":443 HTTP/1.1\r\n\r\n"), 400) << authority;
  }
  EXPECT_EQ(refusal("CONNECT a.example HTTP/1.1\r\n\r\n"), 400) << "no port";
  EXPECT_EQ(refusal("CONNECT http://a.example:443/ HTTP/1.1\r\n\r\n"), 400);
}

TEST(HttpRequestRules, RefuseOtherTargets) {
  for (const auto* target : {"ftp://a.example/", "a.example/", "a.example:443", "*", "http:/a.example",
                             "http://a.example/#x", "/#x", "http:a.example"}) {
    EXPECT_EQ(refusal("GET "s + target + " HTTP/1.1\r\nHost: localhost\r\n\r\n"), 400) << target;
  }
}

TEST(HttpRequestRules, RefuseTransferCodingsButChunked) {
  for (const auto* coding : {"gzip", "gzip, chunked", "chunked, chunked", "identity", "", "chunked;x=y",
                             "\"chunked\"", "xchunked", "chunked,", "\vchunked"}) {
    EXPECT_EQ(refusal_of("Transfer-Encoding: "s + coding + "\r\n"), 400) << coding;
  }
  EXPECT_EQ(refusal_of("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"), 400);
  EXPECT_EQ(refusal_of("Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n"), 400);
}

TEST(HttpRequestRules, RefuseTransferEncodingWithContentLength) {
  EXPECT_EQ(refusal_of("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n"), 400);
  EXPECT_EQ(refusal_of("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n"), 400);
  EXPECT_EQ(refusal_of("Content-Length: 0\r\nTransfer-Encoding: chunked\r\n"), 400);
}

TEST(HttpRequestRules, RefuseTransferEncodingInHttp10) {
  EXPECT_EQ(refusal("POST http://a.example/ HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n"), 400);
}

TEST(HttpRequestRules, RefuseLengthsThatDiffer) {
  EXPECT_EQ(refusal_of("Content-Length: 5\r\nContent-Length: 6\r\n"), 400);
  EXPECT_EQ(refusal_of("Content-Length: 5\r\nContent-Length: 5\r\n"), 0);
}

TEST(HttpRequestRules, RefuseLengthsThatAreNoPlainNumber) {
  for (const auto* length :
       {"+5", "-5", "5 5", "5, 5", "5,", "0x5", "5.0", "", "18446744073709551616", "five"}) {
    EXPECT_EQ(refusal_of("Content-Length: "s + length + "\r\n"), 400) << length;
  }
}

TEST(HttpRequestRules, RefuseAConnectWithABody) {
  EXPECT_EQ(refusal("CONNECT a.example:443 HTTP/1.1\r\nContent-Length: 1\r\n\r\n"), 400);
  EXPECT_EQ(refusal("CONNECT a.example:443 HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"), 400);
}

TEST(HttpRequestRules, RefuseFoldedLines) {
  EXPECT_EQ(refusal_of("X-A: b\r\n c\r\n"), 400);
  EXPECT_EQ(refusal_of("X-A: b\r\n\tc\r\n"), 400);
  EXPECT_EQ(refusal_of("X-A:\r\n b\r\n"), 400);
}

TEST(HttpRequestRules, RefuseWhiteSpaceBeforeTheFirstField) {
  EXPECT_EQ(refusal("GET http://a.example/ HTTP/1.1\r\n Host: a\r\n\r\n"), 400);
}

TEST(HttpRequestRules, RefuseABareLfAtOnce) {
  EXPECT_EQ(refusal("GET http://a.example/ HTTP/1.1\n"), 400);
  EXPECT_EQ(refusal_of("X-A: b\nX-C: d\r\n"), 400);
  EXPECT_EQ(refusal("GET http://a.example/ HTTP/1.1\r\nX-A: b\r\n\n"), 400);
}

TEST(HttpRequestRules, RefuseABareCr) {
  EXPECT_EQ(refusal_of("X-A: b\rX-C: d\r\n"), 400);
  EXPECT_EQ(refusal_of("X-A: b\r\r\n"), 400);
  EXPECT_EQ(refusal("GET http://a.example/ HTTP/1.1\rX"), 400);
}

TEST(HttpRequestRules, RefuseNulAndOtherControls) {
  EXPECT_EQ(refusal_of("X-A: b\0c\r\n"s), 400);
  EXPECT_EQ(refusal_of("X-\0A: b\r\n"s), 400);
  EXPECT_EQ(refusal("GET /\0 HTTP/1.1\r\nHost: localhost\r\n\r\n"s), 400);
  EXPECT_EQ(refusal_of("X-A: \x1b[0m\r\n"), 400);
  EXPECT_EQ(refusal("GET http://a.example/ HTTP/1.1\r\nX-A: \x1b"), 400) << "at once";
  EXPECT_EQ(refusal_of("X-A: \x7f\r\n"), 400);
  EXPECT_EQ(refusal_of("X-A: a\tb\r\n"), 0);
  EXPECT_EQ(refusal_of("X-A: \xc3\xa4\r\n"), 0);
}

TEST(HttpRequestRules, RefuseASpaceBeforeTheColon) {
  EXPECT_EQ(refusal_of("Content-Length : 5\r\n"), 400);
  EXPECT_EQ(refusal_of("X-A\t: b\r\n"), 400);
}

TEST(HttpRequestRules, RefuseFieldsWithoutNameOrColon) {
  EXPECT_EQ(refusal_of(": b\r\n"), 400);
  EXPECT_EQ(refusal_of("nocolon\r\n"), 400);
  EXPECT_EQ(refusal_of("X A: b\r\n"), 400);
  EXPECT_EQ(refusal_of("X(A): b\r\n"), 400);
}

TEST(HttpRequestRules, RefuseHttp09AtOnce) {
  EXPECT_EQ(refusal("GET /\r\n"), 400);
  EXPECT_EQ(refusal("GET / \r\n"), 400);
  EXPECT_EQ(refusal("GET\r\n"), 400);
}

TEST(HttpRequestRules, RefuseOtherVersionsAtOnce) {
  for (const auto* version : {"HTTP/1.2", "HTTP/2.0", "HTTP/0.9", "HTTP/3.0"}) {
    EXPECT_EQ(refusal("GET http://a.example/ "s + version + "\r\n"), 505) << version;
  }
  EXPECT_EQ(refusal("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), 505);
  for (const auto* version : {"http/1.1", "HTTP/1.", "HTTP/1.10", "HTTP/11", "HTTPS/1.1", "HTTP/1.1 "}) {
    EXPECT_EQ(refusal("GET http://a.example/ "s + version + "\r\n"), 400) << version;
  }
}

TEST(HttpRequestRules, RefuseBadMethodsAndRequestLines) {
  for (const auto* line :
       {"G(T http://a.example/ HTTP/1.1", "GET  http://a.example/ HTTP/1.1", " GET / HTTP/1.1",
        "GET\thttp://a.example/ HTTP/1.1", "GET http://a.example/  HTTP/1.1", "/ HTTP/1.1",
        "GET http://a.example/ b HTTP/1.1", "G\xc3\xa4T / HTTP/1.1"}) {
    EXPECT_EQ(refusal(line + "\r\nHost: localhost\r\n\r\n"s), 400) << line;
  }
}

TEST(HttpRequestRules, RefuseAHeaderThatIsTooLarge) {
  const HttpLimits limits{.header_bytes = 100, .header_fields = 200};
  const std::string start = "GET http://a.example/ HTTP/1.1\r\nX: ";
  const std::string exact = start + std::string(100 - start.size() - 4, 'x') + "\r\n\r\n";
  ASSERT_EQ(exact.size(), 100U);
  EXPECT_EQ(refusal(exact, limits), 0);
  EXPECT_EQ(refusal(start + std::string(101 - start.size() - 4, 'x') + "\r\n\r\n", limits), 431);
  EXPECT_EQ(refusal("GET /" + std::string(64UL * 1024, 'x')), 431);
}

TEST(HttpRequestRules, RefuseTooManyFields) {
  std::string lines;
  for (int i = 0; i < 199; ++i) lines += "X: y\r\n";
  EXPECT_EQ(refusal_of(lines), 0);
  EXPECT_EQ(refusal_of(lines + "X: y\r\n"), 431);
}

/// The status that answers a chunked body.
int refusal_of_chunks(const std::string& chunks) {
  return refusal("POST http://a.example/ HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks);
}

TEST(HttpRequestRules, RefuseBadChunks) {
  for (const auto* chunks : {"x\r\n", "\r\n\r\n", "-1\r\nx", "0x1\r\nx\r\n", " 1\r\nx", "1\nx\r\n",
                             "1\r\nxy\r\n", "1\r\nx\n0\r\n\r\n", "1 x\r\nx", "1\rx\r\n", "g\r\n"}) {
    EXPECT_EQ(refusal_of_chunks(chunks + "\r\n0\r\n\r\n"s), 400) << chunks;
  }
}

TEST(HttpRequestRules, RefuseChunkSizesThatOverflow) {
  EXPECT_EQ(refusal_of_chunks("10000000000000000\r\n"), 400);
  EXPECT_EQ(refusal_of_chunks("ffffffffffffffff1\r\n"), 400);
}

TEST(HttpRequestRules, RefuseChunkExtensionsOverTheBound) {
  EXPECT_EQ(refusal_of_chunks("1;a=" + std::string(1000, 'b') + "\r\nx\r\n0\r\n\r\n"), 0);
  EXPECT_EQ(refusal_of_chunks("1;a=" + std::string(kMaxChunkOverheadBytes, 'b') + "\r\nx\r\n0\r\n\r\n"), 431);
  std::string many;
  for (int i = 0; i < 20; ++i) many += "1;a=" + std::string(1000, 'b') + "\r\nx\r\n";
  EXPECT_EQ(refusal_of_chunks(many), 431) << "in one message together";
}

TEST(HttpRequestRules, RefuseAChunkLineThatNeverEnds) {
  EXPECT_EQ(refusal_of_chunks("1;a=" + std::string(2 * kMaxChunkOverheadBytes, 'b')), 431);
}

TEST(HttpRequestRules, RefuseControlsInChunkExtensions) {
  EXPECT_EQ(refusal_of_chunks("1;a=\"\n\"\r\nx\r\n"), 400);
  EXPECT_EQ(refusal_of_chunks("1;a=\"\0\"\r\nx\r\n"s), 400);
}

TEST(HttpRequestRules, RefuseTrailersOverTheBound) {
  EXPECT_EQ(refusal_of_chunks("0\r\nX: " + std::string(kMaxChunkOverheadBytes + 1, 'x') + "\r\n\r\n"), 431);
  std::string many;
  for (int i = 0; i < 201; ++i) many += "X: y\r\n";
  EXPECT_EQ(refusal_of_chunks("0\r\n" + many + "\r\n"), 431);
}

}  // namespace
}  // namespace proxy
