// Delays data by Depth cycles (0: a wire). No reset, so that it maps to shift registers in LUTs. Latency: Depth cycles. Throughput: one a
// cycle. Twin: none.
module duet_delay #(
    parameter int Width = 1,
    parameter int Depth = 1
) (
    input  logic             clk_i,
    input  logic [Width-1:0] data_i,
    output logic [Width-1:0] data_o
);
  generate
    if (Depth == 0) begin : g_wire
      assign data_o = data_i;
      wire unused = &{1'b0, clk_i};
    end else if (Depth == 1) begin : g_one
      always_ff @(posedge clk_i) data_o <= data_i;
    end else begin : g_line
      logic [Width*Depth-1:0] line_q;
      always_ff @(posedge clk_i) line_q <= {line_q[Width*(Depth-1)-1:0], data_i};
      assign data_o = line_q[Width*(Depth-1)+:Width];
    end
  endgenerate
endmodule
