// A file looked at, and one written.
#include "openpgp-auth/own_envelope.h"

#include <algorithm>

#include "tlscore/x509/digest.h"
#include "tlscore/x509/kept_certificate.h"

namespace openpgp_auth {

using tlscore::Cancel;
using tlscore::fail;
using tlscore::Task;
namespace x509 = tlscore::x509;

namespace {

/// The user ID's place in a file's name: enough of a digest that two user IDs do not meet.
std::string user_id_mark(ByteView openpgp) {
  constexpr std::size_t kMarkBytes = 8;
  const auto certificate = Certificate::parse(openpgp);
  const bool has_one = certificate && !certificate->user_ids().empty();
  const std::string user_id = has_one ? certificate->user_ids().front().text : "";
  return tlscore::to_hex(ByteView(x509::sha256(tlscore::as_bytes(user_id))).first(kMarkBytes));
}

/// Is it an envelope for this key that shows this OpenPGP certificate?
bool shows(const x509::Certificate& certificate, const EnvelopeRequest& wanted) {
  if (!(certificate.public_key() == wanted.key)) return false;
  const auto content = open_envelope(certificate);
  return content && *content && std::ranges::equal((*content)->certificate.octets(), wanted.openpgp);
}

/// One that lasts as long as its key cannot be made to last longer.
bool is_due(const x509::Certificate& certificate, const EnvelopeRequest& wanted) {
  if (wanted.expires && certificate.not_after() >= *wanted.expires) return false;
  const auto life = certificate.not_after() - certificate.not_before();
  return certificate.not_after() - wanted.now < life / 3;
}

}  // namespace

std::string own_envelope_name(const EnvelopeRequest& wanted) {
  return tlscore::to_hex(wanted.key.spki_sha256()) + "-" + user_id_mark(wanted.openpgp) + ".envelope.pem";
}

Result<OwnEnvelope> find_own_envelope(const EnvelopeRequest& wanted, const std::string& folder) {
  const auto kept = x509::load_certificates(folder + "/" + own_envelope_name(wanted));
  if (!kept || kept->size() != 1 || !shows(kept->front(), wanted))
    return fail(ErrorKind::NotFound, "there is no envelope for the key yet");
  const x509::Certificate& certificate = kept->front();
  if (certificate.not_after() <= wanted.now) return fail(ErrorKind::NotFound, "the envelope has expired");
  return OwnEnvelope{.certificate = certificate, .is_due = is_due(certificate, wanted)};
}

Task<Result<x509::Certificate>> make_own_envelope(EnvelopeRequest wanted, std::string folder,
                                                  EnvelopeSigner sign, Cancel& cancel) {
  const auto draft = draft_envelope(wanted);
  if (!draft) co_return fail(draft.error());
  auto request = draft->request();
  const auto signature = co_await sign(std::move(request), cancel);
  if (!signature) co_return fail(signature.error());
  auto certificate = draft->finish(*signature);
  if (!certificate) co_return fail(certificate.error());
  const auto kept = x509::keep_certificates({&*certificate, 1}, folder, own_envelope_name(wanted));
  if (!kept) co_return fail(kept.error());
  co_return std::move(*certificate);
}

Task<Result<x509::Certificate>> keep_own_envelope(EnvelopeRequest wanted, std::string folder,
                                                  EnvelopeSigner sign, Cancel& cancel) {
  auto found = find_own_envelope(wanted, folder);
  if (found && !found->is_due) co_return std::move(found->certificate);
  auto made = co_await make_own_envelope(std::move(wanted), std::move(folder), std::move(sign), cancel);
  if (!made && found) co_return std::move(found->certificate);
  co_return made;
}

}  // namespace openpgp_auth
