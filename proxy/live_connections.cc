// Joining, leaving, closing.
#include "proxy/live_connections.h"

#include <algorithm>

#include "proxy/armed_token.h"
#include "tlscore/base/log.h"

namespace proxy {

using namespace tlscore;

namespace {

constexpr std::size_t kPartiesInLog = 1000;

}  // namespace

LiveConnection::ClosesWith::ClosesWith(LiveConnection& connection, Stream& stream)
    : m_connection(connection), m_stream(&stream) {
  connection.m_streams.push_back(&stream);
}

LiveConnection::ClosesWith::~ClosesWith() {
  std::erase(m_connection.m_streams, m_stream);
}

LiveConnection::Unanswered::Unanswered(LiveConnection& connection, const Stream& client)
    : m_connection(connection) {
  connection.m_unanswered = &client;
}

LiveConnection::Unanswered::~Unanswered() {
  m_connection.m_unanswered = nullptr;
}

void LiveConnection::abort(const Error& why) {
  for (Stream* stream : m_streams) stream->close(true);
  cancel.request(why);
}

void LiveConnection::lose_token(const Error& why) {
  if (m_unanswered == nullptr) {
    abort(why);
    return;
  }
  for (Stream* stream : m_streams) {
    if (stream != m_unanswered) stream->close(true);
  }
  // How a signer ended is nothing that the party did.
  const ErrorKind kind = why.kind == ErrorKind::TokenRemoved ? ErrorKind::TokenRemoved : ErrorKind::Disarmed;
  cancel.request({kind, why.message});
}

LiveConnections::Membership::Membership(LiveConnections& all, LiveConnection& one)
    : m_all(all), m_place(all.m_all.insert(all.m_all.end(), &one)) {
  one.id = all.m_next_id++;
}

LiveConnections::Membership::~Membership() {
  if ((*m_place)->bound_to_token) m_all.m_last_end = std::chrono::steady_clock::now();
  m_all.m_all.erase(m_place);
}

std::size_t LiveConnections::abort_bound_to(const ArmedToken& token, bool last, const Error& why) {
  std::size_t count = 0;
  for (LiveConnection* connection : m_all) {
    const bool is_bound =
        connection->bound_to_token && (connection->token ? connection->token.get() == &token : last);
    if (!is_bound || connection->cancel.requested()) continue;
    connection->lose_token(why);
    ++count;
  }
  return count;
}

std::chrono::steady_clock::time_point LiveConnections::last_use() const {
  const bool in_use =
      std::ranges::any_of(m_all, [](const LiveConnection* each) { return each->bound_to_token; });
  return in_use ? std::chrono::steady_clock::now() : m_last_end;
}

bool LiveConnections::abort_one(std::uint64_t id, const Error& why) {
  const auto found = std::ranges::find(m_all, id, &LiveConnection::id);
  if (found == m_all.end()) return false;
  (*found)->abort(why);
  return true;
}

void LiveConnections::abort_all(const Error& why) {
  for (LiveConnection* connection : m_all) connection->abort(why);
}

void LiveConnections::signed_for(const LiveConnection& one, const std::string& key,
                                 const tls::CertificateSummary& shown) {
  if (m_log_of_signatures.size() >= kPartiesInLog) m_log_of_signatures.clear();
  const std::string token = one.token && one.token->info() ? one.token->info()->label : "";
  m_log_of_signatures[one.party].log(LogLevel::Info,
                                     "signed for " + one.party + ", which sees " + shown.text(),
                                     {{"EVENT", "signed"},
                                      {"PARTY", one.party},
                                      {"KEY", key},
                                      {"CERTIFICATE", shown.fingerprint},
                                      {"TOKEN", token}});
}

void LiveConnections::refused(std::string asked_for, std::string reason) {
  m_log_of_refusals.log(LogLevel::Notice, "refused " + asked_for + ": " + reason,
                        {{"EVENT", "refused"}, {"PARTY", asked_for}, {"REASON", reason}});
  m_refusals.push_back({std::chrono::system_clock::now(), std::move(asked_for), std::move(reason)});
  if (m_refusals.size() > kKeptRefusals) m_refusals.pop_front();
}

}  // namespace proxy
