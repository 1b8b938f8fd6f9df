// A session with one token: finds objects, logs in, signs. Lives in the signer process only.
#pragma once

#include <p11-kit/pkcs11.h>

#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "tlscore/base/bytes.h"
#include "tlscore/base/result.h"
#include "tlscore/base/secret.h"
#include "tlscore/token/pkcs11_module.h"

namespace tlscore::token {

/// A session handle with the module that it belongs to. Logs out and closes when it goes; the module must
/// outlive it. Every failure is as pkcs11_error says unless stated otherwise.
class Pkcs11Session {
 public:
  static constexpr std::size_t kMaxObjects = 256;
  static constexpr std::size_t kMaxAttributeBytes = 64UL * 1024;
  static constexpr std::size_t kMaxSignatureBytes = 1024;

  enum class Access : std::uint8_t { Read, Write };

  [[nodiscard]] static Result<Pkcs11Session> open(const Pkcs11Module& module, CK_SLOT_ID slot,
                                                  Access access = Access::Read);
  ~Pkcs11Session();
  Pkcs11Session(Pkcs11Session&& other) noexcept
      : m_functions(std::exchange(other.m_functions, nullptr)),
        m_handle(other.m_handle),
        m_logged_in(std::exchange(other.m_logged_in, false)) {}
  Pkcs11Session& operator=(Pkcs11Session&&) = delete;
  Pkcs11Session(const Pkcs11Session&) = delete;
  Pkcs11Session& operator=(const Pkcs11Session&) = delete;

  /// Enters the PIN once; never twice by itself. A null `pin` leaves its entry to the reader's pin pad.
  /// `user` is CKU_USER, CKU_SO or CKU_CONTEXT_SPECIFIC. Being logged in already is success.
  [[nodiscard]] Result<void> login(const Secret* pin, CK_USER_TYPE user = CKU_USER);
  /// Forgets the login on the token. Nothing to do is success.
  [[nodiscard]] Result<void> logout();
  [[nodiscard]] bool logged_in() const { return m_logged_in; }

  /// The objects that match all of `attributes`; at most kMaxObjects, more of them fail with TooLarge.
  [[nodiscard]] Result<std::vector<CK_OBJECT_HANDLE>> find(std::span<CK_ATTRIBUTE> attributes) const;
  /// The value of an attribute; nothing if the object has none, or keeps it to itself. Fails with TooLarge
  /// above kMaxAttributeBytes.
  [[nodiscard]] Result<std::optional<Bytes>> attribute(CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type) const;
  /// A CK_BBOOL attribute; false where it is missing.
  [[nodiscard]] Result<bool> flag(CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type) const;
  /// A CK_ULONG attribute; nothing where it is missing or of another size.
  [[nodiscard]] Result<std::optional<CK_ULONG>> number(CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type) const;

  /// C_SignInit and C_Sign. `before_sign`, if given, runs between them: that is where a key with
  /// CKA_ALWAYS_AUTHENTICATE wants its PIN. Its failure ends the operation.
  template <class BeforeSign>
  [[nodiscard]] Result<Bytes> sign(CK_MECHANISM mechanism, CK_OBJECT_HANDLE key, ByteView data,
                                   BeforeSign before_sign) {
    TRY(begin_signature(mechanism, key));
    TRY(before_sign());
    return finish_signature(data);
  }

  [[nodiscard]] CK_SESSION_HANDLE handle() const { return m_handle; }
  [[nodiscard]] CK_FUNCTION_LIST& functions() const { return *m_functions; }

 private:
  Pkcs11Session(CK_FUNCTION_LIST& functions, CK_SESSION_HANDLE handle)
      : m_functions(&functions), m_handle(handle) {}
  [[nodiscard]] Result<void> begin_signature(CK_MECHANISM mechanism, CK_OBJECT_HANDLE key);
  [[nodiscard]] Result<Bytes> finish_signature(ByteView data);

  CK_FUNCTION_LIST* m_functions;  ///< Null once moved from.
  CK_SESSION_HANDLE m_handle;
  bool m_logged_in = false;
};

}  // namespace tlscore::token
