// What a user can answer where a party asks for a certificate and its `identity` is "ask".
#pragma once

#include "proxy/destination.h"
#include "proxy/open_questions.h"
#include "proxy/services.h"
#include "tlscore/base/cancel.h"
#include "tlscore/base/task.h"

namespace proxy {

/// The question, with a choice for every key on the armed tokens that can be shown in a form of the party's
/// `auth`, and one for none. Fails with Disarmed where there is no such key. Everything that is given stays
/// until the task ends.
tlscore::Task<tlscore::Result<OpenQuestion>> identity_question(Services& services,
                                                               const Destination& destination,
                                                               tlscore::Cancel& cancel);

}  // namespace proxy
