// y = clip(((acc + bias) * M + 2^(S-1)) >> S): docs/arithmetic.md, 3. The only place where duet rounds and saturates.
// Golden twin: fixed::requantize in src/fixed/requantize.h. Latency 8 cycles, throughput one value a cycle.
// Rounding uses floor((x + 2^(S-1)) / 2^S) = (x >> S) + bit S-1 of x, so no wide adder follows the multiplier.
// For the same reason the comparisons with the limits need not wait for the rounding: rounded > hi when fine > 2 hi, rounded < lo when
// floor(fine / 2) < lo. Needs: acc + bias within AccBits, 1 <= S <= 47. signed_i and hi_i belong to the value that leaves in the next cycle (they
// are delayed by one, not by 8).
module duet_requantize #(
    parameter int AccBits = 32
) (
    input  logic               clk_i,
    input  logic [AccBits-1:0] acc_i,
    input  logic [AccBits-1:0] bias_i,
    input  logic [        7:0] multiplier_i,
    input  logic [        5:0] shift_i,
    input  logic               signed_i,      // range -hi_i - 1 .. hi_i instead of 0..hi_i
    input  logic [       15:0] hi_i,
    output logic [       15:0] value_o
);
  localparam int ProductBits = AccBits + 8;
  localparam int KeepBits = 18;  // a 16-bit result, its sign and the rounding bit

  logic signed [AccBits-1:0] sum_q;
  logic [7:0] multiplier_q;
  logic [5:0] shift1_q, shift2_q, shift3_q, shift4_q;
  logic [2:0] shift5_q;
  logic signed [ProductBits-1:0] wide, pair0_q, pair1_q, pair2_q, pair3_q, quad0_q, quad1_q, product_q, coarse_q;
  logic signed [ProductBits-1:0] row0, row1, row2, row3, row4, row5, row6, row7, fine;
  logic [KeepBits-1:0] fine_q;
  logic over_q, under_q, far_q, deep_q, above_q, below_q, above, below, signed_q;
  logic signed [KeepBits-1:0] half, lo;
  logic signed [KeepBits:0] over, under;
  logic [15:0] rounded_q, hi_q;

  // One row of the product for each bit of the multiplier, added in three steps.
  assign wide = ProductBits'(sum_q);
  assign row0 = multiplier_q[0] ? wide : '0;
  assign row1 = multiplier_q[1] ? wide <<< 1 : '0;
  assign row2 = multiplier_q[2] ? wide : '0;
  assign row3 = multiplier_q[3] ? wide <<< 1 : '0;
  assign row4 = multiplier_q[4] ? wide : '0;
  assign row5 = multiplier_q[5] ? wide <<< 1 : '0;
  assign row6 = multiplier_q[6] ? wide : '0;
  assign row7 = multiplier_q[7] ? wide <<< 1 : '0;
  assign fine = coarse_q >>> shift5_q;
  assign half = $signed(fine_q) >>> 1;
  assign lo   = signed_i ? $signed({2'b11, ~hi_i}) : '0;
  // Comparisons by the sign of a difference: a carry's way out of its chain is long.
  assign over  = (KeepBits + 1)'($signed({1'b0, hi_i, 1'b0})) - (KeepBits + 1)'($signed(fine_q));
  assign under = (KeepBits + 1)'(half) - (KeepBits + 1)'(lo);
  // Behind the registers, for a comparison is all that fits before them.
  assign above = far_q || (!deep_q && above_q);
  assign below = deep_q || (!far_q && below_q);

  always_ff @(posedge clk_i) begin
    sum_q        <= $signed(acc_i) + $signed(bias_i);
    multiplier_q <= multiplier_i;
    shift1_q     <= shift_i - 6'd1;
    pair0_q      <= row0 + row1;
    pair1_q      <= row2 + row3;
    pair2_q      <= row4 + row5;
    pair3_q      <= row6 + row7;
    shift2_q     <= shift1_q;
    quad0_q      <= pair0_q + (pair1_q <<< 2);
    quad1_q      <= pair2_q + (pair3_q <<< 2);
    shift3_q     <= shift2_q;
    product_q    <= quad0_q + (quad1_q <<< 4);
    shift4_q     <= shift3_q;
    coarse_q     <= product_q >>> {shift4_q[5:3], 3'b000};
    shift5_q     <= shift4_q[2:0];
    fine_q       <= fine[KeepBits-1:0];
    over_q       <= !fine[ProductBits-1] && (|fine[ProductBits-1:KeepBits-1]);
    under_q      <= fine[ProductBits-1] && !(&fine[ProductBits-1:KeepBits-1]);
    rounded_q    <= fine_q[16:1] + 16'(fine_q[0]);
    far_q        <= over_q;
    deep_q       <= under_q;
    above_q      <= over[KeepBits];
    below_q      <= under[KeepBits];
    hi_q         <= hi_i;
    signed_q     <= signed_i;
    if (above) value_o <= hi_q;
    else if (below) value_o <= signed_q ? ~hi_q : 16'd0;
    else value_o <= rounded_q;
  end
  wire unused = &{1'b0, over, under};
endmodule
