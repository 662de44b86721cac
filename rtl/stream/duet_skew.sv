// Delays lane k of a vector by k cycles: what a systolic chain asks of its inputs. Latency: k cycles. Throughput: one vector a cycle.
// Twin: none.
module duet_skew #(
    parameter int Lanes = 4,
    parameter int Width = 8
) (
    input  logic                   clk_i,
    input  logic [Lanes*Width-1:0] data_i,
    output logic [Lanes*Width-1:0] data_o
);
  genvar lane;
  generate
    for (lane = 0; lane < Lanes; lane = lane + 1) begin : g_lane
      duet_delay #(
          .Width(Width),
          .Depth(lane)
      ) u_delay (
          .clk_i,
          .data_i(data_i[lane*Width+:Width]),
          .data_o(data_o[lane*Width+:Width])
      );
    end
  endgenerate
endmodule
