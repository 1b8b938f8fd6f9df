// From plug to armed, and back.
#include "proxy/armed_token.h"

#include "tlscore/base/log.h"
#include "tlscore/token/gnupg_logout.h"
#include "tlscore/token/key_selection.h"
#include "tlscore/token/pkcs11_uri.h"
#include "tlscore/x509/date.h"

namespace proxy {

using namespace tlscore;

namespace {

/// A reader is there before its driver is: how often, and how far apart, a token that is not yet seen is
/// looked for.
constexpr int kOpenTries = 40;
constexpr std::chrono::milliseconds kBetweenTries{250};

/// A login that failed because of whoever was asked for the PIN. A signer that hangs in it is told of by
/// on_exit().
bool is_by_a_person(const Error& error) {
  return error.kind == ErrorKind::WrongPin || error.kind == ErrorKind::Cancelled ||
         error.kind == ErrorKind::Refused || error.kind == ErrorKind::TimedOut;
}

/// Under what an identity is remembered: all that it was made from.
std::string identity_name(const IdentityWish& wish, const openpgp_auth::KeyringLookups& keyring) {
  std::string name = wish.selection + '\n' + wish.user_id + '\n' + keyring.generation() + '\n';
  // Certificates are looked at once a day: some are about to end.
  name +=
      std::to_string(std::chrono::floor<std::chrono::days>(x509::now()).time_since_epoch().count()) + '\n';
  for (const AuthForm form : wish.auth) name += static_cast<char>('0' + static_cast<int>(form));
  return name;
}

}  // namespace

ArmedToken::ArmedToken(EventLoop& loop, TokenSettings settings, TokenPlace place,
                       std::function<void(const ArmedToken&, const Error&)> on_disarmed)
    : m_loop(loop),
      m_settings(std::move(settings)),
      m_place(std::move(place)),
      m_on_disarmed(std::move(on_disarmed)) {
  m_settings.signer.reader = m_place.reader;
  if (m_settings.through_gnupg) released();
}

ArmedToken::~ArmedToken() {
  *m_alive = false;
  m_on_disarmed = nullptr;
  disarm(TokenState::Absent, {ErrorKind::Cancelled, "Latchkey ends"});
}

void ArmedToken::plugged() {
  if (m_present) return;
  m_present = true;
  log(LogLevel::Notice, "a token was plugged in");
  start_bring_up(login_at_once());
}

void ArmedToken::pulled(const std::string& why) {
  if (!m_present) return;
  m_present = false;
  disarm(TokenState::Absent, {ErrorKind::TokenRemoved, why});
}

void ArmedToken::held(std::vector<token::CardHolder> holders) {
  if (m_settings.through_gnupg) return;
  m_place.held = true;
  m_place.holders = std::move(holders);
}

void ArmedToken::released() {
  m_place.held = false;
  m_place.holders.clear();
  if (m_state == TokenState::Broken && !m_bringing_up) start_bring_up(login_at_once());
}

Task<void> ArmedToken::lock(LockReason reason) {
  const bool by_itself = is_by_itself(reason);
  // Who has locked it himself, or has not opened it, is not asked for the PIN because the machine slept.
  if (by_itself && m_state != TokenState::Armed && m_state != TokenState::WaitsForPin) co_return;
  // Somebody wants to use it who is being asked for the PIN: it is not unused.
  if (reason == LockReason::Idle && m_state != TokenState::Armed) co_return;
  // Out of this object first: whatever happens while the card is logged out belongs to a new signer.
  const std::shared_ptr<token::SignerClient> signer = std::move(m_signer);
  m_signer = nullptr;
  if (m_present)
    disarm(by_itself ? TokenState::WaitsForPin : TokenState::Locked, {ErrorKind::Disarmed, describe(reason)});
  if (!signer) co_return;
  EventLoop& loop = m_loop;
  const bool is_card = !m_place.reader.empty();
  co_await signer->logout_and_stop();
  if (is_card) co_await token::tell_gnupg_of_logout(loop);
}

Task<Result<void>> ArmedToken::unlock(std::optional<token::LoginOptions> login, Cancel& cancel) {
  if (!m_present) co_return fail(disarmed_error());
  if (m_state == TokenState::Armed) co_return Result<void>();
  if (!login) login = configured_login();
  if (!m_bringing_up) {
    start_bring_up(std::move(login));
  } else if (m_state == TokenState::Opening) {
    m_login = std::move(login);
  }
  co_return co_await arm(cancel);
}

Task<Result<void>> ArmedToken::arm(Cancel& cancel) {
  if (m_state == TokenState::Armed) co_return Result<void>();
  if (!m_bringing_up && m_state == TokenState::WaitsForPin && m_settings.pin != token::PinSource::Terminal) {
    start_bring_up(configured_login());
  }
  if (!m_bringing_up) co_return fail(disarmed_error());
  const Promise<void> ended(m_loop);
  m_waiting.push_back(ended);
  const auto alive = m_alive;
  auto waited = co_await ended.wait(cancel);
  if (!waited) co_return fail(waited.error());
  if (!*alive || m_state != TokenState::Armed) co_return fail(disarmed_error());
  co_return Result<void>();
}

Result<void> ArmedToken::may_serve() const {
  if (m_state == TokenState::Armed || m_bringing_up) return {};
  if (m_state == TokenState::WaitsForPin && m_settings.pin != token::PinSource::Terminal) return {};
  return fail(disarmed_error());
}

Error ArmedToken::disarmed_error() const {
  if (is_held()) return {ErrorKind::Disarmed, m_reason};
  switch (m_state) {
    case TokenState::Absent: return {ErrorKind::Disarmed, "no token is plugged in: insert your token"};
    case TokenState::WaitsForPin:
      return {ErrorKind::Disarmed, "the token wants its PIN: " + m_settings.how_to_unlock};
    case TokenState::Locked:
      return {ErrorKind::Disarmed, "the token is locked (" + m_reason + "): " + m_settings.how_to_unlock};
    default: break;
  }
  return {ErrorKind::Disarmed, "the token cannot be used (" + m_reason +
                                   "): pull it out and insert it again, or " + m_settings.how_to_unlock};
}

std::optional<token::LoginOptions> ArmedToken::login_at_once() const {
  if (!m_settings.pin_at_once || m_settings.pin == token::PinSource::Terminal) return std::nullopt;
  return configured_login();
}

token::LoginOptions ArmedToken::configured_login() const {
  token::LoginOptions login;
  login.source = m_settings.pin;
  login.pin_file = m_settings.pin_file;
  login.pinentry_options = token::pinentry_options_here(-1);
  return login;
}

void ArmedToken::start_bring_up(std::optional<token::LoginOptions> login) {
  m_bringing_up = true;
  m_login = std::move(login);
  if (!m_cancel) m_cancel = std::make_shared<Cancel>();
  spawn(m_loop, bring_up(m_generation));
}

Task<void> ArmedToken::bring_up(std::uint64_t generation) {
  const auto alive = m_alive;
  if (!m_signer) {
    auto opened = co_await open_token(generation);
    if (!*alive || generation != m_generation) co_return;
    if (!opened) {
      disarm(TokenState::Broken, opened.error());
      co_return;
    }
  }
  auto login = std::exchange(m_login, std::nullopt);
  if (login) {
    auto entered = co_await log_in(std::move(*login), generation);
    if (!*alive || generation != m_generation) co_return;
    if (!entered) {
      disarm(is_by_a_person(entered.error()) ? TokenState::Locked : TokenState::Broken, entered.error());
      co_return;
    }
  }
  m_bringing_up = false;
  if (login) {
    enter(TokenState::Armed, "");
    m_armed_since = std::chrono::steady_clock::now();
    log(LogLevel::Notice, "armed: " + m_info->label + " (" + std::to_string(m_keys.size()) + " keys)",
        {{"EVENT", "armed"}, {"TOKEN", m_info->label}});
  } else {
    enter(TokenState::WaitsForPin, "no PIN was given");
  }
  for (const Promise<void>& waiting : std::exchange(m_waiting, {})) waiting.settle({});
}

/// Starts signers until one sees the token.
Task<Result<void>> ArmedToken::open_token(std::uint64_t generation) {
  enter(TokenState::Opening, "");
  const auto alive = m_alive;
  const auto cancel = m_cancel;
  Error last{ErrorKind::NotFound, "no token was found"};
  bool has_hung = false;
  for (int attempt = 0; attempt < kOpenTries; ++attempt) {
    auto started = token::SignerClient::start(m_loop, m_settings.signer);
    if (!started) co_return fail(started.error());
    const std::shared_ptr<token::SignerClient> signer = std::move(*started);
    m_signer = signer;
    auto info = co_await signer->open(*cancel);
    if (!*alive || generation != m_generation) co_return fail(ErrorKind::Cancelled, "the token left");
    if (info) {
      m_info = std::move(*info);
      signer->on_exit([this](const Error& why) { disarm(TokenState::Broken, why); });
      co_return Result<void>();
    }
    last = info.error();
    m_signer = nullptr;
    // No use in trying again: released() will be called.
    if (m_place.held) co_return fail(ErrorKind::NotFound, token::held_sentence(m_place.holders));
    // A module hangs where pcscd died under it; with the pcscd that came after it, it does not.
    const bool hangs_first = last.kind == ErrorKind::TimedOut && !std::exchange(has_hung, true);
    if (last.kind != ErrorKind::NotFound && last.kind != ErrorKind::TokenRemoved && !hangs_first) break;
    const Promise<void> pause(m_loop);
    static_cast<void>(co_await pause.wait(*cancel, kBetweenTries));
    if (!*alive || generation != m_generation) co_return fail(ErrorKind::Cancelled, "the token left");
  }
  co_return fail(last);
}

Task<Result<void>> ArmedToken::log_in(token::LoginOptions login, std::uint64_t generation) {
  const auto alive = m_alive;
  const auto cancel = m_cancel;
  const auto signer = m_signer;
  enter(TokenState::WaitsForPin, "the PIN is being asked for");
  auto entered = co_await signer->login(std::move(login), *cancel);
  if (!entered) co_return fail(entered.error());
  auto keys = co_await signer->list_keys(*cancel);
  if (!keys) co_return fail(keys.error());
  if (!*alive || generation != m_generation) co_return fail(ErrorKind::Cancelled, "the token left");
  m_keys = std::move(*keys);
  co_return Result<void>();
}

Task<Result<std::shared_ptr<const tls::Identity>>> ArmedToken::identity(IdentityWish wish,
                                                                        openpgp_auth::KeyringLookups& keyring,
                                                                        Cancel& cancel) {
  auto armed = co_await arm(cancel);
  if (!armed) co_return fail(armed.error());
  std::string name = identity_name(wish, keyring);
  if (auto known = m_identities.find(name, std::chrono::system_clock::now())) co_return known;
  auto selected = select(wish.selection);
  if (!selected) co_return fail(selected.error());
  const token::KeyInfo key = **selected;
  const std::uint64_t generation = m_generation;
  const auto signer = m_signer;
  const OwnIdentityOptions options{.certificate_folder = m_settings.certificate_folder,
                                   .enrolls_by_itself = m_settings.is_file_key,
                                   .subject = m_info->label};
  auto identity = co_await own_identity(signer, key, std::move(wish), options, keyring, cancel);
  if (!identity) co_return fail(identity.error());
  if (generation != m_generation) co_return fail(disarmed_error());
  m_identities.keep(std::move(name), *identity, std::chrono::system_clock::now());
  co_return std::move(*identity);
}

Task<Result<Bytes>> ArmedToken::sign(std::shared_ptr<const tls::Identity> identity,
                                     x509::SignatureRequest request, Cancel& cancel) {
  const auto signer = m_signer;
  if (!signer) co_return fail(disarmed_error());
  std::string fingerprint = to_hex(identity->key.spki_sha256());
  co_return co_await signer->sign(std::move(fingerprint), std::move(request), cancel);
}

void ArmedToken::lost(const Error& why) {
  if (m_state == TokenState::Armed) disarm(TokenState::Broken, why);
}

Result<const token::KeyInfo*> ArmedToken::select(const std::string& selection) const {
  return token::select_key(m_keys, *m_info, selection, m_settings.ca_key);
}

bool ArmedToken::is_ca_key(const token::KeyInfo& key) const {
  return !m_settings.ca_key.empty() && token::uri_names(m_settings.ca_key, key.uri).value_or(false);
}

token::PinTries ArmedToken::pin_tries() const {
  if (m_signer) return m_signer->pin_tries();
  return m_info ? m_info->pin_tries : token::PinTries::Enough;
}

void ArmedToken::disarm(TokenState state, const Error& why) {
  const bool was_armed = m_state == TokenState::Armed;
  const bool was_on_its_way = m_state == TokenState::Opening || m_state == TokenState::WaitsForPin;
  ++m_generation;
  m_bringing_up = false;
  if (m_signer && m_info) m_info->pin_tries = m_signer->pin_tries();
  // The signer dies first: after this line nothing can sign any more.
  if (m_signer) m_signer->stop();
  // What a killed signer leaves is taken from the card by pcscd, and so from GnuPG.
  if (m_signer && was_armed && m_present && !m_place.reader.empty())
    spawn(m_loop, token::tell_gnupg_of_logout(m_loop));
  m_signer = nullptr;
  if (const auto cancel = std::exchange(m_cancel, nullptr)) cancel->request(why);
  m_identities.clear();
  m_keys.clear();
  const std::string label = m_info ? m_info->label : "";
  if (state == TokenState::Absent) m_info.reset();
  enter(state, why.message);
  if (was_armed) {
    log(LogLevel::Notice, "disarmed: " + why.message,
        {{"EVENT", "disarmed"}, {"TOKEN", label}, {"REASON", why.message}});
  } else if (was_on_its_way) {
    log(LogLevel::Warning, "the token is not armed: " + why.message,
        {{"EVENT", "not-armed"}, {"TOKEN", label}, {"REASON", why.message}});
  }
  for (const Promise<void>& waiting : std::exchange(m_waiting, {})) waiting.settle({});
  if (was_armed && m_on_disarmed) m_on_disarmed(*this, why);
}

void ArmedToken::enter(TokenState state, std::string reason) {
  m_state = state;
  m_reason = std::move(reason);
}

}  // namespace proxy
