// PKCS#11 calls with their two-step lengths, bounded; a module's numbers are believed as far as our buffers
// go.
#include "tlscore/token/pkcs11_session.h"

#include <array>
#include <cstring>

#include "tlscore/token/pkcs11_error.h"

namespace tlscore::token {
namespace {

/// Ends a search on every path; a module allows one at a time in a session.
class Search {
 public:
  explicit Search(const Pkcs11Session& session) : m_session(session) {}
  ~Search() { static_cast<void>(m_session.functions().C_FindObjectsFinal(m_session.handle())); }
  Search(const Search&) = delete;
  Search& operator=(const Search&) = delete;
  Search(Search&&) = delete;
  Search& operator=(Search&&) = delete;

 private:
  const Pkcs11Session& m_session;
};

CK_UTF8CHAR* pin_text(const Secret* pin) {
  // PKCS#11 takes the PIN through a pointer to non-const and only reads it.
  return pin == nullptr ? nullptr : reinterpret_cast<CK_UTF8CHAR*>(const_cast<char*>(pin->reveal().data()));
}

}  // namespace

Result<Pkcs11Session> Pkcs11Session::open(const Pkcs11Module& module, CK_SLOT_ID slot, Access access) {
  const CK_FLAGS flags = CKF_SERIAL_SESSION | (access == Access::Write ? CKF_RW_SESSION : CK_FLAGS{0});
  CK_SESSION_HANDLE handle = 0;
  CK_FUNCTION_LIST& functions = module.functions();
  TRY(check_pkcs11("C_OpenSession", functions.C_OpenSession(slot, flags, nullptr, nullptr, &handle)));
  return Pkcs11Session(functions, handle);
}

Pkcs11Session::~Pkcs11Session() {
  if (m_functions == nullptr) return;
  static_cast<void>(logout());
  static_cast<void>(m_functions->C_CloseSession(m_handle));
}

Result<void> Pkcs11Session::login(const Secret* pin, CK_USER_TYPE user) {
  const CK_RV rv = m_functions->C_Login(m_handle, user, pin_text(pin), pin == nullptr ? 0 : pin->size());
  if (rv != CKR_OK && rv != CKR_USER_ALREADY_LOGGED_IN) return fail(pkcs11_error("C_Login", rv));
  m_logged_in = true;
  return {};
}

Result<void> Pkcs11Session::logout() {
  if (!m_logged_in) return {};
  m_logged_in = false;
  const CK_RV rv = m_functions->C_Logout(m_handle);
  if (rv != CKR_OK && rv != CKR_USER_NOT_LOGGED_IN) return fail(pkcs11_error("C_Logout", rv));
  return {};
}

Result<std::vector<CK_OBJECT_HANDLE>> Pkcs11Session::find(std::span<CK_ATTRIBUTE> attributes) const {
  TRY(check_pkcs11("C_FindObjectsInit",
                   m_functions->C_FindObjectsInit(m_handle, attributes.data(), attributes.size())));
  const Search search(*this);
  std::vector<CK_OBJECT_HANDLE> found;
  std::array<CK_OBJECT_HANDLE, 32> batch{};
  for (;;) {
    CK_ULONG count = 0;
    TRY(check_pkcs11("C_FindObjects",
                     m_functions->C_FindObjects(m_handle, batch.data(), batch.size(), &count)));
    if (count == 0) return found;
    if (count > batch.size() || found.size() + count > kMaxObjects) {
      return fail(ErrorKind::TooLarge, "the token holds more than 256 objects of one kind");
    }
    found.insert(found.end(), batch.begin(), batch.begin() + static_cast<std::ptrdiff_t>(count));
  }
}

Result<std::optional<Bytes>> Pkcs11Session::attribute(CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type) const {
  CK_ATTRIBUTE attribute{type, nullptr, 0};
  const CK_RV asked = m_functions->C_GetAttributeValue(m_handle, object, &attribute, 1);
  if (asked == CKR_ATTRIBUTE_TYPE_INVALID || asked == CKR_ATTRIBUTE_SENSITIVE) return std::nullopt;
  TRY(check_pkcs11("C_GetAttributeValue", asked));
  if (attribute.ulValueLen == CK_UNAVAILABLE_INFORMATION) return std::nullopt;
  if (attribute.ulValueLen > kMaxAttributeBytes) {
    return fail(ErrorKind::TooLarge, "the token has an attribute of more than 64 KiB");
  }
  Bytes value(attribute.ulValueLen);
  if (value.empty()) return value;
  attribute.pValue = value.data();
  TRY(check_pkcs11("C_GetAttributeValue", m_functions->C_GetAttributeValue(m_handle, object, &attribute, 1)));
  if (attribute.ulValueLen > value.size()) {
    return fail(ErrorKind::Internal, "the PKCS#11 module answered with an attribute longer than it had said");
  }
  value.resize(attribute.ulValueLen);
  return value;
}

Result<bool> Pkcs11Session::flag(CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type) const {
  const auto value = TRY(attribute(object, type));
  return value && value->size() == sizeof(CK_BBOOL) && value->front() != CK_FALSE;
}

Result<std::optional<CK_ULONG>> Pkcs11Session::number(CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type) const {
  const auto value = TRY(attribute(object, type));
  if (!value || value->size() != sizeof(CK_ULONG)) return std::nullopt;
  CK_ULONG number = 0;
  std::memcpy(&number, value->data(), sizeof number);
  return number;
}

Result<void> Pkcs11Session::begin_signature(CK_MECHANISM mechanism, CK_OBJECT_HANDLE key) {
  return check_pkcs11("C_SignInit", m_functions->C_SignInit(m_handle, &mechanism, key));
}

Result<Bytes> Pkcs11Session::finish_signature(ByteView data) {
  Bytes input(data.begin(), data.end());  // C_Sign's parameter is not const
  Bytes signature(kMaxSignatureBytes);
  CK_ULONG length = signature.size();
  TRY(check_pkcs11("C_Sign",
                   m_functions->C_Sign(m_handle, input.data(), input.size(), signature.data(), &length)));
  if (length > signature.size())
    return fail(ErrorKind::Internal, "the PKCS#11 module answered with an oversized signature");
  signature.resize(length);
  return signature;
}

}  // namespace tlscore::token
