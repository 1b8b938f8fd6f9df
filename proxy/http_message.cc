// Looks headers up.
#include "proxy/http_message.h"

#include <algorithm>

#include "tlscore/base/bytes.h"

namespace proxy {
namespace {

std::string_view trim(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

bool is_named(const HttpHeader& header, std::string_view name) {
  return tlscore::equal_ignoring_case(header.name, name);
}

}  // namespace

const std::string* find_header(const HttpHeaders& headers, std::string_view name) {
  const auto found =
      std::ranges::find_if(headers, [&](const HttpHeader& header) { return is_named(header, name); });
  return found == headers.end() ? nullptr : &found->value;
}

std::size_t count_headers(const HttpHeaders& headers, std::string_view name) {
  const auto count =
      std::ranges::count_if(headers, [&](const HttpHeader& header) { return is_named(header, name); });
  return static_cast<std::size_t>(count);
}

std::vector<std::string> list_members(const HttpHeaders& headers, std::string_view name) {
  std::vector<std::string> members;
  for (const HttpHeader& header : headers) {
    if (!is_named(header, name)) continue;
    for (std::size_t start = 0; start <= header.value.size();) {
      const std::size_t end = std::min(header.value.find(',', start), header.value.size());
      const std::string_view member = trim(std::string_view(header.value).substr(start, end - start));
      if (!member.empty()) members.push_back(tlscore::to_lower(member));
      start = end + 1;
    }
  }
  return members;
}

}  // namespace proxy
