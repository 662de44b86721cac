// Sends bytes over a serial line, as duet_uart_rx reads them. Latency: the start bit begins in the cycle after a byte was taken.
// Throughput: one byte in 10 bits of Divisor cycles. Twin: Serial in src/simulate/harness/serial.h.
module duet_uart_tx #(
    parameter int Divisor = 8
) (
    input  logic       clk_i,
    input  logic       rst_i,
    input  logic       valid_i,
    output logic       ready_o,
    input  logic [7:0] byte_i,
    output logic       line_o
);
  localparam int CountBits = $clog2(Divisor);
  logic [CountBits-1:0] count_q;
  logic [3:0] left_q;   // bits behind the one on the line
  logic [8:0] shift_q;  // the lowest one is on the line

  assign line_o = shift_q[0];

  always_ff @(posedge clk_i) begin
    if (rst_i) begin
      shift_q <= '1;
      ready_o <= 1'b1;
    end else if (ready_o) begin
      count_q <= CountBits'(Divisor - 1);
      left_q  <= 4'd9;
      if (valid_i) shift_q <= {byte_i, 1'b0};
      ready_o <= !valid_i;
    end else if (count_q != '0) begin
      count_q <= count_q - CountBits'(1);
    end else begin
      count_q <= CountBits'(Divisor - 1);
      left_q  <= left_q - 4'd1;
      shift_q <= {1'b1, shift_q[8:1]};
      ready_o <= left_q == 4'd0;
    end
  end
endmodule
