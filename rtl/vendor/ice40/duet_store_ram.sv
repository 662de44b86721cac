// A large memory with one port, as the four SB_SPRAM256KA of an iCE40 UltraPlus side by side: same ports and timing as its twin,
// rtl/vendor/generic/duet_store_ram.sv. Read latency: 1 cycle. Throughput: a read or a write a cycle. Source: Lattice FPGA-TN-02022 (SPRAM
// of iCE40). Does not: reset, initialise.
module duet_store_ram (
    input  logic        clk_i,
    input  logic        we_i,
    input  logic [13:0] addr_i,
    input  logic [63:0] data_i,
    output logic [63:0] data_o
);
  genvar part;
  generate
    for (part = 0; part < 4; part = part + 1) begin : g_part
      SB_SPRAM256KA u_words (
          .CLOCK(clk_i), .ADDRESS(addr_i), .DATAIN(data_i[part*16+:16]), .MASKWREN(4'hf), .WREN(we_i), .CHIPSELECT(1'b1),
          .STANDBY(1'b0), .SLEEP(1'b0), .POWEROFF(1'b1), .DATAOUT(data_o[part*16+:16])
      );
    end
  endgenerate
endmodule
