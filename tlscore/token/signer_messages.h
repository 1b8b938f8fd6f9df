// What the proxy and its signer process say to each other, and how it looks on their socket.
//
// A frame is: u32 length of what follows, u8 type, u32 id, fields; numbers big-endian. Text and octets carry
// a u16 length, lists a u16 count. Pure: no sockets here, so tests and the fuzzer call it.
//
// The proxy asks, one request at a time; the signer answers each with the request's id, by what was asked for
// or by a Failure. It also sends PinPrompt unasked, with the id of the login that waits. Stop is not
// answered.
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "tlscore/base/bytes.h"
#include "tlscore/token/key_info.h"
#include "tlscore/token/token_info.h"
#include "tlscore/x509/signature.h"

namespace tlscore::token {

/// No frame is longer, the length field not counted.
inline constexpr std::size_t kMaxFrameBytes = 64UL * 1024;

/// Where the signer gets the PIN from. It never comes through the proxy.
enum class PinSource : std::uint8_t {
  Pinentry = 1,    ///< A pinentry program that the signer starts.
  Terminal = 2,    ///< The terminal whose descriptor travels with the request (SCM_RIGHTS).
  Credential = 3,  ///< $CREDENTIALS_DIRECTORY/latchkey.pin (systemd.exec(5)).
  File = 4,        ///< The software token's own file, mode 0600.
};

/// Kinds of key that make_soft_token can make.
enum class NewKey : std::uint8_t { P256 = 1, P384 = 2, Rsa2048 = 3 };

// --- Requests
// -----------------------------------------------------------------------------------------------

/// Loads the module (once; another one later is refused) and lists its tokens: answered by TokenList.
struct ListTokens {
  std::string module;  ///< As Pkcs11Module::load takes it.
  friend bool operator==(const ListTokens&, const ListTokens&) = default;
};
/// Loads the module and opens a session with one token: answered by TokenList of that one.
struct Open {
  std::string module;
  std::string token;   ///< As select_token takes it.
  std::string reader;  ///< The reader that it is in, by its PC/SC name; empty: any.
  friend bool operator==(const Open&, const Open&) = default;
};
/// The open token's keys, from the `first` on: answered by KeyList, with as many as fit in a frame.
struct ListKeys {
  std::uint16_t first = 0;
  friend bool operator==(const ListKeys&, const ListKeys&) = default;
};
/// Asks for the PIN and enters it, once: answered by Done.
struct Login {
  PinSource source = PinSource::Pinentry;
  std::string file;                 ///< For File.
  bool allow_final_try = false;     ///< The user's explicit word; see signer_client.h.
  std::uint32_t limit_seconds = 0;  ///< How long a person may take; 0 = no limit of the signer's own.
  std::vector<std::string> pinentry_options;  ///< "ttyname=/dev/pts/3", "display=:0", ...
  friend bool operator==(const Login&, const Login&) = default;
};
/// Answered by Signature.
struct Sign {
  std::string fingerprint;  ///< Of the key; see KeyInfo.
  x509::SignatureRequest request;
  friend bool operator==(const Sign&, const Sign&) = default;
};
/// Makes the token forget the PIN: answered by Done.
struct Logout {
  friend bool operator==(const Logout&, const Logout&) = default;
};
/// Initialises an empty software token with a random PIN and a key: answered by Done. See soft_token.h.
struct MakeSoftToken {
  std::string module;
  std::string pin_file;  ///< Made by the signer, mode 0600; must not exist.
  std::string label;
  std::vector<NewKey> keys;
  friend bool operator==(const MakeSoftToken&, const MakeSoftToken&) = default;
};
/// Ends the prompt for a PIN that the current login shows, if it still does. Not answered itself.
struct Stop {
  friend bool operator==(const Stop&, const Stop&) = default;
};

// --- Answers
// ------------------------------------------------------------------------------------------------

struct Done {
  friend bool operator==(const Done&, const Done&) = default;
};
struct Failure {
  Error error;
  PinTries pin_tries = PinTries::Enough;  ///< Of the open token, after the failure.
  friend bool operator==(const Failure&, const Failure&) = default;
};
struct TokenList {
  std::vector<TokenInfo> tokens;
  friend bool operator==(const TokenList&, const TokenList&) = default;
};
struct KeyList {
  bool more = false;  ///< Ask again, from the next on.
  std::vector<KeyInfo> keys;
  friend bool operator==(const KeyList&, const KeyList&) = default;
};
struct Signature {
  Bytes octets;
  friend bool operator==(const Signature&, const Signature&) = default;
};

// --- Unasked
// ------------------------------------------------------------------------------------------------

/// The signer has begun, or ended, to wait for a person.
struct PinPrompt {
  bool shown = false;
  friend bool operator==(const PinPrompt&, const PinPrompt&) = default;
};

using Message = std::variant<ListTokens, Open, ListKeys, Login, Sign, Logout, MakeSoftToken, Stop, Done,
                             Failure, TokenList, KeyList, Signature, PinPrompt>;

struct Frame {
  std::uint32_t id = 0;
  Message message;
};

/// A frame as octets. Fails with TooLarge if it, or a text in it, is too long to be sent.
[[nodiscard]] Result<Bytes> encode_frame(const Frame& frame);

/// A frame and how many octets it took; the caller drops that many.
struct DecodedFrame {
  Frame frame;
  std::size_t wire_bytes = 0;
};

/// Reads one frame from the front of `input`. Nothing while octets are missing. Fails with TooLarge for a
/// length above kMaxFrameBytes, and with Malformed for an unknown type, a field that does not fit, an
/// enumerator that is none, a public key that cannot be read, or octets left over.
[[nodiscard]] Result<std::optional<DecodedFrame>> decode_frame(ByteView input);

}  // namespace tlscore::token
