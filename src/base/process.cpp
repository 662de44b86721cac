#include "base/process.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <sstream>
#include <utility>

#include "base/error.h"

namespace duet::base {
namespace {

[[noreturn]] void become(const std::vector<std::string>& argv, const ProcessOptions& options, int output, pid_t parent) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) ::_exit(125);  // the parent died before the line above
  ::setpgid(0, 0);
  ::dup2(output, 1);
  ::dup2(output, 2);
  const int null = ::open("/dev/null", O_RDONLY);
  ::dup2(null, 0);
  if (!options.directory.empty() && ::chdir(options.directory.c_str()) != 0) ::_exit(126);
  for (const auto& [key, value] : options.environment) ::setenv(key.c_str(), value.c_str(), 1);
  std::vector<char*> raw;
  for (const auto& argument : argv) raw.push_back(const_cast<char*>(argument.c_str()));
  raw.push_back(nullptr);
  ::execvp(raw[0], raw.data());
  ::_exit(127);
}

// Hands on whole lines; keeps the unfinished one.
class Lines {
 public:
  explicit Lines(const std::function<void(const std::string&)>& sink) : sink_(sink) {}
  void add(std::string_view text) {
    if (!sink_) return;
    for (char c : text) {
      if (c != '\n')
        partial_ += c;
      else
        sink_(std::exchange(partial_, {}));
    }
  }

 private:
  const std::function<void(const std::string&)>& sink_;
  std::string partial_;
};

}  // namespace

std::filesystem::path find_program(const std::string& program) {
  const auto runs = [](const std::string& file) { return ::access(file.c_str(), X_OK) == 0; };
  if (program.find('/') != std::string::npos) return runs(program) ? program : "";
  std::istringstream path(std::getenv("PATH") ? std::getenv("PATH") : "");
  for (std::string folder; std::getline(path, folder, ':');)
    if (runs(folder + "/" + program)) return folder + "/" + program;
  return "";
}

bool have_program(const std::string& program) { return !find_program(program).empty(); }

ProcessResult run_process(const std::vector<std::string>& argv, const ProcessOptions& options) {
  DUET_CHECK(!argv.empty());
  if (!have_program(argv[0]))
    throw Error("program not found", argv[0], "install it, or put its folder on PATH (`make deps` installs what duet needs)");
  int pipe[2];
  DUET_CHECK(::pipe2(pipe, O_CLOEXEC) == 0, std::strerror(errno));
  const pid_t parent = ::getpid();
  const pid_t child = ::fork();
  DUET_CHECK(child >= 0, std::strerror(errno));
  if (child == 0) become(argv, options, pipe[1], parent);
  ::close(pipe[1]);

  ProcessResult result;
  Lines lines(options.on_line);
  const auto start = std::chrono::steady_clock::now();
  char buffer[65536];
  for (;;) {
    pollfd waiting{pipe[0], POLLIN, 0};
    const int ready = ::poll(&waiting, 1, 200);
    if (options.timeout.count() > 0 && !result.timed_out && std::chrono::steady_clock::now() - start > options.timeout) {
      result.timed_out = true;
      ::kill(-child, SIGKILL);
    }
    if (ready <= 0) continue;
    const ssize_t n = ::read(pipe[0], buffer, sizeof buffer);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) break;
    result.output.append(buffer, static_cast<size_t>(n));
    lines.add({buffer, static_cast<size_t>(n)});
  }
  ::close(pipe[0]);
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  result.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return result;
}

}  // namespace duet::base
