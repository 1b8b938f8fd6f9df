// A queue and the threads behind it.
#include "tlscore/base/worker.h"

namespace tlscore {

Workers::Workers(EventLoop& loop, std::size_t threads) : m_loop(loop) {
  for (std::size_t i = 0; i < threads; ++i) {
    m_threads.emplace_back([this](const std::stop_token& stop) { serve(stop); });
  }
}

Workers::~Workers() {
  for (std::jthread& thread : m_threads) thread.request_stop();
  m_threads.clear();
}

void Workers::enqueue(Work work) {
  {
    const std::scoped_lock lock(m_mutex);
    m_queue.push_back(std::move(work));
  }
  m_has_work.notify_one();
}

void Workers::serve(const std::stop_token& stop) {
  for (;;) {
    Work work;
    {
      std::unique_lock lock(m_mutex);
      if (!m_has_work.wait(lock, stop, [this] { return !m_queue.empty(); }) || stop.stop_requested()) return;
      work = std::move(m_queue.front());
      m_queue.pop_front();
    }
    work();
  }
}

}  // namespace tlscore
