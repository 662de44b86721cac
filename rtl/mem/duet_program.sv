// Loads a program from memory (docs/registers.md): header, descriptors, then the words of four memories. Two AXI runs, the header and
// the rest. A word of a memory comes in whole beats, lowest bits first; a parameter is one beat a channel. Refuses a program that was
// made for other lanes, widths or kinds of layers, or that needs more of a memory than there is. Latency: the last beat to its word 1 cycle, to done_o 2; the
// header's last beat to refused_o 2. Throughput: one beat a cycle. Golden twin of the format: program::image.
module duet_program #(
    parameter int InLanes     = 8,
    parameter int OutLanes    = 24,
    parameter int DwLanes     = 2,
    parameter int DwWidth     = 2,     // of the words' ports where DwLanes is 0
    parameter logic [15:0] Kinds = 16'h3813,  // of convolutions and the like (header, beat 2)
    parameter int Bypass      = 0,
    parameter int BeatLanes   = 8,
    parameter int UnitGroups  = 1,
    parameter int Pixels      = 1,
    parameter int WeightBits  = 8,
    parameter int PwWordBits  = OutLanes * WeightBits,
    parameter int FeatureBits = 8,
    parameter int AccBits     = 32,
    parameter int Layers      = 16,
    parameter int LineWords     = 512,
    parameter int SideWords     = 0,
    parameter int TileWords     = 512,
    parameter int PsumWords     = 256,
    parameter int ResultWords   = 256,
    parameter int DwWeightWords = 256,
    parameter int DwParamWords  = 128,
    parameter int PwWeightWords = 512,
    parameter int PwParamWords  = 128,
    parameter int ParamBits   = AccBits + 14
) (
    input  logic                           clk_i,
    input  logic                           rst_i,
    input  logic                           start_i,
    input  logic [                   31:0] addr_i,
    output logic                           busy_o,
    output logic                           done_o,           // the program is there
    output logic                           refused_o,        // not made for this engine
    output logic                           read_valid_o,
    input  logic                           read_ready_i,
    output logic [                   31:0] read_addr_o,
    output logic [                   23:0] read_beats_o,
    input  logic                           data_valid_i,
    input  logic [                   63:0] data_i,
    input  logic                           data_done_i,
    output logic                           descriptor_we_o,
    output logic [                    4:0] descriptor_layer_o,
    output logic [                    3:0] descriptor_beat_o,
    output logic [                   63:0] descriptor_data_o,
    output logic [                    3:0] word_we_o,        // depth-wise weights, parameters, point-wise weights, parameters
    output logic [                   31:0] word_addr_o,
    output logic [ DwWidth*WeightBits-1:0] dw_weight_o,
    output logic [  DwWidth*ParamBits-1:0] dw_param_o,
    output logic [         PwWordBits-1:0] pw_weight_o,
    output logic [BeatLanes*ParamBits-1:0] pw_param_o
);
  localparam int DwBeats = (DwWidth * WeightBits + 63) / 64;
  localparam int PwBeats = (PwWordBits + 63) / 64;
  localparam int Most1 = (DwBeats > PwBeats) ? DwBeats : PwBeats;
  localparam int Most2 = (DwWidth > BeatLanes) ? DwWidth : BeatLanes;
  localparam int Most = (Most1 > Most2) ? Most1 : Most2;
  localparam logic [63:0] Magic = 64'h0000_0007_5445_5544;
  localparam logic [63:0] Signature = {4'(Pixels), 4'(UnitGroups), 8'(AccBits), 8'(FeatureBits), 8'(WeightBits), 8'(BeatLanes), 8'(DwLanes), 8'(OutLanes), 8'(InLanes)};

  typedef enum logic [2:0] {
    Idle,
    AskHeader,
    Header,
    Check,
    AskRest,
    Descriptors,
    Words,
    Finish
  } state_t;
  state_t state_q;

  logic [2:0] beat_q;
  logic [31:0] dw_weights_q, dw_params_q, pw_weights_q, pw_params_q, word_q;
  logic [23:0] rest_q;
  logic [31:0] words, left_q;  // of the next section; left of this one, with this word
  logic [15:0] layers_q, layer_q;
  logic [3:0] field_q, part_q, parts;
  logic [1:0] section_q;
  logic [64*Most-1:0] shift_q;
  logic fits_q, last_word_q, last_layer_q, word_end, section_end;

  assign read_valid_o = state_q == AskHeader || state_q == AskRest;

  // The header's beats against this engine: which of them came in the last cycle, and what each would mean for a beat in its place. The
  // last one tells nothing, so the verdict is there in Check.
  logic [6:0] came_q, meets_q;
  always_ff @(posedge clk_i) begin
    came_q     <= (state_q == Header && data_valid_i) ? 7'd1 << beat_q : 7'd0;
    meets_q[0] <= data_i == Magic;
    meets_q[1] <= data_i == Signature;
    meets_q[2] <= data_i[15:0] <= 16'(Layers) && data_i[31:16] == Kinds;
    meets_q[3] <= data_i[31:0] <= 32'(DwWeightWords) && data_i[63:32] <= 32'(DwParamWords);
    meets_q[4] <= data_i[63:32] <= 32'(PwParamWords);
    meets_q[5] <= 32'(data_i[15:0]) <= LineWords && 32'(data_i[31:16]) <= SideWords && 32'(data_i[47:32]) <= TileWords
               && 32'(data_i[63:48]) <= PsumWords;
    meets_q[6] <= 32'(data_i[15:0]) <= ResultWords && (!data_i[16] || Bypass != 0) && data_i[63:32] <= 32'(PwWeightWords);
    fits_q     <= state_q == AskHeader || (fits_q && (came_q & ~meets_q) == 7'd0);
  end

  always_comb begin
    case (section_q)
      2'd0: begin
        parts = 4'(DwBeats);
        words = dw_params_q;
      end
      2'd1: begin
        parts = 4'(DwWidth);
        words = pw_weights_q;
      end
      2'd2: begin
        parts = 4'(PwBeats);
        words = pw_params_q;
      end
      default: begin
        parts = 4'(BeatLanes);
        words = pw_params_q;  // there is none
      end
    endcase
  end
  assign word_end    = state_q == Words && data_valid_i && part_q + 4'd1 == parts;
  assign section_end = word_end && last_word_q;

  always_ff @(posedge clk_i) begin
    if (data_valid_i) shift_q <= (64 * Most)'({data_i, shift_q} >> 64);
    descriptor_data_o  <= data_i;
    descriptor_layer_o <= layer_q[4:0];
    descriptor_beat_o  <= field_q;
    word_addr_o        <= word_q;
    last_layer_q       <= layer_q + 16'd1 == layers_q;  // of use 16 beats later
    if (rst_i) begin
      state_q         <= Idle;
      busy_o          <= 1'b0;
      descriptor_we_o <= 1'b0;
      word_we_o       <= '0;
      done_o          <= 1'b0;
      refused_o       <= 1'b0;
    end else begin
      descriptor_we_o <= state_q == Descriptors && data_valid_i;
      word_we_o       <= word_end ? 4'd1 << section_q : 4'd0;
      done_o          <= state_q == Finish;
      refused_o       <= state_q == Check && !fits_q;
      case (state_q)
        Idle: begin
          read_addr_o  <= addr_i;
          read_beats_o <= 24'd8;
          busy_o       <= start_i;
          if (start_i) state_q <= AskHeader;
        end
        AskHeader: begin
          beat_q <= '0;
          if (read_ready_i) state_q <= Header;
        end
        Header:
        if (data_valid_i) begin
          beat_q <= beat_q + 3'd1;
          case (beat_q)
            3'd2: {rest_q, layers_q} <= {data_i[55:32], data_i[15:0]};
            3'd3: {dw_params_q, dw_weights_q} <= data_i;
            3'd4: {pw_params_q, pw_weights_q} <= data_i;
            default: ;
          endcase
          if (data_done_i) state_q <= Check;
        end
        Check: begin
          read_addr_o  <= read_addr_o + 32'd64;
          read_beats_o <= rest_q;
          busy_o       <= fits_q;
          state_q      <= fits_q ? AskRest : Idle;
        end
        AskRest: begin
          layer_q   <= '0;
          field_q   <= '0;
          part_q    <= '0;
          word_q    <= '0;
          section_q <= (DwLanes > 0) ? 2'd0 : 2'd2;
          left_q      <= (DwLanes > 0) ? dw_weights_q : pw_weights_q;
          last_word_q <= (DwLanes > 0) ? dw_weights_q == 32'd1 : pw_weights_q == 32'd1;
          if (read_ready_i) state_q <= Descriptors;
        end
        Descriptors:
        if (data_valid_i) begin
          field_q <= field_q + 4'd1;
          if (field_q == 4'd15) begin
            layer_q <= layer_q + 16'd1;
            if (last_layer_q) state_q <= Words;
          end
        end
        Words:
        if (data_valid_i) begin
          part_q <= word_end ? 4'd0 : part_q + 4'd1;
          if (word_end) begin
            word_q      <= section_end ? 32'd0 : word_q + 32'd1;
            left_q      <= section_end ? words : left_q - 32'd1;
            last_word_q <= section_end ? words == 32'd1 : left_q == 32'd2;
          end
          if (section_end) section_q <= section_q + 2'd1;
          if (data_done_i) state_q <= Finish;
        end
        default: begin
          busy_o  <= 1'b0;
          state_q <= Idle;
        end
      endcase
    end
  end

  // A word's beats are the last that came: the top of the shift register.
  assign dw_weight_o = shift_q[64*(Most-DwBeats)+:DwWidth*WeightBits];
  assign pw_weight_o = shift_q[64*(Most-PwBeats)+:PwWordBits];
  genvar lane;
  generate
    for (lane = 0; lane < DwWidth; lane = lane + 1) begin : g_dw_param
      localparam int At = 64 * (Most - DwWidth + lane);
      assign dw_param_o[lane*ParamBits+:ParamBits] = {shift_q[At+48+:6], shift_q[At+40+:8], shift_q[At+:AccBits]};
    end
    for (lane = 0; lane < BeatLanes; lane = lane + 1) begin : g_pw_param
      localparam int At = 64 * (Most - BeatLanes + lane);
      assign pw_param_o[lane*ParamBits+:ParamBits] = {shift_q[At+48+:6], shift_q[At+40+:8], shift_q[At+:AccBits]};
    end
  endgenerate
  wire unused = &{1'b0, shift_q};
endmodule
