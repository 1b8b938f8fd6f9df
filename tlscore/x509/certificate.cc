// mbedTLS reads the certificate; what it does not keep or does not know is read here.
#include "tlscore/x509/certificate.h"

#include <mbedtls/oid.h>
#include <mbedtls/x509_crt.h>

#include <algorithm>

#include "tlscore/base/c_handle.h"
#include "tlscore/x509/der.h"
#include "tlscore/x509/der_time.h"
#include "tlscore/x509/directory_string.h"
#include "tlscore/x509/distinguished_name.h"
#include "tlscore/x509/mbedtls_error.h"
#include "tlscore/x509/mbedtls_hash.h"
#include "tlscore/x509/pem.h"
#include "tlscore/x509/server_name.h"

namespace tlscore::x509 {
namespace {

constexpr std::size_t kMaxDerBytes = 65536;
constexpr std::size_t kMaxExtensions = 64;

constexpr std::string_view kNameConstraintsOid = MBEDTLS_OID_NAME_CONSTRAINTS;
constexpr std::string_view kSubjectAltNameOid = MBEDTLS_OID_SUBJECT_ALT_NAME;
// What is safe to leave unread where it is critical (certificate.h says why).
constexpr std::string_view kHarmlessOids[] = {kNameConstraintsOid, MBEDTLS_OID_CERTIFICATE_POLICIES,
                                              MBEDTLS_OID_POLICY_MAPPINGS, MBEDTLS_OID_INIHIBIT_ANYPOLICY};
// Its last octet is zero, which would end a C string.
constexpr std::string_view kAnyUsageOid(MBEDTLS_OID_ANY_EXTENDED_KEY_USAGE,
                                        sizeof MBEDTLS_OID_ANY_EXTENDED_KEY_USAGE - 1);

struct Extension {
  ByteView oid;
  ByteView value;
};

/// Extensions ::= SEQUENCE OF SEQUENCE { extnID, critical BOOLEAN DEFAULT FALSE, extnValue OCTET STRING }
Result<std::vector<Extension>> parse_extensions(ByteView extensions) {
  std::vector<Extension> result;
  if (extensions.empty()) return result;
  DerReader outer(extensions);
  const auto sequence = outer.next(kDerSequence);
  if (!sequence || !outer.done()) return fail(ErrorKind::Malformed, "broken certificate extensions");
  DerReader reader(*sequence);
  while (!reader.done()) {
    const auto extension = reader.next(kDerSequence);
    if (!extension) return fail(ErrorKind::Malformed, "a broken certificate extension");
    DerReader fields(*extension);
    const auto oid = fields.next(kDerOid);
    static_cast<void>(fields.next(kDerBoolean));
    const auto value = fields.next(kDerOctetString);
    if (!oid || !value || !fields.done()) return fail(ErrorKind::Malformed, "a broken certificate extension");
    // RFC 5280, section 4.2: no extension twice. mbedTLS looks only at those it knows.
    const auto is_same = [&](const Extension& other) { return std::ranges::equal(other.oid, *oid); };
    if (std::ranges::any_of(result, is_same))
      return fail(ErrorKind::Malformed, "a certificate extension that is there twice");
    if (result.size() == kMaxExtensions)
      return fail(ErrorKind::TooLarge, "more than 64 certificate extensions");
    result.push_back({*oid, *value});
  }
  return result;
}

ByteView view(const mbedtls_x509_buf& buffer) {
  return {buffer.p, buffer.len};
}

/// What the certificate's own key would have signed, by the algorithm that the certificate names.
Result<SignatureRequest> self_signature_request(const mbedtls_x509_crt& crt, PublicKey::Type type) {
  const ByteView tbs = view(crt.tbs);
  if (crt.sig_md == MBEDTLS_MD_NONE)
    return SignatureRequest{SignatureScheme::Ed25519, Hash::None, Bytes(tbs.begin(), tbs.end())};
  for (const Hash hash : {Hash::Sha256, Hash::Sha384, Hash::Sha512}) {
    if (md_type(hash) != crt.sig_md || crt.sig_pk == MBEDTLS_PK_RSASSA_PSS) continue;
    const bool is_rsa = type == PublicKey::Type::Rsa;
    return SignatureRequest{is_rsa ? SignatureScheme::RsaPkcs1 : SignatureScheme::Ecdsa, hash,
                            digest(hash, tbs)};
  }
  return fail(ErrorKind::Unsupported, "a certificate that is signed with another algorithm");
}

std::string_view purpose_oid(Purpose purpose) {
  return purpose == Purpose::ServerAuth ? MBEDTLS_OID_SERVER_AUTH : MBEDTLS_OID_CLIENT_AUTH;
}

}  // namespace

struct Certificate::Data {
  CValue<mbedtls_x509_crt, mbedtls_x509_crt_init, mbedtls_x509_crt_free> crt;
  std::optional<PublicKey> public_key;
  std::string subject;
  std::string issuer;
  std::string subject_key;
  std::string issuer_key;
  std::vector<GeneralName> alternative_names;
  std::optional<NameConstraints> name_constraints;

  Result<void> read_names();
  Result<void> read_extensions();
};

Result<void> Certificate::Data::read_names() {
  const DistinguishedName subject_name = TRY(parse_distinguished_name(view(crt.get()->subject_raw)));
  const DistinguishedName issuer_name = TRY(parse_distinguished_name(view(crt.get()->issuer_raw)));
  subject = to_text(subject_name);
  issuer = to_text(issuer_name);
  subject_key = comparison_key(subject_name);
  issuer_key = comparison_key(issuer_name);
  return {};
}

Result<void> Certificate::Data::read_extensions() {
  for (const Extension& extension : TRY(parse_extensions(view(crt.get()->v3_ext)))) {
    if (as_text(extension.oid) == kSubjectAltNameOid)
      alternative_names = TRY(parse_general_names(extension.value));
    if (as_text(extension.oid) == kNameConstraintsOid)
      name_constraints = TRY(parse_name_constraints(extension.value));
  }
  return {};
}

Certificate::Certificate(std::shared_ptr<const Data> data) : m_data(std::move(data)) {}

Result<Certificate> Certificate::parse_der(ByteView der) {
  if (der.size() > kMaxDerBytes) return fail(ErrorKind::TooLarge, "a certificate of more than 64 KiB");
  auto data = std::make_shared<Data>();
  mbedtls_x509_crt* crt = data->crt.get();
  Bytes refused;
  const int code = ::mbedtls_x509_crt_parse_der_with_ext_cb(crt, der.data(), der.size(), 1,
                                                            accept_critical_extension, &refused);
  if (!refused.empty())
    return fail(ErrorKind::Unsupported,
                "a critical extension that is not known here (" + oid_text(refused) + ")");
  if (code != 0) return fail(mbedtls_error("certificate", code));
  if (crt->raw.len != der.size()) return fail(ErrorKind::Malformed, "octets after the certificate");
  data->public_key = TRY(PublicKey::parse_spki(view(crt->pk_raw)));
  TRY(data->read_names());
  TRY(data->read_extensions());
  return Certificate(std::move(data));
}

ByteView Certificate::der() const {
  return view(m_data->crt.get()->raw);
}
Bytes Certificate::sha256() const {
  return x509::sha256(der());
}
std::string Certificate::pem() const {
  return to_pem("CERTIFICATE", der());
}
const PublicKey& Certificate::public_key() const {
  return *m_data->public_key;
}
const std::string& Certificate::subject() const {
  return m_data->subject;
}
const std::string& Certificate::issuer() const {
  return m_data->issuer;
}
ByteView Certificate::subject_der() const {
  return view(m_data->crt.get()->subject_raw);
}
const std::string& Certificate::subject_key() const {
  return m_data->subject_key;
}
const std::string& Certificate::issuer_key() const {
  return m_data->issuer_key;
}
ByteView Certificate::subject_key_identifier() const {
  return view(m_data->crt.get()->subject_key_id);
}
ByteView Certificate::authority_key_identifier() const {
  return view(m_data->crt.get()->authority_key_id.keyIdentifier);
}
bool Certificate::is_self_issued() const {
  return m_data->subject_key == m_data->issuer_key;
}
Result<void> Certificate::check_self_signed() const {
  const mbedtls_x509_crt* crt = m_data->crt.get();
  const auto request = TRY(self_signature_request(*crt, public_key().type()));
  return public_key().verify(request, view(crt->sig));
}
std::string Certificate::serial_hex() const {
  return to_hex(view(m_data->crt.get()->serial));
}
std::chrono::sys_seconds Certificate::not_before() const {
  return to_sys_seconds(m_data->crt.get()->valid_from);
}
std::chrono::sys_seconds Certificate::not_after() const {
  return to_sys_seconds(m_data->crt.get()->valid_to);
}
const std::vector<GeneralName>& Certificate::alternative_names() const {
  return m_data->alternative_names;
}

std::vector<std::string> Certificate::dns_names() const {
  std::vector<std::string> names;
  for (const GeneralName& name : m_data->alternative_names) {
    if (name.form == NameForm::Dns) names.push_back(escape_controls(as_text(name.value)));
  }
  return names;
}

std::vector<std::string> Certificate::ip_addresses() const {
  std::vector<std::string> addresses;
  for (const GeneralName& name : m_data->alternative_names) {
    if (name.form == NameForm::Ip) addresses.push_back(address_text(name.value));
  }
  return addresses;
}

std::optional<std::uint16_t> Certificate::key_usage() const {
  const mbedtls_x509_crt* crt = m_data->crt.get();
  if (::mbedtls_x509_crt_has_ext_type(crt, MBEDTLS_X509_EXT_KEY_USAGE) == 0) return std::nullopt;
  return static_cast<std::uint16_t>(crt->key_usage);
}

bool Certificate::has_extended_key_usage() const {
  return ::mbedtls_x509_crt_has_ext_type(m_data->crt.get(), MBEDTLS_X509_EXT_EXTENDED_KEY_USAGE) != 0;
}

bool Certificate::allows(Purpose purpose) const {
  if (!has_extended_key_usage()) return true;
  const std::string_view wanted = purpose_oid(purpose);
  for (const auto* usage = &m_data->crt.get()->ext_key_usage; usage != nullptr; usage = usage->next) {
    const std::string_view oid = as_text(view(usage->buf));
    if (oid == wanted || oid == kAnyUsageOid) return true;
  }
  return false;
}

bool Certificate::is_ca() const {
  return m_data->crt.get()->ca_istrue != 0;
}

std::optional<unsigned> Certificate::path_length() const {
  // The library keeps it plus one, so that 0 can say "no limit".
  const int kept = m_data->crt.get()->max_pathlen;
  if (kept <= 0) return std::nullopt;
  return static_cast<unsigned>(kept - 1);
}

const std::optional<NameConstraints>& Certificate::name_constraints() const {
  return m_data->name_constraints;
}
std::optional<ByteView> Certificate::extension(ByteView oid) const {
  const auto extensions = parse_extensions(view(m_data->crt.get()->v3_ext));
  const auto is_it = [oid](const Extension& extension) { return std::ranges::equal(extension.oid, oid); };
  const auto found = std::ranges::find_if(*extensions, is_it);  // they were read once before
  if (found == extensions->end()) return std::nullopt;
  return found->value;
}
const mbedtls_x509_crt* Certificate::handle() const {
  return m_data->crt.get();
}

bool operator==(const Certificate& a, const Certificate& b) {
  return std::ranges::equal(a.der(), b.der());
}

Result<std::vector<Certificate>> parse_pem_certificates(std::string_view text) {
  std::vector<Certificate> certificates;
  for (const Bytes& block : TRY(parse_pem(text, "CERTIFICATE"))) {
    auto certificate = Certificate::parse_der(block);
    if (!certificate)
      return fail("certificate " + std::to_string(certificates.size() + 1), std::move(certificate.error()));
    certificates.push_back(std::move(*certificate));
  }
  if (certificates.empty()) return fail(ErrorKind::NotFound, "there is no certificate in PEM form");
  return certificates;
}

Result<std::vector<Certificate>> load_certificates(const std::string& path) {
  const std::string text = TRY(read_file(path));
  auto certificates = parse_pem_certificates(text);
  if (!certificates) return fail(path, std::move(certificates.error()));
  return certificates;
}

int accept_critical_extension(void* refused, const mbedtls_x509_crt* /*certificate*/,
                              const mbedtls_asn1_buf* oid, int is_critical, const unsigned char* /*begin*/,
                              const unsigned char* /*end*/) noexcept {
  const ByteView contents(oid->p, oid->len);
  const auto is_it = [contents](std::string_view known) { return as_text(contents) == known; };
  if (is_critical == 0 || std::ranges::any_of(kHarmlessOids, is_it)) return 0;
  if (refused != nullptr) static_cast<Bytes*>(refused)->assign(contents.begin(), contents.end());
  return MBEDTLS_ERR_X509_FEATURE_UNAVAILABLE;
}

}  // namespace tlscore::x509
