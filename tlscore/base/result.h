// The outcome of anything that the outside world can spoil.
//
// Only this header names std::expected; everything else says Result, fail and TRY.
#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace tlscore {

/// What went wrong, for code that has to choose an answer. The sentence beside it is for people.
enum class ErrorKind {
  Malformed,     ///< The bytes are not what their specification allows.
  Unsupported,   ///< Well-formed, but not something we do.
  NotFound,      ///< A name, file, key or token that is not there.
  Refused,       ///< A rule of ours, or the other side, said no.
  Untrusted,     ///< The judgement of a peer was not "pass".
  Disarmed,      ///< No token is open that could sign.
  WrongPin,      ///< The token said that the PIN is wrong.
  TokenRemoved,  ///< The token left while it was in use.
  Unreachable,   ///< A network peer could not be reached.
  TimedOut,      ///< A time limit of ours ran out.
  Cancelled,     ///< Whoever asked has withdrawn.
  Closed,        ///< The other side closed before the end.
  TooLarge,      ///< More than a bound of ours.
  Internal,      ///< A library or the system failed in a way we cannot name better.
};

/// A kind for the code and one sentence for the log. The sentence never holds a PIN, a key or payload.
struct Error {
  ErrorKind kind;
  std::string message;

  friend bool operator==(const Error&, const Error&) = default;
};

/// Either a T or the Error that kept it from being made.
template <class T>
class [[nodiscard]] Result : public std::expected<T, Error> {
 public:
  using std::expected<T, Error>::expected;
};

namespace detail {
/// Moves the value out of a Result that has one; nothing, for Result<void>.
template <class T>
T take(Result<T>&& result) {
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}
}  // namespace detail

/// What a failing function returns: `return fail(ErrorKind::Malformed, "empty name")`.
[[nodiscard]] inline std::unexpected<Error> fail(ErrorKind kind, std::string message) {
  return std::unexpected(Error{kind, std::move(message)});
}

/// Passes on an error that a callee reported.
[[nodiscard]] inline std::unexpected<Error> fail(Error error) {
  return std::unexpected(std::move(error));
}

/// The same error, with what we were doing put before its sentence.
[[nodiscard]] inline std::unexpected<Error> fail(std::string_view doing, Error error) {
  error.message = std::string(doing) + ": " + error.message;
  return std::unexpected(std::move(error));
}

/// A short name for logs and JSON, e.g. "timed-out". Stable: scripts may compare it.
[[nodiscard]] constexpr std::string_view to_string(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::Malformed: return "malformed";
    case ErrorKind::Unsupported: return "unsupported";
    case ErrorKind::NotFound: return "not-found";
    case ErrorKind::Refused: return "refused";
    case ErrorKind::Untrusted: return "untrusted";
    case ErrorKind::Disarmed: return "disarmed";
    case ErrorKind::WrongPin: return "wrong-pin";
    case ErrorKind::TokenRemoved: return "token-removed";
    case ErrorKind::Unreachable: return "unreachable";
    case ErrorKind::TimedOut: return "timed-out";
    case ErrorKind::Cancelled: return "cancelled";
    case ErrorKind::Closed: return "closed";
    case ErrorKind::TooLarge: return "too-large";
    case ErrorKind::Internal: return "internal";
  }
  return "internal";
}

}  // namespace tlscore

/// The value of a Result, or a return of its error from the function around it. For plain functions only:
/// in a coroutine, test the Result and `co_return fail(...)`.
#define TRY(expression)                                                                 \
  __extension__({                                                                       \
    auto try_result = (expression);                                                     \
    if (!try_result.has_value()) return ::tlscore::fail(std::move(try_result.error())); \
    ::tlscore::detail::take(std::move(try_result));                                     \
  })
