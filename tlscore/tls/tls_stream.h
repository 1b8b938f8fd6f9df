// A TLS connection as a stream, over another stream; and the driving of its handshake.
#pragma once

#include <functional>
#include <memory>

#include "tlscore/base/stream.h"
#include "tlscore/tls/engine.h"

namespace tlscore::tls {

/// Who answers what a handshake asks. Both may take as long as they need; `cancel` ends them.
class HandshakeAnswers {
 public:
  virtual ~HandshakeAnswers() = default;

  /// Which key does the peer's OpenPGP certificate mean (`engine.peer_openpgp()`)? Nothing if it presents
  /// none, as a client may. Asked only where the settings allow for that type. Errors as refuse_peer knows
  /// them.
  virtual Task<Result<std::optional<x509::PublicKey>>> peer_key(const Engine& engine, Cancel& cancel);

  /// Is the peer who it should be? Its certificates are `engine.peer_chain()`
  /// or `engine.peer_openpgp()`. Asked of a client only. Returns the identity that it
  /// may see (null: none), or the error that refuses it.
  virtual Task<Result<std::shared_ptr<const Identity>>> judge(const Engine& engine, Cancel& cancel) = 0;

  /// A signature with the key of the identity that `judge` returned.
  virtual Task<Result<Bytes>> sign(const x509::SignatureRequest& request, Cancel& cancel) = 0;
};

/// A server whose key lies in memory: it is asked for nothing, unless its settings take OpenPGP. Whoever came
/// is judged after the handshake.
class ServerAnswers : public HandshakeAnswers {
 public:
  Task<Result<std::shared_ptr<const Identity>>> judge(const Engine& engine, Cancel& cancel) override;
  /// Fails with Internal.
  Task<Result<Bytes>> sign(const x509::SignatureRequest& request, Cancel& cancel) override;
};

/// Owns the stream below it, a socket mostly, and the engine. Reads and writes plaintext once `handshake` has
/// succeeded.
class TlsStream final : public Stream {
 public:
  TlsStream(std::unique_ptr<Stream> below, std::unique_ptr<Engine> engine);
  ~TlsStream() override;
  TlsStream(const TlsStream&) = delete;
  TlsStream& operator=(const TlsStream&) = delete;
  TlsStream(TlsStream&&) = delete;
  TlsStream& operator=(TlsStream&&) = delete;

  /// Runs the handshake to its end. `limit` is for each wait on the network, not for judging and signing.
  /// After an error an alert has been sent where one is due, and the stream is of no more use.
  Task<Result<void>> handshake(HandshakeAnswers& answers, Cancel& cancel, TimeLimit limit);

  Result<std::optional<std::size_t>> try_read(std::span<std::uint8_t> buffer) override;
  Result<std::size_t> try_write(ByteView bytes) override;
  Task<Result<void>> readable(Cancel& cancel, TimeLimit limit) override;
  Task<Result<void>> writable(Cancel& cancel, TimeLimit limit) override;
  Task<Result<void>> finish_writing(Cancel& cancel, TimeLimit limit) override;
  void close(bool reset) override;

  [[nodiscard]] const Engine& engine() const { return *m_engine; }
  /// See Engine::on_session.
  void on_session(SessionTaker take) { m_engine->on_session(std::move(take)); }

 private:
  Task<Result<void>> answer(HandshakeAnswers& answers, Wants wants, Cancel& cancel);
  Task<Result<void>> take_input(Cancel& cancel, TimeLimit limit);
  Task<Result<void>> flush(Cancel& cancel, TimeLimit limit);
  Result<bool> receive_some();
  Result<void> send_some();

  std::unique_ptr<Stream> m_below;
  std::unique_ptr<Engine> m_engine;
};

}  // namespace tlscore::tls
