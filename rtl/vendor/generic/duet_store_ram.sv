// A large memory with one port. Read latency: 1 cycle; after a write the data is not defined. Throughput: a read or a write a cycle. Twin of
// rtl/vendor/ice40/duet_store_ram.sv (four SB_SPRAM256KA). Does not: reset, initialise.
module duet_store_ram (
    input  logic        clk_i,
    input  logic        we_i,
    input  logic [13:0] addr_i,
    input  logic [63:0] data_i,
    output logic [63:0] data_o
);
  logic [63:0] words[0:16383];
  always_ff @(posedge clk_i) begin
    if (we_i) words[addr_i] <= data_i;
    data_o <= we_i ? ~data_i : words[addr_i];
  end
endmodule
