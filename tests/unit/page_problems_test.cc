// Every problem says what happened and what to do, with the status that its protocol wants.
#include "proxy/page_problems.h"

#include <gtest/gtest.h>

#include <vector>

namespace proxy {
namespace {

using tlscore::ErrorKind;

const Authority kParty{"party.example", 443, false};
const Authority kOddPort{"party.example", 8443, false};

std::vector<Problem> all_problems() {
  return {not_a_party(kParty),
          tunnelled_only(kParty),
          address_refused(kParty, "loopback addresses are not allowed"),
          another_user(),
          another_origin(),
          unknown_credential(),
          bad_request({ErrorKind::Malformed, "the request has two Host fields"}),
          no_such_page(),
          method_not_allowed("GET, HEAD"),
          old_form(),
          form_too_large(),
          form_not_understood(),
          too_many_listeners(),
          wrong_host("127.0.0.1:6091"),
          untrusted_party(kParty, "its certificate expired on 3 May 2026"),
          unreachable(kParty, "connection refused"),
          bad_answer(kParty, "the header is too large"),
          cannot_be_opened(kParty, "the key cannot sign; use another"),
          timed_out(kParty, "setting up TLS"),
          disarmed(kParty),
          token_removed(kParty),
          pin_wanted(kParty),
          token_failed(kParty, "it did not answer within 60 s"),
          too_many_connections(1000)};
}

TEST(Problem, EachSaysWhatHappenedAndWhatToDo) {
  for (const Problem& problem : all_problems()) {
    SCOPED_TRACE(problem.title);
    EXPECT_FALSE(problem.title.empty());
    EXPECT_FALSE(problem.title.ends_with('.'));
    EXPECT_LE(problem.title.size(), 70U) << "a title is a few words";
    EXPECT_TRUE(problem.what_happened.ends_with('.'));
    EXPECT_FALSE(problem.what_happened.ends_with(".."));
    EXPECT_TRUE(problem.what_to_do.ends_with('.'));
    EXPECT_GE(problem.status, 400);
    const std::string page = write_problem(problem, PageFormat::Text, {});
    EXPECT_EQ(page.find("HTTP/1.1 " + std::to_string(problem.status) + " \r"), std::string::npos)
        << "no reason phrase";
  }
}

TEST(Problem, HasTheStatusOfItsKind) {
  EXPECT_EQ(not_a_party(kParty).status, 403);
  EXPECT_EQ(tunnelled_only(kParty).status, 403);
  EXPECT_EQ(another_user().status, 403);
  EXPECT_EQ(wrong_host("127.0.0.1:6091").status, 421);
  EXPECT_EQ(untrusted_party(kParty, "x").status, 502);
  EXPECT_EQ(unreachable(kParty, "x").status, 502);
  EXPECT_EQ(timed_out(kParty, "x").status, 504);
  EXPECT_EQ(disarmed(kParty).status, 503);
  EXPECT_EQ(pin_wanted(kParty).status, 503);
  EXPECT_EQ(too_many_connections(1).status, 503);
  EXPECT_EQ(bad_request({ErrorKind::Malformed, "x"}).status, 400);
  EXPECT_EQ(bad_request({ErrorKind::TooLarge, "x"}).status, 431);
  EXPECT_EQ(bad_request({ErrorKind::Unsupported, "x"}).status, 505);
}

TEST(Problem, NamesThePartyAndTheReason) {
  EXPECT_EQ(disarmed(kParty).title, "Insert your token");
  EXPECT_NE(disarmed(kParty).what_happened.find("party.example"), std::string::npos);
  EXPECT_NE(unreachable(kOddPort, "x").title.find("party.example:8443"), std::string::npos);
  EXPECT_EQ(unreachable(kParty, "connection refused.").what_happened,
            "No connection came about: connection refused.");
  EXPECT_EQ(unreachable(kParty, "").what_happened, "No connection came about.");
  EXPECT_NE(
      pin_wanted(kParty, "nobody entered a PIN in time").what_happened.find("nobody entered a PIN in time."),
      std::string::npos);
}

TEST(Problem, AnErrorOnTheWayToAPartyHasItsOwnWords) {
  const auto title = [](ErrorKind kind) { return party_failed(kParty, {kind, "x"}).title; };
  EXPECT_EQ(title(ErrorKind::Untrusted), untrusted_party(kParty, "x").title);
  EXPECT_EQ(title(ErrorKind::Disarmed), disarmed(kParty).title);
  EXPECT_EQ(title(ErrorKind::TokenRemoved), token_removed(kParty).title);
  EXPECT_EQ(title(ErrorKind::WrongPin), pin_wanted(kParty).title);
  EXPECT_EQ(title(ErrorKind::TimedOut), timed_out(kParty, "x").title);
  EXPECT_EQ(title(ErrorKind::Refused), address_refused(kParty, "x").title);
  EXPECT_EQ(title(ErrorKind::Unreachable), unreachable(kParty, "x").title);
  EXPECT_EQ(title(ErrorKind::NotFound), unreachable(kParty, "x").title);
  EXPECT_EQ(title(ErrorKind::Unsupported), cannot_be_opened(kParty, "x").title);
  EXPECT_EQ(title(ErrorKind::Malformed), bad_answer(kParty, "x").title);
}

}  // namespace
}  // namespace proxy
