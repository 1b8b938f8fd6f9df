// Answers what a handshake with a party asks: the judgement, and the token's signature.
#pragma once

#include <optional>

#include "proxy/destination.h"
#include "proxy/live_connections.h"
#include "proxy/services.h"
#include "tlscore/judge/judgement.h"
#include "tlscore/tls/session_store.h"
#include "tlscore/tls/tls_stream.h"

namespace proxy {

/// For one connection, which may take two handshakes. Everything it is given outlives it.
class PartyAnswers : public tlscore::tls::HandshakeAnswers {
 public:
  /// `live` has been dialled: it has the token whose key may be shown.
  PartyAnswers(Services& services, const Destination& destination, LiveConnection& live)
      : m_services(services), m_destination(destination), m_live(live) {}

  /// Goes past what is remembered of earlier judgements.
  void judge_afresh() { m_judge_afresh = true; }

  /// Before the first handshake: finds the identity that the party may see, because what is remembered of a
  /// party is remembered for one identity. That there is none counts only if the party asks for one.
  tlscore::Task<void> find_identity(tlscore::Cancel& cancel);
  /// The fingerprint of the key that the party may see; empty: none.
  [[nodiscard]] std::string key_fingerprint() const;

  /// What is offered of RFC 6091 in TLS 1.2. OpenPGP first where we have such a certificate ourselves, show
  /// none, or know the party by its OpenPGP key: the type is that of both sides. Empty where the party's
  /// `auth` does without.
  [[nodiscard]] std::vector<tlscore::tls::CertificateType> certificate_types() const;

  /// The key of an OpenPGP certificate that the party sent, or that it named and the keyring has.
  tlscore::Task<tlscore::Result<std::optional<tlscore::x509::PublicKey>>> peer_key(
      const tlscore::tls::Engine& engine, tlscore::Cancel& cancel) override;
  tlscore::Task<tlscore::Result<std::shared_ptr<const tlscore::tls::Identity>>> judge(
      const tlscore::tls::Engine& engine, tlscore::Cancel& cancel) override;
  tlscore::Task<tlscore::Result<tlscore::Bytes>> sign(const tlscore::x509::SignatureRequest& request,
                                                      tlscore::Cancel& cancel) override;

  /// What sessions of this handshake inherit, once the party was found good; null before.
  [[nodiscard]] const std::shared_ptr<const tlscore::tls::SessionOrigin>& origin() const { return m_origin; }

  /// The body of the party's OpenPGP Certificate message, with the certificate that it named if it sent only
  /// that; empty: it presented none.
  [[nodiscard]] const tlscore::Bytes& peer_openpgp() const { return m_peer_openpgp; }
  /// What was found, once it was.
  [[nodiscard]] const std::optional<tlscore::judge::Judgement>& judgement() const { return m_judgement; }
  /// The handshake ended, before anything of ours was sent, because nobody has said yet which identity the
  /// party may see: it is to be asked for, and the party dialled again.
  [[nodiscard]] bool must_ask() const { return m_must_ask; }
  /// The handshake ended, before anything of ours was sent, because the key cannot sign in TLS 1.3: why, as a
  /// clause.
  [[nodiscard]] const std::optional<std::string>& needs_tls12() const { return m_needs_tls12; }

 protected:
  tlscore::Task<void> ask_assessors(const tlscore::tls::Engine& engine, tlscore::Cancel& cancel);
  /// The identity that the party may see with what was negotiated, or null where it is to see none. Fails
  /// with Unsupported, and sets needs_tls12(), for a key that cannot sign it.
  tlscore::Result<std::shared_ptr<const tlscore::tls::Identity>> fitting_identity(
      const tlscore::tls::Negotiated& negotiated);

 private:
  using FoundIdentity = tlscore::Result<std::shared_ptr<const tlscore::tls::Identity>>;

  tlscore::Task<FoundIdentity> chosen_identity(tlscore::Cancel& cancel);

  Services& m_services;
  const Destination& m_destination;
  LiveConnection& m_live;
  bool m_judge_afresh = false;
  FoundIdentity m_identity;
  tlscore::Bytes m_peer_openpgp;
  std::optional<tlscore::judge::Judgement> m_judgement;
  std::shared_ptr<const tlscore::tls::SessionOrigin> m_origin;
  std::optional<std::string> m_needs_tls12;
  bool m_is_undecided = false;
  bool m_must_ask = false;
};

}  // namespace proxy
