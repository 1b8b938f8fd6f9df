// Reads the options of `latchkey verify`.
#include "proxy/verify_options.h"

#include <charconv>

#include "openpgp-auth/fingerprint.h"
#include "tlscore/dns/tlsa_text.h"
#include "tlscore/x509/date.h"
#include "tlscore/x509/server_name.h"

namespace proxy {

using tlscore::ErrorKind;
using tlscore::fail;
using tlscore::Result;

const char* const kVerifyHelp =
    R"(Usage: latchkey verify --host HOST [--chain FILE] [--openpgp FILE] [OPTION]...
Judges a server's certificates as the proxy would, without connecting.

  --host HOST        name or address that the user asked for
  --port N           port it was asked at (default 443)
  --chain FILE       the server's certificates in PEM form, its own first
  --roots FILE       trusted CAs in PEM form, in place of the system's
  --crls DIR         CRLs of CAs, in PEM or DER form
  --openpgp FILE     the server's OpenPGP certificate, in place of a chain
  --openpgp-key FPR  the key in it that authenticates (default: the first that may)
  --keyring DIR      GnuPG's home, in place of yours
  --listed FPR       an OpenPGP key that is this server; may be repeated
  --time RFC3339     judge at this time, like 2030-01-01T00:00:00Z (default: now)
  --tlsa "U S M HEX" a TLSA record of the server's, taken as proven by DNSSEC; may be repeated
                     (default: it is taken as proven that there is none)
  --trust EXPR       names joined by "and", "or" and parentheses
                     (default: openpgp or dane or pkix; with pins "pin and" these)
  --pin BASE64       SHA-256 of the server's SubjectPublicKeyInfo; may be repeated
  --json             print the findings as JSON
  --help             print this

Exit status: 0 trusted, 1 refused, 2 usage.
)";

namespace {

Result<std::uint16_t> parse_port(std::string_view text) {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc() || end != text.data() + text.size() || port == 0) {
    return fail(ErrorKind::Malformed, "--port takes a number from 1 to 65535");
  }
  return port;
}

/// As the configuration writes fingerprints, in either case.
Result<std::string> parse_fingerprint(std::string_view option, const std::string& value) {
  const auto fingerprint = openpgp_auth::Fingerprint::from_hex(value);
  if (!fingerprint) return fail(option, fingerprint.error());
  return fingerprint->to_hex();
}

/// The options whose value is taken as it is; null for another one.
std::string* text_option(VerifyOptions& options, std::string_view name) {
  if (name == "--host") return &options.host;
  if (name == "--chain") return &options.chain;
  if (name == "--roots") return &options.roots;
  if (name == "--crls") return &options.crls;
  if (name == "--openpgp") return &options.openpgp;
  if (name == "--keyring") return &options.keyring;
  if (name == "--trust") return &options.trust;
  return nullptr;
}

Result<void> set_option(VerifyOptions& options, std::string_view name, const std::string& value) {
  if (std::string* const text = text_option(options, name)) {
    *text = value;
  } else if (name == "--port") {
    options.port = TRY(parse_port(value));
  } else if (name == "--openpgp-key") {
    options.openpgp_key = TRY(parse_fingerprint(name, value));
  } else if (name == "--listed") {
    options.listed.push_back(TRY(parse_fingerprint(name, value)));
  } else if (name == "--time") {
    options.time = TRY(tlscore::x509::parse_rfc3339(value));
  } else if (name == "--pin") {
    options.pins.push_back(value);
  } else if (name == "--tlsa") {
    options.tlsa.push_back(TRY(tlscore::dns::parse_tlsa_text(value)));
  } else {
    return fail(ErrorKind::Malformed, "unknown option " + std::string(name));
  }
  return {};
}

}  // namespace

Result<VerifyOptions> parse_verify_options(std::span<const char* const> args) {
  VerifyOptions options;
  for (std::size_t i = 0; i < args.size(); ++i) {
    const std::string_view argument = args[i];
    if (argument == "--help" || argument == "-h") options.help = true;
    if (argument == "--json") options.json = true;
    if (argument == "--help" || argument == "-h" || argument == "--json") continue;
    const std::size_t equals = argument.find('=');
    const std::string_view name = argument.substr(0, equals);
    if (equals != std::string_view::npos) {
      TRY(set_option(options, name, std::string(argument.substr(equals + 1))));
      continue;
    }
    const bool has_value = i + 1 < args.size();
    TRY(set_option(options, name, has_value ? args[i + 1] : ""));
    if (!has_value) return fail(ErrorKind::Malformed, std::string(name) + " needs a value");
    ++i;
  }
  if (options.help) return options;
  if (options.host.empty()) return fail(ErrorKind::Malformed, "--host is missing");
  if (options.chain.empty() && options.openpgp.empty()) {
    return fail(ErrorKind::Malformed, "--chain or --openpgp is missing");
  }
  TRY(tlscore::x509::ServerName::parse(options.host));
  return options;
}

}  // namespace proxy
