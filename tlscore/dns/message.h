// DNS messages: a question in octets, and what came back (RFC 1035, section 4; RFC 6891).
//
// Octets only, no sockets, so that tests and the fuzzer call it directly. ldns takes the octets apart.
#pragma once

#include "tlscore/dns/record.h"

namespace tlscore::dns {

/// What is asked, of class IN.
struct Question {
  Name name{};
  RecordType type{};

  friend bool operator==(const Question&, const Question&) = default;
  friend auto operator<=>(const Question&, const Question&) = default;
};

/// "_443._tcp.example.org TLSA".
[[nodiscard]] std::string to_string(const Question& question);

/// The answer codes that we tell apart (RFC 1035, section 4.1.1); any other value may come.
enum class ResponseCode : std::uint16_t {
  NoError = 0,
  FormErr = 1,
  ServFail = 2,
  NxDomain = 3,
  NotImp = 4,
  Refused = 5
};

/// A response. The additional section is left out: nothing in it is ever believed.
struct Message {
  bool truncated = false;
  bool authentic = false;  ///< The AD bit (RFC 6840, section 5.8).
  ResponseCode code{};
  Question question{};
  std::vector<Record> answer{};
  std::vector<Record> authority{};
};

/// A response with more records than this, additional ones included, is refused.
inline constexpr std::size_t kMaxRecords = 1000;
/// What we take over UDP (RFC 9715, section 3.2): below what is fragmented anywhere.
inline constexpr std::size_t kMaxUdpBytes = 1232;

/// Reads one response. Of a truncated one only the header and the question are read. Records of other
/// classes than IN are left out.
///
/// Fails with Malformed where it is no response to exactly one question of class IN, or breaks its form, and
/// with TooLarge beyond kMaxRecords.
[[nodiscard]] Result<Message> parse_response(ByteView octets);

/// What a question asks the server to do.
enum class Ask {
  ForProofs,   ///< DO and CD: send the signatures, and whatever you think of them (RFC 4035, section 3.2).
  ForVerdict,  ///< AD: say whether you have found it to be right (RFC 6840, section 5.7).
  Unchecked,   ///< CD: send whatever you have, right or not.
};

/// A question as it is sent, with EDNS. `cases` decides for each letter of the name whether it is a capital:
/// a server gives it back as it came, so that somebody who did not see the question has more to guess.
[[nodiscard]] Bytes make_query(const Question& question, Ask ask, std::uint16_t id, ByteView cases);

/// Does `response` begin with the id of `query`, and does it hold exactly its question? Anything else comes
/// from somebody else, or too late.
enum class Match { No, OtherCase, Exact };
[[nodiscard]] Match match_response(ByteView query, ByteView response);

}  // namespace tlscore::dns
