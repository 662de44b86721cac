#include "support/browser.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <httplib.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <stdexcept>
#include <thread>

#include "support/folder.h"

namespace duet::test {
namespace {

// A port that is free now.
int free_port() {
  const int s = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  if (::bind(s, reinterpret_cast<sockaddr*>(&address), size) != 0) throw std::runtime_error("no free port");
  ::getsockname(s, reinterpret_cast<sockaddr*>(&address), &size);
  ::close(s);
  return ntohs(address.sin_port);
}

pid_t start_driver(int port, const std::string& log) {
  const std::string port_flag = "--port=" + std::to_string(port);
  const pid_t child = ::fork();
  if (child != 0) return child;
  ::setpgid(0, 0);
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  const int out = ::open(log.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0644);
  ::dup2(out, 1);
  ::dup2(out, 2);
  ::execlp("chromedriver", "chromedriver", port_flag.c_str(), "--allowed-ips=127.0.0.1", nullptr);
  ::_exit(127);
}

}  // namespace

struct Browser::Parts {
  Folder folder;
  int port = free_port();
  pid_t driver = 0;
  httplib::Client http{"127.0.0.1", port};
  std::string session;
};

Browser::Browser(int width, int height) : parts_(std::make_unique<Parts>()) {
  parts_->driver = start_driver(parts_->port, (parts_->folder / "driver.log").string());
  parts_->http.set_read_timeout(60);
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (!parts_->http.Get("/status")) {
    if (::waitpid(parts_->driver, nullptr, WNOHANG) != 0)
      throw std::runtime_error("chromedriver does not start: is chromium-driver installed?");
    if (std::chrono::steady_clock::now() > deadline) throw std::runtime_error("chromedriver does not answer");
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  const Json flags{"--headless",
                   "--no-sandbox",
                   "--disable-gpu",
                   "--disable-quic",
                   "--no-first-run",
                   "--disable-background-networking",
                   "--disable-component-update",
                   "--disable-sync",
                   "--disable-dev-shm-usage",
                   "--hide-scrollbars",
                   "--host-resolver-rules=MAP * ~NOTFOUND",
                   "--user-data-dir=" + (parts_->folder / "profile").string(),
                   "--window-size=" + std::to_string(width) + "," + std::to_string(height)};
  const Json wanted{
      {"browserName", "chrome"}, {"goog:chromeOptions", {{"args", flags}}}, {"goog:loggingPrefs", {{"browser", "ALL"}}}};
  parts_->session = call("POST", "/session", {{"capabilities", {{"alwaysMatch", wanted}}}})["sessionId"];
}

Browser::~Browser() {
  if (!parts_->session.empty()) parts_->http.Delete("/session/" + parts_->session);
  ::kill(-parts_->driver, SIGKILL);
  ::waitpid(parts_->driver, nullptr, 0);
}

Json Browser::call(const std::string& method, const std::string& path, const Json& body) {
  const std::string place = parts_->session.empty() ? path : "/session/" + parts_->session + path;
  auto answer = method == "GET" ? parts_->http.Get(place) : parts_->http.Post(place, body.dump(), "application/json");
  if (!answer) throw std::runtime_error("chromedriver does not answer " + path);
  Json value = Json::parse(answer->body).at("value");
  if (answer->status != 200) throw std::runtime_error(path + ": " + value.value("message", answer->body));
  return value;
}

void Browser::open(const std::string& url) { call("POST", "/url", {{"url", url}}); }
void Browser::resize(int width, int height) { call("POST", "/window/rect", {{"width", width}, {"height", height}}); }

Json Browser::value(const std::string& expression) {
  return call("POST", "/execute/sync", {{"script", "return (" + expression + ");"}, {"args", Json::array()}});
}

void Browser::move_and(double x, double y, const Json& then) {
  Json steps = Json::array(
      {{{"type", "pointerMove"}, {"duration", 0}, {"x", static_cast<int>(x + 0.5)}, {"y", static_cast<int>(y + 0.5)}}});
  for (const Json& step : then) steps.push_back(step);
  call("POST", "/actions",
       {{"actions", {{{"type", "pointer"}, {"id", "mouse"}, {"parameters", {{"pointerType", "mouse"}}}, {"actions", steps}}}}});
  // The page may handle an event in the next frame: wait for two.
  call("POST", "/execute/async",
       {{"script", "const done = arguments[0]; requestAnimationFrame(() => requestAnimationFrame(() => done(0)));"},
        {"args", Json::array()}});
}
void Browser::point(double x, double y) { move_and(x, y, Json::array()); }
void Browser::click(double x, double y) {
  move_and(x, y, Json::array({{{"type", "pointerDown"}, {"button", 0}}, {{"type", "pointerUp"}, {"button", 0}}}));
}

void Browser::press(const std::string& key) {
  const Json steps = Json::array({{{"type", "keyDown"}, {"value", key}}, {{"type", "keyUp"}, {"value", key}}});
  call("POST", "/actions", {{"actions", {{{"type", "key"}, {"id", "keys"}, {"actions", steps}}}}});
}

std::vector<std::string> Browser::console_errors() {
  std::vector<std::string> errors;
  for (const Json& entry : call("POST", "/se/log", {{"type", "browser"}}))
    if (entry["level"] == "SEVERE" || entry["level"] == "WARNING") errors.push_back(entry["message"]);
  return errors;
}

}  // namespace duet::test
