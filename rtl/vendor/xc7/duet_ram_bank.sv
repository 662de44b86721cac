// One 18-Kbit block memory: one write and one read port, read latency 1 cycle. Its shape is one that the block offers, so that
// synthesis makes exactly one RAMB18E1 of it. Throughput: a read and a write a cycle. Twin: none (count: engine::cut_ram). Does not:
// reset, initialise.
module duet_ram_bank #(
    parameter int Width    = 36,
    parameter int AddrBits = 9
) (
    input  logic                clk_i,
    input  logic                we_i,
    input  logic [AddrBits-1:0] waddr_i,
    input  logic [   Width-1:0] wdata_i,
    input  logic [AddrBits-1:0] raddr_i,
    output logic [   Width-1:0] rdata_o
);
  (* ram_style = "block" *) (* no_rw_check *) logic [Width-1:0] words[0:(1<<AddrBits)-1];

  always_ff @(posedge clk_i) begin
    if (we_i) words[waddr_i] <= wdata_i;
    rdata_o <= words[raddr_i];
  end
endmodule
