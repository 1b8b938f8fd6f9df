// Finds the addresses of a host: those that the user fixed, else those that the user's name servers say
// (`dns.servers`, with DNSSEC), else those that the system finds.
//
// The system's own way is getaddrinfo and nsswitch.conf, so that /etc/hosts, the split DNS of a VPN and mDNS
// work, and with no cache beside the system's. Whether the addresses are authentic does not matter: a party
// proves itself. Those that DNSSEC proves wrong are not dialled.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "proxy/socket_address.h"
#include "tlscore/base/task.h"
#include "tlscore/base/worker.h"
#include "tlscore/dns/tlsa_search.h"

namespace proxy {

class HostsFile;

/// Addresses that the user fixed, by name: lower case, without a trailing dot.
using FixedHosts = std::map<std::string, std::vector<std::string>, std::less<>>;

/// Looks a name up and may block. Called on several threads at once.
using HostLookup =
    std::function<tlscore::Result<std::vector<SocketAddress>>(const std::string& host, std::uint16_t port)>;

/// getaddrinfo, in the order that it gives (RFC 6724): TCP, and only families that this machine has addresses
/// of. Fails with NotFound when there is no such name or it has no address, with Unreachable when that cannot
/// be known now, with Internal when the system is out of something.
[[nodiscard]] tlscore::Result<std::vector<SocketAddress>> look_up_host(const std::string& host,
                                                                       std::uint16_t port);

/// Used on the loop's thread. Look-ups that were given up may still be running when it is destroyed.
class Resolver {
 public:
  /// A name has no more addresses than this for us; the rest is dropped.
  static constexpr std::size_t kMaxAddresses = 32;
  /// Look-ups that wait for a thread or are on one, those that were given up included.
  static constexpr std::size_t kMaxPending = 256;

  /// `workers` has to outlive every resolve().
  Resolver(tlscore::Workers& workers, FixedHosts fixed, HostLookup look_up = look_up_host);
  ~Resolver();
  Resolver(const Resolver&) = delete;
  Resolver& operator=(const Resolver&) = delete;
  Resolver(Resolver&&) = delete;
  Resolver& operator=(Resolver&&) = delete;

  /// The configuration was read again. Look-ups under way go on as they began.
  void set_fixed_hosts(FixedHosts fixed) { m_fixed = std::move(fixed); }

  /// From now on this is asked for hosts that neither the user nor /etc/hosts gives an address; null: the
  /// system is.
  void ask(std::shared_ptr<tlscore::dns::TlsaSearch> search) { m_search = std::move(search); }

  /// The addresses of `host`, each with `port`; at least one, none twice. A host that is fixed is not looked
  /// up, and neither is an address in text form (IPv6 without brackets).
  ///
  /// Fails with Malformed when `host` is neither an address nor a name of letters, digits, '-', '_' and '.',
  /// or ends in a number without being an address (else the system would take "127.1" and "0x7f000001" for
  /// addresses); as the look-up does, with Untrusted where DNSSEC says that the answer is wrong; with
  /// TooLarge beyond kMaxPending; with TimedOut after `limit`; or with the reason of `cancel`.
  tlscore::Task<tlscore::Result<std::vector<SocketAddress>>> resolve(std::string host, std::uint16_t port,
                                                                     tlscore::Cancel& cancel,
                                                                     tlscore::TimeLimit limit);

 private:
  using Addresses = std::vector<SocketAddress>;

  tlscore::Task<tlscore::Result<Addresses>> search(std::string name, std::uint16_t port,
                                                   tlscore::Cancel& cancel);
  tlscore::Task<tlscore::Result<Addresses>> ask_system(std::string name, std::uint16_t port,
                                                       tlscore::Cancel& cancel, tlscore::TimeLimit limit);

  tlscore::Workers& m_workers;
  FixedHosts m_fixed;
  std::shared_ptr<tlscore::dns::TlsaSearch> m_search;
  std::unique_ptr<HostsFile> m_hosts_file;
  std::shared_ptr<const HostLookup> m_look_up;
  std::shared_ptr<std::atomic<std::size_t>> m_pending;
};

}  // namespace proxy
