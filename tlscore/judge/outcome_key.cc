// Lengths before contents, so that no two questions are the same octets.
#include "tlscore/judge/outcome_key.h"

#include <algorithm>

#include "tlscore/base/byte_reader.h"
#include "tlscore/x509/aead.h"
#include "tlscore/x509/digest.h"
#include "tlscore/x509/random.h"

namespace tlscore::judge {
namespace {

/// Another one where the meaning of questions or entries changes.
constexpr std::string_view kFormat = "latchkey outcome 2";

void add(ByteWriter& text, ByteView octets) {
  text.u64(octets.size());
  text.bytes(octets);
}

Bytes derive(ByteView octets, std::string_view use, std::string_view realm) {
  ByteWriter label;
  for (const std::string_view part : {kFormat, use, realm}) add(label, as_bytes(part));
  return x509::hmac_sha256(octets, label.view());
}

}  // namespace

OutcomeSecret::OutcomeSecret(ByteView octets, std::string_view realm)
    : m_for_keys(derive(octets, "key", realm)), m_for_entries(derive(octets, "entry", realm)) {}

OutcomeSecret OutcomeSecret::of_this_process() {
  return {x509::random_bytes(kLeastBytes), ""};
}

OutcomeKey OutcomeSecret::key_of(const OutcomeQuestion& question) const {
  const Presented& presented = question.presented;
  ByteWriter text;
  for (const std::string_view part :
       {question.assessor, question.trust, question.depends_on, std::string_view(presented.host)}) {
    add(text, as_bytes(part));
  }
  text.u16(presented.port);
  text.u8(static_cast<std::uint8_t>(presented.transport));
  text.u8(static_cast<std::uint8_t>(presented.role));
  text.u64(presented.chain.size());
  for (const x509::Certificate& certificate : presented.chain) add(text, certificate.der());
  add(text, presented.openpgp);
  add(text, presented.key ? ByteView(presented.key->spki()) : ByteView());
  OutcomeKey key{};
  std::ranges::copy(x509::hmac_sha256(m_for_keys, text.view()), key.begin());
  return key;
}

Bytes OutcomeSecret::encrypt(const OutcomeKey& key, ByteView fields) const {
  return x509::aead_encrypt(m_for_entries, fields, key);
}

Result<Bytes> OutcomeSecret::decrypt(const OutcomeKey& key, ByteView encrypted) const {
  return x509::aead_decrypt(m_for_entries, encrypted, key);
}

}  // namespace tlscore::judge
