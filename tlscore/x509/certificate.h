// X.509 certificates (RFC 5280), read once and never changed.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tlscore/x509/general_name.h"
#include "tlscore/x509/name_constraints.h"
#include "tlscore/x509/public_key.h"

struct mbedtls_asn1_buf;
struct mbedtls_x509_crt;

namespace tlscore::x509 {

/// What a certificate may be used for, as far as we ask (RFC 5280, section 4.2.1.12).
enum class Purpose : std::uint8_t { ServerAuth, ClientAuth };

/// Bits of the key usage extension (section 4.2.1.3), as `key_usage` has them.
enum KeyUsage : std::uint16_t { kDigitalSignature = 0x80, kKeyCertSign = 0x04, kCrlSign = 0x02 };

/// Reads as mbedTLS reads (with accept_critical_extension and wraps.cc), so what it takes here it takes
/// there. Copies share one certificate; any thread may use them. Reading proves nothing: see path.h.
class Certificate {
 public:
  /// All of `der` is one certificate. Fails with Malformed; Unsupported for algorithms that neither mbedTLS
  /// knows nor ed25519.h, and critical extensions that neither mbedTLS knows nor accept_critical_extension;
  /// TooLarge over 64 KiB.
  static Result<Certificate> parse_der(ByteView der);

  [[nodiscard]] ByteView der() const;
  [[nodiscard]] Bytes sha256() const;  ///< Of der(): the usual fingerprint.
  [[nodiscard]] std::string pem() const;
  [[nodiscard]] const PublicKey& public_key() const;

  /// One line like "CN=Party,O=Example", without control characters (distinguished_name.h). May be empty.
  [[nodiscard]] const std::string& subject() const;
  [[nodiscard]] const std::string& issuer() const;
  [[nodiscard]] ByteView subject_der() const;
  /// What names are compared by (distinguished_name.h): whoever issued this certificate has a subject of the
  /// same key as its issuer.
  [[nodiscard]] const std::string& subject_key() const;
  [[nodiscard]] const std::string& issuer_key() const;
  /// Octets that tell CAs of one name apart (RFC 5280, sections 4.2.1.1 and 4.2.1.2); empty where they are
  /// not stated.
  [[nodiscard]] ByteView subject_key_identifier() const;
  [[nodiscard]] ByteView authority_key_identifier() const;
  /// Issuer and subject are the same; it says nothing about who signed.
  [[nodiscard]] bool is_self_issued() const;
  /// Its own key signed it. Fails with Untrusted, and Unsupported for RSA-PSS and keys that PublicKey does
  /// not verify with.
  [[nodiscard]] Result<void> check_self_signed() const;
  /// Lower-case hexadecimal of the INTEGER's octets.
  [[nodiscard]] std::string serial_hex() const;
  [[nodiscard]] std::chrono::sys_seconds not_before() const;
  [[nodiscard]] std::chrono::sys_seconds not_after() const;

  /// Every subject alternative name; empty without that extension.
  [[nodiscard]] const std::vector<GeneralName>& alternative_names() const;
  /// The dNSNames among them as they are written, escaped for display.
  [[nodiscard]] std::vector<std::string> dns_names() const;
  /// The iPAddresses among them in text form.
  [[nodiscard]] std::vector<std::string> ip_addresses() const;

  /// The bits of the key usage extension, or nothing without it: then every use is allowed.
  [[nodiscard]] std::optional<std::uint16_t> key_usage() const;
  /// True where there is no extended key usage, or it lists this purpose or anyExtendedKeyUsage.
  [[nodiscard]] bool allows(Purpose purpose) const;
  [[nodiscard]] bool has_extended_key_usage() const;

  /// basicConstraints: is it a CA, and how many CAs may stand below it (nothing: no limit).
  [[nodiscard]] bool is_ca() const;
  [[nodiscard]] std::optional<unsigned> path_length() const;
  [[nodiscard]] const std::optional<NameConstraints>& name_constraints() const;

  /// What the extension with this OBJECT IDENTIFIER (its contents) holds, or nothing without it. Lives as
  /// long as any copy of this certificate.
  [[nodiscard]] std::optional<ByteView> extension(ByteView oid) const;

  /// For mbedTLS; never null, lives as long as any copy. Its `next` is null: it is not part of a list.
  [[nodiscard]] const mbedtls_x509_crt* handle() const;

  /// Same DER.
  friend bool operator==(const Certificate& a, const Certificate& b);

 private:
  struct Data;
  explicit Certificate(std::shared_ptr<const Data> data);

  std::shared_ptr<const Data> m_data;
};

/// All CERTIFICATE blocks of a PEM text, in order. Fails with NotFound when there is none, and as parse_pem
/// and parse_der do, naming the number of the certificate.
Result<std::vector<Certificate>> parse_pem_certificates(std::string_view text);

/// The same from a file; the sentence names it.
Result<std::vector<Certificate>> load_certificates(const std::string& path);

/// An `mbedtls_x509_crt_ext_cb_t` that lets those critical extensions through the parse that are safe without
/// the library: name constraints, which path.h enforces, and what is said of policies (certificatePolicies,
/// policyMappings, inhibitAnyPolicy), which counts only where one is demanded: policyConstraints does that,
/// and is refused, as every other critical extension is. `refused`, where it is not null, is a `Bytes` that
/// is given its OBJECT IDENTIFIER's contents.
int accept_critical_extension(void* refused, const mbedtls_x509_crt* certificate, const mbedtls_asn1_buf* oid,
                              int is_critical, const unsigned char* begin, const unsigned char* end) noexcept;

}  // namespace tlscore::x509
