// Cuts a run of beats, 64 bits each, into AXI bursts that end at multiples of 16 beats or with the run. Latency: the first burst is there in
// the cycle after take_i, the next one in the cycle after asked_i. Throughput: a burst a cycle. A run is taken when the one before has been
// asked for to its end. Twin: Channel in src/program/channel.cpp.
module duet_bursts #(
    parameter int BeatBits = 24
) (
    input  logic                clk_i,
    input  logic                rst_i,
    input  logic                take_i,
    input  logic [        31:0] addr_i,    // bytes, a multiple of 8
    input  logic [BeatBits-1:0] beats_i,
    output logic                asking_o,  // there is a burst
    output logic [        31:0] addr_o,
    output logic [         3:0] length_o,  // its beats, less one
    output logic                last_o,    // of the run
    input  logic                asked_i
);
  // The beats of a run lie in blocks of 16: how many blocks follow the one that is asked for, and where the run ends in its last one.
  localparam int BlockBits = BeatBits - 3;
  logic [BeatBits-1:0] beats_q;
  logic [BlockBits-1:0] blocks_q;
  logic [4:0] begins_q;
  logic [5:0] short_end;
  logic [3:0] end_q;
  logic fresh_q, first_q, few_q, owed_q;

  // In the first cycle of a run (fresh_q) its blocks are counted: address and beats come from afar, too far for an addition on the way. A burst
  // that is asked for in that cycle is owed to the count. The first burst, which may be the only one, needs the lowest bits of the sum alone.
  assign short_end = {1'b0, beats_q[4:0]} + 6'($signed(begins_q));
  assign last_o    = first_q ? few_q && short_end[5:4] == 2'd0 : blocks_q == BlockBits'(owed_q);
  assign length_o  = !last_o ? ~addr_o[6:3] : first_q ? beats_q[3:0] - 4'd1 : end_q;

  always_ff @(posedge clk_i) begin
    if (rst_i) begin
      fresh_q  <= 1'b0;
      asking_o <= 1'b0;
    end else begin
      fresh_q <= take_i;
      if (take_i) begin
        addr_o   <= addr_i;
        begins_q <= {1'b0, addr_i[6:3]} - 5'd1;
        beats_q  <= beats_i;
        few_q    <= beats_i[BeatBits-1:5] == '0;
        first_q  <= 1'b1;
        asking_o <= 1'b1;
      end else begin
        if (asked_i) begin
          addr_o   <= {addr_o[31:7] + 25'd1, 7'd0};  // where a burst ends that is not the last
          first_q  <= 1'b0;
          asking_o <= !last_o;
        end
        if (fresh_q) begin
          {blocks_q, end_q} <= (BlockBits + 4)'(beats_q) + (BlockBits + 4)'($signed(begins_q));
          owed_q            <= asked_i;
        end else if (asked_i) blocks_q <= blocks_q - BlockBits'(1);
      end
    end
  end
  wire unused = &{1'b0, short_end};
endmodule
