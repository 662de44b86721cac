// Block memory with one write and one read port. Read latency: 2 cycles (address, array, output register). Throughput: one read
// and one write a cycle. A read in the cycle of a write to the same word gives either value: nobody may rely on it.
// Twin of rtl/vendor/xc7/duet_ram.sv, which cuts it into 18-Kbit blocks (count: engine::cut_ram). Does not: reset, initialise.
module duet_ram #(
    parameter int Width    = 8,
    parameter int Depth    = 16,
    parameter int AddrBits = (Depth > 1) ? $clog2(Depth) : 1
) (
    input  logic                clk_i,
    input  logic                we_i,
    input  logic [AddrBits-1:0] waddr_i,
    input  logic [   Width-1:0] wdata_i,
    input  logic [AddrBits-1:0] raddr_i,
    output logic [   Width-1:0] rdata_o
);
  logic [Width-1:0] words[0:Depth-1];
  logic [Width-1:0] array_q;

  always_ff @(posedge clk_i) begin
    if (we_i) words[waddr_i] <= wdata_i;
    array_q <= words[raddr_i];
    rdata_o <= array_q;
  end
endmodule
