// Alerts and error codes in words.
#include "tlscore/tls/tls_error.h"

#include <mbedtls/error.h>

#include <array>
#include <utility>

namespace tlscore::tls {
namespace {

constexpr auto kAlerts = std::to_array<std::pair<unsigned char, std::string_view>>({
    {0, "close_notify"},
    {10, "unexpected_message"},
    {20, "bad_record_mac"},
    {22, "record_overflow"},
    {40, "handshake_failure"},
    {42, "bad_certificate"},
    {43, "unsupported_certificate"},
    {44, "certificate_revoked"},
    {45, "certificate_expired"},
    {46, "certificate_unknown"},
    {47, "illegal_parameter"},
    {48, "unknown_ca"},
    {49, "access_denied"},
    {50, "decode_error"},
    {51, "decrypt_error"},
    {70, "protocol_version"},
    {71, "insufficient_security"},
    {80, "internal_error"},
    {86, "inappropriate_fallback"},
    {90, "user_canceled"},
    {109, "missing_extension"},
    {110, "unsupported_extension"},
    {111, "certificate_unobtainable"},
    {112, "unrecognized_name"},
    {113, "bad_certificate_status_response"},
    {116, "certificate_required"},
    {120, "no_application_protocol"},
});

/// Alerts that answer the certificate that we showed, or did not.
bool is_about_our_certificate(unsigned char alert) {
  return (alert >= 42 && alert <= 49) || alert == 116;
}

Error alert_error(unsigned char alert) {
  std::string message = "the other side ended it with the alert " + std::string(alert_name(alert)) + " (" +
                        std::to_string(alert) + ")";
  if (is_about_our_certificate(alert)) message += ": it does not accept the certificate that it was shown";
  if (alert == 40) message += ": no common parameters, or it wants a certificate";
  if (alert == 70) message += ": it speaks no TLS version that is allowed here";
  return {ErrorKind::Refused, message};
}

/// A handshake message after the handshake (RFC 8446, section 4.6).
Error late_message_error(const mbedtls_ssl_context& ssl) {
  const bool is_handshake = ssl.in_msgtype == MBEDTLS_SSL_MSG_HANDSHAKE;
  if (is_handshake && ssl.in_msg[0] == MBEDTLS_SSL_HS_CERTIFICATE_REQUEST) {
    return {ErrorKind::Unsupported,
            "the party asked for a client certificate after the handshake, which is not supported"};
  }
  constexpr unsigned char kKeyUpdate = 24;
  if (is_handshake && ssl.in_msg[0] == kKeyUpdate) {
    return {ErrorKind::Unsupported,
            "the party changed its keys in mid-connection (KeyUpdate), which is not supported"};
  }
  return {ErrorKind::Malformed, "the other side sent a message that has no place after the handshake"};
}

}  // namespace

std::string_view alert_name(unsigned char description) {
  for (const auto& [number, name] : kAlerts) {
    if (number == description) return name;
  }
  return "unknown";
}

Error tls_error(int code, const mbedtls_ssl_context& ssl) {
  switch (code) {
    case MBEDTLS_ERR_SSL_FATAL_ALERT_MESSAGE: return alert_error(ssl.in_msg[1]);
    case MBEDTLS_ERR_SSL_CONN_EOF:
      return {ErrorKind::Closed,
              "the other side closed without saying so (no close_notify): the end may be missing"};
    case MBEDTLS_ERR_SSL_BAD_PROTOCOL_VERSION:
      return {ErrorKind::Unsupported, "the other side speaks no TLS version that is allowed here"};
    case MBEDTLS_ERR_SSL_HANDSHAKE_FAILURE:
      return {ErrorKind::Unsupported, "the other side offers no parameters that are allowed here"};
    case MBEDTLS_ERR_SSL_INVALID_RECORD:
    case MBEDTLS_ERR_SSL_UNEXPECTED_MESSAGE:
      if (ssl.state == MBEDTLS_SSL_HANDSHAKE_OVER) return late_message_error(ssl);
      return {ErrorKind::Malformed,
              "the other side does not speak TLS as it should (code " + std::to_string(code) + ")"};
    default: break;
  }
  std::array<char, 160> text{};
  mbedtls_strerror(code, text.data(), text.size());
  return {ErrorKind::Malformed, std::string("TLS failed: ") + text.data()};
}

}  // namespace tlscore::tls
