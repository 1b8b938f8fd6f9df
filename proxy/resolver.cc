// Fixed addresses, literals, and getaddrinfo on a worker thread.
#include "proxy/resolver.h"

#include <netdb.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "proxy/hosts_file.h"
#include "tlscore/base/c_handle.h"
#include "tlscore/base/log.h"
#include "tlscore/base/socket.h"

namespace proxy {
namespace {

namespace dns = tlscore::dns;
using tlscore::Cancel;
using tlscore::Error;
using tlscore::ErrorKind;
using tlscore::fail;
using tlscore::Result;
using tlscore::Task;
using tlscore::TimeLimit;

using AddressInfo = tlscore::CHandle<addrinfo, ::freeaddrinfo>;
using Addresses = std::vector<SocketAddress>;

constexpr std::size_t kMaxNameBytes = 253;  // RFC 1035, section 3.1, in text form

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool is_name_character(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '_' || c == '.';
}

/// Does the last label begin with a digit and hold nothing but digits, or a hexadecimal number? Then
/// inet_aton, and so getaddrinfo, may take the whole for an address. No top-level domain is such a number.
bool ends_in_a_number(std::string_view name) {
  const std::string_view last = name.substr(name.rfind('.') + 1);  // npos + 1 is 0
  if (last.starts_with("0x") || last.starts_with("0X")) return true;
  return std::ranges::all_of(last, is_digit);
}

Result<void> check_name(std::string_view name) {
  const bool has_empty_label = name.empty() || name.starts_with('.') || name.contains("..");
  if (has_empty_label || name.size() > kMaxNameBytes || !std::ranges::all_of(name, is_name_character) ||
      ends_in_a_number(name)) {
    return fail(ErrorKind::Malformed, "\"" + tlscore::printable(name.substr(0, kMaxNameBytes)) +
                                          "\" is neither a host's name nor an address");
  }
  return {};
}

Error lookup_error(int code, int number, const std::string& host) {
  switch (code) {
    case EAI_NONAME: return {ErrorKind::NotFound, "the name " + host + " does not exist"};
    case EAI_NODATA:
    case EAI_ADDRFAMILY:
      return {ErrorKind::NotFound, "the name " + host + " has no address that this machine can reach"};
    case EAI_AGAIN:
      return {ErrorKind::Unreachable,
              "the name " + host + " could not be looked up now; is the network there?"};
    case EAI_FAIL:
      return {ErrorKind::Unreachable,
              "the name " + host + " could not be looked up: the name server refused"};
    default:
      return {ErrorKind::Internal,
              "the name " + host + " could not be looked up: " +
                  (code == EAI_SYSTEM ? tlscore::describe_errno(number) : ::gai_strerror(code))};
  }
}

/// Drops duplicates and what is beyond the bound; the order stays.
Addresses tidy(const Addresses& addresses) {
  Addresses kept;
  for (const SocketAddress& address : addresses) {
    if (kept.size() == Resolver::kMaxAddresses) break;
    if (std::ranges::find(kept, address) == kept.end()) kept.push_back(address);
  }
  return kept;
}

Result<Addresses> parse_all(const std::vector<std::string>& texts, std::uint16_t port) {
  Addresses addresses;
  for (const std::string& text : texts) addresses.push_back(TRY(SocketAddress::parse(text, port)));
  return addresses;
}

}  // namespace

Result<Addresses> look_up_host(const std::string& host, std::uint16_t port) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_ADDRCONFIG | AI_NUMERICSERV;
  addrinfo* found = nullptr;
  const int code = ::getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &found);
  const int number = errno;
  if (code != 0) return fail(lookup_error(code, number, host));
  const AddressInfo owned(found);
  Addresses addresses;
  for (const addrinfo* each = found; each != nullptr; each = each->ai_next) {
    if (auto address = SocketAddress::copy(each->ai_addr, each->ai_addrlen)) addresses.push_back(*address);
  }
  return addresses;
}

Resolver::Resolver(tlscore::Workers& workers, FixedHosts fixed, HostLookup look_up)
    : m_workers(workers),
      m_fixed(std::move(fixed)),
      m_hosts_file(std::make_unique<HostsFile>()),
      m_look_up(std::make_shared<const HostLookup>(std::move(look_up))),
      m_pending(std::make_shared<std::atomic<std::size_t>>(0)) {}

Resolver::~Resolver() = default;

Task<Result<Addresses>> Resolver::resolve(std::string host, std::uint16_t port, Cancel& cancel,
                                          TimeLimit limit) {
  std::string name = tlscore::to_lower(host);
  if (name.ends_with('.')) name.pop_back();
  if (const auto fixed = m_fixed.find(name); fixed != m_fixed.end()) {
    auto addresses = parse_all(fixed->second, port);
    if (!addresses) co_return fail("the fixed addresses of " + name, addresses.error());
    co_return tidy(*addresses);
  }
  if (auto literal = SocketAddress::parse(name, port)) co_return Addresses{*literal};
  if (auto valid = check_name(name); !valid) co_return fail(valid.error());
  if (m_search && !m_hosts_file->lists(name)) co_return co_await search(std::move(name), port, cancel);
  co_return co_await ask_system(std::move(name), port, cancel, limit);
}

Task<Result<Addresses>> Resolver::search(std::string name, std::uint16_t port, Cancel& cancel) {
  const auto search = m_search;  // a reload may replace it meanwhile
  const dns::HostAddresses found = co_await search->find_addresses(name, cancel);
  if (cancel.requested()) co_return fail(cancel.reason());
  if (found.security == dns::Security::Bogus)
    co_return fail(ErrorKind::Untrusted, "the address of " + name + " is not authentic: " + found.reason);
  if (found.addresses.empty() && found.security == dns::Security::Unreachable)
    co_return fail(ErrorKind::Unreachable, "the name " + name + " could not be looked up: " + found.reason);
  if (found.addresses.empty())
    co_return fail(ErrorKind::NotFound, "the name " + name + " does not exist, or has no address");
  auto addresses = parse_all(found.addresses, port);
  if (!addresses) co_return fail(addresses.error());
  co_return tidy(*addresses);
}

Task<Result<Addresses>> Resolver::ask_system(std::string name, std::uint16_t port, Cancel& cancel,
                                             TimeLimit limit) {
  if (m_pending->load() >= kMaxPending) {
    co_return fail(ErrorKind::TooLarge, "too many names are being looked up; " + name + " was not");
  }
  ++*m_pending;
  auto job = [look_up = m_look_up, pending = m_pending, name, port]() -> Result<Addresses> {
    auto found = (*look_up)(name, port);
    --*pending;
    return found;
  };
  auto found = co_await m_workers.run(std::move(job), cancel, limit);
  if (cancel.requested()) co_return fail(cancel.reason());
  if (!found && limit && found.error().kind == ErrorKind::TimedOut) {
    co_return fail(ErrorKind::TimedOut,
                   "the name " + name + " could not be looked up within " + tlscore::describe(*limit));
  }
  if (!found) co_return fail(found.error());
  if (found->empty()) co_return fail(lookup_error(EAI_NODATA, 0, name));
  co_return tidy(*found);
}

}  // namespace proxy
