// stat, and a new list where it says so.
#include "tlscore/judge/authorization_file.h"

#include "tlscore/base/log.h"
#include "tlscore/x509/pem.h"

namespace tlscore::judge {
namespace {

/// The clock of a file system is coarse: a second change within a tick would leave the mark as it is.
constexpr std::chrono::seconds kTick{2};

std::chrono::nanoseconds time_of(const timespec& time) {
  return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

}  // namespace

Result<PeerFile> PeerFile::open(std::string path) {
  PeerFile file(std::move(path));
  TRY(file.read(file.look()));
  return file;
}

PeerFile::Mark PeerFile::look() const {
  struct stat status{};
  if (::stat(m_path.c_str(), &status) != 0) return {};
  return {.device = status.st_dev,
          .inode = status.st_ino,
          .size = status.st_size,
          .changed = time_of(status.st_ctim)};
}

Result<void> PeerFile::read(const Mark& mark) {
  const std::chrono::nanoseconds now = std::chrono::system_clock::now().time_since_epoch();
  m_is_settled = now - mark.changed > kTick;
  m_mark = mark;
  const auto text = x509::read_file(m_path);
  m_list = text ? PeerList::parse(*text) : Result<PeerList>(fail(text.error()));
  if (text && !m_list) m_list.error().message = "the list " + m_path + ": " + m_list.error().message;
  if (!m_list) return fail(m_list.error());
  return {};
}

Result<bool> PeerFile::contains(const Peer& peer) {
  const Mark mark = look();
  if (mark != m_mark || !m_is_settled) {
    const bool is_new = mark != m_mark;
    const auto done = read(mark);
    if (!done && is_new) log(LogLevel::Error, "nobody is let in: " + done.error().message);
    if (done && is_new) log(LogLevel::Notice, "read the list " + m_path + " again");
  }
  if (!m_list) return fail(m_list.error());
  return m_list->contains(peer);
}

}  // namespace tlscore::judge
