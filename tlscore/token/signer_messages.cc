// Each message has a `write` and a `read` with the same fields in the same order.
#include "tlscore/token/signer_messages.h"

#include <limits>
#include <type_traits>
#include <utility>

#include "tlscore/base/byte_reader.h"

namespace tlscore::token {
namespace {

constexpr std::size_t kLengthBytes = 4;
constexpr std::size_t kMaxTextBytes = std::numeric_limits<std::uint16_t>::max();

/// Writes fields; remembers if one was too long.
class FieldWriter {
 public:
  void octets(ByteView value) {
    m_too_large = m_too_large || value.size() > kMaxTextBytes;
    m_out.u16(static_cast<std::uint16_t>(value.size()));
    m_out.bytes(value);
  }
  void text(std::string_view value) { octets(as_bytes(value)); }
  void flag(bool value) { m_out.u8(value ? 1 : 0); }
  template <class E>
  void enumerator(E value) {
    m_out.u8(static_cast<std::uint8_t>(value));
  }
  template <class T, class WriteOne>
  void list(const std::vector<T>& items, WriteOne write_one) {
    m_too_large = m_too_large || items.size() > kMaxTextBytes;
    m_out.u16(static_cast<std::uint16_t>(items.size()));
    for (const T& item : items) write_one(item);
  }
  ByteWriter& numbers() { return m_out; }
  [[nodiscard]] bool too_large() const { return m_too_large || m_out.view().size() > kMaxFrameBytes; }

 private:
  ByteWriter m_out;
  bool m_too_large = false;
};

/// Reads fields; after the first one that does not fit everything is empty and `whole` is false.
class FieldReader {
 public:
  explicit FieldReader(ByteView input) : m_in(input) {}

  std::uint8_t u8() { return checked(m_in.u8()); }
  std::uint16_t u16() { return checked(m_in.u16()); }
  std::uint32_t u32() { return checked(m_in.u32()); }
  std::uint64_t u64() { return checked(m_in.u64()); }
  Bytes octets() {
    const ByteView value = checked(m_in.bytes(u16()));
    return {value.begin(), value.end()};
  }
  std::string text() { return std::string(as_text(octets())); }
  bool flag() {
    const std::uint8_t value = u8();
    if (value > 1) m_failed = true;
    return value == 1;
  }
  /// An enumerator between `first` and `last`, which have no gap between them.
  template <class E>
  E enumerator(E first, E last) {
    const std::uint8_t value = u8();
    if (value < static_cast<std::uint8_t>(first) || value > static_cast<std::uint8_t>(last)) {
      m_failed = true;
      return first;
    }
    return static_cast<E>(value);
  }
  template <class ReadOne>
  void list(ReadOne read_one) {
    for (std::uint16_t left = u16(); left > 0 && !m_failed; --left) read_one();
  }
  void refuse() { m_failed = true; }
  [[nodiscard]] bool whole() const { return !m_failed && m_in.left() == 0; }

 private:
  template <class T>
  T checked(std::optional<T> value) {
    if (!value) m_failed = true;
    return m_failed ? T{} : *value;
  }

  ByteReader m_in;
  bool m_failed = false;
};

void write(FieldWriter& out, const ListTokens& message) {
  out.text(message.module);
}
void read(FieldReader& in, ListTokens& message) {
  message.module = in.text();
}

void write(FieldWriter& out, const Open& message) {
  out.text(message.module);
  out.text(message.token);
  out.text(message.reader);
}
void read(FieldReader& in, Open& message) {
  message.module = in.text();
  message.token = in.text();
  message.reader = in.text();
}

void write(FieldWriter& out, const ListKeys& message) {
  out.numbers().u16(message.first);
}
void read(FieldReader& in, ListKeys& message) {
  message.first = in.u16();
}

void write(FieldWriter& out, const Login& message) {
  out.enumerator(message.source);
  out.text(message.file);
  out.flag(message.allow_final_try);
  out.numbers().u32(message.limit_seconds);
  out.list(message.pinentry_options, [&](const std::string& option) { out.text(option); });
}
void read(FieldReader& in, Login& message) {
  message.source = in.enumerator(PinSource::Pinentry, PinSource::File);
  message.file = in.text();
  message.allow_final_try = in.flag();
  message.limit_seconds = in.u32();
  in.list([&] { message.pinentry_options.push_back(in.text()); });
}

void write(FieldWriter& out, const Sign& message) {
  out.text(message.fingerprint);
  out.enumerator(message.request.scheme);
  out.enumerator(message.request.hash);
  out.octets(message.request.digest);
}
void read(FieldReader& in, Sign& message) {
  message.fingerprint = in.text();
  message.request.scheme = in.enumerator(x509::SignatureScheme::RsaPkcs1, x509::SignatureScheme::Ed25519);
  message.request.hash = in.enumerator(x509::Hash::None, x509::Hash::Sha512);
  message.request.digest = in.octets();
}

void write(FieldWriter& out, const MakeSoftToken& message) {
  out.text(message.module);
  out.text(message.pin_file);
  out.text(message.label);
  out.list(message.keys, [&](NewKey key) { out.enumerator(key); });
}
void read(FieldReader& in, MakeSoftToken& message) {
  message.module = in.text();
  message.pin_file = in.text();
  message.label = in.text();
  in.list([&] { message.keys.push_back(in.enumerator(NewKey::P256, NewKey::Rsa2048)); });
}

void write(FieldWriter& /*out*/, const Logout& /*message*/) {}
void read(FieldReader& /*in*/, Logout& /*message*/) {}
void write(FieldWriter& /*out*/, const Stop& /*message*/) {}
void read(FieldReader& /*in*/, Stop& /*message*/) {}
void write(FieldWriter& /*out*/, const Done& /*message*/) {}
void read(FieldReader& /*in*/, Done& /*message*/) {}

void write(FieldWriter& out, const Failure& message) {
  out.enumerator(message.error.kind);
  out.text(message.error.message);
  out.enumerator(message.pin_tries);
}
void read(FieldReader& in, Failure& message) {
  message.error.kind = in.enumerator(ErrorKind::Malformed, ErrorKind::Internal);
  message.error.message = in.text();
  message.pin_tries = in.enumerator(PinTries::Enough, PinTries::None);
}

void write(FieldWriter& out, const TokenInfo& token) {
  out.numbers().u64(token.slot);
  for (const auto* text :
       {&token.label, &token.manufacturer, &token.model, &token.serial, &token.reader, &token.uri}) {
    out.text(*text);
  }
  out.enumerator(token.pin_tries);
  for (const bool flag : {token.hardware, token.initialized, token.login_required, token.pin_pad})
    out.flag(flag);
}
void read(FieldReader& in, TokenInfo& token) {
  token.slot = in.u64();
  for (auto* text :
       {&token.label, &token.manufacturer, &token.model, &token.serial, &token.reader, &token.uri}) {
    *text = in.text();
  }
  token.pin_tries = in.enumerator(PinTries::Enough, PinTries::None);
  for (auto* flag : {&token.hardware, &token.initialized, &token.login_required, &token.pin_pad})
    *flag = in.flag();
}

void write(FieldWriter& out, const TokenList& message) {
  out.list(message.tokens, [&](const TokenInfo& token) { write(out, token); });
}
void read(FieldReader& in, TokenList& message) {
  in.list([&] { read(in, message.tokens.emplace_back()); });
}

void write(FieldWriter& out, const KeyInfo& key) {
  out.octets(key.id);
  out.text(key.label);
  out.octets(key.public_key.spki());
  out.text(key.uri);
  for (const bool flag :
       {key.mechanisms.rsa_pkcs1, key.mechanisms.rsa_pss, key.mechanisms.ecdsa, key.mechanisms.ed25519,
        key.always_authenticate, key.unlocked, key.certificate.has_value()}) {
    out.flag(flag);
  }
  if (key.certificate) out.octets(*key.certificate);
}
std::optional<KeyInfo> read_key(FieldReader& in) {
  Bytes id = in.octets();
  std::string label = in.text();
  auto public_key = x509::PublicKey::parse_spki(in.octets());
  if (!public_key) return std::nullopt;
  // The fingerprint is worked out here, so that nothing can disagree with it.
  KeyInfo key{.id = std::move(id),
              .label = std::move(label),
              .public_key = *public_key,
              .fingerprint = to_hex(public_key->spki_sha256()),
              .uri = in.text(),
              .mechanisms = {},
              .certificate = std::nullopt};
  for (auto* flag : {&key.mechanisms.rsa_pkcs1, &key.mechanisms.rsa_pss, &key.mechanisms.ecdsa,
                     &key.mechanisms.ed25519, &key.always_authenticate, &key.unlocked}) {
    *flag = in.flag();
  }
  if (in.flag()) key.certificate = in.octets();
  return key;
}

void write(FieldWriter& out, const KeyList& message) {
  out.flag(message.more);
  out.list(message.keys, [&](const KeyInfo& key) { write(out, key); });
}
void read(FieldReader& in, KeyList& message) {
  message.more = in.flag();
  in.list([&] {
    if (auto key = read_key(in)) {
      message.keys.push_back(std::move(*key));
    } else {
      in.refuse();
    }
  });
}

void write(FieldWriter& out, const Signature& message) {
  out.octets(message.octets);
}
void read(FieldReader& in, Signature& message) {
  message.octets = in.octets();
}

void write(FieldWriter& out, const PinPrompt& message) {
  out.flag(message.shown);
}
void read(FieldReader& in, PinPrompt& message) {
  message.shown = in.flag();
}

/// The type octet is the place in `Message`: both ends are one program.
template <std::size_t Index = 0>
std::optional<Message> read_message(std::uint8_t type, FieldReader& in) {
  if constexpr (Index == std::variant_size_v<Message>) {
    return std::nullopt;
  } else {
    if (type != Index) return read_message<Index + 1>(type, in);
    std::variant_alternative_t<Index, Message> message;
    read(in, message);
    if (!in.whole()) return std::nullopt;
    return message;
  }
}

}  // namespace

Result<Bytes> encode_frame(const Frame& frame) {
  FieldWriter body;
  body.numbers().u8(static_cast<std::uint8_t>(frame.message.index()));
  body.numbers().u32(frame.id);
  std::visit([&](const auto& message) { write(body, message); }, frame.message);
  if (body.too_large())
    return fail(ErrorKind::TooLarge, "a message to or from the signer is longer than 64 KiB");
  ByteWriter out;
  out.u32(static_cast<std::uint32_t>(body.numbers().view().size()));
  out.bytes(body.numbers().view());
  return out.take();
}

Result<std::optional<DecodedFrame>> decode_frame(ByteView input) {
  ByteReader reader(input);
  const auto length = reader.u32();
  if (length && *length > kMaxFrameBytes)
    return fail(ErrorKind::TooLarge, "a signer's message of more than 64 KiB");
  if (!length || reader.left() < *length) return std::nullopt;
  ByteReader body(reader.rest().first(*length));
  const auto type = body.u8();
  const auto id = body.u32();
  if (!type || !id) return fail(ErrorKind::Malformed, "a signer's message that is too short");
  FieldReader fields(body.rest());
  auto message = read_message(*type, fields);
  if (!message) return fail(ErrorKind::Malformed, "a signer's message that cannot be read");
  return DecodedFrame{{*id, std::move(*message)}, kLengthBytes + *length};
}

}  // namespace tlscore::token
