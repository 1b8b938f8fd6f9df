// Answers what a handshake with a party asks: the judgement, and the token's signature.
#pragma once

#include <optional>

#include "proxy/destination.h"
#include "proxy/live_connections.h"
#include "tlscore/judge/judgement.h"
#include "tlscore/tls/tls_stream.h"

namespace proxy {

/// For one handshake. Everything it is given outlives it.
class PartyAnswers : public tlscore::tls::HandshakeAnswers {
 public:
  PartyAnswers(Services& services, const Destination& destination, LiveConnection& live)
      : m_services(services), m_destination(destination), m_live(live) {}

  tlscore::Task<tlscore::Result<std::shared_ptr<const tlscore::tls::Identity>>> judge(
      const tlscore::tls::Engine& engine, tlscore::Cancel& cancel) override;
  tlscore::Task<tlscore::Result<tlscore::Bytes>> sign(const tlscore::x509::SignatureRequest& request,
                                                      tlscore::Cancel& cancel) override;

  /// What was found, once it was.
  [[nodiscard]] const std::optional<tlscore::judge::Judgement>& judgement() const { return m_judgement; }

 protected:
  tlscore::Task<void> ask_assessors(const tlscore::tls::Engine& engine, tlscore::Cancel& cancel);
  /// The identity that the party may see, or null where it is to see none.
  tlscore::Task<tlscore::Result<std::shared_ptr<const tlscore::tls::Identity>>> chosen_identity(
      tlscore::Cancel& cancel);

 private:
  Services& m_services;
  const Destination& m_destination;
  LiveConnection& m_live;
  std::optional<tlscore::judge::Judgement> m_judgement;
  std::shared_ptr<const tlscore::tls::Identity> m_identity;
};

}  // namespace proxy
