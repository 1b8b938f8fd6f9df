// Nothing is read that does not decrypt.
#include "tlscore/judge/outcome_entry.h"

#include <algorithm>

#include "tlscore/base/byte_reader.h"

namespace tlscore::judge {
namespace {

constexpr std::uint8_t kVersion = 2;
constexpr std::size_t kPaddedBytes = 256;

std::optional<std::string> read_text(ByteReader& reader) {
  const auto size = reader.u16();
  const auto octets = size ? reader.bytes(*size) : std::nullopt;
  if (!octets) return std::nullopt;
  return std::string(as_text(*octets));
}

std::optional<Outcome> read_fields(ByteReader& reader) {
  Outcome outcome;
  const auto expires = reader.u64();
  const auto verdict = reader.u8();
  auto reason = read_text(reader);
  const auto count = reader.u8();
  if (!expires || !verdict || !reason || !count) return std::nullopt;
  if (*verdict > static_cast<std::uint8_t>(Verdict::Absent) || *count > kMaxOutcomeTexts) return std::nullopt;
  outcome.expires = std::chrono::sys_seconds(std::chrono::seconds(static_cast<std::int64_t>(*expires)));
  outcome.verdict = static_cast<Verdict>(*verdict);
  outcome.reason = std::move(*reason);
  for (std::size_t i = 0; i < *count; ++i) {
    auto text = read_text(reader);
    if (!text) return std::nullopt;
    outcome.texts.push_back(std::move(*text));
  }
  const bool is_padded = reader.left() < kPaddedBytes &&
                         std::ranges::all_of(reader.rest(), [](std::uint8_t octet) { return octet == 0; });
  if (!is_padded) return std::nullopt;
  return outcome;
}

void write_text(ByteWriter& writer, std::string_view text) {
  writer.u16(static_cast<std::uint16_t>(text.size()));
  writer.bytes(as_bytes(text));
}

/// Bounds first, so that every length below fits its field.
bool is_small(const Outcome& outcome) {
  std::size_t size = outcome.reason.size();
  for (const std::string& text : outcome.texts) size += text.size() + sizeof(std::uint16_t);
  constexpr std::size_t kFixedBytes = 2 * kPaddedBytes;
  return outcome.texts.size() <= kMaxOutcomeTexts && size <= kMaxOutcomeEntryBytes - kFixedBytes;
}

}  // namespace

Result<Bytes> write_outcome(const OutcomeSecret& secret, const OutcomeKey& key, const Outcome& outcome) {
  if (!is_small(outcome)) return fail(ErrorKind::TooLarge, "the outcome is too long to be remembered");
  ByteWriter writer;
  writer.u64(static_cast<std::uint64_t>(outcome.expires.time_since_epoch().count()));
  writer.u8(static_cast<std::uint8_t>(outcome.verdict));
  write_text(writer, outcome.reason);
  writer.u8(static_cast<std::uint8_t>(outcome.texts.size()));
  for (const std::string& text : outcome.texts) write_text(writer, text);
  Bytes fields = writer.take();
  fields.resize((fields.size() + kPaddedBytes - 1) / kPaddedBytes * kPaddedBytes);
  Bytes entry = secret.encrypt(key, fields);
  entry.insert(entry.begin(), kVersion);
  return entry;
}

Result<Outcome> read_outcome(const OutcomeSecret& secret, const OutcomeKey& key, ByteView entry) {
  if (entry.empty() || entry.size() > kMaxOutcomeEntryBytes) {
    return fail(ErrorKind::Malformed, "an entry of " + std::to_string(entry.size()) + " octets");
  }
  if (entry.front() != kVersion) return fail(ErrorKind::Malformed, "an entry of another format");
  const auto fields = secret.decrypt(key, entry.subspan(1));
  if (!fields) return fail(ErrorKind::Malformed, "an entry that nobody has stored there");
  ByteReader reader(*fields);
  auto outcome = read_fields(reader);
  if (!outcome) return fail(ErrorKind::Malformed, "an entry of another format");
  return *std::move(outcome);
}

}  // namespace tlscore::judge
