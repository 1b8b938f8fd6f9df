// SIGKEY, SETHASH and PKSIGN; for Ed25519 on a card, scdaemon itself.
#include "openpgp-auth/agent_signature.h"

#include <algorithm>

#include "openpgp-auth/agent_octets.h"

namespace openpgp_auth {

using tlscore::Bytes;
using tlscore::ByteView;
using tlscore::ErrorKind;
using tlscore::fail;
using tlscore::Result;
using tlscore::x509::Hash;
using tlscore::x509::SignatureRequest;
using tlscore::x509::SignatureScheme;

namespace {

constexpr std::string_view kDoing = "signing";

std::string_view hash_name(Hash hash) {
  switch (hash) {
    case Hash::Sha384: return "sha384";
    case Hash::Sha512: return "sha512";
    default: return "sha256";
  }
}

Result<Bytes> sign_digest(AgentConnection& agent, const AgentKey& key, const SignatureRequest& request) {
  TRY(agent.ask("SIGKEY " + key.grip, kDoing));
  const std::string hash =
      "SETHASH --hash=" + std::string(hash_name(request.hash)) + " " + tlscore::to_hex(request.digest);
  TRY(agent.ask(hash, kDoing));
  const AgentAnswer answer = TRY(agent.ask("PKSIGN", kDoing));
  return read_agent_signature(key.info.public_key, answer.data);
}

/// gpg-agent would have the card sign a digest in place of the message. scdaemon takes a message for PKAUTH,
/// but drops what it believes to be a DigestInfo before it: with less than this it crashes.
Result<Bytes> sign_message_on_card(AgentConnection& agent, const SignatureRequest& request) {
  constexpr std::size_t kFillerBytes = 15;
  constexpr std::size_t kPieceBytes = 400;
  Bytes data(kFillerBytes);
  data.insert(data.end(), request.digest.begin(), request.digest.end());
  ByteView left(data);
  for (bool first = true; !left.empty(); first = false) {
    const ByteView piece = left.first(std::min(left.size(), kPieceBytes));
    TRY(agent.ask((first ? "SCD SETDATA " : "SCD SETDATA --append ") + tlscore::to_hex(piece), kDoing));
    left = left.subspan(piece.size());
  }
  AgentAnswer answer = TRY(agent.ask("SCD PKAUTH OPENPGP.3", kDoing));
  return std::move(answer.data);
}

}  // namespace

Result<Bytes> sign_with_agent(AgentConnection& agent, const AgentKey& key, const SignatureRequest& request) {
  if (!is_well_formed(request)) return fail(ErrorKind::Malformed, "this cannot be signed: no such digest");
  if (!key.info.mechanisms.has(request.scheme))
    return fail(ErrorKind::Unsupported,
                "gpg-agent does not sign " + std::string(to_string(request.scheme)) + " with this key");
  // A card that is gone is told by this; PKSIGN would have pinentry ask for it.
  if (key.on_card) TRY(agent.ask("SCD SERIALNO", kDoing));
  Bytes signature = request.scheme == SignatureScheme::Ed25519 ? TRY(sign_message_on_card(agent, request))
                                                               : TRY(sign_digest(agent, key, request));
  if (!key.info.public_key.verify(request, signature))
    return fail(ErrorKind::Internal, "gpg-agent made a signature that is not its key's");
  return signature;
}

}  // namespace openpgp_auth
