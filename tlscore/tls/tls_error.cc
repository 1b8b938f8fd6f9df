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

/// The message of the other side's that is being read in this state, by the name that its RFC gives it.
std::string_view message_read_in(int state) {
  switch (state) {
    case MBEDTLS_SSL_CLIENT_HELLO: return "ClientHello";
    case MBEDTLS_SSL_SERVER_HELLO: return "ServerHello";
    case MBEDTLS_SSL_ENCRYPTED_EXTENSIONS: return "EncryptedExtensions";
    case MBEDTLS_SSL_SERVER_CERTIFICATE:
    case MBEDTLS_SSL_CLIENT_CERTIFICATE: return "Certificate";
    case MBEDTLS_SSL_SERVER_KEY_EXCHANGE: return "ServerKeyExchange";
    case MBEDTLS_SSL_CLIENT_KEY_EXCHANGE: return "ClientKeyExchange";
    case MBEDTLS_SSL_CERTIFICATE_REQUEST: return "CertificateRequest";
    case MBEDTLS_SSL_CERTIFICATE_VERIFY:
    case MBEDTLS_SSL_CLIENT_CERTIFICATE_VERIFY: return "CertificateVerify";
    case MBEDTLS_SSL_SERVER_FINISHED:
    case MBEDTLS_SSL_CLIENT_FINISHED: return "Finished";
    default: return "handshake message";
  }
}

bool is_over(const mbedtls_ssl_context& ssl) {
  return ssl.state == MBEDTLS_SSL_HANDSHAKE_OVER;
}

Error closed_error(const mbedtls_ssl_context& ssl) {
  if (!is_over(ssl))
    return {ErrorKind::Closed, "the other side closed the connection in the middle of the handshake"};
  return {ErrorKind::Closed,
          "the other side closed without saying so (no close_notify): the end may be missing"};
}

/// A record that is none: very often another protocol's first octets.
Error record_error(const mbedtls_ssl_context& ssl) {
  if (is_over(ssl)) return late_message_error(ssl);
  const std::string_view header(reinterpret_cast<const char*>(ssl.in_hdr), ssl.in_hdr == nullptr ? 0 : 4);
  if (header == "HTTP") return {ErrorKind::Malformed, "the other side speaks HTTP without TLS on this port"};
  if (header == "SSH-") return {ErrorKind::Malformed, "the other side speaks SSH on this port, and no TLS"};
  return {ErrorKind::Malformed, "what the other side sent in place of its " +
                                    std::string(message_read_in(ssl.state)) + " is not TLS as it should be"};
}

/// What the other side said can be read, and may not be.
Error disagreement(const mbedtls_ssl_context& ssl) {
  const auto message = message_read_in(ssl.state);
  if (message == "CertificateVerify" || message == "ServerKeyExchange") {
    return {ErrorKind::Refused,
            "the other side's signature is not one by the key in its certificate, or of a kind that is not "
            "allowed here"};
  }
  return {ErrorKind::Unsupported, "the other side offers no parameters that are allowed here"};
}

std::string words_of(int code) {
  std::array<char, 160> text{};
  mbedtls_strerror(code, text.data(), text.size());
  return text.data();
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
    case MBEDTLS_ERR_SSL_CONN_EOF: return closed_error(ssl);
    case MBEDTLS_ERR_SSL_BAD_PROTOCOL_VERSION:
      return {ErrorKind::Unsupported, "the other side speaks no TLS version that is allowed here"};
    case MBEDTLS_ERR_SSL_HANDSHAKE_FAILURE: return disagreement(ssl);
    case MBEDTLS_ERR_SSL_INVALID_RECORD:
    case MBEDTLS_ERR_SSL_UNEXPECTED_MESSAGE: return record_error(ssl);
    case MBEDTLS_ERR_SSL_DECODE_ERROR:
    case MBEDTLS_ERR_SSL_FEATURE_UNAVAILABLE:  // compression, for one
    case MBEDTLS_ERR_SSL_BAD_INPUT_DATA:  // a cipher that this library does not know, or too long a record
    case MBEDTLS_ERR_SSL_ILLEGAL_PARAMETER:
      return {ErrorKind::Malformed, "the other side's " + std::string(message_read_in(ssl.state)) +
                                        " is malformed, or chooses what was not offered"};
    default: break;
  }
  if (ssl.state == MBEDTLS_SSL_SERVER_CERTIFICATE) {
    return {ErrorKind::Malformed, "the other side's certificate cannot be used: " + words_of(code)};
  }
  return {ErrorKind::Malformed, "TLS failed: " + words_of(code)};
}

}  // namespace tlscore::tls
