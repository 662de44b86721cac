// The host's way to memory and registers over a serial line: takes a command of 9 bytes (operation, address, value), does it and
// answers; docs/boards.md has the table. One command at a time. Memory goes in words of 64 bits, registers over AXI4-Lite. Latency and
// throughput: the line's. Twin: Serial and Link in src/simulate/harness/serial.h. After 2^IdleBits cycles of silence inside a command it
// waits for a new one; a byte that comes while it answers ends the answer.
module duet_link #(
    parameter int Divisor  = 8,   // cycles of a bit
    parameter int AddrBits = 12,  // of words of memory
    parameter int IdleBits = 24
) (
    input  logic                clk_i,
    input  logic                rst_i,
    input  logic                line_i,
    output logic                line_o,
    output logic                read_o,
    output logic                write_o,
    input  logic                taken_i,
    output logic [AddrBits-1:0] addr_o,
    output logic [        63:0] data_o,
    input  logic                there_i,
    input  logic [        63:0] data_i,
    output logic                reset_o,      // of engine and memory, 64 cycles
    output logic                m_wvalid_o,   // address and data
    input  logic                m_wready_i,
    output logic                m_arvalid_o,
    input  logic                m_arready_i,
    output logic [         7:0] m_addr_o,
    output logic [        31:0] m_wdata_o,
    input  logic                m_bvalid_i,
    input  logic                m_rvalid_i,
    input  logic [        31:0] m_rdata_i
);
  localparam logic [7:0] WriteMemory = 8'd1, ReadMemory = 8'd2, WriteRegister = 8'd3, ReadRegister = 8'd4, Reset = 8'd5;
  localparam logic [2:0] Command = 3'd0, Data = 3'd1, Store = 3'd2, Fetch = 3'd3, Register = 3'd4, Answer = 3'd5, Send = 3'd6, Sum = 3'd7;

  logic got, ready, send;
  logic [7:0] got_byte, send_byte, sum_q, operation, answer;
  logic [2:0] state_q;
  logic [3:0] count_q;  // bytes of a command or word that came, or that are still to go
  logic [71:0] command_q;
  logic [63:0] word_q;
  logic [31:0] left_q;  // words
  logic [IdleBits:0] idle_q;
  logic [6:0] reset_q;
  logic [AddrBits+1:0] past_q;  // the word behind the last one
  logic [7:0] answer_q;  // a cycle after what it tells of
  logic lost_q, refused_q, settled_q, beyond_q, outside_q, known, memory, answering;
  logic [1:0] whole_q;  // a command is there: for a cycle, for two

  duet_uart_rx #(
      .Divisor(Divisor)
  ) u_rx (
      .clk_i, .rst_i, .line_i,
      .valid_o(got),
      .byte_o(got_byte)
  );
  duet_uart_tx #(
      .Divisor(Divisor)
  ) u_tx (
      .clk_i, .rst_i,
      .valid_i(send),
      .ready_o(ready),
      .byte_i(send_byte),
      .line_o
  );

  assign operation = command_q[7:0];
  assign m_addr_o  = command_q[15:8];
  assign m_wdata_o = command_q[71:40];
  assign memory    = operation == WriteMemory || operation == ReadMemory;
  assign known     = memory || operation == WriteRegister || operation == ReadRegister || operation == Reset;
  assign reset_o   = reset_q[6];
  assign answering = state_q == Fetch || state_q == Answer || state_q == Send || state_q == Sum;
  assign answer    = (known && !lost_q && !refused_q) ? {4'h8, operation[3:0]} : 8'hff;
  assign send      = (state_q == Answer && settled_q) || state_q == Send || state_q == Sum;
  assign send_byte = (state_q == Answer) ? answer_q : (state_q == Send) ? word_q[7:0] : sum_q;

  always_ff @(posedge clk_i) begin
    answer_q  <= answer;
    settled_q <= state_q == Answer;
    past_q    <= (AddrBits + 2)'(command_q[11+:AddrBits+1]) + (AddrBits + 2)'(command_q[40+:AddrBits+1]);
    beyond_q  <= command_q[10:8] != 3'd0 || command_q[39:12+AddrBits] != '0 || command_q[71:41+AddrBits] != '0;
    outside_q <= memory && (beyond_q || past_q[AddrBits+1] || (past_q[AddrBits] && past_q[AddrBits-1:0] != '0));
    if (taken_i) addr_o <= addr_o + AddrBits'(1);
    if (rst_i) begin
      state_q     <= Command;
      count_q     <= 4'd0;
      idle_q      <= '0;
      read_o      <= 1'b0;
      write_o     <= 1'b0;
      m_wvalid_o  <= 1'b0;
      m_arvalid_o <= 1'b0;
      reset_q     <= '0;
      lost_q      <= 1'b0;
      refused_q   <= 1'b0;
      whole_q     <= 2'b00;
    end else begin
      if (reset_q[6]) reset_q <= reset_q + 7'd1;  // 64 cycles until it wraps
      if (taken_i) {read_o, write_o} <= 2'b00;
      if (m_wready_i) m_wvalid_o <= 1'b0;
      if (m_arready_i) m_arvalid_o <= 1'b0;
      if (got) sum_q <= (state_q == Command && count_q == 4'd0) ? got_byte : sum_q + got_byte;
      else if (send && ready) sum_q <= sum_q + send_byte;
      idle_q <= (got || !(state_q == Data || (state_q == Command && count_q != 4'd0))) ? '0 : idle_q + (IdleBits + 1)'(1);
      case (state_q)
        Command: begin
          lost_q <= 1'b0;
          if (got && !(count_q == 4'd0 && got_byte == 8'd0)) begin  // a 0 in front is no command
            command_q <= {got_byte, command_q[71:8]};
            count_q   <= count_q + 4'd1;
          end
          whole_q <= {whole_q[0], count_q == 4'd9 && whole_q == 2'b00};  // two cycles for outside_q
          if (whole_q[1]) begin
            count_q   <= 4'd0;
            addr_o    <= command_q[11+:AddrBits];
            left_q    <= command_q[71:40];
            refused_q <= outside_q;
            if (!known || (memory && command_q[71:40] == 32'd0)) state_q <= Answer;
            else if (memory) state_q <= (operation == WriteMemory) ? Data : Answer;
            else state_q <= (operation == Reset) ? Store : Register;
            reset_q     <= {operation == Reset, 6'd0};
            m_wvalid_o  <= operation == WriteRegister;
            m_arvalid_o <= operation == ReadRegister;
          end
        end
        Data: begin
          if (got) begin
            word_q  <= {got_byte, word_q[63:8]};
            count_q <= count_q + 4'd1;
          end
          if (count_q == 4'd8) begin  // the word before had 80 bits' time to go
            count_q <= 4'd0;
            data_o  <= word_q;
            write_o <= !refused_q;
            lost_q  <= lost_q || (write_o && !taken_i);
            left_q  <= left_q - 32'd1;
            if (left_q == 32'd1) state_q <= Store;
          end
        end
        Store: if (!write_o && !reset_o) state_q <= Answer;
        Register: begin
          word_q <= {32'd0, m_rdata_i};
          if (m_bvalid_i || m_rvalid_i) state_q <= Answer;
        end
        Answer:
        if (send && ready) begin
          count_q <= 4'd4;
          if (operation == ReadRegister) state_q <= Send;
          else if (operation == ReadMemory && left_q != 32'd0 && !refused_q) begin
            state_q <= Fetch;
            read_o  <= 1'b1;
          end else state_q <= Sum;
        end
        Fetch: begin
          word_q  <= data_i;
          count_q <= 4'd8;
          if (there_i) begin
            state_q <= Send;
            left_q  <= left_q - 32'd1;
          end
        end
        Send:
        if (ready) begin
          word_q  <= {8'd0, word_q[63:8]};
          count_q <= count_q - 4'd1;
          if (count_q == 4'd1) begin
            if (operation == ReadMemory && left_q != 32'd0) begin
              state_q <= Fetch;
              read_o  <= 1'b1;
            end else state_q <= Sum;
          end
        end
        default:
        if (ready) begin
          state_q <= Command;
          count_q <= 4'd0;
        end
      endcase
      if (idle_q[IdleBits] || (got && answering)) begin
        state_q           <= Command;
        count_q           <= 4'd0;
        {read_o, write_o} <= 2'b00;
      end
    end
  end

  wire unused = &{1'b0, command_q};
endmodule
