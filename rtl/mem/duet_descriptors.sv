// The part of all layers' descriptors that one stage reads: beats First..First+Beats-1 of each (docs/registers.md). Distributed
// memory. Written while the program is loaded. Latency: reads none, a write is read from the next cycle on. Throughput: a read and a
// write a cycle. Twin of the beats: program::image.
module duet_descriptors #(
    parameter int Layers = 16,
    parameter int First  = 0,
    parameter int Beats  = 2
) (
    input  logic                clk_i,
    input  logic                we_i,
    input  logic [         4:0] layer_w_i,
    input  logic [         3:0] beat_w_i,
    input  logic [        63:0] data_w_i,
    input  logic [         4:0] layer_i,
    output logic [64*Beats-1:0] descriptor_o
);
  localparam int AddrBits = (Layers > 1) ? $clog2(Layers) : 1;
  genvar beat;
  generate
    for (beat = 0; beat < Beats; beat = beat + 1) begin : g_beat
      logic [63:0] words[0:(1<<AddrBits)-1];
      always_ff @(posedge clk_i)
        if (we_i && beat_w_i == 4'(First + beat)) words[layer_w_i[AddrBits-1:0]] <= data_w_i;
      assign descriptor_o[64*beat+:64] = words[layer_i[AddrBits-1:0]];
    end
  endgenerate
  wire unused = &{1'b0, layer_w_i, layer_i};
endmodule
