// A PKCS#11 module for tests: SoftHSM2, except for what it is told to do wrong.
//
// $LATCHKEY_TEST_MODULE names the misdeeds, separated by commas; or $LATCHKEY_TEST_MODULE_FILE names a file
// that holds them and is read at every call, so that a test can change them while it runs:
//   hang, crash, lie             in C_Sign: never returns; SIGSEGV; flips a bit
//   oversize                     in C_Sign: claims a length past the buffer
//   slow:MS                      in C_Sign: takes that long
//   hang-login, crash-login      in C_Login
//   tries:few, tries:one, tries:none   what C_GetTokenInfo says of the PIN
//   removed                      every call about slots, tokens and sessions answers CKR_DEVICE_REMOVED
//   no-pss                       C_GetMechanismList leaves RSA-PSS out, as many cards do
//   huge-attribute               every attribute claims to have 1 GiB
//   many-slots, hang-slots       C_GetSlotList claims 1000 slots; never returns
//   pin-pad                      the token takes its PIN by itself; it is in $LATCHKEY_TEST_MODULE_PIN_FILE
//   intrude                      in C_Sign: tries what a signer may not do, and notes in the log what of it
//   went through always-authenticate          keys want CKU_CONTEXT_SPECIFIC before every signature
// $LATCHKEY_TEST_MODULE_LOG names a file to which each C_Login and C_Sign appends its name, and C_GetSlotList
// when it hangs.
#include <dlfcn.h>
#include <fcntl.h>
#include <p11-kit/pkcs11.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

namespace {

constexpr const char* kRealModule = "/usr/lib/softhsm/libsofthsm2.so";

CK_FUNCTION_LIST* g_real = nullptr;
CK_FUNCTION_LIST g_functions;
bool g_pin_given_for_signature = false;

std::string text_of_file(const char* path) {
  std::ifstream file(path);
  std::string text(std::istreambuf_iterator<char>(file), {});
  while (text.ends_with('\n')) text.pop_back();
  return text;
}

std::string misdeeds() {
  if (const char* file = std::getenv("LATCHKEY_TEST_MODULE_FILE")) return text_of_file(file);
  const char* direct = std::getenv("LATCHKEY_TEST_MODULE");
  return direct == nullptr ? "" : direct;
}

bool shall(std::string_view misdeed) {
  const std::string all = "," + misdeeds() + ",";
  return all.contains("," + std::string(misdeed) + ",");
}

void note(const char* call) {
  if (const char* path = std::getenv("LATCHKEY_TEST_MODULE_LOG"))
    std::ofstream(path, std::ios::app) << call << '\n';
}

[[noreturn]] void hang() {
  for (;;) ::pause();
}

void crash() {
  // A sanitizer's handler would turn the signal into an exit status.
  static_cast<void>(std::signal(SIGSEGV, SIG_DFL));
  static_cast<void>(std::raise(SIGSEGV));
}

void be_slow() {
  const std::string all = misdeeds();
  const std::size_t at = all.find("slow:");
  if (at == std::string::npos) return;
  std::this_thread::sleep_for(std::chrono::milliseconds(std::strtol(all.c_str() + at + 5, nullptr, 10)));
}

/// "PIN read: refused". What is refused says so by EPERM or EACCES, or is not known to the kernel.
void note_attempt(const char* what, long outcome) {
  const bool is_refused = outcome < 0 && (errno == EPERM || errno == EACCES || errno == ENOSYS);
  note((std::string(what) + (is_refused ? ": refused" : ": DONE " + std::to_string(errno))).c_str());
}

void intrude() {
  std::string program = "/bin/true";
  const std::array<char*, 2> arguments{program.data(), nullptr};
  note_attempt("exec", ::execv(program.c_str(), arguments.data()));
  note_attempt("execveat",
               ::syscall(SYS_execveat, -1, program.c_str(), arguments.data(), arguments.data() + 1, 0));
  note_attempt("internet socket", ::socket(AF_INET, SOCK_STREAM, 0));
  note_attempt("internet datagrams", ::socket(AF_INET6, SOCK_DGRAM, 0));
  note_attempt("packet socket", ::socket(AF_PACKET, SOCK_RAW, 0));
  note_attempt("kernel crypto socket", ::socket(AF_ALG, SOCK_SEQPACKET, 0));
  note_attempt("routing socket", ::socket(AF_NETLINK, SOCK_RAW, 0));
  note_attempt("trace of the proxy", ::ptrace(PTRACE_ATTACH, ::getppid(), nullptr, nullptr));
  const iovec none{};
  note_attempt("read of the proxy", ::process_vm_readv(::getppid(), &none, 1, &none, 1, 0));
  note_attempt("memory of the first process", ::open("/proc/1/mem", O_RDONLY | O_CLOEXEC));
  note_attempt("ring", ::syscall(SYS_io_uring_setup, 1, nullptr));
  note_attempt("new user namespace", ::unshare(CLONE_NEWUSER));
  note_attempt("new namespace by clone", ::syscall(SYS_clone, CLONE_NEWUSER | SIGCHLD, 0, 0, 0, 0));
  note_attempt("keyring", ::syscall(SYS_keyctl, 0, 0, 0, 0, 0));
  note_attempt("being traced", ::prctl(PR_SET_DUMPABLE, 1, 0, 0, 0));
  note_attempt("typing", ::ioctl(0, TIOCSTI, "x"));
  note(::socket(AF_UNIX, SOCK_STREAM, 0) >= 0 ? "local socket: allowed" : "local socket: REFUSED");
}

CK_RV sign(CK_SESSION_HANDLE session, CK_BYTE* data, CK_ULONG data_length, CK_BYTE* signature,
           CK_ULONG* length) {
  note("C_Sign");
  if (shall("removed")) return CKR_DEVICE_REMOVED;
  if (shall("hang")) hang();
  if (shall("crash")) crash();
  if (shall("intrude")) intrude();
  if (shall("always-authenticate") && !std::exchange(g_pin_given_for_signature, false))
    return CKR_USER_NOT_LOGGED_IN;
  be_slow();
  const CK_RV rv = g_real->C_Sign(session, data, data_length, signature, length);
  if (rv == CKR_OK && signature != nullptr && shall("lie")) signature[*length / 2] ^= 0x10;
  if (rv == CKR_OK && shall("oversize")) *length = 1'000'000;
  return rv;
}

CK_RV login(CK_SESSION_HANDLE session, CK_USER_TYPE user, CK_UTF8CHAR* pin, CK_ULONG length) {
  note("C_Login");
  if (shall("removed")) return CKR_DEVICE_REMOVED;
  if (shall("hang-login")) hang();
  if (shall("crash-login")) crash();
  if (user == CKU_CONTEXT_SPECIFIC && shall("always-authenticate")) {
    g_pin_given_for_signature = true;
    return CKR_OK;
  }
  if (pin != nullptr || !shall("pin-pad")) return g_real->C_Login(session, user, pin, length);
  const char* file = std::getenv("LATCHKEY_TEST_MODULE_PIN_FILE");
  std::string typed = file == nullptr ? "" : text_of_file(file);
  return g_real->C_Login(session, user, reinterpret_cast<CK_UTF8CHAR*>(typed.data()), typed.size());
}

CK_RV get_token_info(CK_SLOT_ID slot, CK_TOKEN_INFO* info) {
  if (shall("removed")) return CKR_DEVICE_REMOVED;
  const CK_RV rv = g_real->C_GetTokenInfo(slot, info);
  if (rv != CKR_OK) return rv;
  if (shall("tries:few")) info->flags |= CKF_USER_PIN_COUNT_LOW;
  if (shall("tries:one")) info->flags |= CKF_USER_PIN_COUNT_LOW | CKF_USER_PIN_FINAL_TRY;
  if (shall("tries:none")) info->flags |= CKF_USER_PIN_LOCKED;
  if (shall("pin-pad")) info->flags |= CKF_PROTECTED_AUTHENTICATION_PATH;
  return rv;
}

CK_RV get_slot_list(CK_BBOOL present, CK_SLOT_ID* slots, CK_ULONG* count) {
  if (shall("removed")) return CKR_DEVICE_REMOVED;
  if (shall("hang-slots")) {
    note("C_GetSlotList");
    hang();
  }
  const CK_RV rv = g_real->C_GetSlotList(present, slots, count);
  if (rv == CKR_OK && shall("many-slots")) *count = 1000;
  return rv;
}

CK_RV open_session(CK_SLOT_ID slot, CK_FLAGS flags, void* application, CK_NOTIFY notify,
                   CK_SESSION_HANDLE* session) {
  if (shall("removed")) return CKR_DEVICE_REMOVED;
  return g_real->C_OpenSession(slot, flags, application, notify, session);
}

CK_RV find_objects_init(CK_SESSION_HANDLE session, CK_ATTRIBUTE* attributes, CK_ULONG count) {
  if (shall("removed")) return CKR_DEVICE_REMOVED;
  return g_real->C_FindObjectsInit(session, attributes, count);
}

CK_RV get_mechanism_list(CK_SLOT_ID slot, CK_MECHANISM_TYPE* mechanisms, CK_ULONG* count) {
  const CK_RV rv = g_real->C_GetMechanismList(slot, mechanisms, count);
  if (rv != CKR_OK || mechanisms == nullptr || !shall("no-pss")) return rv;
  const CK_MECHANISM_TYPE* end =
      std::remove(mechanisms, mechanisms + *count, CK_MECHANISM_TYPE{CKM_RSA_PKCS_PSS});
  *count = static_cast<CK_ULONG>(end - mechanisms);
  return rv;
}

CK_RV get_attribute_value(CK_SESSION_HANDLE session, CK_OBJECT_HANDLE object, CK_ATTRIBUTE* attributes,
                          CK_ULONG count) {
  const CK_RV rv = g_real->C_GetAttributeValue(session, object, attributes, count);
  for (CK_ULONG i = 0; i < count; ++i) {
    if (shall("huge-attribute")) attributes[i].ulValueLen = 1UL << 30U;
    if (!shall("always-authenticate") || attributes[i].type != CKA_ALWAYS_AUTHENTICATE) continue;
    attributes[i].ulValueLen = sizeof(CK_BBOOL);
    if (attributes[i].pValue != nullptr) *static_cast<CK_BBOOL*>(attributes[i].pValue) = CK_TRUE;
    return CKR_OK;
  }
  return rv;
}

/// The real module's functions, with ours in the place of some.
bool set_up() {
  void* library = ::dlopen(kRealModule, RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) return false;
  const auto get_function_list =
      reinterpret_cast<CK_C_GetFunctionList>(::dlsym(library, "C_GetFunctionList"));
  if (get_function_list == nullptr || get_function_list(&g_real) != CKR_OK) return false;
  g_functions = *g_real;
  g_functions.C_Sign = sign;
  g_functions.C_Login = login;
  g_functions.C_GetTokenInfo = get_token_info;
  g_functions.C_GetSlotList = get_slot_list;
  g_functions.C_OpenSession = open_session;
  g_functions.C_FindObjectsInit = find_objects_init;
  g_functions.C_GetMechanismList = get_mechanism_list;
  g_functions.C_GetAttributeValue = get_attribute_value;
  return true;
}

}  // namespace

extern "C" CK_RV C_GetFunctionList(CK_FUNCTION_LIST** function_list) {
  static const bool ready = set_up();
  if (!ready) return CKR_GENERAL_ERROR;
  g_functions.C_GetFunctionList = C_GetFunctionList;
  *function_list = &g_functions;
  return CKR_OK;
}
