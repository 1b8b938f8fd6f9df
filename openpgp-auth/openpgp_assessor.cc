// What was presented, the keyring's answer, and the rules.
#include "openpgp-auth/openpgp_assessor.h"

#include "openpgp-auth/key_evidence.h"
#include "openpgp-auth/presented_key.h"

namespace openpgp_auth {

using tlscore::Cancel;
using tlscore::ErrorKind;
using tlscore::Task;
using tlscore::judge::Finding;
using tlscore::judge::Presented;
using tlscore::judge::Verdict;

namespace {

Finding refused(const Presented& presented, const tlscore::Error& error) {
  // Of what the peer sent, or of our own GnuPG: a sentence that does not say which would mislead.
  const bool is_peers = error.kind == ErrorKind::Malformed || error.kind == ErrorKind::Refused ||
                        error.kind == ErrorKind::Unsupported;
  return {"openpgp", Verdict::Fail,
          (is_peers ? "its OpenPGP certificate: " : "the keyring cannot be asked: ") + error.message,
          // What is wrong with us may be mended now, and is nobody else's.
          is_peers ? presented.now + tlscore::judge::kFailLifetime : presented.now};
}

}  // namespace

Task<std::optional<std::string>> OpenPgpAssessor::depends_on(const Presented& /*presented*/, Cancel& cancel) {
  const auto contents = co_await m_keyring->contents(cancel);
  if (!contents) co_return std::nullopt;
  std::string text = "keyring " + *contents;
  for (const std::string& fingerprint : m_listed) text += " " + fingerprint;
  co_return text;
}

Task<Finding> OpenPgpAssessor::assess(const Presented& presented, Cancel& cancel) {
  auto shown = find_presented_key(presented);
  if (!shown) co_return refused(presented, shown.error());
  if (!*shown) co_return judge_no_key(m_listed, presented.now);
  PresentedKey& key = **shown;
  const KeyQuestion question{.host = presented.host,
                             .role = presented.role,
                             .key = key.fingerprint,
                             .has_back_signature = key.has_back_signature,
                             .listed = m_listed,
                             .now = presented.now};
  const auto answer = co_await m_keyring->answer(std::move(key.certificate), std::move(key.key_id), cancel);
  if (!answer) co_return refused(presented, answer.error());
  co_return judge_key(question, **answer);
}

}  // namespace openpgp_auth
