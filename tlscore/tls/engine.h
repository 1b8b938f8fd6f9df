// One TLS connection: octets in, octets out. It never touches a socket, never waits, never asks the token.
//
// A client's handshake stops and says what it wants: the judgement of the peer, before anything of our
// identity has left; and a signature for our CertificateVerify. Either side's stops at an OpenPGP
// certificate, and a server's at its signature where a token makes it. Whoever drives it brings these and
// goes on.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tlscore/base/bytes.h"
#include "tlscore/tls/engine_settings.h"
#include "tlscore/x509/certificate.h"

namespace tlscore::tls {

/// Is given what can be resumed later.
using SessionTaker = std::function<void(std::shared_ptr<const Session>)>;

/// What the engine needs before it can go on.
enum class Wants : std::uint8_t {
  Input,      ///< More octets from the peer.
  PeerKey,    ///< give_peer_key() for peer_openpgp(): which key does the peer's certificate mean?
  Judgement,  ///< give_judgement().
  Signature,  ///< give_signature() for signature_request().
  Nothing,    ///< The handshake is complete.
};

/// What was negotiated; complete when the handshake is, and as far as it is known before.
struct Negotiated {
  Version version = Version::Tls13;
  std::string cipher_suite;                                  ///< IANA's name, e.g. "TLS_AES_256_GCM_SHA384".
  std::string alpn;                                          ///< Empty: none.
  CertificateType certificate_type = CertificateType::X509;  ///< Of both sides.
  bool certificate_asked = false;                            ///< The server asked for a certificate of ours.
  bool takes_rsa_pkcs1 = false;  ///< With a certificate's signature as of RFC 9963, if need be (TLS 1.3).
  bool takes_ed25519 = false;    ///< With one by an Ed25519 key (TLS 1.3).
  bool identity_shown = false;   ///< And was given one.
  bool resumed = false;  ///< Nobody showed anything: what the session's full handshake found still holds.
};

/// Has this identity a certificate of the type that was negotiated?
[[nodiscard]] bool has_form(const Identity& identity, const Negotiated& negotiated);

/// Why this identity's key cannot sign what was negotiated, as a clause; nothing: it can. In TLS 1.3 an RSA
/// key signs with RSA-PSS, or, where the server lists rsa_pkcs1_sha256_legacy, as RFC 9963 allows. An Ed25519
/// key signs in TLS 1.3 only, where the server lists ed25519.
[[nodiscard]] std::optional<std::string> why_not_signed(const Identity& identity,
                                                        const Negotiated& negotiated);
[[nodiscard]] inline bool can_sign(const Identity& identity, const Negotiated& negotiated) {
  return !why_not_signed(identity, negotiated);
}

/// Not movable: the library keeps pointers into it. One thread at a time.
class Engine {
 public:
  /// Both fail with Internal when the library cannot be set up, and with Malformed for settings it refuses.
  static Result<std::unique_ptr<Engine>> create_client(const ClientSettings& settings);
  static Result<std::unique_ptr<Engine>> create_server(const ServerSettings& settings);
  ~Engine();
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  /// Goes on with the handshake as far as it can. After an error the engine is good for output() only, where
  /// the alert for the peer may lie. Errors say what the peer did, or which alert it sent.
  Result<Wants> handshake();

  /// After Wants::Judgement, which a resumed session does not ask for. With an identity it is shown where the
  /// peer asks for one; without, or where it has no certificate of the negotiated type, we stay anonymous.
  /// Fails with Refused when the peer cannot be shown one safely (TLS 1.2 without extended master secret, RFC
  /// 7627), or when the key cannot sign as the protocol wants.
  Result<void> give_judgement(std::shared_ptr<const Identity> identity);

  /// After Wants::PeerKey: the key that the peer has to hold; nothing if it presents none, as a client may.
  /// Fails with Refused for a server that presents none.
  Result<void> give_peer_key(std::optional<x509::PublicKey> key);

  /// Ends the handshake for this reason: leaves a fatal alert in output(), certificate_unknown for a peer
  /// that is not trusted, and handshake_failure for anything else; after Wants::PeerKey
  /// certificate_unobtainable (RFC 6091, section 3.3) for NotFound, unsupported_certificate for Unsupported
  /// and bad_certificate for Malformed.
  void refuse_peer(ErrorKind why);

  /// After Wants::Signature.
  [[nodiscard]] const x509::SignatureRequest& signature_request() const;
  void give_signature(Bytes signature);

  /// Once the handshake of a `resumable` connection is complete: hands over what can be resumed later, at
  /// once or, in TLS 1.3, from within read(), as often as the peer sends tickets. In TLS 1.2 only with
  /// extended master secret.
  void on_session(SessionTaker take);

  /// The peer's certificates as it sent them, its own first; empty when it sent none. When a session was
  /// resumed it is empty, but for a server with a TicketTable: then it is what the client had sent in the
  /// full handshake, and so are the two that follow. DER that could not be read has already failed the
  /// handshake.
  [[nodiscard]] std::vector<x509::Certificate> peer_chain() const;
  /// The body of the peer's OpenPGP Certificate message (RFC 6091, section 3.3), where that type was agreed
  /// on; empty where it was not, and when a session was resumed. Nobody here has read it.
  [[nodiscard]] ByteView peer_openpgp() const;
  /// The key that the peer has proved, or is about to; nothing: it presented none.
  [[nodiscard]] std::optional<x509::PublicKey> peer_key() const;
  [[nodiscard]] const Negotiated& negotiated() const;

  /// Octets from the peer. They are kept until they are used.
  void add_input(ByteView bytes);
  /// The peer will send nothing more. Without a close_notify before it, reading ends with Closed.
  void end_input();

  /// Octets for the peer: borrowed until the next call of anything else.
  [[nodiscard]] ByteView output() const;
  void drop_output(std::size_t count);

  /// Plaintext: how many octets, 0 after the peer's close_notify, nothing when more input is needed.
  Result<std::optional<std::size_t>> read(std::span<std::uint8_t> buffer);
  /// Turns one record's worth of `bytes` into output(): how many octets it took, at most 16 KiB.
  Result<std::size_t> write(ByteView bytes);
  /// Puts our close_notify into output().
  void close();

 private:
  struct State;
  explicit Engine(std::unique_ptr<State> state);

  std::unique_ptr<State> m_state;
};

}  // namespace tlscore::tls
