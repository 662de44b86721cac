#include "mutants/mutate.h"

#include <fmt/core.h>

#include <map>
#include <regex>

#include "base/error.h"
#include "base/rng.h"

namespace duet::mutants {
namespace {

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines(1);
  for (const char c : text) {
    if (c == '\n')
      lines.emplace_back();
    else
      lines.back() += c;
  }
  return lines;
}

// The line with blanks in place of comments and strings, so that places stay.
std::string code_of(const std::string& line) {
  std::string code = line;
  bool quoted = false;
  for (size_t i = 0; i < code.size(); ++i) {
    if (!quoted && line.compare(i, 2, "//") == 0) return code.replace(i, std::string::npos, line.size() - i, ' ');
    if (line[i] == '"') quoted = !quoted;
    if (quoted) code[i] = ' ';
  }
  return code;
}

bool begins(const std::string& code, const std::regex& what) {
  return std::regex_search(code, what, std::regex_constants::match_continuous);
}

// Lines that are no logic, from one that begins so to one that holds so.
struct Span {
  std::regex first;
  const char* last;
};
const std::vector<Span> kSpans{
    {std::regex(R"(\s*module\b)"), ");"},
    {std::regex(R"(\s*`ifndef SYNTHESIS)"), "`endif"},
    {std::regex(R"(\s*function automatic integer)"), "endfunction"},
    {std::regex(R"(\s*(localparam (int|bit)\b|typedef|genvar|wire unused|input|output|integer))"), ";"}};
const std::regex kDeclaration(R"(\s*(localparam )?(logic|wire)\b)");
const std::regex kElaboration(R"(\s*(for \(|\.[A-Z]\w*\(.*\),?$))");

// Tells, line by line, what is logic and what only elaborates.
class Reader {
 public:
  bool is_logic(const std::string& code) {
    for (const Span& span : kSpans)
      if (until_.empty() && begins(code, span.first)) until_ = span.last;
    if (!until_.empty()) {
      if (code.find(until_) != std::string::npos) until_.clear();
      return false;
    }
    const bool declares = begins(code, kDeclaration) && code.find(" = ") == std::string::npos;
    return !declares && !begins(code, kElaboration) && code.find("begin : ") == std::string::npos;
  }

 private:
  std::string until_;
};

// The place behind the bracket that closes the one at `open`, npos when the line ends before.
size_t behind_bracket(const std::string& code, size_t open) {
  int depth = 0;
  for (size_t i = open; i < code.size(); ++i) {
    if (std::string("([{").find(code[i]) != std::string::npos) ++depth;
    if (std::string(")]}").find(code[i]) != std::string::npos && --depth == 0) return i + 1;
  }
  return std::string::npos;
}

// Where the expression that begins at `from` ends: before a character of `stops` outside brackets or a bracket that closes
// more than it opened.
size_t expression_end(const std::string& code, size_t from, const std::string& stops) {
  for (size_t i = from; i < code.size();) {
    if (stops.find(code[i]) != std::string::npos || std::string(")]}").find(code[i]) != std::string::npos) return i;
    i = std::string("([{").find(code[i]) != std::string::npos ? behind_bracket(code, i) : i + 1;
  }
  return std::string::npos;
}

// A part of a line and what comes in its place.
struct Edit {
  size_t at, length;
  std::string text;
};
using Edits = std::vector<Edit>;

// Where an assignment to a register begins: the place of what is assigned to.
const std::regex kAssignment(R"((?:^\s*|\)\s+|\bbegin\s+|\belse\s+|:\s+)((?:\w+(?:\[[^\]]*\])?|\{[^}]*\})\s*<= ))");

Edits assignments(const std::string& code) {
  Edits edits;
  for (std::sregex_iterator i(code.begin(), code.end(), kAssignment), end; i != end; ++i) {
    const size_t at = static_cast<size_t>(i->position(1));
    const size_t stop = expression_end(code, at, ";");
    if (stop != std::string::npos) edits.push_back({at, stop - at, ""});
  }
  return edits;
}

// Comparisons, without the signs of assignments.
Edits boundaries(const std::string& code) {
  std::string rest = code;
  for (std::sregex_iterator i(code.begin(), code.end(), kAssignment), end; i != end; ++i)
    rest.replace(static_cast<size_t>(i->position(1) + i->length(1)) - 3, 2, 2, ' ');
  const std::map<std::string, std::string> other{{"<", "<="}, {"<=", "<"}, {">", ">="}, {">=", ">"}};
  static const std::regex sign(" (<=?|>=?) ");
  Edits edits;
  for (std::sregex_iterator i(rest.begin(), rest.end(), sign), end; i != end; ++i)
    if (const auto with = other.find((*i)[1]); with != other.end())
      edits.push_back({static_cast<size_t>(i->position(1)), static_cast<size_t>(i->length(1)), with->second});
  return edits;
}

// `a ? b : c` becomes `a ? c : b`.
Edits branches(const std::string& code) {
  Edits edits;
  for (size_t ask = code.find(" ? "); ask != std::string::npos; ask = code.find(" ? ", ask + 1)) {
    size_t colon = ask + 3;
    for (int open = 1; open > 0 && colon != std::string::npos;) {  // the colon of this question, not of one inside
      colon = expression_end(code, colon, "?:;,");
      if (colon == std::string::npos || (code[colon] != '?' && code[colon] != ':')) break;
      open += code[colon] == '?' ? 1 : -1;
      colon += open > 0;
    }
    if (colon == std::string::npos || code[colon] != ':') continue;
    const size_t end = expression_end(code, colon + 1, ";,");
    if (end == std::string::npos) continue;
    const std::string yes = code.substr(ask + 3, colon - ask - 4), no = code.substr(colon + 2, end - colon - 2);
    edits.push_back({ask + 3, end - ask - 3, fmt::format("({}) : ({})", no, yes)});
  }
  return edits;
}

// Conditions, and the enables that go into a module.
Edits enables(const std::string& code) {
  static const std::regex place(R"(\bif (?=\()|\.\w*(?:valid|we|ready|enable|advance|load|begin|take|step)_i(?=\())");
  Edits edits;
  for (std::sregex_iterator i(code.begin(), code.end(), place), end; i != end; ++i) {
    const size_t open = static_cast<size_t>(i->position() + i->length()), close = behind_bracket(code, open);
    if (close != std::string::npos) edits.push_back({open, close - open, "(1'b1)"});
  }
  return edits;
}

// Numbers with a width, and those added or compared: one more and one less.
Edits constants(const std::string& code) {
  static const std::regex number(R"(\b(\d+)'d(\d+)\b|\b1'b([01])\b|[-+*<>=] (\d+)\b(?!'))");
  Edits edits;
  for (std::sregex_iterator i(code.begin(), code.end(), number), end; i != end; ++i) {
    const std::smatch& found = *i;
    const auto put = [&](size_t group, uint64_t value) {
      edits.push_back(
          {static_cast<size_t>(found.position(group)), static_cast<size_t>(found.length(group)), std::to_string(value)});
    };
    if (found[3].matched) {
      put(3, found[3] == "0");
      continue;
    }
    const size_t group = found[2].matched ? 2 : 4;
    const uint64_t value = std::stoull(found[group]), bits = found[1].matched ? std::stoull(found[1]) : 31;
    if (bits >= 63 || value + 1 < uint64_t{1} << bits) put(group, value + 1);
    if (value > 0) put(group, value - 1);
  }
  return edits;
}

struct Operator {
  const char* name;
  std::function<Edits(const std::string& code)> edits;
};

// Every place at which `pattern` is found; `with` as in std::regex_replace.
Operator replace(const char* name, const std::string& pattern, const std::string& with) {
  return {name, [expression = std::regex(pattern), with](const std::string& code) {
            Edits edits;
            for (std::sregex_iterator i(code.begin(), code.end(), expression), end; i != end; ++i)
              edits.push_back({static_cast<size_t>(i->position()), static_cast<size_t>(i->length()), i->format(with)});
            return edits;
          }};
}

const std::vector<Operator>& operators() {
  static const std::vector<Operator> kOperators{
      replace("plus to minus", R"( \+ )", " - "),
      replace("minus to plus", " - ", " + "),
      {"boundary", boundaries},
      replace("equal to unequal", " == ", " != "),
      replace("unequal to equal", " != ", " == "),
      replace("and to or", " && ", " || "),
      replace("or to and", R"( \|\| )", " && "),
      replace("and to or", R"( [&^] )", " | "),
      replace("or to and", R"( \| )", " & "),
      replace("shift the other way", " <<<? ", " >> "),
      replace("shift the other way", " >>>? ", " << "),
      replace("factor", R"((\w)\*(?=\w))", "$1+"),
      replace("factor", R"((\w)%(?=\w))", "$1/"),
      {"constant", constants},
      replace("not dropped", R"([!~](?=[\w({&|]))", ""),
      {"branches swapped", branches},
      {"assignment dropped", assignments},
      replace("sign to zero", R"(\$signed\()", "$$unsigned("),
      replace("sign to zero", R"(\{(\w+)\[\w+(-1)?\], \1)", "{1'b0, $1"),
      replace("sign to zero", R"(\{\w+\[[^\]]*\]\}\})", "{1'b0}}"),
      replace("sign to zero", " >>> ", " >> "),
      {"enable forced", enables},
      replace("enable forced", R"((\.\w*(?:valid|we|ready|enable|advance|load|begin|take|step)_i)(?=,))", "$1(1'b1)"),
      replace("always the first", R"(\[(?:\w+|\([^()]*\))\*\w+\+:)", "[0+:"),
      replace("ports crossed", R"(\.(?!clk_i|rst_i)(\w+_i), \.(\w+_i)(?=[,\s]))", ".$1($2), .$2($1)"),
  };
  return kOperators;
}

}  // namespace

std::vector<Mutant> mutants_of(const Source& source) {
  std::vector<Mutant> all;
  Reader reader;
  int number = 0;
  for (const std::string& line : lines_of(source.text)) {
    const std::string code = code_of(line);
    ++number;
    if (!reader.is_logic(code)) continue;
    for (const Operator& one : operators())
      for (const Edit& edit : one.edits(code)) {
        std::string mine = line;
        if (mine.substr(edit.at, edit.length) != edit.text)  // an enable may be 1 already
          all.push_back({source.file, number, one.name, line, mine.replace(edit.at, edit.length, edit.text)});
      }
  }
  return all;
}

std::vector<Mutant> draw(const std::vector<Source>& sources, uint64_t seed, int count,
                         const std::function<bool(const Mutant&)>& elaborates) {
  if (count < 2 * static_cast<int>(sources.size()))
    throw Error(fmt::format("must be at least {}, two for each of {} modules", 2 * sources.size(), sources.size()), "--count",
                "ask for more mutants");
  Rng rng(seed);
  std::vector<Mutant> drawn, rest;
  for (const Source& source : sources) {
    std::map<std::string, std::vector<Mutant>> by_change;
    for (Mutant& mutant : mutants_of(source)) by_change[mutant.change].push_back(std::move(mutant));
    // One of each operator, then a second one of each, and so on.
    std::vector<std::vector<Mutant>> groups;
    for (auto& [change, group] : by_change) rng.shuffle(group), groups.push_back(std::move(group));
    rng.shuffle(groups);
    int left = 2;
    for (size_t turn = 0, seen = 1; seen > 0; ++turn) {
      seen = 0;
      for (std::vector<Mutant>& group : groups) {
        if (turn >= group.size()) continue;
        ++seen;
        if (left > 0 && elaborates(group[turn]))
          drawn.push_back(group[turn]), --left;
        else if (left == 0)
          rest.push_back(group[turn]);
      }
    }
    if (left > 0) throw Error("has fewer than two mutants that elaborate", source.file, "add an operator for what it is made of");
  }
  rng.shuffle(rest);
  for (size_t i = 0; i < rest.size() && static_cast<int>(drawn.size()) < count; ++i)
    if (elaborates(rest[i])) drawn.push_back(rest[i]);
  if (static_cast<int>(drawn.size()) < count) throw Error("are more than there are", "--count", "ask for fewer mutants");
  return drawn;
}

std::string plant(const Mutant& mutant, const std::string& text) {
  std::vector<std::string> lines = lines_of(text);
  const size_t at = static_cast<size_t>(mutant.line) - 1;
  DUET_CHECK(at < lines.size() && lines[at] == mutant.old, mutant.file);
  lines[at] = mutant.mine;
  std::string changed;
  for (const std::string& line : lines) changed += line + '\n';
  changed.pop_back();
  return changed;
}

bool of_compact(const std::string& file) {
  return file.starts_with("rtl/compact/") || file.starts_with("rtl/vendor/ice40/") ||
         file == "rtl/vendor/generic/duet_accumulate.sv" || file == "rtl/vendor/generic/duet_store_ram.sv";
}

std::string vendor_of(const std::string& file) {
  const std::string folder = "rtl/vendor/";
  if (!file.starts_with(folder)) return "generic";
  return file.substr(folder.size(), file.find('/', folder.size()) - folder.size());
}

}  // namespace duet::mutants
