// A growing buffer with a bound.
#include "proxy/input_buffer.h"

#include <algorithm>
#include <array>

namespace proxy {

using namespace tlscore;

void InputBuffer::drop(std::size_t count) {
  m_octets.erase(m_octets.begin(),
                 m_octets.begin() + static_cast<std::ptrdiff_t>(std::min(count, m_octets.size())));
  if (m_octets.empty()) m_octets.shrink_to_fit();
}

Task<Result<bool>> InputBuffer::more(Cancel& cancel, TimeLimit limit) {
  constexpr std::size_t kPieceBytes = 16384;
  if (m_octets.size() >= kMaxBytes) co_return fail(ErrorKind::TooLarge, "more was sent than can be kept");
  for (;;) {
    if (cancel.requested()) co_return fail(cancel.reason());
    const std::size_t before = m_octets.size();
    m_octets.resize(before + kPieceBytes);
    auto taken = m_stream->try_read(std::span(m_octets).subspan(before));
    m_octets.resize(before + (taken && taken->has_value() ? **taken : 0));
    if (!taken) co_return fail(taken.error());
    if (taken->has_value()) co_return **taken > 0;
    if (m_octets.empty()) m_octets.shrink_to_fit();
    auto ready = co_await m_stream->readable(cancel, limit);
    if (!ready) co_return fail(ready.error());
  }
}

}  // namespace proxy
