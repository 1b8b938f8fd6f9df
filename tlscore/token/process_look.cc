// A run of ourselves, or a look of our own.
#include "tlscore/token/process_look.h"

#include <chrono>
#include <iostream>
#include <utility>

#include "tlscore/base/byte_reader.h"
#include "tlscore/base/launcher.h"
#include "tlscore/base/run_program.h"

namespace tlscore::token {
namespace {

/// The loop stands still for so long.
constexpr std::chrono::seconds kLimit{2};

void put(ByteWriter& out, std::string_view text) {
  out.u16(static_cast<std::uint16_t>(text.size()));
  out.bytes(as_bytes(text));
}

std::optional<std::string> take(ByteReader& in) {
  const auto size = in.u16();
  const auto octets = size ? in.bytes(*size) : std::nullopt;
  if (!octets) return std::nullopt;
  return std::string(as_text(*octets));
}

std::optional<Process> take_process(ByteReader& in) {
  const auto pid = in.u32();
  const auto owner = in.u32();
  const auto hidden = in.u8();
  auto name = take(in);
  const auto count = in.u16();
  if (!pid || !owner || !hidden || *hidden > 1 || !name || !count) return std::nullopt;
  Process process{
      .pid = static_cast<int>(*pid), .owner = *owner, .name = std::move(*name), .is_hidden = *hidden == 1};
  for (std::size_t i = 0; i < *count; ++i) {
    auto link = take(in);
    if (!link) return std::nullopt;
    process.open.push_back(std::move(*link));
  }
  return process;
}

}  // namespace

Bytes encode_processes(const std::vector<Process>& processes) {
  ByteWriter out;
  for (const Process& process : processes) {
    out.u32(static_cast<std::uint32_t>(process.pid));
    out.u32(process.owner);
    out.u8(process.is_hidden ? 1 : 0);
    put(out, process.name);
    out.u16(static_cast<std::uint16_t>(process.open.size()));
    for (const std::string& link : process.open) put(out, link);
  }
  return out.take();
}

Result<std::vector<Process>> decode_processes(ByteView octets) {
  ByteReader in(octets);
  std::vector<Process> processes;
  while (in.left() > 0) {
    auto process = take_process(in);
    if (!process) return fail(ErrorKind::Malformed, "the processes of this machine cannot be read");
    processes.push_back(std::move(*process));
  }
  return processes;
}

std::vector<Process> look_at_processes(const std::vector<std::string>& wanted) {
  if (Launcher::of_this_process() == nullptr) return read_processes("/proc", wanted);
  std::vector<std::string> command = {"/proc/self/exe", kProcessesCommand};
  command.insert(command.end(), wanted.begin(), wanted.end());
  const auto end = run_program(command, "", kLimit);
  auto seen = end && end->status == 0 ? decode_processes(as_bytes(end->output))
                                      : fail(ErrorKind::Internal, "nobody has looked");
  // From behind the fence their names can be had, which is what matters of GnuPG's.
  return seen ? std::move(*seen) : read_processes("/proc", wanted);
}

int run_process_look(std::span<const char* const> wanted) {
  std::vector<Process> processes = read_processes("/proc", {wanted.begin(), wanted.end()});
  std::erase_if(processes, [](const Process& process) { return process.open.empty() && !process.is_hidden; });
  std::cout << as_text(encode_processes(processes)) << std::flush;
  return std::cout ? 0 : 1;
}

}  // namespace tlscore::token
