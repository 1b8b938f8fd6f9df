// Takes away, then adds.
#include "proxy/gate_headers.h"

#include <algorithm>

#include "tlscore/base/bytes.h"

namespace proxy {

using namespace tlscore;

namespace {

constexpr std::string_view kOurs = "x-latchkey";

bool is_letter_or_digit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/// As the most careless of servers would spell it.
std::string folded(std::string_view name) {
  std::string text = to_lower(name);
  std::ranges::replace_if(text, [](char c) { return !is_letter_or_digit(c); }, '-');
  return text;
}

bool looks_like_ours(std::string_view name) {
  const std::string text = folded(name);
  return text == kOurs || text.starts_with(std::string(kOurs) + "-");
}

void add(HttpHeaders& headers, std::string_view name, std::string_view value) {
  if (!value.empty()) headers.push_back({std::string(name), percent_encode(value)});
}

}  // namespace

HttpHeaders gate_headers(const HttpHeaders& sent, const GateClient& client) {
  std::vector<std::string> dropped = list_members(sent, "Connection");
  std::ranges::move(list_members(sent, "Proxy-Connection"), std::back_inserter(dropped));
  dropped.insert(dropped.end(), {"connection", "proxy-connection"});
  HttpHeaders headers = sent;
  std::erase_if(headers, [&dropped](const HttpHeader& header) {
    return looks_like_ours(header.name) || std::ranges::find(dropped, to_lower(header.name)) != dropped.end();
  });
  add(headers, "X-Latchkey-Identity", client.identity());
  add(headers, "X-Latchkey-Fingerprint", client.fingerprint);
  add(headers, "X-Latchkey-Method", to_string(client.method));
  return headers;
}

std::string percent_encode(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string encoded;
  for (const char c : text) {
    if (is_letter_or_digit(c) || std::string_view("-._~@").contains(c)) {
      encoded += c;
      continue;
    }
    const auto octet = static_cast<unsigned char>(c);
    encoded += {'%', kDigits[octet >> 4U], kDigits[octet & 0xfU]};
  }
  return encoded;
}

}  // namespace proxy
