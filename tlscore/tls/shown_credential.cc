// Nodes of a list that was never parsed.
#include "tlscore/tls/shown_credential.h"

#include <mbedtls/pk.h>

#include <algorithm>

#include "tlscore/tls/token_key.h"

namespace tlscore::tls {

std::vector<mbedtls_x509_crt> sent_chain(const std::vector<Bytes>& chain) {
  std::vector<mbedtls_x509_crt> nodes(std::max<std::size_t>(chain.size(), 1));
  for (std::size_t i = 0; i < chain.size(); ++i) {
    nodes[i].raw.p = const_cast<unsigned char*>(chain[i].data());
    nodes[i].raw.len = chain[i].size();
    nodes[i].next = i + 1 < nodes.size() ? &nodes[i + 1] : nullptr;
  }
  return nodes;
}

std::shared_ptr<const ServerCredential> ServerCredential::create(std::span<const x509::Certificate> chain,
                                                                 std::shared_ptr<x509::PrivateKey> key) {
  Identity identity{.chain = {}, .key = key->public_key()};
  for (const x509::Certificate& certificate : chain) {
    const ByteView der = certificate.der();
    identity.chain.emplace_back(der.begin(), der.end());
  }
  return std::make_shared<const ServerCredential>(std::move(identity), std::move(key));
}

ShownCredential::ShownCredential(std::shared_ptr<const ServerCredential> credential)
    : m_credential(std::move(credential)), m_chain(sent_chain(m_credential->identity.chain)) {
  mbedtls_pk_init(&m_chain.front().pk);
}

ShownCredential::~ShownCredential() {
  mbedtls_pk_free(&m_chain.front().pk);
}

Result<std::unique_ptr<ShownCredential>> ShownCredential::create(
    std::shared_ptr<const ServerCredential> credential) {
  std::unique_ptr<ShownCredential> shown(new ShownCredential(std::move(credential)));
  if (shown->m_credential->identity.key.type() == x509::PublicKey::Type::Ed25519) {
    TokenKey::stand_for_ed25519(shown->m_chain.front().pk);
    return shown;
  }
  const ByteView spki = shown->m_credential->identity.key.spki();
  if (mbedtls_pk_parse_public_key(&shown->m_chain.front().pk, spki.data(), spki.size()) != 0)
    return fail(ErrorKind::Unsupported, "a server cannot use a key of this kind");
  return shown;
}

}  // namespace tlscore::tls
