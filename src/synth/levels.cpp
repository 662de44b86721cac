#include "synth/levels.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <map>
#include <regex>

#include "base/error.h"
#include "synth/arcs.h"

namespace duet::synth {
namespace {

// Not the ordered Json, which would search a module's 100,000 names one by one.
using Parsed = nlohmann::json;

// Yosys: "$flatten\u_engine.\u_load.$abc$12$new_n3" is a net of u_engine.u_load that it named itself.
std::string readable(std::string name) {
  for (const std::string part : {"$flatten", "\\"})
    for (size_t at; (at = name.find(part)) != std::string::npos;) name.erase(at, part.size());
  return name;
}

// The instance that a readable name stands in, with the dot behind it; "" for the top.
std::string instance_of(const std::string& name) { return name.substr(0, name.rfind('.', name.find('$')) + 1); }

// A name of Yosys' own is shortened to its instance and, where it tells one, the line of the source.
std::string shown(const std::string& name) {
  if (name.find('$') == std::string::npos) return name;
  static const std::regex line(R"(([A-Za-z0-9_]+\.sv:\d+))");
  std::smatch found;
  return instance_of(name) + (std::regex_search(name, found, line) ? "(" + found[1].str() + ")" : "(unnamed)");
}

struct Wire {
  int from, to, cell;
  Step step;
};

struct Net {
  int driver = -1;                  // a cell; -1: a port
  int level = 0, cells = 0;         // of the longest path to here: of as many levels, the one through most cells
  int wire = -1;                    // that it comes by
  int name = -1, bit = 0, fit = 0;  // fit: the better a name says where the driver is, the greater
};

// Where paths end: a pin of a cell that stores, or a port (cell -1).
struct End {
  int net, cell;
  std::string pin;
};

struct Place {
  std::string type, name;
  int output = -1;  // a net
};

class Netlist {
 public:
  void add_port(const std::string& name, const Parsed& port);
  void add_cell(const std::string& name, const Parsed& parsed);
  void add_name(const std::string& name, const Parsed& net);
  LongestPath longest();

 private:
  std::vector<int> numbers(const Parsed& bits);
  Net& net(int number) { return nets_[static_cast<size_t>(number)]; }
  void number_pins(const Parsed& parsed, Cell& cell);
  int cost(const Wire& wire) const;
  std::string name_of(int net) const;
  std::string name_of(const End& end) const;
  bool levelled();  // false: a loop, whose nets are left with `waiting_` above 0
  std::string loop() const;
  std::vector<PathStep> steps(const End& end) const;
  std::vector<std::pair<std::string, int>> places() const;

  std::vector<Net> nets_;
  std::vector<Place> cells_;
  std::vector<Wire> wires_;
  std::vector<End> ends_;
  std::vector<int> waiting_;  // of a net: wires into it whose source has no level yet
  std::vector<std::string> names_;
  std::string unknown_;
};

// The nets of a pin, port or name, -1 for constants, which are strings. Makes room for them.
std::vector<int> Netlist::numbers(const Parsed& bits) {
  std::vector<int> all;
  for (const Parsed& bit : bits) all.push_back(bit.is_number() ? bit.get<int>() : -1);
  const size_t most = all.empty() ? 0 : static_cast<size_t>(*std::max_element(all.begin(), all.end()) + 1);
  if (nets_.size() < most) nets_.resize(most);
  return all;
}

void Netlist::add_port(const std::string& name, const Parsed& port) {
  for (int bit : numbers(port.at("bits")))
    if (bit >= 0 && port.at("direction") == "output") ends_.push_back({bit, -1, name});
}

void Netlist::number_pins(const Parsed& parsed, Cell& cell) {
  for (const auto& [pin, bits] : parsed.at("connections").items()) {
    const bool output = parsed.at("port_directions").at(pin) == "output";
    (output ? cell.outputs : cell.inputs)[pin] = numbers(bits);
  }
}

void Netlist::add_cell(const std::string& name, const Parsed& parsed) {
  Cell cell;
  cell.type = readable(parsed.at("type"));
  if (role(cell.type) == Role::unknown && unknown_.empty()) unknown_ = cell.type;
  if (!unknown_.empty()) return;
  number_pins(parsed, cell);
  const std::string preg = parsed.at("parameters").value("PREG", std::string("0"));
  cell.output_register = preg.back() == '1';
  const int index = static_cast<int>(cells_.size());
  cells_.push_back({cell.type, readable(name)});
  for (const auto& [pin, bits] : cell.outputs)
    for (int bit : bits)
      if (bit >= 0) net(bit).driver = index, cells_.back().output = bit;
  for (const auto& [pin, bits] : cell.inputs)
    for (int bit : bits)
      if (bit >= 0 && stores(cell)) ends_.push_back({bit, index, pin});
  for_each_arc(cell, [&](int from, int to, Step step) { wires_.push_back({from, to, index, step}); });
}

void Netlist::add_name(const std::string& name, const Parsed& named) {
  const int index = static_cast<int>(names_.size());
  names_.push_back(readable(name));
  const std::string& text = names_.back();
  const std::vector<int> bits = numbers(named.at("bits"));
  for (size_t i = 0; i < bits.size(); ++i) {
    if (bits[i] < 0) continue;
    Net& n = net(bits[i]);
    const bool at_home = n.driver >= 0 && instance_of(text) == instance_of(cells_[static_cast<size_t>(n.driver)].name);
    const int fit = 1 + (at_home ? 1 : 0) + (text.find('$') == std::string::npos ? 2 : 0);
    if (fit > n.fit) n.name = index, n.bit = bits.size() > 1 ? static_cast<int>(i) : -1, n.fit = fit;
  }
}

int Netlist::cost(const Wire& wire) const {
  if (wire.step != Step::cascade) return wire.step == Step::one ? 1 : 0;
  const int driver = nets_[static_cast<size_t>(wire.from)].driver;
  return driver >= 0 && role(cells_[static_cast<size_t>(driver)].type) == Role::carry ? 0 : 1;
}

// Nets in the order of their logic: a net has its level when all wires into it have brought theirs.
bool Netlist::levelled() {
  waiting_.assign(nets_.size(), 0);
  std::sort(wires_.begin(), wires_.end(), [](const Wire& a, const Wire& b) { return a.from < b.from; });
  for (const Wire& wire : wires_) ++waiting_[static_cast<size_t>(wire.to)];
  std::vector<int> ready;
  for (size_t i = 0; i < nets_.size(); ++i)
    if (waiting_[i] == 0) ready.push_back(static_cast<int>(i));
  for (size_t done = 0; done < ready.size(); ++done) {
    const int from = ready[done];
    auto wire = std::lower_bound(wires_.begin(), wires_.end(), from, [](const Wire& w, int net) { return w.from < net; });
    for (; wire != wires_.end() && wire->from == from; ++wire) {
      Net& to = nets_[static_cast<size_t>(wire->to)];
      const Net& source = nets_[static_cast<size_t>(from)];
      const int level = source.level + cost(*wire), cells = source.cells + 1;
      if (std::pair(level, cells) > std::pair(to.level, to.cells))
        to.level = level, to.cells = cells, to.wire = static_cast<int>(wire - wires_.begin());
      if (--waiting_[static_cast<size_t>(wire->to)] == 0) ready.push_back(wire->to);
    }
  }
  return ready.size() == nets_.size();
}

std::string Netlist::name_of(int number) const {
  const Net& n = nets_[static_cast<size_t>(number)];
  std::string name;
  if (n.name >= 0) name = names_[static_cast<size_t>(n.name)];
  if (name.empty() && n.driver >= 0) name = cells_[static_cast<size_t>(n.driver)].name;
  const bool own = name.find('$') != std::string::npos;
  return own || n.bit < 0 ? shown(name) : fmt::format("{}[{}]", name, n.bit);
}

// A register is known by what it drives, a memory or a DSP by its own name.
std::string Netlist::name_of(const End& end) const {
  if (end.cell < 0) return end.pin;
  const Place& cell = cells_[static_cast<size_t>(end.cell)];
  const bool unnamed = cell.name.find('$') != std::string::npos && cell.output >= 0;
  return unnamed ? name_of(cell.output) : cell.name;
}

// Walks back through nets that wait until one comes again.
std::string Netlist::loop() const {
  std::vector<int> before(nets_.size(), -1);
  for (const Wire& wire : wires_)
    if (waiting_[static_cast<size_t>(wire.from)] > 0) before[static_cast<size_t>(wire.to)] = wire.from;
  int at = -1;
  for (size_t i = 0; i < nets_.size(); ++i)
    if (waiting_[i] > 0) at = static_cast<int>(i);
  for (size_t i = 0; i < nets_.size(); ++i) at = before[static_cast<size_t>(at)];  // now surely on the loop
  std::string text;
  const int first = at;
  constexpr int kNamed = 6;
  for (int i = 0; i < kNamed && (i == 0 || at != first); ++i, at = before[static_cast<size_t>(at)])
    text += (i ? ", " : "") + name_of(at);
  return text;
}

std::vector<PathStep> Netlist::steps(const End& end) const {
  std::vector<PathStep> all;
  const std::string cell = end.cell < 0 ? "port" : cells_[static_cast<size_t>(end.cell)].type + "." + end.pin;
  all.push_back({nets_[static_cast<size_t>(end.net)].level, cell, name_of(end)});
  int carries = 0;  // cells of the chain that this one is in
  for (int at = end.net; at >= 0;) {
    const Net& n = nets_[static_cast<size_t>(at)];
    const std::string type = n.driver < 0 ? "port" : cells_[static_cast<size_t>(n.driver)].type;
    if (++carries > 1) all.back().cell = fmt::format("{} x {}", type, carries);
    if (carries == 1) all.push_back({n.level, type, name_of(at)});
    const Wire* wire = n.wire < 0 ? nullptr : &wires_[static_cast<size_t>(n.wire)];
    if (!wire || wire->step != Step::cascade || cost(*wire) > 0) carries = 0;
    at = wire ? wire->from : -1;
  }
  std::reverse(all.begin(), all.end());
  return all;
}

std::vector<std::pair<std::string, int>> Netlist::places() const {
  std::map<std::string, int> by_instance, by_place;
  for (const End& end : ends_) {
    const std::string name = end.cell < 0 ? "" : instance_of(cells_[static_cast<size_t>(end.cell)].name);
    int& most = by_instance[name];
    most = std::max(most, nets_[static_cast<size_t>(end.net)].level);
  }
  static const std::regex index(R"(\[\d+\])");
  for (const auto& [instance, level] : by_instance) {
    int& most = by_place[std::regex_replace(instance.substr(0, instance.rfind('.')), index, "[*]")];
    most = std::max(most, level);
  }
  std::vector<std::pair<std::string, int>> sorted(by_place.begin(), by_place.end());
  std::stable_sort(sorted.begin(), sorted.end(), [](const auto& a, const auto& b) { return a.second > b.second; });
  return sorted;
}

LongestPath Netlist::longest() {
  if (!unknown_.empty()) return {{}, "the cell " + unknown_ + " is not in the table of cells", {}, {}};
  if (!levelled()) return {{}, "combinational loop through " + loop(), {}, {}};
  const auto end = std::max_element(ends_.begin(), ends_.end(), [&](const End& a, const End& b) {
    return nets_[static_cast<size_t>(a.net)].level < nets_[static_cast<size_t>(b.net)].level;
  });
  if (end == ends_.end()) return {0, "", {}, {}};
  return {nets_[static_cast<size_t>(end->net)].level, "", steps(*end), places()};
}

}  // namespace

LongestPath longest_path(std::istream& text, const std::string& top, device::Family family) {
  if (family == device::Family::ice40) return {{}, "no table of the timing of " + device::to_string(family) + " cells", {}, {}};
  Netlist netlist;
  bool found = false;
  // Cells and names are dropped as soon as they are read: the whole file would take gigabytes.
  std::array<std::string, 5> keys;  // modules, <top>, cells, <name>
  const auto visit = [&](int depth, Parsed::parse_event_t event, Parsed& value) {
    const size_t at = static_cast<size_t>(depth);
    if (event == Parsed::parse_event_t::key && at < keys.size()) keys[at] = value.get<std::string>();
    if (event != Parsed::parse_event_t::object_end || depth != 4 || readable(keys[2]) != top) return true;
    found = true;
    if (keys[3] == "ports") netlist.add_port(keys[4], value);
    if (keys[3] == "cells") netlist.add_cell(keys[4], value);
    if (keys[3] == "netnames") netlist.add_name(keys[4], value);
    return false;
  };
  try {
    const Parsed what_is_left = Parsed::parse(text, visit);
  } catch (const Parsed::exception& e) {
    throw Error(std::string("is no netlist of Yosys: ") + e.what(), "netlist.json", "run the synthesis again");
  }
  if (!found) throw Error("holds no module " + top, "netlist.json", "run the synthesis again");
  return netlist.longest();
}

Json to_json(const LongestPath& path) {
  Json steps = Json::array(), places = Json::array();
  for (const PathStep& step : path.steps) steps.push_back({{"level", step.level}, {"cell", step.cell}, {"net", step.net}});
  for (const auto& [instance, levels] : path.places) places.push_back({{"instance", instance}, {"levels", levels}});
  Json json{{"logic_levels", path.levels ? Json(*path.levels) : Json(nullptr)}};
  if (!path.levels) json["logic_levels_absent"] = path.absent;
  json["longest_path"] = steps;
  json["levels_by_instance"] = places;
  return json;
}

}  // namespace duet::synth
