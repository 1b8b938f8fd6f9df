// One persistent libevent event.
#include "tlscore/base/descriptor_watch.h"

namespace tlscore {

Result<std::unique_ptr<DescriptorWatch>> DescriptorWatch::create(EventLoop& loop, int fd, For what,
                                                                 Work callback) {
  std::unique_ptr<DescriptorWatch> watch(new DescriptorWatch(std::move(callback)));
  const short events = what == For::Reading ? EV_READ : EV_WRITE;
  watch->m_event.reset(
      event_new(loop.base(), fd, static_cast<short>(events | EV_PERSIST), on_ready, watch.get()));
  if (!watch->m_event || event_add(watch->m_event.get(), nullptr) != 0) {
    return fail(ErrorKind::Internal, "a descriptor cannot be watched");
  }
  return watch;
}

void DescriptorWatch::on_ready(int /*fd*/, short /*what*/, void* self) noexcept {
  const auto callback = static_cast<DescriptorWatch*>(self)->m_callback;
  (*callback)();
}

}  // namespace tlscore
