// RFC 7512 through p11-kit's parser and formatter.
#include "tlscore/token/pkcs11_uri.h"

#include <p11-kit/pkcs11.h>
#include <p11-kit/uri.h>

#include <algorithm>
#include <cstdlib>
#include <span>

#include "tlscore/base/c_handle.h"

namespace tlscore::token {
namespace {

using Uri = CHandle<P11KitUri, p11_kit_uri_free>;
using CString = CHandle<char, std::free>;

constexpr std::size_t kMaxUriBytes = 4096;

/// PKCS#11 pads its fixed fields with spaces and ends them with nothing.
void fill_padded(std::span<CK_UTF8CHAR> field, std::string_view text) {
  std::ranges::fill(field, static_cast<CK_UTF8CHAR>(' '));
  std::ranges::copy(text.substr(0, field.size()), field.begin());
}

void name_token(P11KitUri* uri, const TokenName& token) {
  CK_TOKEN_INFO* info = ::p11_kit_uri_get_token_info(uri);
  fill_padded(info->label, token.label);
  fill_padded(info->manufacturerID, token.manufacturer);
  fill_padded(info->model, token.model);
  fill_padded(info->serialNumber, token.serial);
}

std::string format_uri(P11KitUri* uri, P11KitUriType type) {
  char* text = nullptr;
  if (::p11_kit_uri_format(uri, type, &text) != P11_KIT_URI_OK) return {};
  const CString owned(text);
  return owned.get();
}

void set_attribute(P11KitUri* uri, CK_ATTRIBUTE_TYPE type, ByteView value) {
  if (value.empty()) return;
  // p11-kit copies what the const-less PKCS#11 struct points to.
  CK_ATTRIBUTE attribute{type, const_cast<std::uint8_t*>(value.data()), value.size()};
  static_cast<void>(::p11_kit_uri_set_attribute(uri, &attribute));
}

Result<Uri> parse_uri(std::string_view text) {
  if (text.size() > kMaxUriBytes)
    return fail(ErrorKind::TooLarge, "the PKCS#11 URI is longer than 4096 characters");
  Uri uri(::p11_kit_uri_new());
  const int outcome = ::p11_kit_uri_parse(std::string(text).c_str(), P11_KIT_URI_FOR_ANY, uri.get());
  if (outcome != P11_KIT_URI_OK) {
    const char* reason = ::p11_kit_uri_message(outcome);
    return fail(ErrorKind::Malformed,
                std::string("not a PKCS#11 URI (RFC 7512): ") + (reason ? reason : "unreadable"));
  }
  return uri;
}

}  // namespace

bool is_pkcs11_uri(std::string_view text) {
  return equal_ignoring_case(text.substr(0, 7), "pkcs11:");
}

std::string make_token_uri(const TokenName& token) {
  const Uri uri(::p11_kit_uri_new());
  name_token(uri.get(), token);
  return format_uri(uri.get(), P11_KIT_URI_FOR_TOKEN);
}

std::string make_key_uri(const TokenName& token, ByteView id, std::string_view label) {
  const Uri uri(::p11_kit_uri_new());
  name_token(uri.get(), token);
  set_attribute(uri.get(), CKA_ID, id);
  set_attribute(uri.get(), CKA_LABEL, as_bytes(label));
  CK_OBJECT_CLASS type = CKO_PRIVATE_KEY;
  CK_ATTRIBUTE attribute{CKA_CLASS, &type, sizeof type};
  static_cast<void>(::p11_kit_uri_set_attribute(uri.get(), &attribute));
  return format_uri(uri.get(), P11_KIT_URI_FOR_OBJECT_ON_TOKEN);
}

Result<bool> uri_names(std::string_view pattern, std::string_view uri) {
  const Uri wanted = TRY(parse_uri(pattern));
  const Uri there = TRY(parse_uri(uri));
  if (::p11_kit_uri_get_pin_value(wanted.get()) != nullptr) {
    return fail(ErrorKind::Malformed, "a PIN must not stand in a PKCS#11 URI; remove its pin-value");
  }
  if (::p11_kit_uri_any_unrecognized(wanted.get()) != 0) {
    return fail(ErrorKind::Malformed,
                "the PKCS#11 URI has an attribute that is not known, so it names nothing");
  }
  static_cast<void>(::p11_kit_uri_clear_attribute(wanted.get(), CKA_CLASS));
  if (::p11_kit_uri_match_token_info(wanted.get(), ::p11_kit_uri_get_token_info(there.get())) == 0)
    return false;
  CK_ULONG count = 0;
  const CK_ATTRIBUTE* attributes = ::p11_kit_uri_get_attributes(there.get(), &count);
  return ::p11_kit_uri_match_attributes(wanted.get(), attributes, count) != 0;
}

}  // namespace tlscore::token
