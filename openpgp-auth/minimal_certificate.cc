// Packets are taken as they are: nothing is signed anew.
#include "openpgp-auth/minimal_certificate.h"

#include "tlscore/x509/directory_string.h"

namespace openpgp_auth {

using tlscore::fail;

namespace {

void append(Bytes& into, const Bytes& packet) {
  into.insert(into.end(), packet.begin(), packet.end());
}

/// The user IDs for an error's sentence.
std::string listed(const std::vector<UserId>& user_ids) {
  std::string list;
  for (const UserId& user_id : user_ids)
    list += (list.empty() ? "\"" : ", \"") + tlscore::x509::escape_controls(user_id.text) + "\"";
  return list.empty() ? "none" : list;
}

Result<const UserId*> chosen_user_id(const Certificate& certificate, std::string_view text) {
  const auto& all = certificate.user_ids();
  if (text.empty()) {
    const UserId* primary = primary_user_id(certificate);
    if (primary == nullptr)
      return fail(ErrorKind::NotFound, "the OpenPGP certificate has no user ID that could be shown");
    return primary;
  }
  const auto found = std::ranges::find(all, text, &UserId::text);
  if (found == all.end()) {
    return fail(ErrorKind::NotFound, "the OpenPGP certificate has no user ID \"" +
                                         tlscore::x509::escape_controls(text) + "\"; it has " + listed(all));
  }
  return &*found;
}

Result<void> append_user_id(Bytes& into, const Certificate& certificate, std::string_view text) {
  const UserId* user_id = TRY(chosen_user_id(certificate, text));
  const SignaturePacket* signature = newest(user_id->self_signatures);
  if (signature == nullptr) {
    return fail(ErrorKind::Refused, "the user ID \"" + tlscore::x509::escape_controls(user_id->text) +
                                        "\" has no usable self-signature");
  }
  append(into, user_id->packet);
  append(into, signature->packet);
  return {};
}

Result<void> append_subkey(Bytes& into, const Certificate& certificate, const Fingerprint& fingerprint) {
  const auto is_it = [&](const Subkey& subkey) { return subkey.key.fingerprint == fingerprint; };
  const auto subkey = std::ranges::find_if(certificate.subkeys(), is_it);
  if (subkey == certificate.subkeys().end())
    return fail(ErrorKind::NotFound,
                "the key " + fingerprint.to_hex() + " is not in the OpenPGP certificate");
  const SignaturePacket* binding = newest(subkey->bindings);
  if (binding == nullptr)
    return fail(ErrorKind::Refused,
                "the subkey " + fingerprint.to_hex() + " has no usable binding signature");
  append(into, subkey->key.packet);
  append(into, binding->packet);
  return {};
}

}  // namespace

const UserId* primary_user_id(const Certificate& certificate) {
  const UserId* first = nullptr;
  const UserId* primary = nullptr;
  for (const UserId& user_id : certificate.user_ids()) {
    const SignaturePacket* signature = newest(user_id.self_signatures);
    if (signature == nullptr || !user_id.revocations.empty()) continue;
    if (first == nullptr) first = &user_id;
    if (signature->is_primary_user_id &&
        (primary == nullptr || signature->created > newest(primary->self_signatures)->created)) {
      primary = &user_id;
    }
  }
  return primary != nullptr ? primary : first;
}

Result<Bytes> minimal_certificate(const Certificate& certificate, const Fingerprint& key_in_use,
                                  std::string_view user_id) {
  Bytes minimal = certificate.primary().packet;
  const SignaturePacket* direct = newest(certificate.direct_signatures());
  if (direct != nullptr) append(minimal, direct->packet);
  TRY(append_user_id(minimal, certificate, user_id));
  if (key_in_use != certificate.primary().fingerprint) TRY(append_subkey(minimal, certificate, key_in_use));
  return minimal;
}

}  // namespace openpgp_auth
