// mbedTLS reads them.
#include "tlscore/x509/der_time.h"

#include <mbedtls/x509.h>

extern "C" {
#include <x509_internal.h>
}

namespace tlscore::x509 {

std::chrono::sys_seconds to_sys_seconds(const mbedtls_x509_time& time) {
  const std::chrono::year_month_day date{std::chrono::year(time.year),
                                         std::chrono::month(static_cast<unsigned>(time.mon)),
                                         std::chrono::day(static_cast<unsigned>(time.day))};
  return std::chrono::sys_days(date) + std::chrono::hours(time.hour) + std::chrono::minutes(time.min) +
         std::chrono::seconds(time.sec);
}

std::optional<std::chrono::sys_seconds> parse_der_time(ByteView element) {
  mbedtls_x509_time time{};
  auto* position = const_cast<unsigned char*>(element.data());  // only read
  const unsigned char* const end = position + element.size();
  if (::mbedtls_x509_get_time(&position, end, &time) != 0 || position != end) return std::nullopt;
  return to_sys_seconds(time);
}

}  // namespace tlscore::x509
