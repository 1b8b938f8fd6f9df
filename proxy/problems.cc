#include "proxy/problems.h"
namespace proxy {
using namespace tlscore;
Audience audience_of(const HttpRequest&) {
  return Audience::Program;
}
Problem problem_for(const Error& error) {
  int status = 502;
  if (error.kind == ErrorKind::Refused) status = 403;
  if (error.kind == ErrorKind::Disarmed) status = 503;
  if (error.kind == ErrorKind::TimedOut) status = 504;
  return {status, "Problem", error.message, ""};
}
Problem stranger_problem() {
  return {403, "Another user", "This proxy serves its own user only", ""};
}
Problem bad_request_problem(int status, std::string what) {
  return {status, "Bad request", what, ""};
}
std::string problem_response(const Problem& problem, Audience, bool) {
  std::string body = problem.title + ": " + problem.what_happened + "\n";
  return "HTTP/1.1 " + std::to_string(problem.status) + " " + problem.title +
         "\r\nContent-Type: text/plain\r\nConnection: close\r\nContent-Length: " +
         std::to_string(body.size()) + "\r\n\r\n" + body;
}
}  // namespace proxy
