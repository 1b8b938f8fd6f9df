// Looks names up as the product does, and prints what it found: how the tests ask the resolver.
//
// dns_lookup [--resolver] [--time SECONDS] --server ADDRESS PORT... --anchor FILE -- WHAT...
// WHAT is TYPE:NAME (A, AAAA, TLSA; one lookup), tlsa:HOST:PORT (as DANE looks) or host:NAME (all addresses).
// One line of JSON for each, in the order given.
#include <chrono>
#include <iostream>
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <vector>

#include "tlscore/dns/believing.h"
#include "tlscore/dns/chain.h"
#include "tlscore/dns/tlsa_search.h"

namespace {

using namespace tlscore;       // NOLINT(google-build-using-namespace): a program of one file
using namespace tlscore::dns;  // NOLINT(google-build-using-namespace)
using nlohmann::json;

struct Arguments {
  bool resolver = false;
  std::optional<std::chrono::sys_seconds> time;
  std::vector<Server> servers;
  std::string anchor;
  std::vector<std::string> what;
};

std::optional<Arguments> read_arguments(std::span<char*> arguments) {
  Arguments read;
  for (std::size_t i = 1; i < arguments.size(); ++i) {
    const std::string word = arguments[i];
    const std::size_t left = arguments.size() - i - 1;
    if (word == "--resolver") {
      read.resolver = true;
    } else if (word == "--time" && left >= 1) {
      read.time = std::chrono::sys_seconds(std::chrono::seconds(std::stoll(arguments[++i])));
    } else if (word == "--server" && left >= 2) {
      auto server = Server::parse(arguments[i + 1], static_cast<std::uint16_t>(std::stoi(arguments[i + 2])));
      if (!server) return std::nullopt;
      read.servers.push_back(*server);
      i += 2;
    } else if (word == "--anchor" && left >= 1) {
      read.anchor = arguments[++i];
    } else if (word == "--") {
      read.what.assign(arguments.begin() + static_cast<std::ptrdiff_t>(i) + 1, arguments.end());
      return read;
    } else {
      return std::nullopt;
    }
  }
  return std::nullopt;
}

json hex_of(const std::vector<Record>& records) {
  json all = json::array();
  for (const Record& record : records) all.push_back(to_hex(record.rdata));
  return all;
}

json shown(const TlsaAnswer& answer) {
  json records = json::array();
  for (const TlsaRecord& each : answer.records) {
    records.push_back(std::to_string(each.usage) + ' ' + std::to_string(each.selector) + ' ' +
                      std::to_string(each.matching_type) + ' ' + to_hex(each.data));
  }
  return {{"security", to_string(answer.security)},
          {"reason", answer.reason},
          {"records", records},
          {"name", answer.base_domain},
          {"expires", answer.expires.time_since_epoch().count()}};
}

json shown(const HostAddresses& found) {
  return {{"security", to_string(found.security)},
          {"reason", found.reason},
          {"records", found.addresses},
          {"name", found.name}};
}

json shown(const Found& found) {
  return {{"security", to_string(found.security)},
          {"reason", found.reason},
          {"records", hex_of(found.records)},
          {"name", found.name.text()},
          {"expires", found.expires.time_since_epoch().count()}};
}

RecordType type_of(const std::string& text) {
  for (const auto type :
       {RecordType::A, RecordType::Aaaa, RecordType::Tlsa, RecordType::Ns, RecordType::Soa}) {
    if (to_string(type) == text) return type;
  }
  return static_cast<RecordType>(std::stoi(text));
}

std::unique_ptr<Lookups> make_lookups(EventLoop& loop, const Arguments& arguments, TrustAnchor anchor) {
  const Clock now = [time = arguments.time] {
    return time ? *time : std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  };
  const ServerSource servers = [all = arguments.servers] { return all; };
  std::unique_ptr<Findings> findings;
  if (arguments.resolver) {
    findings = std::make_unique<Believing>(loop, servers, now);
  } else {
    findings = std::make_unique<Chain>(loop, servers, std::move(anchor), now);
  }
  const LeftOut none = [](const Name&) { return std::optional<std::string>(); };
  return std::make_unique<Lookups>(std::move(findings), none, now);
}

Task<void> look_up_all(EventLoop& loop, const Arguments& arguments, Lookups& lookups, TlsaSearch& search) {
  Cancel cancel;
  for (const std::string& what : arguments.what) {
    const std::string kind = what.substr(0, what.find(':'));
    std::string rest = what.substr(what.find(':') + 1);
    if (kind == "tlsa") {
      const std::size_t colon = rest.find(':');
      TlsaQuestion question{.host = rest.substr(0, colon)};
      question.port = static_cast<std::uint16_t>(std::stoi(rest.substr(colon + 1)));
      const TlsaAnswer answer = co_await search.find(std::move(question), cancel);
      std::cout << shown(answer).dump() << '\n';
    } else if (kind == "host") {
      const HostAddresses found = co_await search.find_addresses(std::move(rest), cancel);
      std::cout << shown(found).dump() << '\n';
    } else {
      const Question question{.name = Name::parse(rest).value_or(Name()), .type = type_of(kind)};
      const Found found = co_await lookups.find(question, cancel);
      std::cout << shown(found).dump() << '\n';
    }
  }
  loop.stop();
}

}  // namespace

int main(int argc, char** argv) {
  const auto arguments = read_arguments({argv, static_cast<std::size_t>(argc)});
  if (!arguments) {
    std::cerr << "dns_lookup [--resolver] [--time S] --server A P... --anchor F -- TYPE:NAME...\n";
    return 2;
  }
  const auto anchor = load_trust_anchor(arguments->anchor);
  if (!anchor) {
    std::cerr << anchor.error().message << '\n';
    return 2;
  }
  const auto loop = *EventLoop::create();
  const auto lookups = make_lookups(*loop, *arguments, *anchor);
  TlsaSearch search(make_lookups(*loop, *arguments, *anchor));
  spawn(*loop, look_up_all(*loop, *arguments, *lookups, search));
  if (loop->tasks() > 0) loop->run();  // else all of it has failed at once
  return 0;
}
