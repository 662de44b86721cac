// The accelerator for networks that repeat a Bundle, any of the layer pool (docs/decisions/0008-any-bundle.md), and a 1x1 head: one engine
// on which all replications run one after the other, its stages a pipeline over tiles (docs/architecture.md). What a network is stands in
// memory: descriptors, weights and parameters (docs/registers.md), so one engine runs every network of its Bundle that its memories hold.
//   load -> line buffer -> depth-wise -> tile buffer -> array -> result buffer -> store
// Layers without a depth-wise convolution go from load straight to the tile buffer.
// Bus: AXI4 master (64 bit) to memory, AXI4-Lite slave to the host, interrupt when a frame is done. One clock, synchronous reset,
// held for at least 32 cycles. How to choose the parameters: docs/integrate.md. Latency and throughput: a frame's cycles, which
// program::predict gives exactly; the array makes InLanes x OutLanes x Pixels products a cycle. C++ twins:
// program (schedule, image, cycles), golden (values), engine (resources).
module duet_engine #(
    parameter int InLanes       = 8,
    parameter int OutLanes      = 24,
    parameter int DwLanes       = 2,    // 0 without a depth-wise convolution
    parameter int BeatLanes     = 8,    // channels of a beat of a map in memory
    parameter int HeadLanes     = 4,    // ... of the head's
    parameter int UnitGroups    = 1,    // output groups in a word of the result buffer
    parameter int Nibbles       = 0,    // 1: maps as nibbles, two columns of a pooled picture at once
    parameter int BankLanes     = 2,    // channels of a bank of the tile buffer: DwLanes, InLanes / 4 with quads, BeatLanes without DwLanes
    parameter int DwKernel      = 3,    // side of the depth-wise kernels: 3, 5, 7, or 0
    parameter int ArrayKernel   = 1,    // side of the array's largest kernel: 1, 3, 5
    parameter int Diagonal      = 0,    // 1: the array may hand a depth-wise convolution's channels on
    parameter int Signed        = 0,    // 1: features have a sign
    parameter int Average       = 0,    // 1: the store may pool by average
    parameter int Bypass        = 0,    // 1: it may reorder a map for a bypass, and pools it
    parameter int DigitBits     = 8,    // of the digits of a picture that the array reads; 8: whole bytes
    parameter int WeightBits    = 8,
    parameter int FeatureBits   = 8,
    parameter int AccBits       = 32,
    parameter int Products      = 1,    // per DSP of the array: 1, 2 (of channels or pixels), 4 (of both) or 6 (of taps and pixels of a row)
    parameter int Pixels        = 1,    // of them of different pixels: pixels of a word of the tile and result buffers
    parameter int Chain         = 8,    // of them added before joined sums are taken apart, at most InLanes
    parameter int DwInLuts      = 0,    // 1: the depth-wise multipliers are LUTs
    parameter int PairShift     = 0,    // of the second of two joined weights
    parameter int PixelShift    = 0,    // of the second of two joined features
    parameter int Quads         = 0,    // 1: four pixels of a pooled picture at once
    parameter int LineWords     = 512,  // of a row
    parameter int SideWords     = 0,    // of a row of the first of two interleaved layers
    parameter int TileWords     = 512,
    parameter int PsumWords     = 256,
    parameter int ResultWords   = 256,
    parameter int PwWeightWords = 512,
    parameter int DwWeightWords = 256,
    parameter int PwParamWords  = 128,
    parameter int DwParamWords  = 128,
    parameter int Layers        = 16,
    parameter int Outstanding   = 8     // AXI bursts in flight, each way, at most 16
) (
    input  logic        clk_i,
    input  logic        rst_i,
    output logic        irq_o,
    input  logic        s_awvalid_i,
    output logic        s_awready_o,
    input  logic [ 7:0] s_awaddr_i,
    input  logic        s_wvalid_i,
    output logic        s_wready_o,
    input  logic [31:0] s_wdata_i,
    output logic        s_bvalid_o,
    input  logic        s_bready_i,
    output logic [ 1:0] s_bresp_o,
    input  logic        s_arvalid_i,
    output logic        s_arready_o,
    input  logic [ 7:0] s_araddr_i,
    output logic        s_rvalid_o,
    input  logic        s_rready_i,
    output logic [31:0] s_rdata_o,
    output logic [ 1:0] s_rresp_o,
    output logic        m_arvalid_o,
    input  logic        m_arready_i,
    output logic [31:0] m_araddr_o,
    output logic [ 7:0] m_arlen_o,
    output logic [ 2:0] m_arsize_o,
    output logic [ 1:0] m_arburst_o,
    input  logic        m_rvalid_i,
    output logic        m_rready_o,
    input  logic [63:0] m_rdata_i,
    input  logic [ 1:0] m_rresp_i,
    input  logic        m_rlast_i,
    output logic        m_awvalid_o,
    input  logic        m_awready_i,
    output logic [31:0] m_awaddr_o,
    output logic [ 7:0] m_awlen_o,
    output logic [ 2:0] m_awsize_o,
    output logic [ 1:0] m_awburst_o,
    output logic        m_wvalid_o,
    input  logic        m_wready_i,
    output logic [63:0] m_wdata_o,
    output logic [ 7:0] m_wstrb_o,
    output logic        m_wlast_o,
    input  logic        m_bvalid_i,
    output logic        m_bready_o,
    input  logic [ 1:0] m_bresp_i
);
  localparam int StoredBits = (Nibbles != 0) ? 4 : (FeatureBits <= 8) ? 8 : 16;
  localparam int ParamBits = AccBits + 14;
  localparam int Banks = InLanes / BankLanes;
  localparam int RowTaps = (ArrayKernel > 1 && Pixels == 2) ? 3 : 1;  // of a kernel's row, in a word of weights
  localparam int PwWeightBits = OutLanes * RowTaps * WeightBits;
  localparam int DwWidth = (DwLanes > 0) ? DwLanes : BankLanes;  // never of width 0
  localparam int LineDepth = (DwKernel / 2 + 2) * (LineWords + SideWords);
  localparam int LineAddr = $clog2(LineDepth);
  localparam int TileAddr = (TileWords > 1) ? $clog2(TileWords) : 1;
  localparam int ResultAddr = (ResultWords > 1) ? $clog2(ResultWords) : 1;
  localparam int PwWeightAddr = (PwWeightWords > 1) ? $clog2(PwWeightWords) : 1;
  localparam int PwParamAddr = (PwParamWords > 1) ? $clog2(PwParamWords) : 1;

  assign {m_arsize_o, m_arburst_o, m_awsize_o, m_awburst_o, m_wstrb_o} = {3'b011, 2'b01, 3'b011, 2'b01, 8'hff};

  duet_rules #(
      .InLanes(InLanes), .OutLanes(OutLanes), .DwLanes(DwLanes), .BeatLanes(BeatLanes), .HeadLanes(HeadLanes),
      .UnitGroups(UnitGroups), .Nibbles(Nibbles), .BankLanes(BankLanes), .WeightBits(WeightBits), .FeatureBits(FeatureBits), .AccBits(AccBits), .Products(Products),
      .Pixels(Pixels), .Chain(Chain), .DwInLuts(DwInLuts),
      .DwKernel(DwKernel), .ArrayKernel(ArrayKernel), .Diagonal(Diagonal), .Signed(Signed), .Average(Average), .Bypass(Bypass), .DigitBits(DigitBits), .PairShift(PairShift), .PixelShift(PixelShift), .Quads(Quads), .Outstanding(Outstanding),
      .Layers(Layers), .LineWords(LineWords), .SideWords(SideWords), .TileWords(TileWords), .PsumWords(PsumWords), .ResultWords(ResultWords),
      .PwWeightWords(PwWeightWords), .DwWeightWords(DwWeightWords), .PwParamWords(PwParamWords), .DwParamWords(DwParamWords)
  ) u_rules ();

  // Control and program.
  logic loaded, load, clear, program_busy, program_done, program_refused, picture_valid, picture_take, head_take;
  logic [31:0] program_addr, picture_addr, head_addr;
  logic read_error, write_error, wait_fill, wait_load, wait_store, load_busy, store_busy;
  logic [2:0] write_tag;
  duet_control #(
      .Shape({8'(BeatLanes), 8'(DwLanes), 8'(OutLanes), 8'(InLanes)}),
      .Widths({4'(Pixels), 4'(UnitGroups), 8'(AccBits), 8'(FeatureBits), 8'(WeightBits)})
  ) u_control (
      .clk_i, .rst_i, .s_awvalid_i, .s_awready_o, .s_awaddr_i, .s_wvalid_i, .s_wready_o, .s_wdata_i, .s_bvalid_o,
      .s_bready_i, .s_bresp_o, .s_arvalid_i, .s_arready_o, .s_araddr_i, .s_rvalid_o, .s_rready_i, .s_rdata_o,
      .s_rresp_o, .irq_o,
      .loaded_o(loaded),
      .load_o(load),
      .clear_o(clear),
      .program_addr_o(program_addr),
      .program_busy_i(program_busy),
      .program_done_i(program_done),
      .program_refused_i(program_refused),
      .picture_valid_o(picture_valid),
      .picture_addr_o(picture_addr),
      .picture_take_i(picture_take),
      .head_addr_o(head_addr),
      .head_take_i(head_take),
      .done_i(write_tag[2]),
      .read_error_i(read_error),
      .write_error_i(write_error),
      .events_i({m_wvalid_o && m_wready_i, m_rvalid_i, store_busy, load_busy, wait_store && loaded, wait_load && loaded, wait_fill && loaded})
  );

  logic read_valid, read_ready, load_read_valid, program_read_valid, data_valid, data_done;
  logic [31:0] read_addr, load_read_addr, program_read_addr;
  logic [23:0] read_beats, load_read_beats, program_read_beats;
  logic [63:0] data;
  assign read_valid = program_busy ? program_read_valid : load_read_valid;
  assign read_addr  = program_busy ? program_read_addr : load_read_addr;
  assign read_beats = program_busy ? program_read_beats : load_read_beats;
  duet_axi_read #(
      .Outstanding(Outstanding)
  ) u_read (
      .clk_i, .rst_i,
      .valid_i(read_valid),
      .ready_o(read_ready),
      .addr_i(read_addr),
      .beats_i(read_beats),
      .data_valid_o(data_valid),
      .data_o(data),
      .done_o(data_done),
      .error_o(read_error),
      .m_arvalid_o, .m_arready_i, .m_araddr_o, .m_arlen_o, .m_rvalid_i, .m_rready_o, .m_rdata_i, .m_rresp_i, .m_rlast_i
  );

  logic descriptor_we;
  logic [4:0] descriptor_layer;
  logic [3:0] descriptor_beat, word_we;
  logic [63:0] descriptor_data;
  logic [31:0] word_addr;
  logic [DwWidth*WeightBits-1:0] dw_weight_word;
  logic [DwWidth*ParamBits-1:0] dw_param_word;
  logic [PwWeightBits-1:0] pw_weight_word;
  logic [BeatLanes*ParamBits-1:0] pw_param_word;
  duet_program #(
      .InLanes(InLanes), .OutLanes(OutLanes), .DwLanes(DwLanes), .DwWidth(DwWidth), .BeatLanes(BeatLanes), .UnitGroups(UnitGroups), .Pixels(Pixels),
      .Kinds({5'(DigitBits - 1), 1'(Average), 1'(Signed), 1'(Diagonal), 4'(ArrayKernel), 4'(DwKernel)}),
      .Bypass(Bypass), .PwWordBits(PwWeightBits), .WeightBits(WeightBits), .FeatureBits(FeatureBits), .AccBits(AccBits), .Layers(Layers), .LineWords(LineWords),
      .SideWords(SideWords), .TileWords(TileWords), .PsumWords(PsumWords), .ResultWords(ResultWords), .DwWeightWords(DwWeightWords),
      .DwParamWords(DwParamWords), .PwWeightWords(PwWeightWords), .PwParamWords(PwParamWords)
  ) u_program (
      .clk_i, .rst_i,
      .start_i(load),
      .addr_i(program_addr),
      .busy_o(program_busy),
      .done_o(program_done),
      .refused_o(program_refused),
      .read_valid_o(program_read_valid),
      .read_ready_i(read_ready),
      .read_addr_o(program_read_addr),
      .read_beats_o(program_read_beats),
      .data_valid_i(data_valid),
      .data_i(data),
      .data_done_i(data_done),
      .descriptor_we_o(descriptor_we),
      .descriptor_layer_o(descriptor_layer),
      .descriptor_beat_o(descriptor_beat),
      .descriptor_data_o(descriptor_data),
      .word_we_o(word_we),
      .word_addr_o(word_addr),
      .dw_weight_o(dw_weight_word),
      .dw_param_o(dw_param_word),
      .pw_weight_o(pw_weight_word),
      .pw_param_o(pw_param_word)
  );

  // The stages' reset reaches every corner of the die: no logic before it.
  logic stage_reset_q;
  always_ff @(posedge clk_i) stage_reset_q <= rst_i || clear;

  // Load.
  logic [1:0] even_free, odd_free;
  logic even_we, odd_we, side_free, copy_go, copy_we, line_loaded, stream_we, unit_there, unit_used;
  logic [PwWeightAddr-1:0] stream_addr, pw_weight_waddr;
  logic [LineAddr-1:0] line_addr;
  logic [63:0] line_data;
  duet_load #(
      .Layers(Layers),
      .LineWords(LineWords),
      .SideWords(SideWords),
      .LineAddr(LineAddr), .DwKernel(DwKernel), .ArrayKernel(ArrayKernel),
      .WordBeats((PwWeightBits + 63) / 64), .WordAddr(PwWeightAddr)
  ) u_load (
      .clk_i,
      .rst_i(stage_reset_q),
      .enable_i(loaded),
      .program_we_i(descriptor_we), .program_layer_i(descriptor_layer),
      .program_beat_i(descriptor_beat), .program_data_i(descriptor_data),
      .frame_valid_i(picture_valid),
      .frame_addr_i(picture_addr),
      .frame_take_o(picture_take),
      .even_free_i(even_free), .odd_free_i(odd_free),
      .side_free_i(side_free),
      .copy_go_i(copy_go),
      .stored_i(write_tag[1:0]),
      .read_valid_o(load_read_valid),
      .read_ready_i(read_ready && !program_busy),
      .read_addr_o(load_read_addr),
      .read_beats_o(load_read_beats),
      .data_valid_i(data_valid),
      .data_i(data),
      .even_we_o(even_we), .odd_we_o(odd_we), .copy_we_o(copy_we),
      .line_addr_o(line_addr),
      .line_data_o(line_data),
      .loaded_o(line_loaded),
      .weight_we_o(stream_we), .weight_addr_o(stream_addr),
      .unit_there_o(unit_there), .unit_used_i(unit_used),
      .busy_o(load_busy)
  );

  // Line buffer, depth-wise stage and the tile buffer.
  logic tile_free, tile_begun, tile_full;
  logic [15:0] tile_free_words;
  logic [Pixels*Banks-1:0] tile_we;
  logic [TileAddr-1:0] tile_waddr, tile_raddr;
  logic [InLanes*FeatureBits-1:0] tile_wdata;
  logic [Pixels*InLanes*FeatureBits-1:0] tile_rdata;
  duet_dw #(
      .Layers(Layers), .InLanes(InLanes), .DwLanes(DwWidth), .BeatLanes(BeatLanes), .BankLanes(BankLanes), .Pixels(Pixels), .Nibbles(Nibbles),
      .WeightBits(WeightBits), .FeatureBits(FeatureBits), .StoredBits(StoredBits), .AccBits(AccBits), .InLuts(DwInLuts),
      .DwKernel(DwKernel), .ArrayKernel(ArrayKernel), .Signed(Signed), .LineWords(LineWords), .SideWords(SideWords), .LineAddr(LineAddr),
      .TileWords(TileWords), .TileAddr(TileAddr), .WeightWords(DwWeightWords), .ParamWords(DwParamWords)
  ) u_dw (
      .clk_i,
      .rst_i(stage_reset_q),
      .enable_i(loaded),
      .program_we_i(descriptor_we), .program_layer_i(descriptor_layer),
      .program_beat_i(descriptor_beat), .program_data_i(descriptor_data),
      .loaded_i(line_loaded),
      .tile_free_i(tile_free), .tile_free_words_i(tile_free_words),
      .even_free_o(even_free), .odd_free_o(odd_free),
      .side_free_o(side_free),
      .copy_go_o(copy_go),
      .even_we_i(even_we), .odd_we_i(odd_we), .copy_we_i(copy_we),
      .line_addr_i(line_addr),
      .line_data_i(line_data[BeatLanes*StoredBits-1:0]),
      .word_we_i(word_we[1:0]), .word_addr_i(word_addr),
      .weight_word_i(dw_weight_word), .param_word_i(dw_param_word),
      .begun_o(tile_begun), .full_o(tile_full),
      .tile_we_o(tile_we),
      .tile_addr_o(tile_waddr),
      .tile_data_o(tile_wdata)
  );
  duet_tiles #(
      .Width(BankLanes * FeatureBits),
      .Banks(Banks), .Pixels(Pixels),
      .Depth(TileWords)
  ) u_tiles (
      .clk_i,
      .we_i(tile_we),
      .waddr_i(tile_waddr),
      .wdata_i(tile_wdata),
      .raddr_i(tile_raddr),
      .rdata_o(tile_rdata)
  );

  // Point-wise array and the result buffer.
  logic [15:0] result_free_words;
  logic result_free, result, pw_weight_ready, pw_weight_take;
  logic [Pixels*UnitGroups-1:0] result_we;
  logic [InLanes-1:0] pw_weight_load;
  logic [PwWeightBits-1:0] pw_weight;
  logic [ResultAddr-1:0] result_waddr, result_raddr;
  logic [Pixels*OutLanes*AccBits-1:0] result_wdata;
  logic [Pixels*UnitGroups*OutLanes*AccBits-1:0] result_rdata;
  assign pw_weight_waddr = stream_we ? stream_addr : PwWeightAddr'(word_addr);
  duet_weights #(
      .Layers(Layers),
      .Lanes(InLanes),
      .WordBits(PwWeightBits),
      .Words(PwWeightWords)
  ) u_pw_weights (
      .clk_i,
      .rst_i(stage_reset_q),
      .enable_i(loaded),
      .we_i(word_we[2] || stream_we),
      .waddr_i(pw_weight_waddr),
      .wdata_i(pw_weight_word),
      .program_we_i(descriptor_we), .program_layer_i(descriptor_layer),
      .program_beat_i(descriptor_beat), .program_data_i(descriptor_data),
      .unit_there_i(unit_there), .unit_used_o(unit_used),
      .take_i(pw_weight_take),
      .ready_o(pw_weight_ready),
      .load_o(pw_weight_load),
      .weight_o(pw_weight)
  );
  duet_pw #(
      .Layers(Layers),
      .InLanes(InLanes),
      .OutLanes(OutLanes),
      .WeightBits(WeightBits),
      .FeatureBits(FeatureBits),
      .AccBits(AccBits), .Products(Products), .Pixels(Pixels), .Chain(Chain), .PairShift(PairShift), .PixelShift(PixelShift),
      .Quads(Quads), .UnitGroups(UnitGroups), .ArrayKernel(ArrayKernel), .Diagonal(Diagonal), .DigitBits(DigitBits), .Signed(Signed),
      .TileWords(TileWords),
      .TileAddr(TileAddr),
      .PsumWords(PsumWords),
      .ResultWords(ResultWords),
      .ResultAddr(ResultAddr)
  ) u_pw (
      .clk_i,
      .rst_i(stage_reset_q),
      .program_we_i(descriptor_we), .program_layer_i(descriptor_layer),
      .program_beat_i(descriptor_beat), .program_data_i(descriptor_data),
      .begun_i(tile_begun), .full_i(tile_full),
      .result_free_i(result_free), .result_free_words_i(result_free_words),
      .tile_free_o(tile_free), .tile_free_words_o(tile_free_words),
      .result_o(result),
      .tile_addr_o(tile_raddr),
      .tile_data_i(tile_rdata),
      .weight_ready_i(pw_weight_ready),
      .weight_take_o(pw_weight_take),
      .weight_load_i(pw_weight_load),
      .weight_i(pw_weight),
      .result_we_o(result_we),
      .result_addr_o(result_waddr),
      .result_data_o(result_wdata),
      .wait_fill_o(wait_fill), .wait_load_o(wait_load), .wait_store_o(wait_store)
  );
  genvar part;
  generate
    for (part = 0; part < Pixels * UnitGroups; part = part + 1) begin : g_results
      duet_ram #(
          .Width(OutLanes * AccBits),
          .Depth(ResultWords)
      ) u_results (
          .clk_i,
          .we_i(result_we[part]),
          .waddr_i(result_waddr),
          .wdata_i(result_wdata[(part/UnitGroups)*OutLanes*AccBits+:OutLanes*AccBits]),
          .raddr_i(result_raddr),
          .rdata_o(result_rdata[part*OutLanes*AccBits+:OutLanes*AccBits])
      );
    end
  endgenerate

  // Store.
  logic write_valid, write_ready, write_data_valid, write_data_ready;
  logic [31:0] write_addr;
  logic [15:0] write_beats;
  logic [2:0] write_tag_in;
  logic [63:0] write_data;
  logic [PwParamAddr-1:0] pw_param_addr;
  logic [BeatLanes*ParamBits-1:0] pw_param;
  duet_ram #(
      .Width(BeatLanes * ParamBits),
      .Depth(PwParamWords)
  ) u_pw_params (
      .clk_i,
      .we_i(word_we[3]),
      .waddr_i(PwParamAddr'(word_addr)),
      .wdata_i(pw_param_word),
      .raddr_i(pw_param_addr),
      .rdata_o(pw_param)
  );
  duet_store #(
      .Layers(Layers),
      .OutLanes(OutLanes * UnitGroups), .BeatLanes(BeatLanes), .HeadLanes(HeadLanes),
      .StoredBits(StoredBits),
      .AccBits(AccBits), .Pixels(Pixels), .RowPairs((RowTaps > 1) ? 1 : 0), .Signed(Signed), .Average(Average), .Bypass(Bypass),
      .ResultWords(ResultWords),
      .ResultAddr(ResultAddr),
      .ParamAddr(PwParamAddr)
  ) u_store (
      .clk_i,
      .rst_i(stage_reset_q),
      .program_we_i(descriptor_we), .program_layer_i(descriptor_layer),
      .program_beat_i(descriptor_beat), .program_data_i(descriptor_data),
      .frame_addr_i(head_addr),
      .frame_take_o(head_take),
      .result_i(result),
      .result_free_o(result_free), .result_free_words_o(result_free_words),
      .result_addr_o(result_raddr),
      .result_data_i(result_rdata),
      .param_addr_o(pw_param_addr),
      .param_i(pw_param),
      .write_valid_o(write_valid),
      .write_ready_i(write_ready),
      .write_addr_o(write_addr),
      .write_beats_o(write_beats),
      .write_tag_o(write_tag_in),
      .data_valid_o(write_data_valid),
      .data_ready_i(write_data_ready),
      .data_o(write_data),
      .busy_o(store_busy)
  );
  duet_axi_write #(
      .Outstanding(Outstanding)
  ) u_write (
      .clk_i, .rst_i,
      .valid_i(write_valid),
      .ready_o(write_ready),
      .addr_i(write_addr),
      .beats_i(write_beats),
      .tag_i(write_tag_in),
      .data_valid_i(write_data_valid),
      .data_ready_o(write_data_ready),
      .data_i(write_data),
      .tag_o(write_tag),
      .error_o(write_error),
      .m_awvalid_o, .m_awready_i, .m_awaddr_o, .m_awlen_o, .m_wvalid_o, .m_wready_i, .m_wdata_o, .m_wlast_o,
      .m_bvalid_i, .m_bready_o, .m_bresp_i
  );
  wire unused = &{1'b0, word_addr, line_data};
endmodule
