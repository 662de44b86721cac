// Receives bytes from a serial line: 8 bits, the lowest first, no parity, one stop bit. A bit takes Divisor cycles; each is read in its
// middle. Latency: a byte comes half a bit and 3 cycles after its stop bit began. Throughput: one byte in 10 bits. Twin: Serial in
// src/simulate/harness/serial.h. Does not: hold a byte back. A byte without a stop bit is dropped, and none begins before the line was high again.
module duet_uart_rx #(
    parameter int Divisor = 8  // at least 4
) (
    input  logic       clk_i,
    input  logic       rst_i,
    input  logic       line_i,
    output logic       valid_o,
    output logic [7:0] byte_o
);
  localparam int CountBits = $clog2(Divisor);
  logic [1:0] line_q;  // the line knows nothing of our clock
  logic [CountBits-1:0] count_q;
  logic [3:0] bit_q;  // 0: the start bit, 9: the stop bit
  logic busy_q, broken_q;

  always_ff @(posedge clk_i) begin
    line_q  <= {line_q[0], line_i};
    valid_o <= 1'b0;
    if (rst_i) begin
      busy_q <= 1'b0;
      line_q <= 2'b11;
    end else if (!busy_q) begin
      busy_q   <= !line_q[1];
      broken_q <= 1'b0;
      bit_q    <= 4'd0;
      count_q  <= CountBits'(Divisor / 2 - 1);
    end else if (count_q != '0) begin
      count_q <= count_q - CountBits'(1);
    end else begin
      count_q <= CountBits'(Divisor - 1);
      bit_q   <= bit_q + 4'd1;
      if (bit_q != 4'd0 && bit_q != 4'd9) byte_o <= {line_q[1], byte_o[7:1]};
      if (bit_q == 4'd0) busy_q <= !line_q[1];  // else it was a spike
      if (bit_q == 4'd9) begin
        busy_q   <= !line_q[1];
        valid_o  <= line_q[1] && !broken_q;
        broken_q <= 1'b1;
        bit_q    <= 4'd9;
        count_q  <= '0;
      end
    end
  end
endmodule
