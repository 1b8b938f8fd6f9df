// Words for people.
#include "proxy/page_problems.h"

#include "proxy/http_rules.h"

namespace proxy {
namespace {

constexpr std::uint16_t kHttpPort = 80;

/// What a person calls a destination: the port only where it is not a usual one.
std::string name_of(const Authority& destination) {
  constexpr std::uint16_t kHttpsPort = 443;
  return host_field(destination, destination.port == kHttpPort ? kHttpPort : kHttpsPort);
}

/// What `latchkey explain` takes for it.
std::string url_of(const Authority& destination) {
  return (destination.port == kHttpPort ? "http://" : "https://") + name_of(destination) + "/";
}

/// `lead: reason.`, with one full stop.
std::string sentence(std::string lead, std::string_view reason) {
  while (reason.ends_with('.')) reason.remove_suffix(1);
  if (!reason.empty()) lead.append(": ").append(reason);
  return lead + ".";
}

}  // namespace

Problem not_a_party(const Authority& destination) {
  return {403, name_of(destination) + " is not one of your parties",
          "Latchkey opens connections only to the parties in your configuration, and " +
              to_string(destination) + " is none of them. Nothing was sent to it.",
          "If it should be one, add it to ~/.config/latchkey/config.toml and run \"latchkey reload\". If "
          "not, let the "
          "program go there without a proxy; browsers do so by themselves when they use /proxy.pac."};
}

Problem tunnelled_only(const Authority& party) {
  return {
      403, "This party is reached by https:// alone",
      "The party " + name_of(party) +
          " is set to \"tunnel\": programs that use it do TLS themselves, and Latchkey opens none for them.",
      "Use " + url_of(party) + "/, or take local = \"tunnel\" out of the party's section."};
}

Problem address_refused(const Authority& destination, std::string_view rule) {
  return {403, "Latchkey does not connect to the address of " + name_of(destination),
          sentence("Nothing was sent to it, for this reason", rule),
          "If this party is meant to be there, set \"allow_private = true\" for it in "
          "~/.config/latchkey/config.toml and "
          "run \"latchkey reload\"."};
}

Problem another_user() {
  return {403, "This Latchkey belongs to another user",
          "It answers only the user who started it. The program that asked runs as somebody else, or was "
          "gone before "
          "Latchkey could see whose it was.",
          "Run \"latchkey run\" as yourself, with a port of your own under [listen] in your configuration."};
}

Problem no_daemon() {
  return {
      503, "Your Latchkey does not run",
      "This machine keeps the port for all its users, and gives each one's connections to his own Latchkey. "
      "There is none of yours.",
      "Write ~/.config/latchkey/config.toml (man 5 latchkey-config), then run \"systemctl --user start "
      "latchkey\"; "
      "without systemd, \"latchkey run\"."};
}

Problem another_origin() {
  return {403, "A web page may not read this",
          "A page of another origin asked for a page of Latchkey, which would tell it where you connect to.",
          "Nothing is to be done. To see the page yourself, type its address into the browser."};
}

Problem unknown_credential() {
  return {403, "This proxy credential is not valid any more",
          "It was made by \"latchkey exec\" for one program, and is good only while that program runs.",
          "Start the program again with \"latchkey exec\", or take user name and password out of the proxy's "
          "address."};
}

Problem bad_request(const tlscore::Error& error) {
  return {status_for(error), "Latchkey could not accept this request",
          sentence("It was refused", error.message),
          "This is a fault of the program that sent it, or of something between that program and Latchkey. "
          "Try another "
          "program, and report it to the makers of this one."};
}

Problem no_such_page() {
  return {404, "There is no such page",
          "Latchkey has a status page and the PAC file, and nothing of this name.",
          R"(Open "/" for the status, or "/proxy.pac" for the PAC file.)"};
}

Problem method_not_allowed(std::string_view allowed) {
  return {.status = 405,
          .title = "This page is not used like that",
          .what_happened = "It answers " + std::string(allowed) + ", and the request was another.",
          .what_to_do = "Use the status page, the command \"latchkey\" or ~/.config/latchkey/config.toml.",
          .headers = {{"Allow", std::string(allowed)}}};
}

Problem old_form() {
  return {403, "This page was too old",
          "The button was on a page from before Latchkey was started, or on none of Latchkey's. Nothing was "
          "changed.",
          "Load the status page again, and use the button there."};
}

Problem form_too_large() {
  return {413, "This form is too large", "It is larger than any of Latchkey's own. Nothing was changed.",
          "Load the status page again, and use the button there."};
}

Problem form_not_understood() {
  return {
      415, "This form cannot be read",
      "Latchkey reads forms as browsers send them (application/x-www-form-urlencoded). Nothing was changed.",
      "Use the buttons of the status page, or the command \"latchkey\"."};
}

Problem too_many_listeners() {
  return {503, "Too many status pages are open", "No more of them are kept up to date.",
          "Close some of them, then load this one again."};
}

Problem wrong_host(std::string_view own_address) {
  return {421, "This is not the place you asked for",
          "The request reached Latchkey under another name than its own. Either that name leads to this "
          "machine by "
          "mistake, or a web page tries to read Latchkey's pages through it.",
          "To see them yourself, open http://" + std::string(own_address) + "/."};
}

Problem untrusted_party(const Authority& party, std::string_view reason) {
  return {502, "This is not proven to be " + name_of(party),
          sentence("Latchkey closed the connection before it showed who you are", reason),
          "If you did not expect this, do not go on: somebody may be between you and the party. \"latchkey "
          "explain " +
              url_of(party) +
              "\" shows all that was found. If the server is yours, its certificate needs correcting."};
}

Problem unreachable(const Authority& party, std::string_view reason) {
  return {502, name_of(party) + " cannot be reached", sentence("No connection came about", reason),
          "See whether the name is right and whether your network is up, then try again."};
}

Problem bad_answer(const Authority& party, std::string_view reason) {
  return {502, name_of(party) + " gave an answer that cannot be used",
          sentence("The connection was closed", reason),
          "Try again. If it stays so, it is for those who run the server to correct."};
}

Problem cannot_be_opened(const Authority& party, std::string_view reason) {
  return {502, "Latchkey cannot connect you to " + name_of(party) + " this way",
          sentence("The connection was closed before anything of yours was sent", reason),
          "The reason says what to change. \"latchkey explain https://" + name_of(party) +
              "/\" shows what was found."};
}

Problem timed_out(const Authority& party, std::string_view doing) {
  return {504, name_of(party) + " took too long", sentence("Latchkey gave up waiting", doing),
          "Try again in a moment. If it stays so, see whether your network is up and whether the server is."};
}

Problem disarmed(const Authority& party, std::string_view reason) {
  return {503, "Insert your token",
          sentence("Connections to " + name_of(party) +
                       " are opened with the key on your token, and no token is plugged in",
                   reason),
          "Plug the token in, then try again."};
}

Problem token_removed(const Authority& party) {
  return {503, "Your token was removed",
          "It left while the connection to " + name_of(party) +
              " was being opened with it, so the connection was closed.",
          "Plug the token in again, then try again."};
}

Problem pin_wanted(const Authority& party, std::string_view reason) {
  return {503, "Your token waits for its PIN",
          sentence("Connections to " + name_of(party) +
                       " are opened with the key on your token. It is plugged in, but locked",
                   reason),
          "Enter the PIN where you are asked for it, or run \"latchkey unlock\". Then try again."};
}

Problem token_failed(const Authority& party, std::string_view reason) {
  return {
      503, "Your token did not answer as it should",
      sentence("The connection to " + name_of(party) + " was closed because the token could not sign",
               reason),
      "Take the token out, plug it in again, and try again. \"latchkey status\" says what it knows of it."};
}

Problem token_held(const Authority& party, std::string_view reason) {
  return {503, "Another program holds your token",
          sentence("Connections to " + name_of(party) + " are opened with the key on your token", reason),
          "Do that, or end the other program. Latchkey opens the token by itself as soon as it is free."};
}

Problem too_many_connections(std::size_t limit) {
  return {503, "Too many connections are open",
          "Latchkey has " + std::to_string(limit) + " connections open, which is as many as it takes.",
          "Close a program or some tabs that use it, wait a moment, and try again."};
}

Problem party_failed(const Authority& party, const tlscore::Error& error) {
  using tlscore::ErrorKind;
  switch (error.kind) {
    case ErrorKind::Untrusted: return untrusted_party(party, error.message);
    case ErrorKind::Disarmed: return disarmed(party);
    case ErrorKind::TokenRemoved: return token_removed(party);
    case ErrorKind::WrongPin: return pin_wanted(party);
    case ErrorKind::TimedOut: return timed_out(party, error.message);
    case ErrorKind::Refused: return address_refused(party, error.message);
    case ErrorKind::Unsupported: return cannot_be_opened(party, error.message);
    case ErrorKind::NotFound:
    case ErrorKind::Unreachable: return unreachable(party, error.message);
    default: return bad_answer(party, error.message);
  }
}

}  // namespace proxy
