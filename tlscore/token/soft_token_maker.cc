// C_InitToken, C_InitPIN, C_GenerateKeyPair.
#include "tlscore/token/soft_token_maker.h"

#include <fcntl.h>
#include <sys/random.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <vector>

#include "tlscore/base/secret.h"
#include "tlscore/base/unique_fd.h"
#include "tlscore/token/pkcs11_error.h"
#include "tlscore/token/pkcs11_session.h"

namespace tlscore::token {
namespace {

constexpr std::size_t kPinDigits = 24;
constexpr std::string_view kDigits = "0123456789abcdef";

constexpr std::array<std::uint8_t, 10> kPrime256v1 = {0x06, 0x08, 0x2a, 0x86, 0x48,
                                                      0xce, 0x3d, 0x03, 0x01, 0x07};
constexpr std::array<std::uint8_t, 7> kSecp384r1 = {0x06, 0x05, 0x2b, 0x81, 0x04, 0x00, 0x22};

/// 96 bits, as hexadecimal digits: every module takes those.
Result<Secret> random_pin() {
  Secret pin;
  std::array<char, kPinDigits> octets{};
  if (::getrandom(octets.data(), octets.size(), 0) != static_cast<ssize_t>(octets.size())) {
    return fail(ErrorKind::Internal, "the system gave no random numbers");
  }
  for (const char octet : octets) TRY(pin.append(kDigits[static_cast<unsigned char>(octet) & 0x0fU]));
  wipe(octets);
  return pin;
}

Result<void> write_pin_file(const std::string& path, const Secret& pin) {
  const UniqueFd file(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!file) return fail(ErrorKind::Internal, "the PIN's file " + path + " cannot be made");
  const std::string_view text = pin.reveal();
  const bool written = ::write(file.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size());
  if (!written || ::fsync(file.get()) != 0) return fail(ErrorKind::Internal, path + " cannot be written");
  return {};
}

Result<CK_SLOT_ID> slot_of_token(const Pkcs11Module& module, bool initialized) {
  const std::vector<TokenInfo> tokens = TRY(module.tokens());
  const auto found =
      std::ranges::find_if(tokens, [&](const TokenInfo& token) { return token.initialized == initialized; });
  if (found == tokens.end()) return fail(ErrorKind::NotFound, "the software module has no token to make");
  return found->slot;
}

Result<void> init_token(const Pkcs11Module& module, const std::string& label,
                        const Secret& security_officer_pin) {
  std::array<CK_UTF8CHAR, 32> padded{};
  padded.fill(' ');
  std::ranges::copy(label.substr(0, padded.size()), padded.begin());
  // C_InitToken takes pointers to non-const and only reads.
  const std::string_view pin = security_officer_pin.reveal();
  auto* text = reinterpret_cast<CK_UTF8CHAR*>(const_cast<char*>(pin.data()));
  const CK_SLOT_ID slot = TRY(slot_of_token(module, false));
  return check_pkcs11("C_InitToken", module.functions().C_InitToken(slot, text, pin.size(), padded.data()));
}

Result<void> set_user_pin(Pkcs11Session& session, const Secret& security_officer_pin, const Secret& pin) {
  TRY(session.login(&security_officer_pin, CKU_SO));
  const std::string_view revealed = pin.reveal();
  auto* text = reinterpret_cast<CK_UTF8CHAR*>(const_cast<char*>(revealed.data()));
  TRY(check_pkcs11("C_InitPIN", session.functions().C_InitPIN(session.handle(), text, revealed.size())));
  TRY(session.logout());
  return session.login(&pin);
}

template <class T>
CK_ATTRIBUTE attribute_of(CK_ATTRIBUTE_TYPE type, T& value) {
  return {type, &value, sizeof value};
}

Result<void> generate(const Pkcs11Session& session, CK_MECHANISM_TYPE type,
                      std::vector<CK_ATTRIBUTE> of_public, std::uint8_t id, std::string label) {
  CK_BBOOL yes = CK_TRUE;
  CK_BBOOL no = CK_FALSE;
  const CK_ATTRIBUTE on_token = attribute_of(CKA_TOKEN, yes);
  const CK_ATTRIBUTE its_id = attribute_of(CKA_ID, id);
  const CK_ATTRIBUTE its_label = {CKA_LABEL, label.data(), label.size()};
  of_public.insert(of_public.end(), {on_token, its_id, its_label, attribute_of(CKA_VERIFY, yes),
                                     attribute_of(CKA_PRIVATE, no)});
  std::vector<CK_ATTRIBUTE> of_private = {on_token,
                                          its_id,
                                          its_label,
                                          attribute_of(CKA_SIGN, yes),
                                          attribute_of(CKA_PRIVATE, yes),
                                          attribute_of(CKA_SENSITIVE, yes),
                                          attribute_of(CKA_EXTRACTABLE, no)};
  CK_MECHANISM mechanism{type, nullptr, 0};
  CK_OBJECT_HANDLE public_key = 0;
  CK_OBJECT_HANDLE private_key = 0;
  return check_pkcs11(
      "C_GenerateKeyPair",
      session.functions().C_GenerateKeyPair(session.handle(), &mechanism, of_public.data(), of_public.size(),
                                            of_private.data(), of_private.size(), &public_key, &private_key));
}

Result<void> generate_ec(const Pkcs11Session& session, ByteView curve, std::uint8_t id,
                         const std::string& label) {
  auto* parameters = const_cast<std::uint8_t*>(curve.data());
  return generate(session, CKM_EC_KEY_PAIR_GEN, {{CKA_EC_PARAMS, parameters, curve.size()}}, id, label);
}

Result<void> generate_rsa(const Pkcs11Session& session, CK_ULONG bits, std::uint8_t id,
                          const std::string& label) {
  std::array<std::uint8_t, 3> exponent = {0x01, 0x00, 0x01};
  return generate(
      session, CKM_RSA_PKCS_KEY_PAIR_GEN,
      {{CKA_MODULUS_BITS, &bits, sizeof bits}, {CKA_PUBLIC_EXPONENT, exponent.data(), exponent.size()}}, id,
      label);
}

Result<void> generate_key(const Pkcs11Session& session, NewKey key, std::uint8_t id,
                          const std::string& label) {
  switch (key) {
    case NewKey::P256: return generate_ec(session, kPrime256v1, id, label);
    case NewKey::P384: return generate_ec(session, kSecp384r1, id, label);
    case NewKey::Rsa2048: return generate_rsa(session, 2048, id, label);
  }
  return fail(ErrorKind::Unsupported, "an unknown kind of key");
}

}  // namespace

Result<void> make_soft_token_here(const Pkcs11Module& module, const MakeSoftToken& request) {
  const Secret pin = TRY(random_pin());
  TRY(write_pin_file(request.pin_file, pin));
  // Nobody will administer this token: the officer's PIN is forgotten here.
  const Secret security_officer_pin = TRY(random_pin());
  TRY(init_token(module, request.label, security_officer_pin));
  const CK_SLOT_ID slot = TRY(slot_of_token(module, true));
  Pkcs11Session session = TRY(Pkcs11Session::open(module, slot, Pkcs11Session::Access::Write));
  TRY(set_user_pin(session, security_officer_pin, pin));
  std::uint8_t id = 0;
  for (const NewKey key : request.keys) TRY(generate_key(session, key, ++id, request.label));
  return {};
}

}  // namespace tlscore::token
