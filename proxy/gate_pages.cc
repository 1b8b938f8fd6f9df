// Words for people at the gate.
#include "proxy/gate_pages.h"

namespace proxy {

using namespace tlscore;

Problem gate_refuses(const GateClient& client) {
  if (client.method == GateMethod::None) {
    return {403, "No certificate was shown",
            "Only clients that prove who they are may pass here, and yours has shown nothing.",
            "Come with a program that shows your key, such as Latchkey."};
  }
  std::string what = "To this gate you are " + client.describe() + ".";
  if (!client.why_refused.empty()) what += " What you have shown does not count: " + client.why_refused + ".";
  if (!client.why_unnamed.empty()) what += " Nobody says whose key that is: " + client.why_unnamed + ".";
  return {403, "You may not pass here", std::move(what),
          "If you should, give this fingerprint to those who run this server: " + client.fingerprint + "."};
}

Problem gate_is_not(std::string_view host) {
  return {421, "This connection leads to another host",
          "The request is for " + std::string(host) + ", but the connection was set up for another name.",
          "Connect to " + std::string(host) + " itself."};
}

Problem gate_is_no_proxy() {
  return {405, "This is no proxy", "CONNECT was asked for, which this server does not do.",
          "Ask it for its pages."};
}

Problem gate_without_backend(const Error& error) {
  if (error.kind == ErrorKind::TimedOut) {
    return {504, "The server behind this gate does not answer", "It took too long.", "Try again later."};
  }
  return {502, "The server behind this gate cannot be reached",
          "There is no connection to it, or its answer broke off.", "Try again later."};
}

}  // namespace proxy
