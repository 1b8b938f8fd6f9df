// Judges the line structure of a header block, octet by octet.
#include "proxy/http_header_block.h"

namespace proxy {
namespace {

using tlscore::ByteView;
using tlscore::ErrorKind;
using tlscore::fail;
using tlscore::Result;

bool is_forbidden_control(char c) {
  const auto octet = static_cast<unsigned char>(c);
  return (octet < 0x20 && c != '\t' && c != '\r' && c != '\n') || octet == 0x7f;
}

}  // namespace

Result<std::size_t> HttpHeaderBlock::feed(ByteView input) {
  std::size_t taken = 0;
  while (taken < input.size() && !m_whole) {
    TRY(take(static_cast<char>(input[taken])));
    ++taken;
  }
  return taken;
}

Result<void> HttpHeaderBlock::take(char c) {
  if (m_text.size() >= m_limits.header_bytes) return fail(ErrorKind::TooLarge, "the header is too large");
  const bool after_cr = m_text.ends_with('\r');
  if (after_cr && c != '\n') return fail(ErrorKind::Malformed, "the header has a CR without LF");
  if (!after_cr && c == '\n') return fail(ErrorKind::Malformed, "the header has an LF without CR");
  if (is_forbidden_control(c)) return fail(ErrorKind::Malformed, "the header has a control character");
  const bool begins_line = m_text.size() == m_line_start;
  if (begins_line && (c == ' ' || c == '\t')) {
    return fail(ErrorKind::Malformed, "a line of the header begins with white space");
  }
  m_text += c;
  if (c == '\n') return end_line();
  return {};
}

Result<void> HttpHeaderBlock::end_line() {
  const std::size_t line_bytes = m_text.size() - m_line_start - 2;
  if (has_start_line()) {
    m_line_start = m_text.size();
    if (line_bytes == 0) {
      m_whole = true;
    } else if (++m_fields > m_limits.header_fields) {
      return fail(ErrorKind::TooLarge, "the header has too many fields");
    }
    return {};
  }
  if (line_bytes != 0) {
    m_start_line_bytes = line_bytes;
    m_line_start = m_text.size();
    return {};
  }
  if (m_dropped_empty_line) return fail(ErrorKind::Malformed, "empty lines come before the start line");
  m_dropped_empty_line = true;
  m_text.clear();
  return {};
}

}  // namespace proxy
