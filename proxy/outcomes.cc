// A secret from a file, and the cache around it.
#include "proxy/outcomes.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstring>

#include "tlscore/base/unique_fd.h"
#include "tlscore/judge/outcome_servers.h"
#include "tlscore/x509/random.h"

namespace proxy {

using namespace tlscore;
using judge::OutcomeCache;
using judge::OutcomeSecret;

namespace {

constexpr std::size_t kMostBytes = 4096;
constexpr std::string_view kOwnSecret = "/outcome.secret";

/// Whole or not at all: two daemons that begin at once read the same octets afterwards.
Result<void> make_own_secret(const std::string& path) {
  const std::string draft = path + "." + to_hex(x509::random_bytes(8));
  const UniqueFd file(::open(draft.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  const Bytes octets = x509::random_bytes(OutcomeSecret::kLeastBytes);
  const bool is_written =
      file && ::write(file.get(), octets.data(), octets.size()) == static_cast<ssize_t>(octets.size());
  const bool is_linked = is_written && (::link(draft.c_str(), path.c_str()) == 0 || errno == EEXIST);
  const int why = errno;
  static_cast<void>(::unlink(draft.c_str()));
  if (!is_linked) return fail(ErrorKind::Internal, path + " cannot be made: " + std::strerror(why));
  return {};
}

Result<OutcomeSecret> find_secret(const CacheConfig& config, const std::string& state_folder) {
  if (!config.secret.empty()) return OutcomeSecret(TRY(read_outcome_secret(config.secret)), config.realm);
  if (config.memcached.empty()) return OutcomeSecret::of_this_process();
  const std::string path = state_folder + std::string(kOwnSecret);
  if (::access(path.c_str(), F_OK) != 0) TRY(make_own_secret(path));
  return OutcomeSecret(TRY(read_outcome_secret(path)), "");
}

}  // namespace

Result<Bytes> read_outcome_secret(const std::string& path) {
  const UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  struct stat status{};
  if (!file || ::fstat(file.get(), &status) != 0) {
    return fail(ErrorKind::Refused, path + ": " + std::strerror(errno));
  }
  if (!S_ISREG(status.st_mode)) return fail(ErrorKind::Refused, path + " is no regular file");
  const bool is_ours = status.st_uid == ::geteuid() || status.st_uid == 0;
  if (!is_ours || (status.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
    return fail(ErrorKind::Refused,
                path + " is a secret that others could read or change; run: chmod 600 " + path);
  }
  Bytes octets(kMostBytes + 1);
  const ssize_t count = ::read(file.get(), octets.data(), octets.size());
  if (count < 0) return fail(ErrorKind::Refused, path + ": " + std::strerror(errno));
  octets.resize(static_cast<std::size_t>(count));
  if (octets.size() < OutcomeSecret::kLeastBytes || octets.size() > kMostBytes) {
    return fail(ErrorKind::Malformed, path + " has " +
                                          (octets.size() > kMostBytes ? "more than 4096" : "less than 32") +
                                          " octets; make one by: openssl rand -out " + path + " 32");
  }
  return octets;
}

Result<std::shared_ptr<OutcomeCache>> make_outcome_cache(EventLoop& loop, const CacheConfig& config,
                                                         const std::string& state_folder) {
  auto secret = TRY(find_secret(config, state_folder));
  std::unique_ptr<judge::OutcomeStore> store;
  if (!config.memcached.empty()) {
    std::vector<judge::MemcachedRing::Server> servers;
    servers.reserve(config.memcached.size());
    for (const ServerAddress& server : config.memcached) servers.push_back({server.host, server.port});
    store = TRY(judge::OutcomeServers::create(loop, servers));
  }
  return std::make_shared<OutcomeCache>(std::move(secret), config.ttl_max, std::move(store));
}

}  // namespace proxy
