// ldns_wire2pkt, with the bounds that it lacks.
#include "tlscore/dns/message.h"

#include <algorithm>
#include <utility>

#include "tlscore/base/byte_reader.h"
#include "tlscore/dns/ldns_handles.h"

namespace tlscore::dns {
namespace {

constexpr std::size_t kHeaderBytes = 12;
constexpr std::size_t kQuestionTail = 4;  // type and class
constexpr std::uint16_t kClassIn = 1;
// The second word of the header (RFC 1035, section 4.1.1; RFC 4035, section 3.1.6).
constexpr std::uint16_t kResponse = 0x8000;
constexpr std::uint16_t kOpcode = 0x7800;
constexpr std::uint16_t kTruncated = 0x0200;
constexpr std::uint16_t kRecursionDesired = 0x0100;
constexpr std::uint16_t kAuthentic = 0x0020;
constexpr std::uint16_t kCheckingDisabled = 0x0010;
constexpr std::uint16_t kCode = 0x000f;

struct Header {
  std::uint16_t flags = 0;
  std::size_t records = 0;
};

Result<Header> read_header(ByteView octets) {
  ByteReader reader(octets);
  const bool has_header = octets.size() >= kHeaderBytes && reader.u16().has_value();
  if (!has_header) return fail(ErrorKind::Malformed, "a DNS message is cut off");
  Header header{.flags = *reader.u16()};
  const auto questions = *reader.u16();
  for (int section = 0; section < 3; ++section) header.records += *reader.u16();
  if ((header.flags & kResponse) == 0 || (header.flags & kOpcode) != 0 || questions != 1) {
    return fail(ErrorKind::Malformed, "a DNS message is no response to one question");
  }
  if (header.records > kMaxRecords) return fail(ErrorKind::TooLarge, "a DNS message has too many records");
  return header;
}

Result<Question> read_question(ByteView octets) {
  ByteView rest = octets.subspan(kHeaderBytes);
  auto name = Name::take_from_wire(rest);
  ByteReader reader(rest);
  const auto type = name ? reader.u16() : std::nullopt;
  if (!type || reader.u16() != kClassIn) return fail(ErrorKind::Malformed, "a DNS message has no question");
  return Question{.name = *std::move(name), .type = static_cast<RecordType>(*type)};
}

Result<std::vector<Record>> read_section(const ldns_rr_list* list) {
  std::vector<Record> records;
  for (std::size_t i = 0; i < ldns_rr_list_rr_count(list); ++i) {
    const ldns_rr& each = *ldns_rr_list_rr(list, i);
    if (ldns_rr_get_class(&each) != LDNS_RR_CLASS_IN) continue;
    auto record = from_ldns(each);
    if (!record) return fail(ErrorKind::Malformed, "a DNS message has a record that cannot be read");
    // The highest bit is to be read as 0 seconds (RFC 2181, section 8).
    if (record->ttl > 0x7fffffffU) record->ttl = 0;
    records.push_back(*std::move(record));
  }
  return records;
}

/// Header, question; the latter is at the same place in a response, as nothing precedes it to be pointed at.
ByteView question_of(ByteView message) {
  if (message.size() < kHeaderBytes) return {};
  ByteView rest = message.subspan(kHeaderBytes);
  const std::size_t before = rest.size();
  if (!Name::take_from_wire(rest) || rest.size() < kQuestionTail) return {};
  return message.subspan(kHeaderBytes, before - rest.size() + kQuestionTail);
}

bool is_letter(char c) {
  return c >= 'a' && c <= 'z';
}

/// The name with capitals where the bits of `cases` are set, turn by turn.
std::string with_cases(ByteView name, ByteView cases) {
  std::string text(as_text(name));
  std::size_t at = 0;
  for (char& c : text) {
    if (!is_letter(c) || cases.empty()) continue;
    const unsigned bit = cases[at / 8 % cases.size()] >> (at % 8) & 1U;
    if (bit != 0) c = static_cast<char>(c - 'a' + 'A');
    ++at;
  }
  return text;
}

}  // namespace

std::string to_string(const Question& question) {
  return question.name.text() + " " + to_string(question.type);
}

Result<Message> parse_response(ByteView octets) {
  const Header header = TRY(read_header(octets));
  Message message{.truncated = (header.flags & kTruncated) != 0,
                  .authentic = (header.flags & kAuthentic) != 0,
                  .code = static_cast<ResponseCode>(header.flags & kCode),
                  .question = TRY(read_question(octets))};
  if (message.truncated) return message;
  ldns_pkt* made = nullptr;
  const ldns_status status = ldns_wire2pkt(&made, octets.data(), octets.size());
  const LdnsPacket packet(status == LDNS_STATUS_OK ? made : nullptr);
  if (!packet) {
    return fail(ErrorKind::Malformed,
                std::string("a DNS message breaks its form: ") + ldns_get_errorstr_by_id(status));
  }
  const unsigned extended = ldns_pkt_edns_extended_rcode(packet.get());
  message.code = static_cast<ResponseCode>(std::to_underlying(message.code) | extended << 4U);
  message.answer = TRY(read_section(ldns_pkt_answer(packet.get())));
  message.authority = TRY(read_section(ldns_pkt_authority(packet.get())));
  return message;
}

Bytes make_query(const Question& question, Ask ask, std::uint16_t id, ByteView cases) {
  const bool for_proofs = ask == Ask::ForProofs;
  ByteWriter query;
  query.u16(id);
  query.u16(kRecursionDesired | (ask == Ask::ForVerdict ? kAuthentic : kCheckingDisabled));
  query.u16(1);  // question
  query.u16(0);
  query.u16(0);
  query.u16(1);  // additional: OPT
  query.bytes(as_bytes(with_cases(question.name.wire(), cases)));
  query.u16(std::to_underlying(question.type));
  query.u16(kClassIn);
  query.u8(0);  // OPT belongs to the root (RFC 6891, section 6.1.2)
  query.u16(LDNS_RR_TYPE_OPT);
  query.u16(kMaxUdpBytes);
  query.u16(0);                         // extended code and version
  query.u16(for_proofs ? 0x8000U : 0);  // DO
  query.u16(0);                         // no options
  return query.take();
}

Match match_response(ByteView query, ByteView response) {
  const ByteView asked = question_of(query);
  const ByteView answered = question_of(response);
  if (asked.empty() || answered.size() != asked.size() ||
      !std::ranges::equal(query.first(2), response.first(2))) {
    return Match::No;
  }
  if (std::ranges::equal(asked, answered)) return Match::Exact;
  return equal_ignoring_case(as_text(asked), as_text(answered)) ? Match::OtherCase : Match::No;
}

}  // namespace tlscore::dns
