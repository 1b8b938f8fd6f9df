// A gate and a client of TLS 1.2 with an OpenPGP certificate (RFC 6091), on one loop.
#include <gtest/gtest.h>
#include <sys/socket.h>

#include <filesystem>
#include <fstream>

#include "openpgp-auth/authenticating_key.h"
#include "proxy/gate.h"
#include "tests/unit/new_openpgp.h"
#include "tests/unit/temp_folder.h"
#include "tlscore/base/socket.h"
#include "tlscore/tls/tls_stream.h"
#include "tlscore/x509/self_signed.h"

namespace proxy {
namespace {

using namespace tlscore;
using openpgp_auth::Place;

constexpr std::string_view kRequest = "GET / HTTP/1.1\r\nHost: gate.example\r\nConnection: close\r\n\r\n";

/// Shows an identity to a server whose OpenPGP certificate it takes as it is.
class Client final : public tls::HandshakeAnswers {
 public:
  Client(std::shared_ptr<x509::PrivateKey> key, const Bytes& certificate)
      : m_key(std::move(key)),
        m_identity(std::make_shared<const tls::Identity>(tls::Identity{
            .chain = {}, .key = m_key->public_key(), .openpgp = openpgp_auth::body_of(certificate)})) {}

  Task<Result<std::optional<x509::PublicKey>>> peer_key(const tls::Engine& engine,
                                                        Cancel& /*cancel*/) override {
    auto key = openpgp_auth::authenticating_key(engine.peer_openpgp());
    if (!key) co_return fail(key.error());
    co_return std::move(*key);
  }
  Task<Result<std::shared_ptr<const tls::Identity>>> judge(const tls::Engine& /*engine*/,
                                                           Cancel& /*cancel*/) override {
    co_return m_identity;
  }
  Task<Result<Bytes>> sign(const x509::SignatureRequest& request, Cancel& /*cancel*/) override {
    co_return m_key->sign(request);
  }

 private:
  std::shared_ptr<x509::PrivateKey> m_key;
  std::shared_ptr<const tls::Identity> m_identity;
};

class GateHandshake : public testing::Test {
 public:
  ~GateHandshake() override { ::unsetenv("XDG_RUNTIME_DIR"); }
  GateHandshake(const GateHandshake&) = delete;
  GateHandshake& operator=(const GateHandshake&) = delete;
  GateHandshake(GateHandshake&&) = delete;
  GateHandshake& operator=(GateHandshake&&) = delete;

 protected:
  GateHandshake() {
    ::setenv("XDG_RUNTIME_DIR", m_folder.c_str(), 1);
    const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    const auto certificate = x509::self_sign(*m_gate_key, {.common_name = "gate.example",
                                                           .key = m_gate_key->public_key(),
                                                           .not_before = now - std::chrono::hours(1),
                                                           .not_after = now + std::chrono::hours(1),
                                                           .client_auth = false,
                                                           .server_auth = true,
                                                           .dns_names = {"gate.example"}});
    write("chain.pem", certificate->pem());
    write("key.pem", x509::test_data("p256.key"));
    const Bytes own = openpgp_auth::certificate_with(*m_gate_key, Place::Primary, "https://gate.example");
    write("gate.pgp", as_text(own));
  }

  std::string write(const std::string& name, std::string_view text) {
    const std::string path = m_folder + "/" + name;
    std::ofstream(path, std::ios::binary) << text;
    return path;
  }

  /// What a client with this certificate is answered, by a gate with this allow file; or the error.
  std::string ask(const Bytes& certificate, const std::string& allowed) {
    GateConfig config;
    config.listen = *SocketAddress::parse("127.0.0.1", 0);
    config.backend = *parse_gate_backend("unix:" + m_folder + "/no-backend");
    config.certificates = {{m_folder + "/chain.pem", m_folder + "/key.pem"}};
    config.openpgp_files = {m_folder + "/gate.pgp"};
    config.allow_file = write("allowed", allowed);
    const auto loop = *EventLoop::create();
    auto gate = Gate::start(*loop, config);
    EXPECT_TRUE(gate.has_value()) << gate.error().message;
    std::string answer;
    spawn(*loop, run_client(*loop, (*gate)->address(), certificate, answer));
    loop->run();
    (*gate)->stop();
    while (loop->tasks() > 0) event_base_loop(loop->base(), EVLOOP_ONCE);
    return answer;
  }

  Task<void> run_client(EventLoop& loop, SocketAddress address, const Bytes& certificate,
                        std::string& answer) {
    UniqueFd fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    EXPECT_EQ(::connect(fd.get(), address.data(), address.size()), 0);
    auto socket = Socket::adopt(loop, std::move(fd));
    using enum tls::CertificateType;
    auto engine = tls::Engine::create_client({.server_name = "gate.example",
                                              .alpn = {},
                                              .highest = tls::Version::Tls12,
                                              .certificate_types = {OpenPgp, X509}});
    tls::TlsStream stream(std::move(*socket), std::move(*engine));
    Client client(m_client_key, certificate);
    Cancel never;
    auto done = co_await stream.handshake(client, never, std::chrono::seconds(20));
    if (done) done = co_await stream.write(as_bytes(kRequest), never, std::chrono::seconds(20));
    std::array<std::uint8_t, 4096> buffer{};
    while (done) {
      auto count = co_await stream.read(buffer, never, std::chrono::seconds(20));
      if (!count || *count == 0) break;
      answer += as_text(ByteView(buffer).first(*count));
    }
    if (!done) answer = done.error().message;
    loop.stop();
  }

  static std::string fingerprint_of(const Bytes& certificate) {
    return openpgp_auth::Certificate::parse(certificate)->primary().fingerprint.to_hex();
  }

  std::shared_ptr<x509::PrivateKey> m_gate_key = openpgp_auth::key_from("p256.key");
  std::shared_ptr<x509::PrivateKey> m_client_key = openpgp_auth::key_from("p384.key");
  tests::TempFolder m_made;
  std::string m_folder = m_made.path();
};

TEST_F(GateHandshake, AListedOpenPgpKeyPassesWithAnyOfItsKeys) {
  for (const Place place : {Place::Primary, Place::SigningSubkey, Place::AuthenticationSubkey}) {
    const Bytes alice = openpgp_auth::certificate_with(*m_client_key, place, "Alice <alice@example.org>");
    const std::string answer = ask(alice, fingerprint_of(alice) + "\n");
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 502 ")) << "past the gate, and no backend: " << answer;
  }
}

TEST_F(GateHandshake, AnOpenPgpKeyThatIsNotListedIsToldWhoItIs) {
  const Bytes alice =
      openpgp_auth::certificate_with(*m_client_key, Place::AuthenticationSubkey, "Alice <alice@example.org>");
  for (const char* allowed : {"", "alice@example.org\n", "Alice <alice@example.org>\n"}) {
    const std::string answer = ask(alice, allowed);
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 403 ")) << answer;
    EXPECT_TRUE(answer.contains("openpgp, " + fingerprint_of(alice))) << answer;
    EXPECT_FALSE(answer.contains("alice@")) << "nobody vouches for the name: " << answer;
  }
}

}  // namespace
}  // namespace proxy
