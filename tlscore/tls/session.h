// What a later connection can resume: a TLS 1.2 session, or a ticket of a TLS 1.3 connection.
//
// It is as good as the handshake that it came from: whoever offers one makes sure that everything it was
// judged by still holds (session_store.h).
#pragma once

#include <chrono>
#include <memory>

struct mbedtls_ssl_context;
struct mbedtls_ssl_session;

namespace tlscore::tls {

/// Immutable; wiped when the last owner lets go.
class Session {
 public:
  /// A peer's longer ticket is not kept: it would not fit into a ClientHello beside everything else.
  static constexpr std::size_t kMaxTicketBytes = 8192;
  /// However long the peer would have it. RFC 8446, section 4.6.1, allows seven days.
  static constexpr std::chrono::hours kMaxLifetime{12};

  /// What a client's connection has to offer now: after its handshake in TLS 1.2, with each ticket in
  /// TLS 1.3. Null when that cannot be resumed, or is not worth keeping.
  static std::shared_ptr<const Session> take_from(mbedtls_ssl_context& ssl);

  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  /// A TLS 1.3 ticket: offered a second time it would tell an observer that both connections are ours
  /// (RFC 8446, appendix C.4).
  [[nodiscard]] bool single_use() const { return m_single_use; }
  [[nodiscard]] std::chrono::steady_clock::time_point expires() const { return m_expires; }

  /// Offers it in the handshake that `ssl` is about to begin; false when the connection's settings forbid
  /// that.
  [[nodiscard]] bool offer_to(mbedtls_ssl_context& ssl) const;

 private:
  struct Wipe {
    void operator()(mbedtls_ssl_session* session) const noexcept;
  };
  using Data = std::unique_ptr<mbedtls_ssl_session, Wipe>;
  explicit Session(Data data);

  Data m_data;
  bool m_single_use;
  std::chrono::steady_clock::time_point m_expires;
};

}  // namespace tlscore::tls
