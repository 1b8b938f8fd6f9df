// The dispatcher: holds the port for all users of a machine, and gives each connection to the daemon of the
// user who made it. So nobody can take the port before somebody else logs in, several users share it, and a
// browser gets an answer when its user's daemon does not run.
//
// It has no rights of its own and needs none; it reads nothing of a connection that it gives away, and
// believes nothing that anybody tells: the kernel says who made a connection, and who enters a socket. The
// daemon judges each connection that it is given as if it had accepted it.
//
//   the system's socket units -> Dispatcher: the port; and the socket at which users enter, in a conversation
//   each: "enter 1" with a descriptor (dispatch_table.h) -> "ok UID ADDRESS..." or "no SENTENCE", and then
//   nothing more until one of the two ends
#pragma once

#include <list>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "proxy/dispatch_table.h"
#include "tlscore/base/cancel.h"
#include "tlscore/base/descriptor_watch.h"
#include "tlscore/base/task.h"

namespace proxy {

/// Where users enter, on a machine that has the package.
inline constexpr std::string_view kDispatcherSocket = "/run/latchkey/dispatch.sock";
/// What a user's program says there.
inline constexpr std::string_view kEnterRequest = "enter 1";

class Dispatcher {
 public:
  static constexpr std::size_t kMaxWaiting = 512;  ///< Conversations and answers of our own, of all users.
  static constexpr std::size_t kMaxWaitingOfUser = 32;  ///< And of one.

  /// Takes over listening sockets: of the port (TCP over loopback) and those where users enter (UNIX,
  /// SOCK_SEQPACKET). Fails with Malformed when one is neither, or when there is none of either kind.
  static tlscore::Result<std::unique_ptr<Dispatcher>> start(tlscore::EventLoop& loop,
                                                            std::vector<tlscore::UniqueFd> sockets,
                                                            DispatchTable::OnChange on_change = nullptr);
  /// Enters a user again who was entered in an earlier life of this process. Fails as DispatchTable does.
  [[nodiscard]] tlscore::Result<void> enter_again(uid_t user, tlscore::UniqueFd socket) {
    return m_table.enter(user, std::move(socket));
  }
  ~Dispatcher();
  Dispatcher(const Dispatcher&) = delete;
  Dispatcher& operator=(const Dispatcher&) = delete;

  /// Ends the conversations that there are.
  void stop();

 private:
  class Waiting;
  Dispatcher(tlscore::EventLoop& loop, DispatchTable::OnChange on_change)
      : m_loop(loop), m_table(std::move(on_change)) {}
  tlscore::Result<void> take(tlscore::UniqueFd socket);
  void accept_clients(int listener);
  void accept_entries(int listener);
  void dispatch(tlscore::UniqueFd client);
  [[nodiscard]] bool has_room_for(uid_t user) const;
  tlscore::Task<void> answer_without_daemon(tlscore::UniqueFd client, uid_t user);
  tlscore::Task<void> converse(tlscore::UniqueFd entry, uid_t user);
  std::string enter(uid_t user, tlscore::UniqueFd entry);

  tlscore::EventLoop& m_loop;
  DispatchTable m_table;
  std::vector<std::string> m_addresses;
  std::map<uid_t, std::size_t> m_waiting_of;
  std::size_t m_waiting = 0;
  std::set<uid_t> m_told;  ///< Whose lack of a daemon was logged.
  tlscore::Cancel m_cancel;
  std::vector<tlscore::UniqueFd> m_listeners;
  std::vector<std::unique_ptr<tlscore::DescriptorWatch>> m_watches;
};

}  // namespace proxy
