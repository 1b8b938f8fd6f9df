// What `latchkey verify` prints.
#pragma once

#include <iosfwd>
#include <string_view>

#include "tlscore/judge/judgement.h"

namespace proxy {

/// What was judged, and how. Borrows all of it.
struct VerifyReport {
  const tlscore::judge::Presented& presented;
  std::string_view trust;  ///< The expression.
  const tlscore::judge::Judgement& judgement;
};

/// A line for each finding, the expression's verdict, and the sentence.
void print_text(std::ostream& out, const VerifyReport& report);

/// The same as one JSON object. Fields are added, never renamed.
void print_json(std::ostream& out, const VerifyReport& report);

}  // namespace proxy
