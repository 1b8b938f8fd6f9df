// stat, and a new list where it says so.
#include "proxy/gate_allow_file.h"

#include "tlscore/base/log.h"
#include "tlscore/x509/pem.h"

namespace proxy {

using namespace tlscore;

namespace {

/// The clock of a file system is coarse: a second change within a tick would leave the mark as it is.
constexpr std::chrono::seconds kTick{2};

std::chrono::nanoseconds time_of(const timespec& time) {
  return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

}  // namespace

Result<AllowFile> AllowFile::open(std::string path) {
  AllowFile file(std::move(path));
  TRY(file.read(file.look()));
  return file;
}

AllowFile::Mark AllowFile::look() const {
  struct stat status{};
  if (::stat(m_path.c_str(), &status) != 0) return {};
  return {.device = status.st_dev,
          .inode = status.st_ino,
          .size = status.st_size,
          .changed = time_of(status.st_ctim)};
}

Result<void> AllowFile::read(const Mark& mark) {
  const std::chrono::nanoseconds now = std::chrono::system_clock::now().time_since_epoch();
  m_is_settled = now - mark.changed > kTick;
  m_mark = mark;
  m_list = AllowList();
  const std::string text = TRY(x509::read_file(m_path));
  auto list = AllowList::parse(text);
  if (!list) return fail("the allow file " + m_path, std::move(list.error()));
  m_list = std::move(*list);
  return {};
}

bool AllowFile::allows(const GateClient& client) {
  const Mark mark = look();
  if (mark != m_mark || !m_is_settled) {
    const bool is_new = mark != m_mark;
    const auto done = read(mark);
    if (!done && is_new) log(LogLevel::Error, "nobody is let in: " + done.error().message);
    if (done && is_new) log(LogLevel::Notice, "read the allow file " + m_path + " again");
  }
  return m_list.allows(client);
}

}  // namespace proxy
