// Secrets live in a page of their own, so that locking and leaving out of dumps covers them alone.
#include "tlscore/base/secret.h"

#include <sys/mman.h>

#include <cstring>
#include <utility>

namespace tlscore {
namespace {

constexpr std::size_t kPageBytes = 4096;
static_assert(Secret::kMaxBytes <= kPageBytes);

char* map_page() {
  void* page = ::mmap(nullptr, kPageBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (page == MAP_FAILED) return nullptr;
  // Both may be refused by a limit; the page is wiped in any case.
  static_cast<void>(::mlock(page, kPageBytes));
  static_cast<void>(::madvise(page, kPageBytes, MADV_DONTDUMP));
  return static_cast<char*>(page);
}

}  // namespace

void wipe(std::span<char> memory) noexcept {
  ::explicit_bzero(memory.data(), memory.size());
}

Secret::~Secret() {
  if (m_page == nullptr) return;
  clear();
  static_cast<void>(::munmap(m_page, kPageBytes));
}

Secret::Secret(Secret&& other) noexcept
    : m_page(std::exchange(other.m_page, nullptr)), m_size(std::exchange(other.m_size, 0)) {}

Secret& Secret::operator=(Secret&& other) noexcept {
  std::swap(m_page, other.m_page);
  std::swap(m_size, other.m_size);
  other.clear();
  return *this;
}

Result<void> Secret::append(char c) {
  if (m_size == kMaxBytes) return fail(ErrorKind::TooLarge, "the secret is longer than 256 characters");
  if (m_page == nullptr) m_page = map_page();
  if (m_page == nullptr) return fail(ErrorKind::Internal, "no memory for a secret");
  m_page[m_size++] = c;
  return {};
}

void Secret::remove_last() noexcept {
  if (m_size > 0) m_page[--m_size] = 0;
}

void Secret::clear() noexcept {
  if (m_page != nullptr) wipe({m_page, kPageBytes});
  m_size = 0;
}

}  // namespace tlscore
