// OpenPGP certificates of every kind that authenticates, made for keys of tests/data/x509.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "openpgp-auth/new_certificate.h"
#include "openpgp-auth/rfc6091_body.h"
#include "tests/unit/x509_test_data.h"

namespace openpgp_auth {

/// Where in its certificate the key stands that authenticates.
enum class Place : std::uint8_t { Primary, SigningSubkey, AuthenticationSubkey };

inline std::shared_ptr<tlscore::x509::PrivateKey> key_from(const std::string& name) {
  auto key = tlscore::x509::PrivateKey::parse_pem(tlscore::x509::test_data(name));
  EXPECT_TRUE(key.has_value()) << name;
  return std::make_shared<tlscore::x509::PrivateKey>(std::move(*key));
}

/// A certificate in which `key` stands at `place`; the primary key of a subkey is made anew.
inline Bytes certificate_with(tlscore::x509::PrivateKey& key, Place place, const std::string& user_id) {
  const auto created = std::chrono::sys_seconds(std::chrono::seconds(1'700'000'000));
  if (place == Place::Primary)
    return *make_certificate({.primary = key,
                              .user_id = user_id,
                              .flags = kMayCertify | kMaySign | kMayAuthenticate,
                              .created = created});
  auto primary = *tlscore::x509::PrivateKey::generate_p256();
  const bool signs = place == Place::SigningSubkey;
  const std::uint8_t flags = signs ? kMaySign | kMayAuthenticate : kMayAuthenticate;
  const std::array<NewSubkey, 1> subkeys = {NewSubkey{.key = key, .flags = flags, .back_signature = signs}};
  return *make_certificate({.primary = primary, .user_id = user_id, .created = created, .subkeys = subkeys});
}

/// The key in it that authenticates: its only subkey, else the primary key.
inline const KeyPacket& key_in_use(const Certificate& certificate) {
  return certificate.subkeys().empty() ? certificate.primary() : certificate.subkeys().front().key;
}

/// The body of the Certificate message that shows it.
inline Bytes body_of(const Bytes& octets) {
  const auto certificate = *Certificate::parse(octets);
  return *write_certificate_body(
      {.kind = CertificateBody::Kind::Subkey, .key_id = key_in_use(certificate).key_id, .packets = octets});
}

}  // namespace openpgp_auth
