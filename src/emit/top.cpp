#include <fmt/core.h>

#include <sstream>

#include "base/error.h"
#include "base/files.h"
#include "emit/emit.h"

namespace duet::emit {
namespace {

struct Port {
  const char* name;     // of duet_engine, without _i or _o
  const char* outside;  // of duet_top
  int bits;
  bool input;
};

constexpr Port kPorts[] = {{"irq", "irq", 1, false},
                           {"s_awvalid", "s_axi_awvalid", 1, true},
                           {"s_awready", "s_axi_awready", 1, false},
                           {"s_awaddr", "s_axi_awaddr", 8, true},
                           {"s_wvalid", "s_axi_wvalid", 1, true},
                           {"s_wready", "s_axi_wready", 1, false},
                           {"s_wdata", "s_axi_wdata", 32, true},
                           {"s_bvalid", "s_axi_bvalid", 1, false},
                           {"s_bready", "s_axi_bready", 1, true},
                           {"s_bresp", "s_axi_bresp", 2, false},
                           {"s_arvalid", "s_axi_arvalid", 1, true},
                           {"s_arready", "s_axi_arready", 1, false},
                           {"s_araddr", "s_axi_araddr", 8, true},
                           {"s_rvalid", "s_axi_rvalid", 1, false},
                           {"s_rready", "s_axi_rready", 1, true},
                           {"s_rdata", "s_axi_rdata", 32, false},
                           {"s_rresp", "s_axi_rresp", 2, false},
                           {"m_arvalid", "m_axi_arvalid", 1, false},
                           {"m_arready", "m_axi_arready", 1, true},
                           {"m_araddr", "m_axi_araddr", 32, false},
                           {"m_arlen", "m_axi_arlen", 8, false},
                           {"m_arsize", "m_axi_arsize", 3, false},
                           {"m_arburst", "m_axi_arburst", 2, false},
                           {"m_rvalid", "m_axi_rvalid", 1, true},
                           {"m_rready", "m_axi_rready", 1, false},
                           {"m_rdata", "m_axi_rdata", 64, true},
                           {"m_rresp", "m_axi_rresp", 2, true},
                           {"m_rlast", "m_axi_rlast", 1, true},
                           {"m_awvalid", "m_axi_awvalid", 1, false},
                           {"m_awready", "m_axi_awready", 1, true},
                           {"m_awaddr", "m_axi_awaddr", 32, false},
                           {"m_awlen", "m_axi_awlen", 8, false},
                           {"m_awsize", "m_axi_awsize", 3, false},
                           {"m_awburst", "m_axi_awburst", 2, false},
                           {"m_wvalid", "m_axi_wvalid", 1, false},
                           {"m_wready", "m_axi_wready", 1, true},
                           {"m_wdata", "m_axi_wdata", 64, false},
                           {"m_wstrb", "m_axi_wstrb", 8, false},
                           {"m_wlast", "m_axi_wlast", 1, false},
                           {"m_bvalid", "m_axi_bvalid", 1, true},
                           {"m_bready", "m_axi_bready", 1, false},
                           {"m_bresp", "m_axi_bresp", 2, true}};

std::string parameters(const engine::Engine& e) {
  const engine::Buffers& b = e.buffers;
  const std::pair<const char*, int> all[] = {{"InLanes", e.in_lanes},
                                             {"OutLanes", e.out_lanes},
                                             {"DwLanes", e.dw_lanes},
                                             {"BeatLanes", engine::beat_lanes(e)},
                                             {"HeadLanes", engine::head_lanes(e)},
                                             {"UnitGroups", e.unit_groups},
                                             {"Nibbles", engine::nibbles(e)},
                                             {"BankLanes", engine::bank_lanes(e)},
                                             {"DwKernel", engine::dw_kernel(e)},
                                             {"ArrayKernel", engine::array_kernel(e)},
                                             {"Diagonal", engine::diagonal(e)},
                                             {"Signed", engine::signed_features(e)},
                                             {"Average", e.bundle.pool == net::Pool::average},
                                             {"Bypass", e.bypass},
                                             {"DigitBits", engine::digit_bits(e)},
                                             {"WeightBits", e.weight_bits},
                                             {"FeatureBits", e.feature_bits},
                                             {"AccBits", e.acc_bits},
                                             {"Products", e.products},
                                             {"DwInLuts", e.dw_in_luts},
                                             {"Chain", engine::chain(e)},
                                             {"Pixels", engine::pixels(e)},
                                             {"PairShift", e.products > 1 ? engine::pair(e).weight_shift : 0},
                                             {"PixelShift", e.products > 1 ? engine::pair(e).feature_shift : 0},
                                             {"Quads", engine::quads(e)},
                                             {"LineWords", b.line_words},
                                             {"SideWords", b.side_words},
                                             {"TileWords", b.tile_words},
                                             {"PsumWords", b.psum_words},
                                             {"ResultWords", b.result_words},
                                             {"PwWeightWords", b.pw_weight_words},
                                             {"DwWeightWords", b.dw_weight_words},
                                             {"PwParamWords", b.pw_param_words},
                                             {"DwParamWords", b.dw_param_words},
                                             {"Layers", b.layers}};
  std::string text;
  for (const auto& [name, value] : all) text += fmt::format("{}      .{}({})", text.empty() ? "" : ",\n", name, value);
  return text;
}

// The files that a list names, relative to `folder`.
void append_list(std::vector<std::filesystem::path>& files, const std::filesystem::path& list,
                 const std::filesystem::path& folder) {
  std::istringstream lines(base::read_file(list));
  for (std::string line; std::getline(lines, line);)
    if (!line.empty()) files.push_back(folder / line);
}

// Its line's speed is all that a compact engine lets anybody choose.
constexpr const char* kCompactTop =
    "// Generated by duet: the compact engine with its line. Registers and memory: docs/compact.md.\n"
    "module duet_top #(\n    parameter int Divisor = 8\n) (\n    input  logic clk_i,\n    input  logic rst_i,\n"
    "    input  logic line_i,\n    output logic line_o,\n    output logic busy_o\n);\n"
    "  duet_compact_board #(\n      .Divisor(Divisor)\n  ) u_board (\n"
    "      .clk_i, .rst_i, .line_i, .line_o, .busy_o\n  );\nendmodule\n";

}  // namespace

std::string top(const engine::Engine& engine) {
  if (const std::string reason = engine::illegal_because(engine); !reason.empty())
    throw Error(reason, "engine", "change the engine's lanes, widths or buffers");
  if (engine::compact(engine)) return kCompactTop;
  std::string ports = "    input  logic clk,\n    input  logic rst", wires = "      .clk_i(clk),\n      .rst_i(rst)";
  for (const Port& port : kPorts) {
    const std::string range = port.bits > 1 ? fmt::format(" [{}:0]", port.bits - 1) : "";
    ports += fmt::format(",\n    {} logic{} {}", port.input ? "input " : "output", range, port.outside);
    wires += fmt::format(",\n      .{}{}({})", port.name, port.input ? "_i" : "_o", port.outside);
  }
  return "// Generated by duet: one engine with its parameters. Registers and memory: docs/registers.md.\nmodule duet_top (\n" +
         ports + "\n);\n  duet_engine #(\n" + parameters(engine) + "\n  ) u_engine (\n" + wires + "\n  );\nendmodule\n";
}

std::string vendor_of(device::Family family) {
  const std::string name = device::to_string(family);
  return std::filesystem::exists(base::home() / "rtl" / "vendor" / name) ? name : kGeneric;
}

void require_vendor(device::Family family) {
  if (vendor_of(family) == kGeneric)
    throw Error("duet's RTL has no multipliers and memories of this family", device::to_string(family),
                "choose a device of another family (see `duet devices`); `duet estimate` models this one");
}

std::vector<std::filesystem::path> emitted_files(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> files;
  append_list(files, folder / "rtl" / "files.f", folder);
  return files;
}

std::vector<std::filesystem::path> board_files(const engine::Engine& engine) {
  std::vector<std::filesystem::path> files;
  if (engine::compact(engine)) return files;
  append_list(files, base::home() / "rtl" / "board" / "board.f", base::home() / "rtl");
  return files;
}

std::vector<std::filesystem::path> rtl_files(const engine::Engine& engine, const std::string& vendor) {
  const std::filesystem::path rtl = base::home() / "rtl";
  std::vector<std::filesystem::path> files;
  const bool compact = engine::compact(engine);
  append_list(files, rtl / "vendor" / vendor / (compact ? "compact.f" : "files.f"), rtl);
  append_list(files, compact ? rtl / "compact" / "compact.f" : rtl / "rtl.f", rtl);
  return files;
}

}  // namespace duet::emit
