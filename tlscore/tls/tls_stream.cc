// Ciphertext between the socket and the engine, in both directions.
#include "tlscore/tls/tls_stream.h"

#include <array>

namespace tlscore::tls {
namespace {

/// One record with its header and protection, at most (RFC 8446, section 5.2).
constexpr std::size_t kRecordBytes = 5 + 16384 + 256;

}  // namespace

Task<Result<std::optional<x509::PublicKey>>> HandshakeAnswers::peer_key(const Engine& /*engine*/,
                                                                        Cancel& /*cancel*/) {
  co_return fail(ErrorKind::Unsupported, "OpenPGP certificates are not read here");
}

Task<Result<std::shared_ptr<const Identity>>> ServerAnswers::judge(const Engine& /*engine*/,
                                                                   Cancel& /*cancel*/) {
  co_return std::shared_ptr<const Identity>();
}

Task<Result<Bytes>> ServerAnswers::sign(const x509::SignatureRequest& /*request*/, Cancel& /*cancel*/) {
  co_return fail(ErrorKind::Internal, "a key in memory signs by itself");
}

TlsStream::TlsStream(std::unique_ptr<Stream> below, std::unique_ptr<Engine> engine)
    : m_below(std::move(below)), m_engine(std::move(engine)) {
  // What the engine wrote while reading (alerts) has nobody who waits for it.
  m_below->on_ready([this](bool, bool can_write) {
    if (can_write) static_cast<void>(send_some());
  });
}

TlsStream::~TlsStream() {
  // What is below may be somebody else's, and go on.
  m_below->on_ready(nullptr);
}

Task<Result<void>> TlsStream::handshake(HandshakeAnswers& answers, Cancel& cancel, TimeLimit limit) {
  for (;;) {
    auto wants = m_engine->handshake();
    auto flushed = co_await flush(cancel, limit);
    if (!wants) co_return fail(wants.error());
    if (!flushed) co_return fail(flushed.error());
    if (*wants == Wants::Nothing) co_return Result<void>();
    if (*wants == Wants::Input) {
      auto taken = co_await take_input(cancel, limit);
      if (!taken) co_return fail(taken.error());
      continue;
    }
    auto answered = co_await answer(answers, *wants, cancel);
    if (answered) continue;
    m_engine->refuse_peer(answered.error().kind);
    static_cast<void>(send_some());
    co_return fail(answered.error());
  }
}

Task<Result<void>> TlsStream::answer(HandshakeAnswers& answers, Wants wants, Cancel& cancel) {
  if (wants == Wants::Judgement) {
    auto identity = co_await answers.judge(*m_engine, cancel);
    if (!identity) co_return fail(identity.error());
    co_return m_engine->give_judgement(std::move(*identity));
  }
  if (wants == Wants::PeerKey) {
    auto key = co_await answers.peer_key(*m_engine, cancel);
    if (!key) co_return fail(key.error());
    co_return m_engine->give_peer_key(std::move(*key));
  }
  auto signature = co_await answers.sign(m_engine->signature_request(), cancel);
  if (!signature) co_return fail(signature.error());
  m_engine->give_signature(std::move(*signature));
  co_return Result<void>();
}

Task<Result<void>> TlsStream::take_input(Cancel& cancel, TimeLimit limit) {
  for (;;) {
    auto received = receive_some();
    if (!received) co_return fail(received.error());
    if (*received) co_return Result<void>();
    auto ready = co_await m_below->readable(cancel, limit);
    if (!ready) co_return fail(ready.error());
  }
}

Task<Result<void>> TlsStream::flush(Cancel& cancel, TimeLimit limit) {
  for (;;) {
    auto sent = send_some();
    if (!sent) co_return fail(sent.error());
    if (m_engine->output().empty()) co_return Result<void>();
    auto ready = co_await m_below->writable(cancel, limit);
    if (!ready) co_return fail(ready.error());
  }
}

/// True when there was something (the end of the stream counts).
Result<bool> TlsStream::receive_some() {
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-member-init): filled by recv
  std::array<std::uint8_t, kRecordBytes> buffer;
  const auto count = TRY(m_below->try_read(buffer));
  if (!count) return false;
  if (*count == 0) m_engine->end_input();
  m_engine->add_input(ByteView(buffer).first(*count));
  return true;
}

Result<void> TlsStream::send_some() {
  while (!m_engine->output().empty()) {
    const std::size_t count = TRY(m_below->try_write(m_engine->output()));
    if (count == 0) return {};
    m_engine->drop_output(count);
  }
  return {};
}

Result<std::optional<std::size_t>> TlsStream::try_read(std::span<std::uint8_t> buffer) {
  for (;;) {
    auto count = m_engine->read(buffer);
    static_cast<void>(send_some());
    if (!count || count->has_value()) return count;
    if (!TRY(receive_some())) return std::nullopt;
  }
}

Result<std::size_t> TlsStream::try_write(ByteView bytes) {
  // One record at a time is enough to keep the socket busy, and bounds what waits here.
  TRY(send_some());
  if (!m_engine->output().empty()) return std::size_t{0};
  const std::size_t taken = TRY(m_engine->write(bytes));
  TRY(send_some());
  return taken;
}

Task<Result<void>> TlsStream::readable(Cancel& cancel, TimeLimit limit) {
  return m_below->readable(cancel, limit);
}

Task<Result<void>> TlsStream::writable(Cancel& cancel, TimeLimit limit) {
  return m_below->writable(cancel, limit);
}

Task<Result<void>> TlsStream::finish_writing(Cancel& cancel, TimeLimit limit) {
  m_engine->close();
  auto flushed = co_await flush(cancel, limit);
  if (!flushed) co_return fail(flushed.error());
  co_return co_await m_below->finish_writing(cancel, limit);
}

void TlsStream::close(bool reset) {
  m_below->close(reset);
}

}  // namespace tlscore::tls
