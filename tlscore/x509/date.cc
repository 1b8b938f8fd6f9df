// RFC 3339 by hand, because std::format and std::chrono::parse are not in g++ 12.
#include "tlscore/x509/date.h"

#include <array>
#include <cstdio>
#include <optional>

namespace tlscore::x509 {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using std::chrono::sys_days;
using std::chrono::sys_seconds;
using std::chrono::year_month_day;

constexpr std::string_view kSyntax = "a time is written like 2025-03-01T12:30:00Z";

/// Takes digits and separators from the front of a text.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : m_text(text) {}

  /// Exactly `count` digits, as a number of at most `max`.
  std::optional<int> number(std::size_t count, int max) {
    if (m_text.size() < count) return std::nullopt;
    int value = 0;
    for (std::size_t i = 0; i < count; ++i) {
      if (m_text[i] < '0' || m_text[i] > '9') return std::nullopt;
      value = value * 10 + (m_text[i] - '0');
    }
    if (value > max) return std::nullopt;
    m_text.remove_prefix(count);
    return value;
  }

  bool one_of(std::string_view characters) {
    if (m_text.empty() || !characters.contains(m_text.front())) return false;
    m_text.remove_prefix(1);
    return true;
  }

  [[nodiscard]] bool done() const { return m_text.empty(); }

 private:
  std::string_view m_text;
};

std::optional<sys_days> scan_day(Scanner& scanner) {
  const auto year = scanner.number(4, 9999);
  if (!year || !scanner.one_of("-")) return std::nullopt;
  const auto month = scanner.number(2, 12);
  if (!month || !scanner.one_of("-")) return std::nullopt;
  const auto day = scanner.number(2, 31);
  if (!day) return std::nullopt;
  const year_month_day date{std::chrono::year(*year), std::chrono::month(static_cast<unsigned>(*month)),
                            std::chrono::day(static_cast<unsigned>(*day))};
  if (!date.ok()) return std::nullopt;
  return sys_days(date);
}

std::optional<seconds> scan_time(Scanner& scanner) {
  const auto hour = scanner.number(2, 23);
  if (!hour || !scanner.one_of(":")) return std::nullopt;
  const auto minute = scanner.number(2, 59);
  if (!minute || !scanner.one_of(":")) return std::nullopt;
  const auto second = scanner.number(2, 59);
  if (!second) return std::nullopt;
  if (scanner.one_of(".")) {
    if (!scanner.number(1, 9)) return std::nullopt;
    while (scanner.number(1, 9)) {
    }
  }
  return hours(*hour) + minutes(*minute) + seconds(*second);
}

/// What has to be subtracted to arrive at UTC.
std::optional<seconds> scan_offset(Scanner& scanner) {
  if (scanner.one_of("Zz")) return seconds(0);
  const bool is_east = scanner.one_of("+");
  if (!is_east && !scanner.one_of("-")) return std::nullopt;
  const auto hour = scanner.number(2, 23);
  if (!hour || !scanner.one_of(":")) return std::nullopt;
  const auto minute = scanner.number(2, 59);
  if (!minute) return std::nullopt;
  const seconds offset = hours(*hour) + minutes(*minute);
  return is_east ? offset : -offset;
}

}  // namespace

std::string to_date(sys_seconds time) {
  const year_month_day date(std::chrono::floor<days>(time));
  std::array<char, 32> text{};
  static_cast<void>(std::snprintf(text.data(), text.size(), "%04d-%02u-%02u", static_cast<int>(date.year()),
                                  static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day())));
  return text.data();
}

std::string to_rfc3339(sys_seconds time) {
  const auto day = std::chrono::floor<days>(time);
  const std::chrono::hh_mm_ss clock(time - day);
  std::array<char, 32> text{};
  static_cast<void>(
      std::snprintf(text.data(), text.size(), "T%02d:%02d:%02dZ", static_cast<int>(clock.hours().count()),
                    static_cast<int>(clock.minutes().count()), static_cast<int>(clock.seconds().count())));
  return to_date(time) + text.data();
}

Result<sys_seconds> parse_rfc3339(std::string_view text) {
  Scanner scanner(text);
  const auto day = scan_day(scanner);
  if (!day) return fail(ErrorKind::Malformed, std::string(kSyntax));
  if (scanner.done()) return sys_seconds(*day);
  if (!scanner.one_of("Tt ")) return fail(ErrorKind::Malformed, std::string(kSyntax));
  const auto time = scan_time(scanner);
  if (!time) return fail(ErrorKind::Malformed, std::string(kSyntax));
  const auto offset = scan_offset(scanner);
  if (!offset || !scanner.done()) return fail(ErrorKind::Malformed, std::string(kSyntax));
  return sys_seconds(*day) + *time - *offset;
}

sys_seconds now() {
  return std::chrono::floor<seconds>(std::chrono::system_clock::now());
}

}  // namespace tlscore::x509
