// Each structure field by field, in the order in which it is declared.
#include "openpgp-auth/keyring_messages.h"

#include <algorithm>
#include <chrono>
#include <optional>
#include <utility>

#include "tlscore/base/byte_reader.h"

namespace openpgp_auth {

using tlscore::Error;
using tlscore::ErrorKind;
using tlscore::fail;
using tlscore::Result;

namespace {

constexpr std::uint8_t kLook = 1;
constexpr std::uint8_t kStored = 2;
constexpr std::uint8_t kOwn = 3;
constexpr std::uint8_t kAnswered = 0;
constexpr std::uint8_t kFailed = 1;

class Writer {
 public:
  void u8(std::uint8_t value) { m_out.u8(value); }
  void flag(bool value) { m_out.u8(value ? 1 : 0); }
  void octets(ByteView value) {
    m_out.u32(static_cast<std::uint32_t>(value.size()));
    m_out.bytes(value);
  }
  void text(std::string_view value) { octets(tlscore::as_bytes(value)); }
  void time(std::chrono::sys_seconds value) {
    m_out.u64(static_cast<std::uint64_t>(value.time_since_epoch().count()));
  }
  void time(const std::optional<std::chrono::sys_seconds>& value) {
    flag(value.has_value());
    if (value) time(*value);
  }
  template <class T>
  void list(const std::vector<T>& values) {
    m_out.u16(static_cast<std::uint16_t>(values.size()));
    for (const T& value : values) write(*this, value);
  }
  [[nodiscard]] Bytes take() { return m_out.take(); }

 private:
  tlscore::ByteWriter m_out;
};

/// What cannot be read is empty, and ok() is false from then on.
class Reader {
 public:
  explicit Reader(ByteView input) : m_in(input) {}
  [[nodiscard]] std::uint8_t u8() { return of(m_in.u8()); }
  [[nodiscard]] bool flag() { return choice<std::uint8_t>(1) == 1; }
  /// Not above `last`.
  template <class T>
  [[nodiscard]] T choice(T last) {
    const std::uint8_t value = u8();
    m_ok = m_ok && value <= static_cast<std::uint8_t>(last);
    return m_ok ? static_cast<T>(value) : T{};
  }
  [[nodiscard]] Bytes octets() {
    const auto taken = of(m_in.bytes(of(m_in.u32())));
    return {taken.begin(), taken.end()};
  }
  [[nodiscard]] std::string text() { return std::string(tlscore::as_text(octets())); }
  [[nodiscard]] std::chrono::sys_seconds time() {
    return std::chrono::sys_seconds(std::chrono::seconds(static_cast<std::int64_t>(of(m_in.u64()))));
  }
  [[nodiscard]] std::optional<std::chrono::sys_seconds> optional_time() {
    return flag() ? std::optional(time()) : std::nullopt;
  }
  template <class T>
  [[nodiscard]] std::vector<T> list() {
    std::vector<T> values;
    for (std::size_t left = of(m_in.u16()); left > 0 && m_ok; --left) read(*this, values.emplace_back());
    return values;
  }
  void refuse() { m_ok = false; }
  /// All of it was read, and nothing is left.
  [[nodiscard]] bool ok() const { return m_ok && m_in.left() == 0; }

 private:
  template <class T>
  T of(const std::optional<T>& value) {
    m_ok = m_ok && value.has_value();
    return value.value_or(T{});
  }

  tlscore::ByteReader m_in;
  bool m_ok = true;
};

void write(Writer& out, const CheckedKey& key) {
  out.text(key.fingerprint);
  out.text(key.key_id);
  for (const bool flag : {key.can_authenticate, key.can_sign, key.can_certify, key.can_encrypt, key.revoked,
                          key.expired, key.invalid})
    out.flag(flag);
  out.time(key.created);
  out.time(key.expires);
}
void read(Reader& in, CheckedKey& key) {
  key.fingerprint = in.text();
  key.key_id = in.text();
  for (bool* flag : {&key.can_authenticate, &key.can_sign, &key.can_certify, &key.can_encrypt, &key.revoked,
                     &key.expired, &key.invalid})
    *flag = in.flag();
  key.created = in.time();
  key.expires = in.optional_time();
}

void write(Writer& out, const CheckedUserId& id) {
  out.text(id.text);
  out.flag(id.revoked);
  out.flag(id.invalid);
}
void read(Reader& in, CheckedUserId& id) {
  id.text = in.text();
  id.revoked = in.flag();
  id.invalid = in.flag();
}

void write(Writer& out, const UserIdValidity& id) {
  out.text(id.text);
  out.u8(std::to_underlying(id.validity));
  out.u8(std::to_underlying(id.tofu));
}
void read(Reader& in, UserIdValidity& id) {
  id.text = in.text();
  id.validity = in.choice(Validity::Ultimate);
  id.tofu = in.choice(TofuPolicy::Ask);
}

void write(Writer& out, const KeyHolder& holder) {
  out.text(holder.key);
  out.text(holder.primary);
}
void read(Reader& in, KeyHolder& holder) {
  holder.key = in.text();
  holder.primary = in.text();
}

void write(Writer& out, const KeyringAnswer& answer) {
  out.list(answer.certificate.keys);
  out.list(answer.certificate.user_ids);
  out.flag(answer.validity.in_keyring);
  out.flag(answer.validity.disabled);
  out.u8(std::to_underlying(answer.validity.owner_trust));
  out.list(answer.validity.user_ids);
  out.list(answer.holders);
}
void read(Reader& in, KeyringAnswer& answer) {
  answer.certificate.keys = in.list<CheckedKey>();
  answer.certificate.user_ids = in.list<CheckedUserId>();
  answer.validity.in_keyring = in.flag();
  answer.validity.disabled = in.flag();
  answer.validity.owner_trust = in.choice(Validity::Ultimate);
  answer.validity.user_ids = in.list<UserIdValidity>();
  answer.holders = in.list<KeyHolder>();
  // There is no certificate without a primary key.
  if (answer.certificate.keys.empty()) in.refuse();
}

void write(Writer& out, const Bytes& octets) {
  out.octets(octets);
}
void read(Reader& in, Bytes& octets) {
  octets = in.octets();
}

void read(Reader& in, Fingerprint& fingerprint) {
  const auto read = Fingerprint::from_hex(in.text());
  if (read) fingerprint = *read;
  if (!read) in.refuse();
}

void write(Writer& out, const OwnCertificate& own) {
  out.octets(own.octets);
  out.text(own.primary.to_hex());
  out.text(own.key.to_hex());
  out.text(own.user_id);
  out.time(own.expires);
}
void read(Reader& in, OwnCertificate& own) {
  own.octets = in.octets();
  read(in, own.primary);
  read(in, own.key);
  own.user_id = in.text();
  own.expires = in.optional_time();
}

void write(Writer& out, const LookQuestion& question) {
  out.u8(kLook);
  out.octets(question.certificate);
  out.text(question.key_id);
}
void write(Writer& out, const StoredQuestion& question) {
  out.u8(kStored);
  out.text(question.fingerprint);
}
void write(Writer& out, const OwnQuestion& question) {
  out.u8(kOwn);
  out.octets(question.key.spki());
  out.text(question.user_id);
}

Error malformed() {
  return {ErrorKind::Malformed, "what the keyring's process was told, or tells, cannot be read"};
}

}  // namespace

Bytes encode_keyring_question(const KeyringQuestion& question) {
  Writer out;
  out.text(question.home);
  out.text(question.scratch);
  std::visit([&out](const auto& asked) { write(out, asked); }, question.asked);
  return out.take();
}

Result<KeyringQuestion> decode_keyring_question(ByteView octets) {
  Reader in(octets);
  KeyringQuestion question{.home = in.text(), .scratch = in.text(), .asked = StoredQuestion{}};
  switch (in.u8()) {
    case kLook: question.asked = LookQuestion{.certificate = in.octets(), .key_id = in.text()}; break;
    case kStored: question.asked = StoredQuestion{.fingerprint = in.text()}; break;
    case kOwn: {
      auto key = TRY(tlscore::x509::PublicKey::parse_spki(in.octets()));
      question.asked = OwnQuestion{.key = std::move(key), .user_id = in.text()};
      break;
    }
    default: return fail(malformed());
  }
  if (!in.ok()) return fail(malformed());
  return question;
}

template <class T>
Bytes encode_keyring_answer(const Result<T>& answer) {
  Writer out;
  out.u8(answer ? kAnswered : kFailed);
  if (answer) {
    write(out, *answer);
  } else {
    out.u8(static_cast<std::uint8_t>(answer.error().kind));
    out.text(answer.error().message);
  }
  return out.take();
}

template <class T>
Result<T> decode_keyring_answer(ByteView octets) {
  Reader in(octets);
  if (in.choice(kFailed) == kFailed) {
    Error error{.kind = in.choice(ErrorKind::Internal), .message = in.text()};
    return fail(in.ok() ? std::move(error) : malformed());
  }
  T answer{};
  read(in, answer);
  if (!in.ok()) return fail(malformed());
  return answer;
}

template Bytes encode_keyring_answer(const Result<KeyringAnswer>& answer);
template Bytes encode_keyring_answer(const Result<Bytes>& answer);
template Bytes encode_keyring_answer(const Result<OwnCertificate>& answer);
template Result<KeyringAnswer> decode_keyring_answer(ByteView octets);
template Result<Bytes> decode_keyring_answer(ByteView octets);
template Result<OwnCertificate> decode_keyring_answer(ByteView octets);

}  // namespace openpgp_auth
