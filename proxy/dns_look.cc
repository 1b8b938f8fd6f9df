// One question, to each server and through the lookups.
#include "proxy/dns_look.h"

#include "proxy/dns_lookups.h"
#include "tlscore/base/event_loop.h"

namespace proxy {

using namespace tlscore;

namespace {

dns::Question about_root() {
  return {.name = dns::Name(), .type = dns::RecordType::Soa};
}

Task<void> ask_one(EventLoop& loop, dns::Server server, NameServerLook& look, Cancel& cancel) {
  look.server = server.text();
  const auto answer = co_await dns::ask_server(loop, std::move(server), about_root(), dns::Ask::Unchecked,
                                               cancel, kDnsLookLimit);
  look.answers = answer.has_value();
}

Task<void> look_up(dns::Lookups& lookups, DnsLook& look, Cancel& cancel) {
  const dns::Found found = co_await lookups.find(about_root(), cancel);
  look.root = found.security;
  look.reason = found.reason;
}

Task<void> end_with(EventLoop& loop, Task<void> task, std::size_t& left) {
  co_await std::move(task);
  if (--left == 0) loop.stop();
}

}  // namespace

Result<DnsLook> look_at_dns(const DnsConfig& config, const std::string& resolv_conf) {
  const auto loop = TRY(EventLoop::create());
  const auto lookups = TRY(make_lookups(config, *loop, resolv_conf));
  const dns::ServerSource source = TRY(name_servers(config, resolv_conf));
  const std::vector<dns::Server> servers = source();
  DnsLook look;
  look.servers.resize(servers.size());
  Cancel cancel;
  std::size_t left = servers.size() + 1;
  for (std::size_t i = 0; i < servers.size(); ++i)
    spawn(*loop, end_with(*loop, ask_one(*loop, servers[i], look.servers[i], cancel), left));
  spawn(*loop, end_with(*loop, look_up(*lookups, look, cancel), left));
  const auto limit = loop->after(kDnsLookLimit, [&] {
    cancel.request({ErrorKind::TimedOut, "it did not answer in time"});
    loop->stop();
  });
  if (left > 0) loop->run_until_tasks_end();
  return look;
}

}  // namespace proxy
