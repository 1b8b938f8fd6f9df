// A PKCS#11 module, loaded and initialised through p11-kit. Lives in the signer process only.
#pragma once

#include <p11-kit/p11-kit.h>
#include <p11-kit/pkcs11.h>

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tlscore/base/c_handle.h"
#include "tlscore/base/result.h"
#include "tlscore/token/token_info.h"

namespace tlscore::token {

/// Where Debian keeps the module of the software token.
inline constexpr std::string_view kSoftTokenModule = "/usr/lib/softhsm/libsofthsm2.so";

/// Owns the module from C_Initialize to C_Finalize. Sessions must end before it does.
class Pkcs11Module {
 public:
  static constexpr std::size_t kMaxSlots = 64;

  /// `name` is an absolute path, a file in p11-kit's module folder ("opensc-pkcs11", with or without ".so"),
  /// "auto" (opensc-pkcs11) or "soft" (kSoftTokenModule; $SOFTHSM2_CONF says where its tokens are).
  /// Fails with NotFound when there is no such module, and as pkcs11_error says when it does not initialise.
  [[nodiscard]] static Result<Pkcs11Module> load(std::string_view name);

  /// The slots that hold a token now, in the module's order. More than kMaxSlots: TooLarge.
  [[nodiscard]] Result<std::vector<CK_SLOT_ID>> slots() const;
  /// Asks the token anew each time, since the tries left change.
  [[nodiscard]] Result<TokenInfo> token(CK_SLOT_ID slot) const;
  /// Every token that answers. One that was pulled meanwhile is left out; any other failure fails the whole.
  [[nodiscard]] Result<std::vector<TokenInfo>> tokens() const;
  /// Which of our schemes the slot's token can do: CKM_RSA_PKCS, CKM_RSA_PKCS_PSS, CKM_ECDSA, CKM_EDDSA, with
  /// CKF_SIGN.
  [[nodiscard]] Result<std::vector<CK_MECHANISM_TYPE>> signing_mechanisms(CK_SLOT_ID slot) const;

  /// The module's own functions; valid as long as this object, wherever it is moved to.
  [[nodiscard]] CK_FUNCTION_LIST& functions() const { return *m_initialized; }

 private:
  using Loaded = CHandle<CK_FUNCTION_LIST, p11_kit_module_release>;
  using Initialized = CHandle<CK_FUNCTION_LIST, p11_kit_module_finalize>;

  Pkcs11Module(Loaded loaded, Initialized initialized)
      : m_loaded(std::move(loaded)), m_initialized(std::move(initialized)) {}

  Loaded m_loaded;
  Initialized m_initialized;  ///< The same pointer; destroyed first.
};

/// The one token that `selection` means: an RFC 7512 URI, a serial number or a label; empty means "the only
/// one". Several slots of one card (OpenSC shows an OpenPGP card as two) count as one token, and the first of
/// them is taken: it holds the authentication key. Uninitialised tokens are passed over.
/// Fails with NotFound if none fits, Refused (and a list) if several do, Malformed for a URI that is none or
/// that carries a PIN.
[[nodiscard]] Result<TokenInfo> select_token(std::span<const TokenInfo> tokens, std::string_view selection);

/// Does the module show this token in the reader of that PC/SC name? PKCS#11 has room for 64 bytes of a name.
[[nodiscard]] bool is_in_reader(const TokenInfo& token, std::string_view reader);

}  // namespace tlscore::token
