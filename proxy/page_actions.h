// What the buttons of the status page do: lock the token, close a connection, answer a question.
//
// A change is made only for a form of our own page (DESIGN, "Who may use the port"): POST, our Host and
// Origin, and the key that stands in the page. There is none that takes a PIN.
#pragma once

#include <string>
#include <string_view>

#include "proxy/http_parser.h"
#include "proxy/input_buffer.h"
#include "proxy/live_connections.h"
#include "proxy/open_questions.h"
#include "proxy/page.h"
#include "proxy/page_form.h"
#include "proxy/services.h"

namespace proxy {

/// Whether this path is one of a button's.
[[nodiscard]] bool is_action(std::string_view path);

/// Brings a question's answer from its form (fields `question` and `choice`) to who asked. Fails with
/// Malformed where it names none, and as OpenQuestions::answer does.
tlscore::Result<void> answer_question(OpenQuestions& questions, const PageForm& form);

/// Reads the form that follows the header and does what it asks for. `parser` has read the header of a POST
/// whose Host was checked. Gives the whole response: 303 back to the page, or a problem, and then nothing was
/// changed: 403 for a form that is none of ours or an old one, 400, 413 and 415 for one that cannot be read.
///
/// What is to be closed and has ended already, and a question that is not open any more, are no problem: the
/// page shows how things are.
[[nodiscard]] tlscore::Task<std::string> answer_action(Services& services, InputBuffer& client,
                                                       HttpRequestParser& parser, LiveConnection& live);

}  // namespace proxy
