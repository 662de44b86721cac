// Delays flags by Depth >= 2 cycles, cleared by reset: for valid bits and tokens. Latency: Depth cycles. Throughput: one a cycle. Twin:
// none.
module duet_flag_delay #(
    parameter int Width = 1,
    parameter int Depth = 2
) (
    input  logic             clk_i,
    input  logic             rst_i,
    input  logic [Width-1:0] data_i,
    output logic [Width-1:0] data_o
);
  logic [Width*Depth-1:0] line_q;
  always_ff @(posedge clk_i) begin
    if (rst_i) line_q <= '0;
    else line_q <= {line_q[Width*(Depth-1)-1:0], data_i};
  end
  assign data_o = line_q[Width*(Depth-1)+:Width];
endmodule
