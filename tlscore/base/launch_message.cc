// u8 flags, numbers of descriptors, arguments, environment; each list with a u16 count, each text with a
// u16 length.
#include "tlscore/base/launch_message.h"

#include <limits>
#include <optional>

#include "tlscore/base/byte_reader.h"

namespace tlscore {
namespace {

constexpr std::uint8_t kSearchPath = 1;
constexpr std::uint8_t kOwnGroup = 2;
constexpr int kMaxNumber = 255;

Error malformed() {
  return {ErrorKind::Malformed, "what should be started cannot be read"};
}

void put_texts(ByteWriter& writer, const std::vector<std::string>& texts) {
  writer.u16(static_cast<std::uint16_t>(texts.size()));
  for (const std::string& text : texts) {
    writer.u16(static_cast<std::uint16_t>(text.size()));
    writer.bytes(as_bytes(text));
  }
}

bool fits(const std::vector<std::string>& texts) {
  std::size_t total = 0;
  for (const std::string& text : texts) total += text.size() + 2;
  return total <= std::numeric_limits<std::uint16_t>::max();
}

Result<std::vector<std::string>> take_texts(ByteReader& reader) {
  const auto count = reader.u16();
  if (!count) return fail(malformed());
  std::vector<std::string> texts;
  for (std::size_t i = 0; i < *count; ++i) {
    const auto size = reader.u16();
    const auto octets = size ? reader.bytes(*size) : std::nullopt;
    if (!octets || as_text(*octets).contains('\0')) return fail(malformed());
    texts.emplace_back(as_text(*octets));
  }
  return texts;
}

}  // namespace

Result<Bytes> encode_launch(const Launch& what) {
  const bool is_small =
      fits(what.arguments) && fits(what.environment) && what.descriptors.size() <= kMaxLaunchDescriptors;
  if (!is_small) return fail(ErrorKind::TooLarge, "too much is given to a program");
  ByteWriter writer;
  writer.u8(
      static_cast<std::uint8_t>((what.search_path ? kSearchPath : 0) | (what.own_group ? kOwnGroup : 0)));
  writer.u8(static_cast<std::uint8_t>(what.descriptors.size()));
  for (const auto& [ours, its] : what.descriptors) {
    if (its < 0 || its > kMaxNumber) return fail(ErrorKind::TooLarge, "no descriptor gets such a number");
    writer.u8(static_cast<std::uint8_t>(its));
  }
  put_texts(writer, what.arguments);
  put_texts(writer, what.environment);
  Bytes message = writer.take();
  if (message.size() > kMaxLaunchBytes) return fail(ErrorKind::TooLarge, "too much is given to a program");
  return message;
}

Result<Launch> decode_launch(ByteView message, const std::vector<int>& descriptors) {
  ByteReader reader(message);
  const auto flags = reader.u8();
  const auto count = reader.u8();
  if (!flags || *flags > (kSearchPath | kOwnGroup) || !count || *count != descriptors.size())
    return fail(malformed());
  Launch what;
  what.search_path = (*flags & kSearchPath) != 0;
  what.own_group = (*flags & kOwnGroup) != 0;
  for (const int descriptor : descriptors) {
    const auto number = reader.u8();
    if (!number) return fail(malformed());
    what.descriptors.emplace_back(descriptor, *number);
  }
  what.arguments = TRY(take_texts(reader));
  what.environment = TRY(take_texts(reader));
  if (what.arguments.empty() || what.arguments[0].empty() || reader.left() != 0) return fail(malformed());
  return what;
}

}  // namespace tlscore
