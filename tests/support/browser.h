#pragma once
#include <memory>
#include <string>
#include <vector>

#include "base/json.h"

namespace duet::test {

/// Headless Chromium, driven through chromedriver over loopback (W3C WebDriver) with real mouse and key events. It reaches no
/// network. Both processes end with the object.
class Browser {
 public:
  /// Window size in pixels. Throws std::runtime_error when chromedriver or Chromium does not start.
  Browser(int width, int height);
  ~Browser();
  Browser(const Browser&) = delete;
  Browser& operator=(const Browser&) = delete;

  void open(const std::string& url);
  void resize(int width, int height);
  /// Value of a JavaScript expression in the page.
  Json value(const std::string& expression);
  /// Moves the mouse to a place of the window (pixels), and presses it there if wanted.
  void point(double x, double y);
  void click(double x, double y);
  /// Presses and releases a key; the codes of WebDriver: "\uE007" is Enter, "\uE014" the right arrow.
  void press(const std::string& key);
  /// What the page wrote to its console since the last call: uncaught errors, refused requests, console.error.
  std::vector<std::string> console_errors();

 private:
  Json call(const std::string& method, const std::string& path, const Json& body);
  void move_and(double x, double y, const Json& then);
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace duet::test
