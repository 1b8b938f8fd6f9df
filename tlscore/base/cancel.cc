// The list of those who wait.
#include "tlscore/base/cancel.h"

#include <utility>

namespace tlscore {

Cancel::Registration::Registration(Registration&& other) noexcept
    : m_cancel(std::exchange(other.m_cancel, nullptr)), m_place(other.m_place) {}

Cancel::Registration& Cancel::Registration::operator=(Registration&& other) noexcept {
  if (this == &other) return *this;
  reset();
  m_cancel = std::exchange(other.m_cancel, nullptr);
  m_place = other.m_place;
  return *this;
}

void Cancel::Registration::reset() {
  if (m_cancel == nullptr) return;
  // While request() walks the list, an entry is emptied and stays, so that the walk goes on from it.
  if (m_cancel->requested()) {
    *m_place = nullptr;
  } else {
    m_cancel->m_callbacks.erase(m_place);
  }
  m_cancel = nullptr;
}

void Cancel::request(Error why) {
  if (m_reason) return;
  m_reason = std::move(why);
  for (const Callback& callback : m_callbacks) {
    // A copy, because the callback may take its own registration back.
    if (const Callback call = callback) call(*m_reason);
  }
}

Cancel::Registration Cancel::on_request(Callback callback) {
  Registration registration;
  if (m_reason) return registration;
  m_callbacks.push_back(std::move(callback));
  registration.m_cancel = this;
  registration.m_place = std::prev(m_callbacks.end());
  return registration;
}

}  // namespace tlscore
