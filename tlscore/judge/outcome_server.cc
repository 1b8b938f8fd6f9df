// A queue of questions, a thread that asks them, and the breaker before the queue.
#include "tlscore/judge/outcome_server.h"

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <thread>

#include "tlscore/base/log.h"
#include "tlscore/judge/memcached_link.h"

namespace tlscore::judge {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

/// What the loop's thread and the server's share. It may outlive both: a server that gives one octet after
/// the other keeps libmemcached for long, and nobody waits for that.
struct OutcomeServer::Thread {
  /// Runs on the server's thread, and gives what is to be done on the loop's.
  using Job = std::move_only_function<Work(MemcachedLink& link)>;

  explicit Thread(EventLoop& its_loop) : loop(&its_loop) {}

  void add(Job job) {
    const std::scoped_lock lock(mutex);
    jobs.push_back(std::move(job));
    changed.notify_all();
  }

  static void run(const std::shared_ptr<Thread>& self, MemcachedLink link) {
    std::unique_lock lock(self->mutex);
    for (;;) {
      self->changed.wait(lock, [&self] { return self->ends || !self->jobs.empty(); });
      if (self->ends) break;
      Job job = std::move(self->jobs.front());
      self->jobs.pop_front();
      lock.unlock();
      Work work = job(link);
      lock.lock();
      if (self->loop != nullptr) self->loop->post_from_any_thread(std::move(work));
    }
    self->has_ended = true;
    self->changed.notify_all();
  }

  /// From now on nothing comes to the loop any more. True if the thread has ended in time.
  bool end(milliseconds limit) {
    std::unique_lock lock(mutex);
    ends = true;
    loop = nullptr;
    jobs.clear();
    changed.notify_all();
    return changed.wait_for(lock, limit, [this] { return has_ended; });
  }

  std::mutex mutex;
  std::condition_variable changed;
  std::deque<Job> jobs;
  EventLoop* loop;
  bool ends = false;
  bool has_ended = false;
};

/// The loop's side.
struct OutcomeServer::State : std::enable_shared_from_this<State> {
  State(EventLoop& its_loop, const std::string& host, std::uint16_t port)
      : loop(its_loop),
        name((host.contains(':') ? "[" + host + "]" : host) + ":" + std::to_string(port)),
        shared(std::make_shared<Thread>(its_loop)),
        thread(Thread::run, shared, MemcachedLink(host, port)) {}

  /// Runs `ask(link)`, a Result, on the thread, and gives it and the time that it took to `done`.
  template <class Ask, class Done>
  void run(Ask ask, Done done) {
    shared->add(
        [weak = weak_from_this(), ask = std::move(ask), done = std::move(done)](MemcachedLink& link) mutable {
          const auto since = steady_clock::now();
          auto result = ask(link);
          if (result && steady_clock::now() - since > OutcomeStore::kMaxDelay) {
            result = fail(ErrorKind::TimedOut, "it takes too long");
          }
          return [weak = std::move(weak), result = std::move(result), done = std::move(done)]() mutable {
            if (const auto self = weak.lock()) done(*self, std::move(result));
          };
        });
  }

  void did_well() {
    failures = 0;
    if (lies == 0) pause = kFirstPause;
  }
  void did_badly(const std::string& why);
  void pause_now();
  void probe();

  EventLoop& loop;
  std::string name;
  std::shared_ptr<Thread> shared;
  std::thread thread;
  std::map<std::uint64_t, OnValues> gets;  // under way
  std::uint64_t next_get = 0;
  std::size_t sets = 0;  // under way
  int failures = 0;      // in a row
  int lies = 0;          // since it was last paused
  milliseconds pause = kFirstPause;
  bool is_paused = false;
  std::string reason;
  std::unique_ptr<Timer> timer;
  std::uint64_t asked = 0;
  std::uint64_t failed = 0;
  std::uint64_t refused = 0;
};

void OutcomeServer::State::did_badly(const std::string& why) {
  reason = why;
  ++failures;
  if (!is_paused && failures >= kMostFailures) pause_now();
}

void OutcomeServer::State::pause_now() {
  if (!is_paused) log(LogLevel::Warning, "memcached at " + name + " is left out for now: " + reason);
  is_paused = true;
  lies = 0;
  timer = loop.after(pause, [this] { probe(); });
  pause = std::min(pause * 2, kLongestPause);
}

void OutcomeServer::State::probe() {
  // Any key will do: what counts is that there is an answer.
  auto ask = [](MemcachedLink& link) { return link.get({"latchkey:probe"}); };
  run(std::move(ask), [](State& self, const Result<std::vector<Bytes>>& values) {
    if (!values) {
      self.reason = values.error().message;
      self.pause_now();
      return;
    }
    log(LogLevel::Notice, "memcached at " + self.name + " is asked again");
    self.is_paused = false;
    self.failures = 0;
    self.reason.clear();
  });
}

OutcomeServer::OutcomeServer(EventLoop& loop, const std::string& host, std::uint16_t port)
    : m_state(std::make_shared<State>(loop, host, port)) {}

OutcomeServer::~OutcomeServer() {
  constexpr milliseconds kMoment{100};
  if (m_state->shared->end(kMoment)) {
    m_state->thread.join();
  } else {
    m_state->thread.detach();
  }
}

bool OutcomeServer::get(std::vector<std::string> keys, OnValues on_values) {
  State& state = *m_state;
  if (state.is_paused || state.gets.size() >= kMostGets) return false;
  ++state.asked;
  const std::uint64_t number = state.next_get++;
  state.gets.emplace(number, std::move(on_values));
  auto ask = [keys = std::move(keys)](MemcachedLink& link) { return link.get(keys); };
  state.run(std::move(ask), [number](State& self, Result<std::vector<Bytes>> values) {
    auto asker = self.gets.extract(number);
    if (values) {
      self.did_well();
    } else {
      ++self.failed;
      self.did_badly(values.error().message);
    }
    asker.mapped()(values ? *std::move(values) : std::vector<Bytes>());
  });
  return true;
}

void OutcomeServer::set(std::string key, Bytes value, std::chrono::seconds lifetime) {
  State& state = *m_state;
  if (state.is_paused || state.sets >= kMostSets) return;
  ++state.sets;
  auto ask = [key = std::move(key), value = std::move(value), lifetime](MemcachedLink& link) {
    return link.set(key, value, lifetime);
  };
  state.run(std::move(ask), [](State& self, const Result<void>& done) {
    --self.sets;
    // One that is full answers well what it has.
    if (done || done.error().kind == ErrorKind::Refused) return;
    ++self.failed;
    self.did_badly(done.error().message);
  });
}

void OutcomeServer::too_late() {
  ++m_state->failed;
  m_state->did_badly("it does not answer in time");
}

void OutcomeServer::refuse() {
  State& state = *m_state;
  ++state.refused;
  if (state.is_paused || ++state.lies < kMostLies) return;
  state.reason = "it gives what nobody has stored there";
  state.pause_now();
}

OutcomeServerState OutcomeServer::state() const {
  const State& state = *m_state;
  return {.server = state.name,
          .state = state.is_paused ? "paused" : "up",
          .reason = state.is_paused ? state.reason : "",
          .asked = state.asked,
          .failed = state.failed,
          .refused = state.refused};
}

}  // namespace tlscore::judge
