// Loading a module, and what it says about its slots and tokens.
#include "tlscore/token/pkcs11_module.h"

#include <algorithm>
#include <array>

#include "tlscore/base/log.h"
#include "tlscore/token/pkcs11_error.h"
#include "tlscore/token/pkcs11_uri.h"

namespace tlscore::token {
namespace {

constexpr std::string_view kHardwareModule = "opensc-pkcs11.so";
constexpr CK_ULONG kMaxMechanisms = 1024;
constexpr std::array<CK_MECHANISM_TYPE, 4> kOurMechanisms = {CKM_RSA_PKCS, CKM_RSA_PKCS_PSS, CKM_ECDSA,
                                                             CKM_EDDSA};

std::string file_of(std::string_view name) {
  if (name == "auto") return std::string(kHardwareModule);
  if (name == "soft") return std::string(kSoftTokenModule);
  if (name.starts_with('/') || name.ends_with(".so")) return std::string(name);
  return std::string(name) + ".so";
}

/// A fixed field without the spaces (or, from some modules, NULs) that pad it.
template <std::size_t N>
std::string unpadded(const CK_UTF8CHAR (&field)[N]) {
  std::string_view text(reinterpret_cast<const char*>(field), N);
  text = text.substr(0, text.find('\0'));
  const std::size_t last = text.find_last_not_of(' ');
  return std::string(last == std::string_view::npos ? std::string_view() : text.substr(0, last + 1));
}

PinTries tries_left(CK_FLAGS flags) {
  if ((flags & CKF_USER_PIN_LOCKED) != 0) return PinTries::None;
  if ((flags & CKF_USER_PIN_FINAL_TRY) != 0) return PinTries::One;
  if ((flags & CKF_USER_PIN_COUNT_LOW) != 0) return PinTries::Few;
  return PinTries::Enough;
}

std::string list_of(std::span<const TokenInfo> tokens) {
  std::string text;
  for (const TokenInfo& token : tokens) {
    if (!text.empty()) text += ", ";
    text += '"' + printable(token.label) + "\" (serial number " + printable(token.serial) + ")";
  }
  return text;
}

Result<bool> names(std::string_view selection, const TokenInfo& token) {
  if (selection.empty()) return true;
  if (is_pkcs11_uri(selection)) return uri_names(selection, token.uri);
  return selection == token.serial || selection == token.label;
}

}  // namespace

Result<Pkcs11Module> Pkcs11Module::load(std::string_view name) {
  const std::string file = file_of(name);
  Loaded loaded(::p11_kit_module_load(file.c_str(), P11_KIT_MODULE_UNMANAGED | P11_KIT_MODULE_CRITICAL));
  if (!loaded) {
    return fail(ErrorKind::NotFound, "the PKCS#11 module " + file + " cannot be loaded; is it installed?");
  }
  if (const CK_RV rv = ::p11_kit_module_initialize(loaded.get()); rv != CKR_OK) {
    return fail("the PKCS#11 module " + file, pkcs11_error("C_Initialize", rv));
  }
  Initialized initialized(loaded.get());
  return Pkcs11Module(std::move(loaded), std::move(initialized));
}

Result<std::vector<CK_SLOT_ID>> Pkcs11Module::slots() const {
  // The first call, without a buffer, is also what makes a module notice new readers (PKCS#11 2.40, 5.5).
  CK_ULONG count = 0;
  TRY(check_pkcs11("C_GetSlotList", functions().C_GetSlotList(CK_TRUE, nullptr, &count)));
  if (count > kMaxSlots) return fail(ErrorKind::TooLarge, "the PKCS#11 module shows more than 64 tokens");
  std::vector<CK_SLOT_ID> slots(kMaxSlots);
  count = slots.size();
  TRY(check_pkcs11("C_GetSlotList", functions().C_GetSlotList(CK_TRUE, slots.data(), &count)));
  slots.resize(std::min<std::size_t>(count, kMaxSlots));
  return slots;
}

Result<TokenInfo> Pkcs11Module::token(CK_SLOT_ID slot) const {
  CK_SLOT_INFO slot_info{};
  TRY(check_pkcs11("C_GetSlotInfo", functions().C_GetSlotInfo(slot, &slot_info)));
  CK_TOKEN_INFO info{};
  TRY(check_pkcs11("C_GetTokenInfo", functions().C_GetTokenInfo(slot, &info)));
  TokenInfo token;
  token.slot = slot;
  token.label = unpadded(info.label);
  token.manufacturer = unpadded(info.manufacturerID);
  token.model = unpadded(info.model);
  token.serial = unpadded(info.serialNumber);
  token.reader = unpadded(slot_info.slotDescription);
  token.uri = make_token_uri({token.label, token.manufacturer, token.model, token.serial});
  token.pin_tries = tries_left(info.flags);
  token.hardware = (slot_info.flags & CKF_HW_SLOT) != 0;
  token.initialized = (info.flags & CKF_TOKEN_INITIALIZED) != 0;
  token.login_required = (info.flags & CKF_LOGIN_REQUIRED) != 0;
  token.pin_pad = (info.flags & CKF_PROTECTED_AUTHENTICATION_PATH) != 0;
  return token;
}

Result<std::vector<TokenInfo>> Pkcs11Module::tokens() const {
  std::vector<TokenInfo> tokens;
  const std::vector<CK_SLOT_ID> present = TRY(slots());
  for (const CK_SLOT_ID slot : present) {
    auto found = token(slot);
    if (!found && found.error().kind == ErrorKind::TokenRemoved) continue;
    tokens.push_back(TRY(std::move(found)));
  }
  return tokens;
}

Result<std::vector<CK_MECHANISM_TYPE>> Pkcs11Module::signing_mechanisms(CK_SLOT_ID slot) const {
  CK_ULONG count = 0;
  TRY(check_pkcs11("C_GetMechanismList", functions().C_GetMechanismList(slot, nullptr, &count)));
  if (count > kMaxMechanisms) return fail(ErrorKind::TooLarge, "the token lists more than 1024 mechanisms");
  std::vector<CK_MECHANISM_TYPE> listed(count);
  TRY(check_pkcs11("C_GetMechanismList", functions().C_GetMechanismList(slot, listed.data(), &count)));
  listed.resize(std::min<std::size_t>(count, listed.size()));
  std::vector<CK_MECHANISM_TYPE> usable;
  for (const CK_MECHANISM_TYPE ours : kOurMechanisms) {
    if (std::ranges::find(listed, ours) == listed.end()) continue;
    CK_MECHANISM_INFO info{};
    if (functions().C_GetMechanismInfo(slot, ours, &info) != CKR_OK) continue;
    if ((info.flags & CKF_SIGN) != 0) usable.push_back(ours);
  }
  return usable;
}

Result<TokenInfo> select_token(std::span<const TokenInfo> tokens, std::string_view selection) {
  std::vector<TokenInfo> fitting;
  for (const TokenInfo& token : tokens) {
    if (token.initialized && TRY(names(selection, token))) fitting.push_back(token);
  }
  if (fitting.empty()) {
    if (selection.empty()) return fail(ErrorKind::NotFound, "no token is there; plug it in");
    return fail(ErrorKind::NotFound, "no token is called " + printable(selection) + "; there is " +
                                         (tokens.empty() ? "none at all" : list_of(tokens)));
  }
  const TokenInfo& first = fitting.front();
  for (const TokenInfo& other : fitting) {
    const bool same_card = !first.serial.empty() && other.serial == first.serial &&
                           other.model == first.model && other.manufacturer == first.manufacturer;
    if (other.slot == first.slot || same_card) continue;
    return fail(ErrorKind::Refused,
                "several tokens are there; say which by serial number or URI: " + list_of(fitting));
  }
  return first;
}

bool is_in_reader(const TokenInfo& token, std::string_view reader) {
  constexpr std::size_t kSlotDescriptionBytes = sizeof(CK_SLOT_INFO::slotDescription);
  reader = reader.substr(0, kSlotDescriptionBytes);
  while (reader.ends_with(' ')) reader.remove_suffix(1);
  return token.reader == reader;
}

}  // namespace tlscore::token
